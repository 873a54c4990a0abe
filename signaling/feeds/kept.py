"""Readings that many views of a process share: when a line moves hundreds of pages are drawn anew from the same rows.

A reading is kept until its topic is touched, and for a while at most. While the bus is not heard nothing is kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

from signaling.feeds.bus import Notice
from signaling.feeds.service import Feeds

T = TypeVar("T")
DEAF = -1
"""In place of the number of touches: read while the bus was not heard."""


@dataclass(slots=True, eq=False)
class _Entry(Generic[T]):
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    touches: int = 0
    read_after: int = DEAF
    """How many touches had been heard when reading began."""
    read_at: float = -inf
    value: T | None = None


class Kept(Generic[T]):
    """Readings by key. Not to be asked inside a transaction: reading opens one, and connections are few.

    Args:
        feeds: Says what is touched. Make this before `Feeds.run`.
        clock: Unix seconds.
        prefix: The topic of a key is the prefix and the key.
        read: Reads one key.
        lives_s: How long a reading is kept at most.
        most: How many keys; the one that was asked for longest ago is forgotten.
    """

    def __init__(
        self,
        feeds: Feeds,
        clock: Callable[[], float],
        prefix: str,
        read: Callable[[str], Awaitable[T]],
        *,
        lives_s: float,
        most: int = 1,
    ) -> None:
        self._feeds = feeds
        self._clock = clock
        self._prefix = prefix
        self._read = read
        self._lives_s = lives_s
        self._most = most
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()
        feeds.on_notice(self._heard)
        feeds.on_gap(self._missed)

    async def get(self, key: str) -> T:
        """Return what stands there now; many ask, one reads.

        Raises:
            Refusal: What reading refuses.
        """
        entry = self._entries.setdefault(key, _Entry())
        self._entries.move_to_end(key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)
        async with entry.turn:
            now = self._clock()
            if entry.value is None or not self._holds(entry, now):
                # Counted before reading: a touch that is told meanwhile may be missing from what is read.
                touches = entry.touches if self._feeds.healthy else DEAF
                entry.value = await self._read(key)
                entry.read_after, entry.read_at = touches, now
            return entry.value

    def _holds(self, entry: _Entry[T], now: float) -> bool:
        fresh = entry.read_after == entry.touches and 0 <= now - entry.read_at < self._lives_s
        return fresh and self._feeds.healthy

    def _heard(self, notice: Notice) -> None:
        for topic in notice.topics:
            if topic.startswith(self._prefix):
                entry = self._entries.get(topic[len(self._prefix) :])
                if entry is not None:
                    entry.touches += 1

    async def _missed(self) -> None:
        for entry in self._entries.values():
            entry.touches += 1
