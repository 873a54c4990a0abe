"""The whole server in tests: web, worker and SFU processes over a real Valkey, as `make run` starts them.

Other tests use the fixture ``system``, or ``running`` with more processes, another database or another Redis.
``python -m tests.support.system COMMAND...`` runs a command against a fresh one: ``--host ADDRESS`` is added to it,
and LINKS names the file of personal links.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from signaling.database import sqlite_file_url
from tests.support import processes, valkey
from tests.support.processes import Process, wait_until
from tests.support.sfu_worker import free_port

ROOT = Path(__file__).parents[2]
APP = "classroom.app:app"
UP_WITHIN_S = 45.0


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
        return self.path.partition("#")[2]


@dataclass
class System:
    """What runs. Its processes may be ended and started again by a test; what is left ends with the block."""

    base: str
    """``http://127.0.0.1:port`` of the web processes."""
    folder: Path
    """Data and one output file for each process."""
    environment: dict[str, str]
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
        process = self._start("web", self.web, "signaling", APP)
        process.wait_for("= listening", UP_WITHIN_S)
        return process

    def start_worker(self) -> Process:
        """Start one more worker process."""
        return self._start("worker", self.worker, "signaling.worker", APP)

    def start_sfu(self) -> Process:
        """Start one more SFU worker on a port of its own."""
        return self._start("sfu", self.sfu, "sfu", SFU_PORT=str(free_port()))

    def seed(self) -> None:
        """Make the demonstration class, and know its links."""
        lines = self.admin("seed", APP).splitlines()
        self.links = [Link(**json.loads(line)) for line in lines]

    def write_links(self) -> Path:
        """Write the persons' links into a file, a JSON object a line; for LINKS of the load tests."""
        path = self.folder / "links.jsonl"
        lines = [{"name": link.name, "role": link.role, "path": link.path} for link in self.links]
        path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
        return path

    def admin(self, *arguments: str) -> str:
        """Run one of the operator's commands and return what it printed."""
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
        assert done.returncode == 0, done.stderr
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

    def _is_up(self, sfu: int) -> bool:
        health = self.health()
        return bool(health) and health["worker_age_s"] is not None and health["sfu_workers"] >= sfu


@contextmanager
def running(
    folder: Path,
    *,
    web: int = 1,
    sfu: int = 1,
    database_url: str | None = None,
    redis_url: str | None = None,
    **more: str,
) -> Iterator[System]:
    """Run a migrated, seeded and healthy system until the end of the block.

    Args:
        folder: An empty one, for data and output.
        web: Web processes, on one port.
        sfu: SFU workers.
        database_url: Of an empty database; an SQLite file in ``folder`` when None.
        redis_url: Of a running Redis or Valkey; one of its own when None.
        more: Added to every process' environment.
    """
    with ExitStack() as stack:
        if redis_url is None:
            redis_url = stack.enter_context(valkey.running()).url
        port = processes.free_port()
        system = System(
            base=f"http://127.0.0.1:{port}",
            folder=folder,
            environment=dict(os.environ)
            | {
                "PERMANENCE_DEMO": "1",
                "DATABASE_URL": database_url or sqlite_file_url(folder / "permanence.sqlite3"),
                "REDIS_URL": redis_url,
                "DATA_DIR": str(folder / "data"),
                "PORT": str(port),
                "PYTHONUNBUFFERED": "1",
            }
            | more,
            _stack=stack,
        )
        system.admin("migrate", APP)
        for _ in range(sfu):
            system.start_sfu()
        system.start_worker()
        for _ in range(web):
            system.start_web()
        system.seed()
        try:
            wait_until(lambda: system._is_up(sfu), "a healthy system", UP_WITHIN_S)
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}; health: {system.health()}\n{system.output()}")
        yield system


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    """One web process, one worker, one SFU worker, an SQLite file; for one test."""
    folder = tmp_path / "system"
    folder.mkdir()
    with running(folder) as system:
        yield system


def main(command: Sequence[str]) -> int:
    """Run a command against a fresh system and return its exit status."""
    with tempfile.TemporaryDirectory(prefix="permanence-") as name, running(Path(name)) as the:
        environment = the.environment | {"LINKS": str(the.write_links())}
        return subprocess.run([*command, "--host", the.base], env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
