"""Everything measured, as JSON lines in a file of this process, for plots; written in a thread, outside of the media."""

import asyncio
import logging
import os
from collections import deque
from pathlib import Path
from threading import Lock

import msgspec

LINES_WAITING = 50_000
"""Beyond, records are dropped and counted."""
WRITE_EACH_S = 1.0

logger = logging.getLogger("load.driver")


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One step of one person."""

    at: float
    """Seconds since 1970."""
    who: str
    step: str
    value: float
    """In the step's unit."""
    failed: bool


class SecondRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The generator in one second."""

    at: float
    users: int
    calls: float
    driver_cpu: float
    """Share of one core, as the next."""
    locust_cpu: float
    driver_lag_ms: float


class Records:
    """A bounded buffer before the file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{os.getpid()}.jsonl"
        self._waiting: deque[StepRecord | SecondRecord] = deque()
        self._dropped = 0
        self._writing = Lock()  # whoever is cancelled while the thread writes may write himself

    def add(self, record: StepRecord | SecondRecord) -> None:
        """Keep it until it is written."""
        if len(self._waiting) >= LINES_WAITING:
            self._dropped += 1
        else:
            self._waiting.append(record)

    async def keep(self) -> None:
        """Write what waits, once a second, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_EACH_S)
            await asyncio.to_thread(self.write)

    def write(self) -> None:
        """Append what waits to the file."""
        with self._writing:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if taken:
                with self._file.open("ab") as file:
                    file.write(b"".join(msgspec.json.encode(record) + b"\n" for record in taken))
            if self._dropped:
                logger.error("x %d records dropped: the disk is too slow", self._dropped)
                self._dropped = 0
