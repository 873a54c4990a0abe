"""How the driver itself does: its share of a core, how late its loop comes, and how much media it carries."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from load.steps import Step

TICK_S = 0.05


class Ticks:
    """Tells each 50 ms how late the loop came. Make it inside a running loop; ``stop`` it.

    Args:
        told: Takes milliseconds.
    """

    def __init__(self, told: Callable[[float], None]) -> None:
        self._told = told
        self._timer = self._wait()

    def stop(self) -> None:
        """End it."""
        self._timer.cancel()

    def _wait(self) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        return loop.call_at(due, self._tick, due)

    def _tick(self, due: float) -> None:
        self._told((asyncio.get_running_loop().time() - due) * 1e3)
        self._timer = self._wait()


class Watch:
    """Make it inside a running loop; ``stop`` it."""

    def __init__(self) -> None:
        self._late_ms = 0.0
        self._since = time.monotonic()
        self._cpu = time.process_time()
        self._ticks = Ticks(self._late)

    def take(self) -> tuple[float, float]:
        """Give the share of one core, and how late the loop came at worst in milliseconds, since the last call."""
        since, self._since = self._since, time.monotonic()
        cpu, self._cpu = self._cpu, time.process_time()
        late_ms, self._late_ms = self._late_ms, 0.0
        return (self._cpu - cpu) / max(1e-3, self._since - since), late_ms

    def stop(self) -> None:
        """End it."""
        self._ticks.stop()

    def _late(self, late_ms: float) -> None:
        self._late_ms = max(self._late_ms, late_ms)


class Legs:
    """Connected media legs, by what persons report: joined, and hung up or back."""

    def __init__(self) -> None:
        self._of: Counter[int] = Counter()

    def measured(self, user: int, step: Step, error: str) -> None:
        """A step was reported."""
        if step is Step.JOIN and not error:
            self._of[user] += 1
        elif step in (Step.HANG_UP, Step.HANG_UP_SCREEN) and self._of[user]:
            self._of[user] -= 1

    def back(self, user: int) -> None:
        """Her turn is over, however it ended."""
        self._of.pop(user, None)

    @property
    def calls(self) -> float:
        """Half of all legs."""
        return self._of.total() / 2
