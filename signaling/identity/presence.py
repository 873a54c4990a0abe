"""Who is here: connections in Redis, each with an end that their processes push on.

Not the truth of anything: it can be lost and is announced anew. A person is *here* while one of her connections
shows the page, *away* while all of them hide it, and gone (absent) when the last one has ended. A connection that
leaves ends some seconds later, so that a reload does not flicker; one that dies ends when nobody pushes it on.

Keys (times are Unix seconds of the callers' clocks):

- ``presence:of:{app}:{person}``, a hash: connection to "end visible"; expires by itself.
- ``presence:{app}``, a hash: person to "state end", what `Presence.of` reads.
- ``presence:ends``, a sorted set: "app role person" by the next end of one of her connections, for the sweep.

Topics: ``presence:{app}`` and ``presence:{app}:{role}`` for everybody who comes, goes, hides or shows the page;
``seen:{app}`` when somebody's last seen was written.
"""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from signaling.errors import Refusal
from signaling.feeds.bus import Notice
from signaling.feeds.service import Feeds
from signaling.identity.service import Identity, Person
from signaling.wire import Code

LIVES_S = 45.0
"""Announced again every 15 s; three lost announcements end a connection."""
ANNOUNCE_EVERY_S = 15.0
GRACE_S = 6.0
"""A reload is back by then."""
CACHED_S = 2.0
REMEMBERED_S = 60.0
"""How long the last known presence is shown while Redis does not answer."""
ANSWER_WITHIN_S = 1.0
"""Who asks may hold rows of the database: a Redis that hangs must not hold them too."""
RETRY_AFTER_S = 2.0
"""After Redis did not answer, nobody else waits for it for that long."""
SETTLES_S = 5.0
"""After Redis came back empty, all processes have announced again by then."""
SWEEP_MOST = 200
DUE = "presence:ends"

logger = logging.getLogger(__name__)

# KEYS: connections of the person, states of the app, due. ARGV: now, person, her row in due, then (optional)
# connection, end, visible. Sets the connection, drops what has ended, files the person's state. Returns {before, after}.
SETTLE = """
local now, person, due = tonumber(ARGV[1]), ARGV[2], ARGV[3]
if ARGV[4] then redis.call('HSET', KEYS[1], ARGV[4], ARGV[5] .. ' ' .. ARGV[6]) end
local before, filed_end = string.match(redis.call('HGET', KEYS[2], person) or '', '^(%S+) (%S+)$')
-- Who comes back after her end and before the sweep: others may have seen her gone.
if not before or (ARGV[4] and tonumber(filed_end) <= now) then before = '' end
local state, last, first = '', 0, nil
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends, visible = string.match(all[i + 1], '^(%S+) (%d)$')
  ends = tonumber(ends)
  if ends <= now then
    redis.call('HDEL', KEYS[1], all[i])
  else
    if visible == '1' then state = 'here' elseif state == '' then state = 'away' end
    if ends > last then last = ends end
    if not first or ends < first then first = ends end
  end
end
if state == '' then
  redis.call('HDEL', KEYS[2], person)
  redis.call('ZREM', KEYS[3], due)
else
  redis.call('HSET', KEYS[2], person, state .. ' ' .. string.format('%.3f', last))
  redis.call('ZADD', KEYS[3], string.format('%.3f', first), due)
  redis.call('EXPIRE', KEYS[1], 300)
end
return {before, state}
"""


