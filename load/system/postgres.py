"""A real PostgreSQL server on a Unix socket, in memory where there is room; databases of its own for each user."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from load.system.processes import wait_until

START_WITHIN_S = 30.0
SETTINGS = {
    "listen_addresses": "",
    # A killed server loses nothing that it has given to the kernel: only a power cut needs more, and is not tested.
    "fsync": "off",
    "max_connections": "200",
}


def find_program(name: str) -> str | None:
    """Find a program of PostgreSQL: on PATH, or where Debian keeps the newest version."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


class PostgresServer:
    """One server; it may be killed and started again, and keeps what it has acknowledged."""

    def __init__(self, folder: Path, account: str | None) -> None:
        self.folder = folder
        self.superuser = account or getpass.getuser()
        self._account = account
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(folder / "data"), "-U", self.superuser, "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            TimeoutError: It does not.
        """
        settings = SETTINGS | {"unix_socket_directories": str(self.folder)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_program("postgres"), "-D", str(self.folder / "data"), *words],
                user=self._account,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        ready = [_program("pg_isready"), "-q", "-h", str(self.folder)]
        try:
            wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, "ready", START_WITHIN_S)
        except TimeoutError as error:
            raise TimeoutError(f"PostgreSQL: {error}\n{self._log.read_text(errors='replace')}") from error

    def kill(self) -> None:
        """End it without a shutdown, as a crash does: connections are cut, the next start recovers."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_WITHIN_S)
            self._process = None

    def new_database(self) -> str:
        """Create an empty database and return its SQLAlchemy URL (asyncpg)."""
        name = f"test_{next(self._numbers)}"
        self._run("createdb", "-h", str(self.folder), "-U", self.superuser, "-T", "template0", name)
        return f"postgresql+asyncpg://{self.superuser}@/{name}?host={self.folder}"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [_program(name), *arguments],
            check=True,
            user=self._account,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Run a server of our own until the end of the block."""
    account = _unprivileged_user()
    # Short: a Unix socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_fast_folder()))
    try:
        if account:
            shutil.chown(folder, account)
        server = PostgresServer(folder, account)
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: the account to use instead, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def _fast_folder() -> str | None:
    """Memory where there is enough (each database takes 8 MB), otherwise the usual place."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    return str(memory) if roomy else None


def _program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: apt-get install postgresql")
    return found
