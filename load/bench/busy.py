"""How busy the measured process, the generator and the machine were meanwhile: part of every figure's load."""

import time

from load.bench.cpu import cpu_seconds, machine
from load.bench.figure import percentile
from load.driver.watch import Ticks
from load.thresholds import GENERATOR_CPU

LAG_P99_MS = 100.0
"""How late the generator's loop comes: above, what it measures is its own delay."""


class Busy:
    """Make it inside a running loop when measuring begins; `told` ends it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu, self._own = cpu_seconds(pid), time.process_time()
        self._began = time.monotonic()
        self._late_ms = [0.0]
        self._ticks = Ticks(self._late_ms.append)

    def told(self) -> str:
        """End it; tell how all did, and whether the generator was the bottleneck."""
        self._ticks.stop()
        seconds = time.monotonic() - self._began
        server = (cpu_seconds(self._pid) - self._cpu) / seconds
        own, late_ms = (time.process_time() - self._own) / seconds, percentile(self._late_ms, 0.99)
        void = own > GENERATOR_CPU or late_ms > LAG_P99_MS
        return (
            f"web process at {server:.0%} of a core, generator at {own:.0%}, its loop's lag p99 {late_ms:.0f} ms"
            f"{' - THE GENERATOR WAS THE BOTTLENECK' if void else ''}; {machine()}; generator, worker and Valkey on the same machine, SQLite with synchronous=FULL"
        )
