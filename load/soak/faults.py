"""What is broken, at which step of a message, in which order."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

BEFORE, BETWEEN, AFTER = "before", "between", "after"
STEPS = (BEFORE, BETWEEN, AFTER)
"""Ahead of the commit; between commit and acknowledgement; when the acknowledgement has arrived."""
REACHED_WITHIN_S = 45.0
"""Somebody writes all the time: longer without a message at a step, and the system does not come back."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to break, when some message is at this step."""

    step: str
    victim: str


def make_plan(chance: random.Random, victims: Sequence[str], least: int) -> list[Fault]:
    """Each victim at each step, in any order; then more of the same until there are enough."""
    plan: list[Fault] = []
    every = [Fault(step, victim) for step, victim in product(STEPS, victims)]
    while len(plan) < least:
        plan += chance.sample(every, len(every) if not plan else min(len(every), least - len(plan)))
    return plan


Break = Callable[[str, int], Awaitable[None]]
"""Breaks one victim now; takes the message at the step (client id) and the process (0 when the step is a page's)."""


class Conductor:
    """Provokes the faults of a plan one after the other, each when a message reaches its step."""

    def __init__(self, breaks: Mapping[str, Break], chance: random.Random) -> None:
        self._breaks = breaks
        self._chance = chance
        self.armed: Fault | None = None
        """What happens when a message comes to its step."""
        self._done = asyncio.Event()
        self.provoked: list[Fault] = []

    async def reached(self, step: str, client_id: str, pid: int) -> None:
        """A message is at a step: break what is armed for it."""
        fault = self.armed
        if fault is None or fault.step != step:
            return
        self.armed = None
        try:
            await self._breaks[fault.victim](client_id, pid)
            self.provoked.append(fault)
        finally:
            self._done.set()

    async def provoke(self, fault: Fault) -> None:
        """Arm a fault and wait until it happened.

        Raises:
            TimeoutError: No message came to its step.
        """
        self._done.clear()
        self.armed = fault
        async with asyncio.timeout(REACHED_WITHIN_S):
            await self._done.wait()

    async def run(self, plan: Sequence[Fault], pause_s: float) -> None:
        """Provoke them all, with pauses of about `pause_s` between."""
        for fault in plan:
            await self.provoke(fault)
            await asyncio.sleep(pause_s * (0.5 + self._chance.random()))
