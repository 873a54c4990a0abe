"""supervisord as a child of ours: start it, ask it, stop it with all it started."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from signaling.launcher.errors import CannotLaunch

TICK_S = 0.1
STOP_WITHIN_S = 45.0
"""Four groups one after the other, each at most 10 s."""


@dataclass(frozen=True, slots=True)
class State:
    """One supervised process: `sfu-0`, its state in supervisor's words, its process id (0: none)."""

    name: str
    state: str
    pid: int


def ask(socket: Path) -> list[State]:
    """Return the states of all processes; none when no supervisor answers on `socket`."""
    proxy: Any = ServerProxy("http://localhost", SupervisorTransport(None, None, f"unix://{socket}"))
    try:
        found = proxy.supervisor.getAllProcessInfo()
    except (OSError, Fault, http.client.HTTPException):
        return []
    return [State(str(each["name"]), str(each["statename"]), int(each["pid"])) for each in found]


class Supervisor:
    """A running supervisord. As a context it is gone at the end, and so is everything that it started."""

    def __init__(
        self, configuration: Path, socket: Path, environment: Mapping[str, str], *, hurry: Callable[[], bool]
    ) -> None:
        """Start it; `hurry()` turns true when an ordered stop takes too long for the person who waits."""
        self._socket = socket
        self._hurry = hurry
        self._pids: set[int] = set()
        # In a session of its own: Ctrl-C and a closed terminal reach the launcher only, which then stops in order.
        # (A hang-up would make supervisord start everything again.)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "supervisor.supervisord",
                "--nodaemon",
                "--silent",
                "-c",
                str(configuration),
            ],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def states(self) -> list[State]:
        """Return the states of all processes.

        Raises:
            CannotLaunch: supervisord itself has ended.
        """
        if self._process.poll() is not None:
            raise CannotLaunch(
                f"The supervisor ended with code {self._process.returncode}: see .run/supervisord.log."
            )
        found = ask(self._socket)
        if found:
            self._pids = {each.pid for each in found if each.pid}
        return found

    def stop(self) -> None:
        """Stop web, worker, sfu and store in this order; kill what does not stop, or all in a hurry."""
        with contextlib.suppress(CannotLaunch):
            self.states()
        if self._process.poll() is None:
            self._process.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        while self._process.poll() is None and time.monotonic() < deadline and not self._hurry():
            time.sleep(TICK_S)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.returncode != 0:
            self._kill_orphans()

    def _kill_orphans(self) -> None:
        """Kill what supervisord left when it was killed itself: each of its processes leads a group."""
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
