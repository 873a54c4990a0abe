"""A served notebook: web processes in this loop or real ones, a real Valkey, and pages signed in on it."""

import base64
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from load.client import Client, Refused
from load.system import processes
from load.system.processes import free_port
from load.system.redis import RedisServer
from signaling.composition import Process, compose
from signaling.gateway.app import Gateway
from signaling.schema import migrate
from signaling.settings import Settings
from tests.support.notebook import Notebook, log_id

__all__ = ["Client", "Place", "Refused", "Web", "open_place"]

KEY = base64.b64encode(b"k" * 32).decode()
ROOT = Path(__file__).parents[2]


@dataclass
class Web:
    """One web process in this loop."""

    base: str
    gateway: Gateway
    process: Process
    app: Notebook
    dist: Path


@dataclass
class Place:
    """A database with its notebook, and what processes need to serve it."""

    environment: dict[str, str]
    tokens: dict[str, str]
    """Name to the secret of the personal link."""
    log: str

    @asynccontextmanager
    async def serve(
        self, dist: Path | None = None, *, open_to_guests: bool = True, takes_photos: bool = True
    ) -> AsyncIterator[Web]:
        """Serve on a port of its own, in this loop."""
        port = free_port()
        settings = self.settings(port)
        app = Notebook()
        app.open_to_guests, app.takes_photos = open_to_guests, takes_photos
        async with compose(settings, [app]) as process:
            dist = dist or ROOT / "nowhere"
            gateway = Gateway(process, dist)
            runner = web.AppRunner(gateway.application, access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            try:
                async with gateway.running() as services:
                    await web.TCPSite(runner, "127.0.0.1", port).start()
                    yield Web(f"http://127.0.0.1:{port}", gateway, process, app, dist)
                    assert not services.done(), services
            finally:
                await runner.cleanup()

    def settings(self, port: int) -> Settings:
        return Settings.from_environment({**self.environment, "PORT": str(port)})

    @contextmanager
    def run(self, module: str, output: Path, port: int = 0) -> Iterator[processes.Process]:
        """Run ``python -m module`` with the notebook."""
        argv = [sys.executable, "-m", module, "tests.support.notebook:app"]
        environment = {**self.environment, "PORT": str(port)}
        with processes.running(argv, output=output, env=environment, cwd=ROOT) as process:
            yield process

    async def enter(self, stack: AsyncExitStack, base: str, name: str) -> Client:
        """Sign a person in and connect her page."""
        client = await stack.enter_async_context(await Client.sign_in(base, self.tokens[name]))
        await client.connect()
        return client


@asynccontextmanager
async def open_place(valkey: RedisServer | str, folder: Path, database_url: str = "") -> AsyncIterator[Place]:
    """Make a database with the notebook's people; by default a SQLite file in ``folder``."""
    environment = {
        "REDIS_URL": valkey if isinstance(valkey, str) else valkey.url,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": KEY,
        "FILES_KEY": KEY,
        "HOST": "127.0.0.1",
    }
    settings = Settings.from_environment(environment)
    app = Notebook()
    async with compose(settings, [app]) as process:
        await migrate(process.context.database, [])
        people = await app.seed(process.context)
        async with process.context.database.read() as tx:
            log = await log_id(tx)
    yield Place(environment, {person.name: person.token for person in people}, log)
