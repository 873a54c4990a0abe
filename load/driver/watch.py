"""How the driver itself does: its share of a core, and how late its loop comes."""

import asyncio
import time
from collections import deque

TICK_S = 0.05
TICKS_KEPT = 20_000


class Watch:
    """Make it inside a running loop; ``stop`` it."""

    def __init__(self) -> None:
        self._late_ms: deque[float] = deque(maxlen=TICKS_KEPT)
        self._began = time.monotonic()
        self._cpu = time.process_time()
        self._timer = self._wait()

    def cpu_share(self) -> float:
        """Give the share of one core since the beginning."""
        return (time.process_time() - self._cpu) / max(1e-3, time.monotonic() - self._began)

    def late_ms(self, share: float) -> float:
        """Give the lateness below which ``share`` (0 to 1) of the ticks came."""
        ordered = sorted(self._late_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def stop(self) -> None:
        """End it."""
        self._timer.cancel()

    def _wait(self) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        return loop.call_at(due, self._tick, due)

    def _tick(self, due: float) -> None:
        self._late_ms.append((asyncio.get_running_loop().time() - due) * 1e3)
        self._timer = self._wait()
