"""When views are drawn again: in rounds that leave the process time for everything else.

In a full classroom one event changes hundreds of pages. They are drawn together, and the longer a round took the longer
the pause after it, up to a limit, so that drawing takes a share of the process: with many pages they follow some
moments later, and who comes in or writes does not have to wait for all of them. Whom an event is about does not wait
either: a second lane takes those at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
DEBOUNCE_S = 0.05
"""What is wanted within this time is one round."""
AT_ONCE = 8
"""Drawn side by side."""
ROUND_MOST_S = 2.0
"""After so long the next round begins without those that hang."""
PAUSE_MOST_S = 2.0


class Lane(Generic[T]):
    """Has things drawn again, each once however often it was wanted meanwhile. `run` it in a task of its own.

    Args:
        draw: Draws one; raises nothing.
        clock: Seconds, monotonic.
        pause: Times what a round took, the pause after it.
        sleep: Waits.
    """

    def __init__(
        self,
        draw: Callable[[T], Awaitable[None]],
        clock: Callable[[], float],
        *,
        pause: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._draw = draw
        self._clock = clock
        self._pause = pause
        self._sleep = sleep
        self._wanted: dict[T, None] = {}
        self._drawing: set[T] = set()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)

    def want(self, thing: T) -> None:
        """Have it drawn in the next round; when it is being drawn now, once more afterwards."""
        self._wanted[thing] = None
        if thing not in self._drawing:
            self._wake.set()

    def forget(self, thing: T) -> None:
        """It need not be drawn."""
        self._wanted.pop(thing, None)

    async def run(self) -> None:
        """Draw until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wake.wait()
                await self._sleep(DEBOUNCE_S)
                self._wake.clear()
                began = self._clock()
                round_ = [group.create_task(self._one(thing)) for thing in self._take()]
                if round_:
                    await asyncio.wait(round_, timeout=ROUND_MOST_S)
                await self._sleep(min(PAUSE_MOST_S, self._pause * (self._clock() - began)))

    def _take(self) -> list[T]:
        """Take what is wanted and not being drawn."""
        taken = [thing for thing in self._wanted if thing not in self._drawing]
        for thing in taken:
            del self._wanted[thing]
        self._drawing.update(taken)
        return taken

    async def _one(self, thing: T) -> None:
        try:
            async with self._slots:
                await self._draw(thing)
        finally:
            self._drawing.discard(thing)
            if thing in self._wanted:
                self._wake.set()
