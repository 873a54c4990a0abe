"""CPU and memory of processes, once a second, into a file of JSON lines."""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from load.report.records import Record
from load.system.whole import System

EVERY_S = 1.0
DRIVER = "load.driver"
MB = 1e6

Processes = Callable[[], Mapping[int, str]]
"""Which to look at now: process ids and names."""


class Sampler:
    """A thread, until the end of the block.

    A line is ``{"at": unix seconds, "process": name, "cpu": share of one core, "memory_mb": resident}``.
    """

    def __init__(self, processes: Processes, output: Path) -> None:
        self._processes = processes
        self._output = output
        self._usage: dict[int, Usage] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with self._output.open("w", encoding="utf-8") as file:
            due = time.monotonic()
            while not self._over.wait(max(0.0, due - time.monotonic())):
                due += EVERY_S
                for line in self._sample():
                    file.write(json.dumps(line) + "\n")
                file.flush()

    def _sample(self) -> Iterator[dict[str, object]]:
        names = self._processes()
        self._usage = {pid: self._usage.get(pid) or Usage(pid) for pid in names}
        for pid, name in names.items():
            if (used := self._usage[pid].since_last()) is not None:
                cpu, memory_mb = used
                yield {
                    "at": round(time.time(), 3),
                    "process": name,
                    "cpu": round(cpu, 4),
                    "memory_mb": round(memory_mb, 1),
                }


class Usage:
    """What one process uses."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._process: psutil.Process | None = None
        self._looked_at = self._spent = 0.0

    def since_last(self) -> tuple[float, float] | None:
        """Give the share of a core since the last call, and resident MB; None the first time, and when it has ended."""
        first = self._process is None
        try:
            self._process = self._process or psutil.Process(self._pid)
            times, memory = self._process.cpu_times(), self._process.memory_info().rss
        except psutil.NoSuchProcess:
            return None
        now, spent = time.monotonic(), times.user + times.system
        share = (spent - self._spent) / max(1e-3, now - self._looked_at)
        self._looked_at, self._spent = now, spent
        return None if first else (share, memory / MB)


class Machine:
    """How busy all processors are, since it was made."""

    def __init__(self) -> None:
        self._idle, self._total = self._times()

    def busy(self) -> float:
        """Give the share of all processors' time in which they worked, for us and for others."""
        idle, total = self._times()
        return 1 - (idle - self._idle) / max(1e-3, total - self._total)

    @staticmethod
    def _times() -> tuple[float, float]:
        times = psutil.cpu_times()._asdict()
        return times["idle"] + times.get("iowait", 0.0), sum(times.values())


def used(samples: Sequence[Record], lasted_s: float) -> float:
    """Give the share of all processors' time that the sampled processes took."""
    cores = os.cpu_count() or 1
    return sum(float(sample["cpu"]) for sample in samples) * EVERY_S / (cores * max(EVERY_S, lasted_s))


def of_system(system: System) -> Mapping[int, str]:
    """Name the living processes of a system: ``web``, ``worker``, ``sfu``, ``redis``; the second of a kind ``web 2``."""
    kinds = {"web": system.web, "worker": system.worker, "sfu": system.sfu}
    found = {
        process.pid: _numbered(kind, place)
        for kind, processes in kinds.items()
        for place, process in enumerate(processes, 1)
        if process.popen.poll() is None
    }
    return found | ({system.redis.pid: "redis"} if system.redis else {})


def of_generator(locust: int) -> Mapping[int, str]:
    """Name Locust's process, its workers, and their drivers."""
    try:
        children: list[psutil.Process] = psutil.Process(locust).children(recursive=True)
    except psutil.NoSuchProcess:
        return {}
    found, count = {locust: "locust"}, Counter({"locust": 1})
    for child in children:
        try:
            kind = "driver" if DRIVER in child.cmdline() else "locust"
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        count[kind] += 1
        found[child.pid] = _numbered(kind, count[kind])
    return found


def _numbered(kind: str, place: int) -> str:
    return kind if place == 1 else f"{kind} {place}"
