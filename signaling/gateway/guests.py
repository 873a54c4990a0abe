"""Somebody who comes without a link: a guest gets a person of her own and a login that her page keeps.

Each guest costs rows, so how many come is limited, per address and in total, by token buckets in Redis that all
processes share. While Redis is away each process keeps its own.
"""

import asyncio
import time
from typing import Any

import msgspec
from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from signaling.composition import Process
from signaling.errors import Refusal
from signaling.gateway.edge import Edge, hashed, read_message, reply
from signaling.gateway.limits import (
    ALL_GUESTS_BURST,
    ALL_GUESTS_PER_S,
    GUESTS_BURST,
    GUESTS_PER_S,
    Buckets,
)
from signaling.wire import Code, ComeIn, SignedIn

BODY_MOST = 200
ANSWER_WITHIN_S = 1.0
RATES = (GUESTS_PER_S, GUESTS_BURST, ALL_GUESTS_PER_S, ALL_GUESTS_BURST)

# Keys: buckets. Arguments: now, then rate and burst of each bucket. Takes one token of each, or none of any.
TAKE = """
local now, left = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(kept[1] or '') or burst, tonumber(kept[2] or '') or now
  left[i] = math.min(burst, tokens + math.max(0, now - at) * rate)
  if left[i] < 1 then return 0 end
end
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'tokens', string.format('%.6f', left[i] - 1), 'at', ARGV[1])
  redis.call('EXPIRE', key, math.ceil(ARGV[2 * i + 1] / ARGV[2 * i]) + 1)
end
return 1
"""


class SharedBuckets:
    """The two buckets from which each guest takes: that of her address, and everybody's."""

    def __init__(self, redis: Redis) -> None:
        self._take: Any = redis.register_script(TAKE)  # its types allow text and bytes at once
        self._own = Buckets(GUESTS_PER_S, GUESTS_BURST)
        self._own_total = Buckets(ALL_GUESTS_PER_S, ALL_GUESTS_BURST)

    async def take(self, address: str, now: float) -> bool:
        """Let one guest in, unless there are too many.

        Args:
            address: Where she comes from.
            now: Unix seconds.
        """
        keys = [f"guests:{hashed(address)}", "guests"]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return bool(await self._take(keys=keys, args=[f"{now:.3f}", *RATES]))
        except (RedisError, OSError):  # the time-out too
            at = time.monotonic()
            return self._own.take(address, at) and self._own_total.take("", at)


class GuestRoutes:
    """``POST /api/guest/{app}``."""

    def __init__(self, edge: Edge, process: Process, buckets: SharedBuckets) -> None:
        self._edge = edge
        self._process = process
        self._buckets = buckets

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.post("/api/guest/{app}", self._come_in)]

    async def _come_in(self, request: web.Request) -> web.Response:
        name, context = request.match_info["app"], self._process.context
        part = self._process.parts.get(name)
        if part is None or part.admit is None:
            raise Refusal(Code.NOT_FOUND, "nobody comes in here without a link")
        asked = msgspec.msgpack.decode(await read_message(request, BODY_MOST), type=ComeIn)
        now = context.clock()
        if not await self._buckets.take(self._edge.address(request), now):
            raise Refusal(Code.TOO_MANY, "too many guests at present")
        async with context.database.write() as tx:
            person = await part.admit(tx, asked.language)
            login, secret = await context.identity.open_login(tx, person.id, now)
        home = self._process.apps[name].home(login.person, login.id)
        return reply(SignedIn(login=login.id, home=home, secret=secret))
