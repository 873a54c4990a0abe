"""How busy the measured process, the generator and the machine were meanwhile: part of every figure's load."""

import asyncio
import os
import time

from load.bench.cpu import cpu_seconds
from load.bench.figure import percentile
from load.thresholds import GENERATOR_CPU

TICK_S = 0.05
LAG_P99_MS = 100.0
"""How late the generator's loop comes: above, what it measures is its own delay."""


class Busy:
    """Make it inside a running loop when measuring begins; `told` ends it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu, self._own = cpu_seconds(pid), time.process_time()
        self._began = time.monotonic()
        self._late_ms = [0.0]
        self._timer = self._wait()

    def told(self) -> str:
        """End it; tell how all did, and whether the generator was the bottleneck."""
        self._timer.cancel()
        seconds = time.monotonic() - self._began
        server = (cpu_seconds(self._pid) - self._cpu) / seconds
        own, late_ms = (time.process_time() - self._own) / seconds, percentile(self._late_ms, 0.99)
        void = own > GENERATOR_CPU or late_ms > LAG_P99_MS
        return (
            f"web process at {server:.0%} of a core, generator at {own:.0%}, its loop's lag p99 {late_ms:.0f} ms"
            f"{' - THE GENERATOR WAS THE BOTTLENECK' if void else ''}; machine's load {os.getloadavg()[0]:.1f} on "
            f"{os.cpu_count()} cores; generator, worker and Valkey on the same machine, SQLite with synchronous=FULL"
        )

    def _wait(self) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        return loop.call_at(due, self._tick, due)

    def _tick(self, due: float) -> None:
        self._late_ms.append((asyncio.get_running_loop().time() - due) * 1e3)
        self._timer = self._wait()
