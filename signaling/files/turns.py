"""Slow work off the loop, one at a time: each holds tens of megabytes and a core while it runs."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from signaling.errors import Refusal
from signaling.wire import Code

WAITING = 8
"""At once, the one that runs included."""

Result = TypeVar("Result")


class Turns:
    """The queue of one process."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def take(self, work: Callable[[], Result]) -> Result:
        """Wait for a turn, then run in a thread.

        Raises:
            Refusal: `TOO_MANY`: enough are waiting.
        """
        if self._waiting >= WAITING:
            raise Refusal(Code.TOO_MANY, "too many files at once")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
