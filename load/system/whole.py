"""The whole server: web, worker and SFU processes over a real database and a real Redis, as `make run` starts them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from load.system import processes
from load.system import redis as redis_servers
from load.system.processes import Process, free_port, wait_until
from load.system.redis import RedisServer

ROOT = Path(__file__).parents[2]
WEB = ("signaling",)
"""The module of a web process, and words that come before the apps."""
SFU = ("sfu",)
APPS = ("classroom.app:app",)
UP_WITHIN_S = 45.0
DOWN_WITHIN_S = 30.0


@dataclass(frozen=True)
class Link:
    """One person of the demonstration."""

    name: str
    role: str
    """``pupil``, ``volunteer`` or ``coordinator``."""
    path: str
    """``/entrer#SECRET``."""

    @property
    def token(self) -> str:
        """The secret."""
        return self.path.partition("#")[2]


@dataclass
class System:
    """What runs. Its processes may be ended and started again by a test; what is left ends with the block."""

    base: str
    """``http://127.0.0.1:port`` of the web processes."""
    folder: Path
    """Data and one output file for each process."""
    environment: dict[str, str]
    apps: tuple[str, ...] = APPS
    """Dotted names of what web and worker processes serve."""
    web_program: tuple[str, ...] = WEB
    sfu_program: tuple[str, ...] = SFU
    redis: RedisServer | None = None
    """None where it was there before."""
    web: list[Process] = field(default_factory=list)
    worker: list[Process] = field(default_factory=list)
    sfu: list[Process] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def of_role(self, role: str) -> list[Link]:
        """The demonstration's persons of one role."""
        return [link for link in self.links if link.role == role]

    def person(self, name: str) -> Link:
        """The person of the demonstration with this name."""
        return next(link for link in self.links if link.name == name)

    def address(self, link: Link) -> str:
        """The personal link as it stands on paper."""
        return self.base + link.path

    def health(self) -> dict[str, Any]:
        """What ``/health`` says; ``{}`` while nobody answers or the process is not fit."""
        try:
            with urlopen(f"{self.base}/health", timeout=5) as response:  # noqa: S310 - our own address
                return dict(json.load(response))
        except OSError:
            return {}

    def start_web(self) -> Process:
        """Start one more web process on the same port, and wait until it listens."""
        process = self._start("web", self.web, *self.web_program, *self.apps)
        process.wait_for("= listening", UP_WITHIN_S)
        return process

    def start_worker(self) -> Process:
        """Start one more worker process."""
        return self._start("worker", self.worker, "signaling.worker", *self.apps)

    def start_sfu(self) -> Process:
        """Start one more SFU worker on a port of its own."""
        return self._start("sfu", self.sfu, *self.sfu_program, SFU_PORT=str(free_port()))

    def restart_web(self) -> None:
        """End all web processes in order, then start as many."""
        living = [process for process in self.web if process.popen.poll() is None]
        for process in living:
            process.popen.terminate()
        for process in living:
            process.wait(DOWN_WITHIN_S)
        for _ in living:
            self.start_web()

    def seed(self) -> None:
        """Make the demonstration class, and know its links."""
        lines = self.admin("seed", *self.apps).splitlines()
        self.links = [Link(**json.loads(line)) for line in lines]

    def write_links(self) -> Path:
        """Write the persons' links into a file, a JSON object a line; for LINKS of the load tests."""
        path = self.folder / "links.jsonl"
        lines = [{"name": link.name, "role": link.role, "path": link.path} for link in self.links]
        path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
        return path

    def admin(self, *arguments: str) -> str:
        """Run one of the operator's commands and return what it printed.

        Raises:
            RuntimeError: It failed; holds what it wrote about that.
        """
        done = subprocess.run(
            [sys.executable, "-m", "signaling.admin", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def output(self) -> str:
        """Everything that the processes wrote, for the message of a failed test."""
        files = sorted(self.folder.glob("*.out"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')}" for file in files)

    def _start(self, kind: str, among: list[Process], module: str, *arguments: str, **more: str) -> Process:
        process = self._stack.enter_context(
            processes.running(
                [sys.executable, "-m", module, *arguments],
                output=self.folder / f"{kind}-{len(among)}.out",
                env=self.environment | more,
                cwd=ROOT,
            )
        )
        among.append(process)
        return process

    def is_up(self, sfu: int) -> bool:
        """Tell whether the processes know each other, and at least `sfu` SFU workers."""
        health = self.health()
        return bool(health) and health["worker_age_s"] is not None and health["sfu_workers"] >= sfu


@contextmanager
def running(  # noqa: PLR0913 - all but the folder may be left out
    folder: Path,
    *,
    web: int = 1,
    sfu: int = 1,
    database_url: str | None = None,
    redis_url: str | None = None,
    apps: tuple[str, ...] = APPS,
    web_program: tuple[str, ...] = WEB,
    sfu_program: tuple[str, ...] = SFU,
    **more: str,
) -> Iterator[System]:
    """Run a migrated, seeded and healthy system until the end of the block.

    Args:
        folder: An empty one, for data and output.
        web: Web processes, on one port.
        sfu: SFU workers.
        database_url: Of an empty database; an SQLite file in ``folder`` when None.
        redis_url: Of a running Redis or Valkey; one of its own when None.
        apps: What web and worker processes serve.
        web_program: What starts a web process: a module, and words that come before the apps.
        sfu_program: What starts an SFU worker.
        more: Added to every process' environment.
    """
    with ExitStack() as stack:
        redis = stack.enter_context(redis_servers.running()) if redis_url is None else None
        port = free_port()
        system = System(
            base=f"http://127.0.0.1:{port}",
            folder=folder,
            environment=dict(os.environ)
            | {
                "PERMANENCE_DEMO": "1",
                "DATABASE_URL": database_url or f"sqlite:///{folder / 'permanence.sqlite3'}",
                "REDIS_URL": redis.url if redis else str(redis_url),
                "DATA_DIR": str(folder / "data"),
                "PORT": str(port),
                "PYTHONUNBUFFERED": "1",
            }
            | more,
            apps=apps,
            web_program=web_program,
            sfu_program=sfu_program,
            redis=redis,
            _stack=stack,
        )
        system.admin("migrate", *apps)
        for _ in range(sfu):
            system.start_sfu()
        system.start_worker()
        for _ in range(web):
            system.start_web()
        system.seed()
        try:
            wait_until(lambda: system.is_up(sfu), "a healthy system", UP_WITHIN_S)
        except TimeoutError as failure:
            raise TimeoutError(f"{failure}; health: {system.health()}\n{system.output()}") from failure
        yield system
