"""What somebody is doing just now: typing, drafting for another, looking at something. Short, lost without harm.

One hash in Redis for each topic, person to "end value", the value in msgpack. Views read it and name the topic among
those that change them; a value that is put, dropped or has ended touches the topic. It is the truth of nothing: while
Redis is away there are no values, and nobody is hindered.

Keys (times are Unix seconds of the callers' clocks):

- ``ephemeral:{topic}``, a hash; expires by itself.
- ``ephemeral:due``, a sorted set: topic by the next end of one of its values, for the sweep.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from math import inf
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from signaling.errors import Refusal
from signaling.feeds.service import Feeds
from signaling.wire import Code

VALUE_BYTES = 20 * 1024
"""A draft of 4,000 characters in any writing: up to four bytes each, and more than that for what frames it."""
PERSONS_MOST = 64
"""Of one topic."""
ANSWER_WITHIN_S = 1.0
RETRY_AFTER_S = 2.0
"""A Redis that did not answer is not asked again at once: nobody waits for what is not there."""
SWEEP_MOST = 200
DUE = "ephemeral:due"

logger = logging.getLogger(__name__)

# Keys: the hash, due. Arguments: now, topic, most, then (optional) person, then (optional) end, value.
# Drops what has ended; sets or drops the person's value; files the topic. Returns 1 when what is read has changed,
# 0 when not, -1 when there are too many persons.
SETTLE = """
local now, topic, most, person = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4]
local changed, count, first, last, before = 0, 0, nil, 0, nil
local function file(ends)
  if not first or ends < first then first = ends end
  if ends > last then last = ends end
end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local space = string.find(all[i + 1], ' ', 1, true)
  local ends = tonumber(string.sub(all[i + 1], 1, space - 1))
  if ends <= now then
    redis.call('HDEL', KEYS[1], all[i])
    changed = 1
  elseif all[i] == person then
    before = string.sub(all[i + 1], space + 1)
  else
    count = count + 1
    file(ends)
  end
end
local refused = person and ARGV[5] and not before and count >= most
if person and ARGV[5] and not refused then
  redis.call('HSET', KEYS[1], person, ARGV[5] .. ' ' .. ARGV[6])
  file(tonumber(ARGV[5]))
  if before ~= ARGV[6] then changed = 1 end
elseif person and before then
  redis.call('HDEL', KEYS[1], person)
  changed = 1
end
if first then
  redis.call('ZADD', KEYS[2], string.format('%.3f', first), topic)
  redis.call('EXPIRE', KEYS[1], math.ceil(math.max(1, last - now)) + 60)
else
  redis.call('ZREM', KEYS[2], topic)
end
if refused then return -1 end
return changed
"""


class Ephemeral:
    """The service.

    Args:
        redis: The process's client.
        feeds: Told when what is read of a topic has changed.
        clock: Unix seconds.
    """

    def __init__(self, redis: Redis, feeds: Feeds, clock: Callable[[], float] = time.time) -> None:
        self._redis: Any = redis  # its types allow text and bytes at once
        self._feeds = feeds
        self._clock = clock
        self._settle: Any = redis.register_script(SETTLE)
        self._away_at = -inf
        """When Redis last did not answer, monotonic."""

    async def put(self, topic: str, person: str, value: dict[str, Any], lives_s: float) -> None:
        """Set a person's value of a topic; the same value again only pushes its end on.

        Args:
            topic: Also touched in the feeds.
            person: Whose value it is.
            value: What msgpack knows, at most 8 KiB.
            lives_s: Seconds until it ends, unless it is put again.

        Raises:
            Refusal: ``TOO_LARGE``, or ``TOO_MANY`` persons of this topic.
        """
        encoded = msgspec.msgpack.encode(value, order="deterministic")
        if len(encoded) > VALUE_BYTES:
            raise Refusal(Code.TOO_LARGE, f"at most {VALUE_BYTES} bytes")
        end = f"{self._clock() + lives_s:.3f}"
        if await self._change(topic, person, end, encoded) < 0:
            raise Refusal(Code.TOO_MANY, f"at most {PERSONS_MOST} persons")

    async def drop(self, topic: str, person: str) -> None:
        """Take a person's value of a topic away; taking away what is not there does nothing."""
        await self._change(topic, person)

    async def read(self, topic: str) -> dict[str, dict[str, Any]]:
        """Return the values of a topic by person; none while Redis is away."""
        rows = await self._asked(self._redis.hgetall, f"ephemeral:{topic}") or {}
        now, found = self._clock(), {}
        for person, row in rows.items():
            end, _, encoded = bytes(row).partition(b" ")
            if float(end) > now:
                found[bytes(person).decode()] = msgspec.msgpack.decode(encoded, type=dict[str, Any])
        return found

    async def sweep(self, now: float) -> int:
        """Touch the topics of which a value has ended (the worker, every second); return how many."""
        due = await self._redis.zrangebyscore(DUE, "-inf", now, start=0, num=SWEEP_MOST)
        topics = [bytes(topic).decode() for topic in due]
        ended = [topic for topic in topics if await self._run(topic, now) > 0]
        if ended:
            await self._feeds.touch(*ended)
        return len(ended)

    async def _change(self, topic: str, *more: object) -> int:
        changed = int(await self._asked(self._run, topic, self._clock(), *more) or 0)
        if changed > 0:
            await self._feeds.touch(topic)
        return changed

    async def _run(self, topic: str, now: float, *more: object) -> int:
        keys, arguments = [f"ephemeral:{topic}", DUE], [f"{now:.3f}", topic, PERSONS_MOST, *more]
        return int(await self._settle(keys=keys, args=arguments))

    async def _asked(self, ask: Callable[..., Awaitable[Any]], *arguments: object) -> Any:  # noqa: ANN401 - Redis's answer
        """Return the answer, None while Redis is away."""
        if time.monotonic() - self._away_at < RETRY_AFTER_S:
            return None
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await ask(*arguments)
        except (RedisError, OSError) as error:  # the time-out too
            logger.warning("x ephemeral: Redis is away (%s)", type(error).__name__)
            self._away_at = time.monotonic()
            return None