class Place(NamedTuple):
    """Whose presence: a row of ``presence:ends``."""

    app: str
    role: str
    person: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of an app, and when."""

    read_at: float
    changes: int
    states: dict[str, str]


NOTHING = _Known(-inf, 0, {})


class Presence:
    """The service.

    Args:
        redis: The process's client.
        feeds: Told when somebody comes, goes, hides or shows the page.
        identity: Told when somebody was last seen.
        clock: Unix seconds.
    """

    def __init__(
        self, redis: Redis, feeds: Feeds, identity: Identity, clock: Callable[[], float] = time.time
    ) -> None:
        self._redis: Any = redis  # its types allow text and bytes at once
        self._feeds = feeds
        self._identity = identity
        self._clock = clock
        self._settle: Any = redis.register_script(SETTLE)
        self._known: dict[str, _Known] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._changes: Counter[str] = Counter()
        """Of each app's presence, as far as they were heard: what was being read meanwhile is old."""
        self._settled_at = 0.0
        self._away_at = -inf
        """When Redis last did not answer, monotonic."""
        feeds.on_notice(self._notice)

    async def announce(self, person: Person, connection: str, *, visible: bool) -> None:
        """Tell that the person is connected, at the start, at each change and every 15 s."""
        await self._end_at(person, connection, self._clock() + LIVES_S, visible=visible)

    async def leave(self, person: Person, connection: str) -> None:
        """Tell that a connection ended; the person goes after the grace, unless she is back."""
        kept = await self._redis.hget(_connections(person.app, person.id), connection)
        visible = kept is None or bytes(kept).endswith(b"1")
        await self._end_at(person, connection, self._clock() + GRACE_S, visible=visible)

    async def of(self, app: str) -> dict[str, str]:
        """Return ``here`` or ``away`` by person id; those who are gone are absent.

        While Redis is away this is the last that was known, and just after it came back empty the last that was
        known with what has been announced since.

        Raises:
            Refusal: ``UNAVAILABLE`` when Redis is away and nothing is known.
        """
        async with self._turns[app]:  # many ask, one reads
            return await self._of(app)

    async def _of(self, app: str) -> dict[str, str]:
        now = self._clock()
        changes, known = self._changes[app], self._known.get(app, NOTHING)
        if now - known.read_at < CACHED_S and known.changes == changes:
            return known.states
        try:
            rows = await self._rows(app)
        except (RedisError, OSError) as error:
            if now - known.read_at < REMEMBERED_S:
                return known.states
            raise Refusal(Code.UNAVAILABLE, "Redis is away") from error
        found: dict[str, str] = {}
        for person, row in rows.items():
            state, _, end = row.decode().partition(" ")
            if float(end) > now:
                found[person.decode()] = state
        if now < self._settled_at:
            return {**known.states, **found}
        self._known[app] = _Known(now, changes, found)
        return found

    async def _rows(self, app: str) -> dict[bytes, bytes]:
        if time.monotonic() - self._away_at < RETRY_AFTER_S:
            raise ConnectionError("Redis was away a moment ago")
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                rows: dict[bytes, bytes] = await self._redis.hgetall(f"presence:{app}")
        except (RedisError, OSError):
            self._away_at = time.monotonic()
            raise
        return rows

    async def sweep(self, now: float) -> list[str]:
        """End the connections whose time has come (the worker, every second).

        Returns:
            The persons who went; their last seen is written and their topics are touched.
        """
        due = await self._redis.zrangebyscore(DUE, "-inf", now, start=0, num=SWEEP_MOST)
        went: list[str] = []
        for row in due:
            place = Place(*bytes(row).decode().split(" "))
            before, after = await self._run(place, now)
            if before != after:
                if not after:
                    went.append(place.person)
                    await self._identity.note_seen(place.person, now)
                await self._changed(place, *(() if after else (f"seen:{place.app}",)))
        return went

    async def after_gap(self) -> None:
        """Redis may have come back empty: forget nobody until the processes have announced again."""
        self._settled_at = self._clock() + SETTLES_S
        self._away_at = -inf
        self._changes.update(list(self._known))

    async def _end_at(self, person: Person, connection: str, end: float, *, visible: bool) -> None:
        more = (connection, f"{end:.3f}", int(visible))
        place = Place(person.app, person.role, person.id)
        before, after = await self._run(place, self._clock(), *more)
        if before != after:
            await self._changed(place)

    async def _run(self, place: Place, now: float, *more: object) -> tuple[str, str]:
        keys = [_connections(place.app, place.person), f"presence:{place.app}", DUE]
        arguments: list[Any] = [f"{now:.3f}", place.person, " ".join(place), *more]
        states: list[bytes] = await self._settle(keys=keys, args=arguments)
        return states[0].decode(), states[1].decode()

    async def _changed(self, place: Place, *more: str) -> None:
        app, role, person = place
        await self._feeds.touch(f"person:{person}", f"presence:{app}", f"presence:{app}:{role}", *more)

    def _notice(self, notice: Notice) -> None:
        for topic in notice.topics:
            head, _, app = topic.partition(":")
            if head == "presence":
                self._changes[app] += 1


def _connections(app: str, person: str) -> str:
    return f"presence:of:{app}:{person}"
