"""What the slices and the apps know of the feeds: touch a topic, hear a topic, bring a view.

One `Feeds` per process. Sends nothing to anybody: `views` and `logs` beside it hold what connections have open.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Protocol

import msgspec

from signaling.feeds.bus import Bus, Notice
from signaling.tasks import run_together

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from signaling.identity.service import Login

__all__ = ["Feeds", "View"]

logger = logging.getLogger(__name__)


class View(Protocol):
    """A projection of the state for one login, sent as a snapshot and then as changes."""

    async def open(self, login: "Login", key: str) -> None:
        """Check that this login may see it.

        Args:
            login: Who asks.
            key: The part of the view's name after the colon; empty when there is none.

        Raises:
            Refusal: It may not.
        """
        ...

    async def snapshot(self, login: "Login", key: str) -> tuple[msgspec.Struct, frozenset[str]]:
        """Return the data as they are now, and the topics that change them.

        Called again for each change. Nothing in it may depend on the moment alone (no "seconds ago"), since
        equal data are not sent again.

        Raises:
            Refusal: It is no longer open to this login; the client is told so.
        """
        ...


class _Listener:
    """Runs a callback for the topics it was told, each once however often it was touched meanwhile."""

    def __init__(self, prefix: str, callback: Callable[[str], Awaitable[None]]) -> None:
        self.prefix = prefix
        self._callback = callback
        self._topics: dict[str, None] = {}
        self._wake = asyncio.Event()

    def tell(self, topics: Collection[str]) -> None:
        """Note the topics that are for this listener."""
        for topic in topics:
            if topic.startswith(self.prefix):
                self._topics[topic] = None
                self._wake.set()

    async def run(self) -> None:
        """Call back until cancelled; a failure is logged and does not stop it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            topics, self._topics = self._topics, {}
            for topic in topics:
                try:
                    await self._callback(topic)
                except Exception:
                    logger.exception("x listener of %s", self.prefix)


class Feeds:
    """Changes, told and heard. `run` it in a task of its own; register listeners before.

    Args:
        redis: The process's client.
        clock: Monotonic seconds.
    """

    def __init__(self, redis: "Redis", clock: Callable[[], float] = time.monotonic) -> None:
        self._bus = Bus(redis, clock, self._notice, self._gap)
        self._listeners: list[_Listener] = []
        self._notices: list[Callable[[Notice], None]] = []
        self._gaps: list[Callable[[], Awaitable[None]]] = []
        self._gap_found = asyncio.Event()

    @property
    def healthy(self) -> bool:
        """Whether this process hears the bus."""
        return self._bus.healthy

    async def touch(self, *topics: str) -> None:
        """Tell all processes a change that no transaction carries. Never fails."""
        await self._bus.publish(topics, {})

    async def publish(self, topics: frozenset[str], logs: dict[str, int]) -> None:
        """Tell all processes what a commit changed; given to `Database`. Never fails."""
        await self._bus.publish(topics, logs)

    def on_topic(self, prefix: str, callback: Callable[[str], Awaitable[None]]) -> None:
        """Have ``callback`` awaited with each touched topic that starts with ``prefix``, one after the other."""
        self._listeners.append(_Listener(prefix, callback))

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        """Have ``callback`` called at once with every notice; it must not block."""
        self._notices.append(callback)

    def on_gap(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Have ``callback`` awaited whenever notices may have been missed, in the order of registration."""
        self._gaps.append(callback)

    async def run(self) -> None:
        """Listen until cancelled."""
        listeners = [listener.run() for listener in self._listeners]
        await run_together(self._bus.run(), self._mend_gaps(), *listeners)

    def _notice(self, notice: Notice) -> None:
        for callback in self._notices:
            callback(notice)
        for listener in self._listeners:
            listener.tell(notice.topics)

    def _gap(self) -> None:
        self._gap_found.set()

    async def _mend_gaps(self) -> None:
        while True:
            await self._gap_found.wait()
            self._gap_found.clear()
            for callback in self._gaps:
                try:
                    await callback()
                except Exception:
                    logger.exception("x after a gap")
