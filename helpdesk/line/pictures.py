"""One picture of line and desk for all views of a process: hundreds of pages are drawn anew when the line moves.

What a picture shows of rows is kept until the bus tells that the line or the desk moved (topic ``helpdesk``), and for
a second at most; who is here is looked up each time. While the bus is not heard nothing is kept.
"""

import asyncio
import dataclasses
from typing import Protocol

from helpdesk.line.picture import APP, Picture, read_picture
from signaling.api import Context

KEPT_S = 1.0
DEAF = -1
"""In place of the number of moves: read while the bus was not heard."""


class Told(Protocol):
    """What is heard on the bus."""

    @property
    def topics(self) -> tuple[str, ...]:
        """What was touched."""
        ...


class Pictures:
    """Of one process. Not to be asked inside a transaction: it opens one, and connections are few."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._moves = 0
        """How often the line is known to have moved."""
        self._kept: tuple[int, Picture] | None = None
        self._turn = asyncio.Lock()
        context.feeds.on_notice(self._heard)
        context.feeds.on_gap(self._missed)

    async def read(self) -> Picture:
        """Return the picture as it is now.

        Raises:
            Refusal: ``UNAVAILABLE``.
        """
        now = self._context.clock()
        async with self._turn:  # many ask, one reads
            kept = self._kept
            if kept is None or not self._holds(kept, now):
                # Counted before reading: a move that is told meanwhile may be missing from what is read.
                moves = self._moves if self._context.feeds.healthy else DEAF
                async with self._context.database.read() as tx:
                    kept = self._kept = (moves, await read_picture(tx, self._context, now))
        return dataclasses.replace(kept[1], presence=await self._context.presence.of(APP))

    def _holds(self, kept: tuple[int, Picture], now: float) -> bool:
        moves, picture = kept
        return self._context.feeds.healthy and moves == self._moves and 0 <= now - picture.now < KEPT_S

    def _heard(self, told: Told) -> None:
        if APP in told.topics:
            self._moves += 1

    async def _missed(self) -> None:
        self._moves += 1
