"""The worker process: deadlines and purges. ``python -m signaling.worker classroom.app:app``.

Every deadline is a column that a sweep acts on by compare-and-set, so any number of workers may run, and one that
is killed leaves nothing undone for longer than another takes to come by. One sweep that fails stops no other.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from signaling.api import App
from signaling.composition import Process, compose
from signaling.errors import Refusal
from signaling.gateway.health import HEARTBEAT_EVERY_S, HEARTBEAT_KEY, HEARTBEAT_LIVES_S
from signaling.parts import Clock, Sweep
from signaling.process import first_of, main, until_asked
from signaling.settings import Settings
from signaling.tasks import end, run_together

PURGE_EVERY_S = 600.0
PURGE_ROUNDS = 100
"""Batches of one purge; the rest waits for the next."""
SWEEP_WITHIN_S = 60.0

logger = logging.getLogger("signaling.worker")


async def serve(settings: Settings, apps: list[App]) -> None:
    """Run all sweeps until asked to stop."""
    async with compose(settings, apps) as process, until_asked() as asked:
        context = process.context
        sweeps = [run_sweep(sweep, context.clock) for sweep in sweeps_of(process)]
        beat = _beat(process.redis, context.clock)
        together = asyncio.ensure_future(run_together(context.feeds.run(), beat, *sweeps))
        logger.info("= working")
        try:
            await first_of(asked, together)
        finally:
            logger.info("= stopping")
            await end([together])
    logger.info("= stopped")


def sweeps_of(process: Process) -> list[Sweep]:
    """Return what this process's slices and apps want done."""
    context = process.context
    own = [
        Sweep("presence", _counted(context.presence.sweep), every_s=1.0),
        Sweep("ephemeral", context.ephemeral.sweep, every_s=1.0),
        Sweep("identity.purge", context.identity.purge, every_s=PURGE_EVERY_S),
        Sweep("log.purge", _to_the_end(context.log.purge), every_s=PURGE_EVERY_S),
        Sweep("notices.send", context.notices.send, every_s=2.0),
        Sweep("notices.purge", _to_the_end(context.notices.purge), every_s=PURGE_EVERY_S),
        Sweep("files.scan", context.files.scan, every_s=1.0),
        Sweep("files.purge", _to_the_end(context.files.purge), every_s=PURGE_EVERY_S),
    ]
    return [
        *own,
        *context.calls.sweeps(),
        *(sweep for part in process.parts.values() for sweep in part.sweeps),
    ]


async def run_sweep(sweep: Sweep, clock: Clock) -> None:
    """Run one sweep again and again; whatever it fails with, the next round comes."""
    while True:
        try:
            async with asyncio.timeout(SWEEP_WITHIN_S):
                await sweep.run(clock())
        except (Refusal, RedisError, OSError) as error:  # the time-out too
            logger.warning("x sweep %s: %s, tried again", sweep.name, error)
            await asyncio.sleep(1.0)
        except Exception:
            logger.exception("x sweep %s", sweep.name)
            await asyncio.sleep(1.0)
        await asyncio.sleep(sweep.every_s)


def _counted(sweep: Callable[[float], Awaitable[Sequence[str]]]) -> Callable[[float], Awaitable[int]]:
    async def run(now: float) -> int:
        return len(await sweep(now))

    return run


def _to_the_end(purge: Callable[[float], Awaitable[int]]) -> Callable[[float], Awaitable[int]]:
    """Repeat a purge, which takes a batch at a time, until nothing is left."""

    async def run(now: float) -> int:
        total = 0
        for _ in range(PURGE_ROUNDS):
            handled = await purge(now)
            total += handled
            if not handled:
                break
        return total

    return run


async def _beat(redis: Redis, clock: Clock) -> None:
    """Show that this process lives; see ``/health``."""
    client: Any = redis  # its types allow text and bytes at once
    while True:
        try:
            await client.set(HEARTBEAT_KEY, f"{clock():.3f}", ex=HEARTBEAT_LIVES_S)
        except (RedisError, OSError):
            logger.warning("x heartbeat: Redis is away")
        await asyncio.sleep(HEARTBEAT_EVERY_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], serve))
