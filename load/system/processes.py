"""Real processes: start, wait on conditions, and leave none behind."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil

TICK_S = 0.02
PORTS = range(18_000, 32_000)


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    """Wait until `condition()` holds.

    Raises:
        TimeoutError: It did not in time; names `what`.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s: {what}")
        time.sleep(TICK_S)


def free_port() -> int:
    """Find a port that is free for UDP and TCP at this moment.

    Below those that systems give to outgoing connections: one of these might take it before it is used.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        ):
            try:
                udp.bind(("", port))
                tcp.bind(("", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port of {PORTS.start} to {PORTS.stop - 1} is free")


def end_when_asked() -> None:
    """Let SIGTERM and SIGHUP (the terminal is gone) end this program as Ctrl-C does: what it has started is ended too."""
    asking = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        asking.append(signal.SIGHUP)

    def end(number: int, _frame: FrameType | None) -> None:
        for each in asking:  # a shell and make may both pass one on: the second must not cut the ending short
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for each in asking:
        signal.signal(each, end)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Process:
    """A child in a process group of its own, its output (both streams) in a file."""

    def __init__(self, popen: subprocess.Popen[bytes], output: Path) -> None:
        self.popen = popen
        self.output = output
        self._seen: dict[int, psutil.Process] = {}

    @property
    def pid(self) -> int:
        """The process."""
        return self.popen.pid

    def text(self) -> str:
        """Everything written so far."""
        return self.output.read_text(errors="replace")

    def wait_for(self, text: str, timeout_s: float = 20.0) -> None:
        """Wait until `text` was written.

        Raises:
            TimeoutError: It was not in time.
            RuntimeError: The process ended without it.
        """
        wait_until(
            lambda: text in self.text() or self.popen.poll() is not None, f"{text!r} in its output", timeout_s
        )
        if text not in self.text():
            raise RuntimeError(f"ended with {self.popen.returncode} before writing {text!r}:\n{self.text()}")

    def descendants(self) -> list[psutil.Process]:
        """The living descendants; they are remembered, so that `survivors` knows them later."""
        try:
            found: list[psutil.Process] = psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            found = []
        self._seen.update({process.pid: process for process in found})
        return found

    def survivors(self) -> list[psutil.Process]:
        """Those ever returned by `descendants` that live still (a zombie does not)."""
        return [process for process in self._seen.values() if _lives(process)]

    def wait(self, timeout_s: float = 20.0) -> int:
        """Wait for the end and return the exit code.

        Raises:
            TimeoutError: It runs on.
        """
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"still running after {timeout_s} s:\n{self.text()}") from None

    def end(self) -> None:
        """Kill what is left, descendants too."""
        self.descendants()
        if self.popen.poll() is None:
            self.popen.kill()
        for process in self.survivors():
            process.kill()
        self.popen.wait(10)
        wait_until(lambda: not self.survivors(), f"the end of {self.survivors()}")


@contextmanager
def running(
    argv: Sequence[object],
    *,
    output: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    terminal: int | None = None,
) -> Iterator[Process]:
    """Run `argv` with `env` added to our own environment; whatever happens, it is gone at the end.

    Its output goes to the file `output`, or to the open file `terminal`.
    """
    with output.open("wb") as stream:
        popen = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=stream if terminal is None else terminal,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            start_new_session=True,
        )
    process = Process(popen, output)
    try:
        yield process
    finally:
        process.end()
