"""The gevent side: starts the driver process, gives it acts, hands out what it reports, watches it, ends it."""

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, cast

import gevent
import msgspec
from gevent import subprocess
from gevent.event import AsyncResult

from load.driver.messages import Act, Finished, Measured, Report, Watched
from load.verdict import Second

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "load.driver")
SILENT_MOST_S = 180.0
"""Every wait of the driver is shorter."""
END_WITHIN_S = 5.0
WATCH_EACH_S = 1.0
SECONDS_KEPT = 7200


class DriverEnded(Exception):  # noqa: N818 - says what happened to a process
    """The driver process ended, or says nothing, before its act was over."""


class Driver:
    """One driver process. Use from gevent only; ``close`` it.

    Args:
        told: Takes every step that was measured, at once.
    """

    def __init__(self, told: Callable[[Measured], None]) -> None:
        self.seconds: deque[Second] = deque(maxlen=SECONDS_KEPT)
        """How each of the last seconds was; take them out."""
        self.was_cut = False
        self._told = told
        self._process = subprocess.Popen(
            COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
        )
        self._input: IO[bytes] = cast("IO[bytes]", self._process.stdin)
        self._output: IO[bytes] = cast("IO[bytes]", self._process.stdout)
        self._ids = count(1)
        self._waiting: dict[int, AsyncResult[Finished | Watched]] = {}
        self._reader = gevent.spawn(self._read)
        self._watcher = gevent.spawn(self._watch)

    @property
    def has_ended(self) -> bool:
        """The process has gone."""
        return bool(self._reader.ready())

    def carry_out(self, act: Act) -> Finished:
        """Have a user do something and wait until it is done. The act is given its id here.

        Raises:
            DriverEnded: It will not be done.
        """
        answer = self._ask(act)
        return answer if isinstance(answer, Finished) else Finished(id=0, error="our fault: another answer")

    def cut(self) -> None:
        """Say that the run has ended: what is measured from now on does not count."""
        self.was_cut = True
        with suppress(DriverEnded):
            self._write(Act(act="cut"))

    def close(self) -> None:
        """End the process: in order first, then at once."""
        self._watcher.kill()
        with suppress(OSError):  # it has gone before
            self._input.close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(END_WITHIN_S)

    def _ask(self, act: Act) -> Finished | Watched:
        number = next(self._ids)
        answer = self._waiting[number] = AsyncResult()
        try:
            self._write(msgspec.structs.replace(act, id=number))
            return cast("Finished | Watched", answer.get(timeout=SILENT_MOST_S))
        except gevent.Timeout:
            raise DriverEnded("the driver process says nothing") from None
        finally:
            del self._waiting[number]

    def _write(self, act: Act) -> None:
        if self.has_ended:
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
                if isinstance(report, Measured):
                    self._told(report)
                elif (answer := self._waiting.get(report.id)) is not None:
                    answer.set(report)
        finally:
            for answer in self._waiting.values():
                answer.set_exception(DriverEnded("the driver process ended"))

    def _watch(self) -> None:
        since, cpu = time.monotonic(), time.process_time()
        with suppress(DriverEnded):
            while True:
                gevent.sleep(WATCH_EACH_S)
                now, spent = time.monotonic(), time.process_time()
                locust_cpu = (spent - cpu) / max(1e-3, now - since)
                since, cpu = now, spent
                did = self._ask(Act(act="watch", locust_cpu=locust_cpu))
                if isinstance(did, Watched):
                    self.seconds.append(Second(did.cpu, locust_cpu, did.lag_ms))
