"""``GET /health``: is this process fit to serve, and what does it see of the others."""

import time
from collections.abc import Sized
from typing import Any

from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from sfu.control import WORKERS_KEY
from signaling.database import Database
from signaling.errors import Refusal
from signaling.feeds.service import Feeds
from signaling.parts import Clock
from signaling.wire import Struct

HEARTBEAT_KEY = "worker:heartbeat"
HEARTBEAT_EVERY_S = 2.0
HEARTBEAT_LIVES_S = 10
SFU_SEEN_WITHIN_S = 8.0


class Health(Struct, frozen=True, kw_only=True):
    """What a load balancer and an operator want to know."""

    ok: bool
    """This process hears the bus and reaches the database."""
    bus: bool
    database: bool
    worker_age_s: float | None
    """Since the last heartbeat of a worker process; null when there is none."""
    sfu_workers: int
    connections: int
    up_s: float


class HealthRoute:
    """The route. Another process that is away makes nobody unfit: it is shown and no more."""

    def __init__(
        self, redis: Redis, database: Database, feeds: Feeds, connections: Sized, clock: Clock
    ) -> None:
        self._redis: Any = redis  # its types allow text and bytes at once
        self._database = database
        self._feeds = feeds
        self._connections = connections
        self._clock = clock
        self._started = time.monotonic()

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.get("/health", self._health)]

    async def _health(self, _request: web.Request) -> web.Response:
        database = await self._database_answers()
        worker_age_s, sfu_workers = await self._others()
        ok = self._feeds.healthy and database
        health = Health(
            ok=ok,
            bus=self._feeds.healthy,
            database=database,
            worker_age_s=worker_age_s,
            sfu_workers=sfu_workers,
            connections=len(self._connections),
            up_s=round(time.monotonic() - self._started, 1),
        )
        return web.json_response(
            _plain(health), status=200 if ok else 503, headers={"Cache-Control": "no-store"}
        )

    async def _database_answers(self) -> bool:
        try:
            async with self._database.read() as tx:
                await tx.execute(text("SELECT 1"))
        except Refusal:
            return False
        return True

    async def _others(self) -> tuple[float | None, int]:
        now = self._clock()
        try:
            beat = await self._redis.get(HEARTBEAT_KEY)
            seen = await self._redis.zcount(WORKERS_KEY, now - SFU_SEEN_WITHIN_S, "+inf")
        except (RedisError, OSError):
            return None, 0
        return (round(now - float(beat), 1) if beat else None), int(seen)


def _plain(health: Health) -> dict[str, Any]:
    return {name: getattr(health, name) for name in health.__struct_fields__}
