"""A real PostgreSQL server for the tests marked `postgres`, with a fresh database for each of them."""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.processes import running, wait_until


def find_program(name: str) -> str | None:
    """Find a program of PostgreSQL: on PATH, or where Debian keeps the newest version."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: the account to use instead, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


class PostgresServer:
    """A server on a Unix socket only, without durability: it lives as long as the test run."""

    def __init__(self, folder: Path, superuser: str) -> None:
        self.folder = folder
        self.superuser = superuser
        self._numbers = count(1)

    def new_database(self) -> str:
        """Create an empty database and return its SQLAlchemy URL (asyncpg)."""
        name = f"test_{next(self._numbers)}"
        command = [
            _program("createdb"),
            "-h",
            str(self.folder),
            "-U",
            self.superuser,
            "-T",
            "template0",
            name,
        ]
        subprocess.run(command, check=True, timeout=60)
        return f"postgresql+asyncpg://{self.superuser}@/{name}?host={self.folder}"


def _fast_folder() -> str | None:
    """Memory where there is enough (each database takes 8 MB), otherwise the usual place."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    return str(memory) if roomy else None


def _program(name: str) -> str:
    found = find_program(name)
    if found is None:
        pytest.fail(f"{name} is missing: apt-get install postgresql")
    return found


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test run."""
    account = _unprivileged_user()
    superuser = account or getpass.getuser()
    folder = Path(
        tempfile.mkdtemp(prefix="pg-", dir=_fast_folder())
    )  # short: a Unix socket's path has at most 107 bytes
    try:
        if account:
            shutil.chown(folder, account)
        data = folder / "data"
        initdb = [
            _program("initdb"),
            "-D",
            data,
            "-U",
            superuser,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        subprocess.run(
            [str(word) for word in initdb],
            check=True,
            user=account,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "max_connections=200",
        ]
        server = [_program("postgres"), "-D", data, *(word for item in settings for word in ("-c", item))]
        as_account = ["runuser", "-u", account, "--"] if account else []
        with running([*as_account, *server], output=folder.with_suffix(".log"), cwd=folder) as process:
            ready = [_program("pg_isready"), "-q", "-h", str(folder)]
            wait_until(
                lambda: subprocess.run(ready, check=False).returncode == 0, f"ready\n{process.text()}", 30
            )
            yield PostgresServer(folder, superuser)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".log").unlink(missing_ok=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of a new, empty database."""
    return postgres_server.new_database()
