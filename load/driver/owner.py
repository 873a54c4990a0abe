"""The gevent side: starts the driver process, gives it acts, hands out what it reports, ends it."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, cast

import gevent
import msgspec
from gevent import subprocess
from gevent.queue import Empty, Queue

from load.driver.messages import Act, Finished, Measured, Report, Watched

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "load.driver")
REPORTS_WAITING = 100
"""Of one act: several times what an act reports."""
SILENT_MOST_S = 180.0
"""Every wait of the driver is shorter."""
END_WITHIN_S = 5.0


class DriverEnded(Exception):  # noqa: N818 - says what happened to a process
    """The driver process ended, or says nothing, before its act was over."""


class Driver:
    """One driver process. Use from gevent only; ``close`` it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
        )
        self._input: IO[bytes] = cast("IO[bytes]", self._process.stdin)
        self._output: IO[bytes] = cast("IO[bytes]", self._process.stdout)
        self._ids = count(1)
        self._acts: dict[int, Queue[Report | None]] = {}
        self._reader = gevent.spawn(self._read)

    def enter(self, user: int, *, role: str, base: str, token: str, talk_s: float) -> Iterator[Report]:
        """Sign a user in; as ``act``."""
        act = Act(
            id=next(self._ids), user=user, act="enter", role=role, base=base, token=token, talk_s=talk_s
        )
        return self._carry_out(act)

    def act(self, user: int, act: str) -> Iterator[Report]:
        """Have a user do something; yields what is measured, at last ``Finished``.

        Raises:
            DriverEnded: It will not be done.
        """
        return self._carry_out(Act(id=next(self._ids), user=user, act=act))

    def watch(self) -> Watched | None:
        """Ask how the driver does; None when it does not answer any more."""
        try:
            for report in self.act(0, "watch"):
                if isinstance(report, Watched):
                    return report
        except DriverEnded:
            pass
        return None

    def close(self) -> None:
        """End the process: in order first, then at once."""
        with suppress(OSError):  # it has gone before
            self._input.close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(END_WITHIN_S)

    def _carry_out(self, act: Act) -> Iterator[Report]:
        reports: Queue[Report | None] = Queue(REPORTS_WAITING)
        self._acts[act.id] = reports
        try:
            self._write(act)
            while True:
                report = reports.get(timeout=SILENT_MOST_S)
                if report is None:
                    raise DriverEnded("the driver process ended")
                yield report
                if not isinstance(report, Measured):
                    return
        except Empty:
            raise DriverEnded("the driver process says nothing") from None
        finally:
            del self._acts[act.id]

    def _write(self, act: Act) -> None:
        if self._reader.ready():
            raise DriverEnded("the driver process ended")
        try:
            self._input.write(msgspec.json.encode(act) + b"\n")
            self._input.flush()
        except OSError:
            raise DriverEnded("the driver process ended") from None

    def _read(self) -> None:
        try:
            for line in self._output:
                report: Report = msgspec.json.decode(line, type=Report)
                if (reports := self._acts.get(report.id)) is not None:
                    reports.put_nowait(report)
        finally:
            for reports in list(self._acts.values()):
                reports.put_nowait(None)


__all__ = ["Driver", "DriverEnded", "Finished", "Measured", "Watched"]
