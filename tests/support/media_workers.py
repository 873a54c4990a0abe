"""What the media workers of a running system say of themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from redis.asyncio import Redis

from load.system.whole import System
from sfu.control import WORKER_KEY, WORKERS_KEY, WorkerState

ANNOUNCED_WITHIN_S = 20.0


async def workers_carry(redis: Any, peers: list[int], *, cpu: float = 0.1) -> None:
    """Wait until this is what the workers say that they carry, all of them below a processor share, which counts first."""
    said: list[int] = []
    async with asyncio.timeout(ANNOUNCED_WITHIN_S):
        while said != peers:
            ids = [member.decode() for member in await redis.zrange(WORKERS_KEY, 0, -1)]
            states = [await redis.get(WORKER_KEY.format(worker=worker)) for worker in ids]
            found = [msgspec.msgpack.decode(state, type=WorkerState) for state in states if state]
            said = sorted(state.peers for state in found if state.cpu < cpu)
            await redis.blpop(["nobody:writes:here"], timeout=0.05)


@asynccontextmanager
async def redis_of(system: System) -> AsyncIterator[Redis]:
    async with Redis.from_url(system.environment["REDIS_URL"]) as redis:
        yield redis
