"""The system that is broken: two web processes, a worker, a database and a Redis, each of which comes back."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from load.soak.link import Link
from load.system import postgres, redis, whole
from load.system.postgres import PostgresServer
from load.system.processes import Process
from load.system.redis import RedisServer
from load.system.whole import System

WEB_PROCESSES = 2
MORTAL = ("load.soak.mortal", "signaling")
AWAY_S = (0.1, 1.5)
"""How long a server is away, at least and at most."""
STARTS_MOST = 20


@dataclass(frozen=True, slots=True)
class Setting:
    """What runs."""

    apps: tuple[str, ...]
    tools: bool
    """PostgreSQL and redis-server instead of SQLite and Valkey."""
    web_program: tuple[str, ...] = MORTAL
    """What starts a web process."""


@dataclass(eq=False)
class Stage:
    """What runs, and how it is broken. A thing that is away already is left alone."""

    system: System
    redis: RedisServer
    postgres: PostgresServer | None
    chance: random.Random
    _away: set[str] = field(default_factory=set)
    _returning: set[asyncio.Task[None]] = field(default_factory=set)

    async def kill_web(self, pid: int) -> None:
        """Kill the web process that is at the step, or any; another one starts in its place."""
        living = _living(self.system.web)
        chosen = [process for process in living if process.pid == pid] or living
        if chosen:
            _kill(self.chance.choice(chosen))
            self._return(self.system.start_web)

    async def kill_worker(self) -> None:
        """Kill the worker; another one starts."""
        for process in _living(self.system.worker):
            _kill(process)
            self._return(self.system.start_worker)

    async def kill_redis(self) -> None:
        """Kill Redis; it comes back empty."""
        await self._take_away("redis", self.redis.stop, self.redis.start)

    async def kill_database(self) -> None:
        """Kill PostgreSQL without a shutdown; it recovers."""
        if self.postgres is not None:
            await self._take_away("database", self.postgres.kill, self.postgres.start)

    async def all_back(self) -> None:
        """Wait until everything runs again."""
        while self._returning:
            await asyncio.gather(*self._returning)

    def ended_by_themselves(self) -> int:
        """Tell how many processes ended that nobody killed; there should be none."""
        codes = (process.popen.poll() for process in (*self.system.web, *self.system.worker))
        return sum(code is not None and code != -signal.SIGKILL for code in codes)

    async def _take_away(self, name: str, stop: Callable[[], None], start: Callable[[], None]) -> None:
        if name in self._away:
            return
        self._away.add(name)
        await asyncio.to_thread(stop)

        def come_back() -> None:
            start()
            self._away.discard(name)

        self._return(come_back, self.chance.uniform(*AWAY_S))

    def _return(self, start: Callable[[], object], after_s: float = 0.0) -> None:
        async def come_back() -> None:
            await asyncio.sleep(after_s)
            for attempt in range(STARTS_MOST):
                try:
                    await asyncio.to_thread(start)
                except RuntimeError:  # it ended: what it needs is away too; a supervisor starts it again
                    if attempt + 1 == STARTS_MOST:
                        raise
                else:
                    return

        task = asyncio.ensure_future(come_back())
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)


def _living(processes: Sequence[Process]) -> list[Process]:
    return [process for process in processes if process.popen.poll() is None]


def _kill(process: Process) -> None:
    process.popen.kill()
    process.popen.wait()


@asynccontextmanager
async def standing(
    folder: Path,
    setting: Setting,
    links: Sequence[Link],
    steps: Path,
    chance: random.Random,
) -> AsyncIterator[Stage]:
    """Run the system until the end of the block.

    Args:
        folder: An empty one.
        setting: What runs.
        links: Of the pages; led to the web processes.
        steps: The Unix socket to which web processes report.
        chance: Makes the choices.
    """
    async with AsyncExitStack() as stack:
        server = stack.enter_context(redis.running(redis.debian_program() if setting.tools else None))
        database = stack.enter_context(postgres.running()) if setting.tools else None
        for link in links:
            await link.open()
            stack.push_async_callback(link.close)
        system = stack.enter_context(
            whole.running(
                folder,
                web=WEB_PROCESSES,
                sfu=0,
                database_url=database.new_database() if database else None,
                redis_url=server.url,
                apps=setting.apps,
                web_program=setting.web_program,
                PUBLIC_ORIGIN=",".join(link.base for link in links),
                SOAK_STEPS=str(steps),
            )
        )
        address = urlsplit(system.base)
        for link in links:
            link.lead_to(address.hostname or "", address.port or 0)
        stage = Stage(system, server, database, chance)
        yield stage
        await stage.all_back()
