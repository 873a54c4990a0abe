"""The logs that the connections of this process have open.

Each connection has a cursor in each log: the last seq that was sent to it. A connection joins first and reads
then, so nothing falls between; what is sent follows on without holes, whatever notices were lost or doubled.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field

from signaling.errors import Refusal
from signaling.feeds.bus import Notice
from signaling.feeds.sink import Sink
from signaling.wire import Code, LogEnded, LogEvent, LogEvents

PAGE = 200
"""Events in one message."""
OPEN_MOST = 16
"""Logs open on one connection."""
ASK_AT_ONCE = 500
"""Logs in one question to the database."""
TICK_S = 1.0

logger = logging.getLogger(__name__)

Read = Callable[[str, int, int], Awaitable[list[LogEvent]]]
"""Takes a log id, a seq and a limit; returns the events after that seq, in order."""
Heads = Callable[[Collection[str]], Awaitable[dict[str, int]]]
"""Takes log ids; returns the last seq of each."""


@dataclass(eq=False, slots=True)
class _Open:
    log_id: str
    head: int = 0
    """Highest seq known here."""
    cursors: dict[Sink, int] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def behind(self) -> dict[int, list[Sink]]:
        """Return who may be sent more now, by cursor."""
        found: defaultdict[int, list[Sink]] = defaultdict(list)
        for sink, cursor in self.cursors.items():
            if cursor < self.head and sink.ready:
                found[cursor].append(sink)
        return found


class OpenLogs:
    """What is open here. `run` it in a task of its own.

    Args:
        read: Reads a page of events.
        heads: Reads how far logs are.
    """

    def __init__(self, read: Read, heads: Heads) -> None:
        self._read = read
        self._heads = heads
        self._open: dict[str, _Open] = {}
        self._by_sink: defaultdict[Sink, set[str]] = defaultdict(set)
        self._dirty: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._tick_at = 0.0

    async def open(self, sink: Sink, log_id: str, after: int, floor: int = 0) -> None:
        """Send the events after ``after`` and those that come. The caller has checked that ``sink`` may read.

        Opening again moves the cursor: that is how a client fills a hole. Nothing up to ``floor`` is sent.

        Raises:
            Refusal: Too many are open, or the database is away.
        """
        if log_id not in self._by_sink[sink] and len(self._by_sink[sink]) >= OPEN_MOST:
            raise Refusal(Code.TOO_MANY, f"more than {OPEN_MOST} logs open")
        log = self._open.setdefault(log_id, _Open(log_id))
        self._by_sink[sink].add(log_id)
        # Before all waiting: no event falls between, and the log stays open meanwhile.
        log.cursors[sink] = max(after, floor)
        try:
            async with log.lock:
                log.head = max(log.head, (await self._heads([log_id])).get(log_id, 0))
                if sink in log.cursors:  # else it was closed meanwhile
                    log.cursors[sink] = max(min(log.cursors[sink], log.head), floor)
                await self._pump(log)
        except BaseException:
            self.close(sink, log_id)
            raise

    def close(self, sink: Sink, log_id: str) -> None:
        """Send no more of this log; closing what is not open does nothing."""
        self._by_sink[sink].discard(log_id)
        if not self._by_sink[sink]:
            del self._by_sink[sink]
        log = self._open.get(log_id)
        if log is not None:
            log.cursors.pop(sink, None)
            if not log.cursors:
                del self._open[log_id]

    def close_all(self, sink: Sink) -> None:
        """The connection is gone."""
        for log_id in self.of(sink):
            self.close(sink, log_id)

    async def end(self, sink: Sink, log_id: str, code: Code) -> None:
        """The person may no longer read it: say so and close."""
        self.close(sink, log_id)
        await sink.send(LogEnded(log_id=log_id, code=code))

    def of(self, sink: Sink) -> list[str]:
        """Return the ids of the logs that ``sink`` has open."""
        return sorted(self._by_sink.get(sink, ()))

    def known_heads(self, sink: Sink) -> dict[str, int]:
        """Return how far the logs of ``sink`` are, for its heartbeat."""
        return {log_id: self._open[log_id].head for log_id in self.of(sink) if log_id in self._open}

    def notice(self, notice: Notice) -> None:
        """Note how far logs are now."""
        for log_id, seq in notice.logs.items():
            log = self._open.get(log_id)
            if log is not None and seq > log.head:
                log.head = seq
                self._touch(log_id)

    async def refresh_all(self) -> None:
        """Ask the database how far everything is: notices may have been missed."""
        await self.refresh(self._by_sink)

    async def refresh(self, sinks: Iterable[Sink]) -> None:
        """Ask the database how far the logs of these are."""
        logs = sorted({log_id for sink in sinks for log_id in self._by_sink.get(sink, ())})
        for first in range(0, len(logs), ASK_AT_ONCE):
            self.notice(Notice(logs=await self._heads(logs[first : first + ASK_AT_ONCE])))

    def wake(self, sink: Sink) -> None:
        """Somebody may be ready who was not."""
        for log_id in self._by_sink.get(sink, ()):
            self._touch(log_id)

    async def run(self) -> None:
        """Send events on, until cancelled."""
        while True:
            await self._wait()
            dirty, self._dirty = self._dirty, {}
            for log_id in dirty:
                log = self._open.get(log_id)
                if log is not None:
                    await self._send(log)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._tick_at):
                await self._wake.wait()
        self._wake.clear()
        now = asyncio.get_running_loop().time()
        if now >= self._tick_at:
            self._tick_at = now + TICK_S
            # Those that were not ready, or whose reading failed.
            self._dirty.update(dict.fromkeys(log_id for log_id, log in self._open.items() if log.behind()))

    def _touch(self, log_id: str) -> None:
        self._dirty[log_id] = None
        self._wake.set()

    async def _send(self, log: _Open) -> None:
        try:
            async with log.lock:
                await self._pump(log)
        except Refusal:
            logger.warning("x log: the database is away, trying again")
        except Exception:
            logger.exception("x log")

    async def _pump(self, log: _Open) -> None:
        """Send pages until everybody who is ready holds all. Those who are equally far share the reading."""
        while behind := log.behind():
            for cursor, sinks in behind.items():
                events = await self._read(log.log_id, cursor, PAGE)
                if not events:  # erased meanwhile
                    log.head = min(log.head, cursor)
                    continue
                for sink in sinks:
                    # Both may have changed while the page was being read: held, its rights are being looked at.
                    if log.cursors.get(sink) == cursor and sink.ready:
                        log.cursors[sink] = events[-1].seq
                        await sink.send(LogEvents(log_id=log.log_id, events=tuple(events)))
                log.head = max(log.head, events[-1].seq)
