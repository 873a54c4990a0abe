"""The views that the connections of this process have open.

One snapshot is kept per view and login, shared by the login's connections: all of them hold the same version, so
that one patch fits all. It is made again when a topic that it names is touched (debounced), and every 30 s in case
a notice was lost. Nothing is stored: any process makes the same snapshot with the same version.

Reading and being told overlap: topics that are touched while a snapshot is made are noted, and when the finished
snapshot turns out to depend on one of them it is made again.
"""

import asyncio
import contextlib
import dataclasses
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from signaling.errors import Refusal
from signaling.feeds.bus import Notice
from signaling.feeds.patch import merge_patch, plain, version_of
from signaling.feeds.service import View
from signaling.feeds.sink import Sink
from signaling.identity.service import Login
from signaling.wire import Code, ViewEnded, ViewPatch, ViewSnapshot

DEBOUNCE_S = 0.05
"""Touches within this time make one snapshot."""
REFRESH_EVERY_S = 30.0
RETRY_AFTER_S = 2.0
TICK_S = 1.0
AT_ONCE = 8
"""Snapshots made at the same time."""
OPEN_MOST = 16
"""Views open on one connection."""

logger = logging.getLogger(__name__)


@dataclasses.dataclass(eq=False, slots=True)
class _Shared:
    """One view of one login."""

    name: str
    key: str
    view: View
    login: Login
    sinks: set[Sink] = dataclasses.field(default_factory=set)
    lock: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)
    data: dict[str, Any] = dataclasses.field(default_factory=dict)
    version: str = ""
    """Empty until there is a snapshot."""
    topics: frozenset[str] = frozenset()
    heard: set[str] | None = None
    """Topics touched while a snapshot is being made."""
    due: float = 0.0
    """When it is made again although nothing was touched."""
    busy: bool = False


class OpenViews:
    """What is open here. `run` it in a task of its own.

    Args:
        views: Of each app, the views by the part of their names before the colon.
        clock: Seconds, monotonic.
    """

    def __init__(self, views: Mapping[str, Mapping[str, View]], clock: Callable[[], float]) -> None:
        self._views = views
        self._clock = clock
        self._open: dict[tuple[str, str], _Shared] = {}
        self._by_topic: defaultdict[str, set[_Shared]] = defaultdict(set)
        self._by_sink: defaultdict[Sink, dict[str, _Shared]] = defaultdict(dict)
        self._making: set[_Shared] = set()
        self._dirty: dict[_Shared, None] = {}
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def open(self, sink: Sink, name: str, version: str | None) -> None:
        """Send the view to ``sink`` unless it holds ``version``, and its changes from now on.

        Raises:
            Refusal: There is no such view, it is not for this login, or too many are open.
        """
        head, _, key = name.partition(":")
        view = self._views.get(sink.login.person.app, {}).get(head)
        if view is None:
            raise Refusal(Code.NOT_FOUND, f"no view {head}")
        if name not in self._by_sink[sink] and len(self._by_sink[sink]) >= OPEN_MOST:
            raise Refusal(Code.TOO_MANY, f"more than {OPEN_MOST} views open")
        place = (name, sink.login.id)
        shared = self._open.get(place)
        if shared is None:
            login = dataclasses.replace(sink.login, connection="")
            shared = self._open[place] = _Shared(name, key, view, login, due=self._clock() + REFRESH_EVERY_S)
        shared.sinks.add(sink)  # before reading, so that no change falls between
        self._by_sink[sink][name] = shared
        try:
            async with shared.lock:
                await view.open(sink.login, key)
                if not shared.version:
                    await self._make(shared)
                if sink in shared.sinks and shared.version != version:
                    await sink.send(ViewSnapshot(view=name, version=shared.version, data=shared.data))
        except BaseException:
            self.close(sink, name)
            raise

    def close(self, sink: Sink, name: str) -> None:
        """Send no more of this view; closing what is not open does nothing."""
        shared = self._by_sink[sink].pop(name, None)
        if not self._by_sink[sink]:
            del self._by_sink[sink]
        if shared is not None:
            shared.sinks.discard(sink)
            if not shared.sinks:
                self._forget(shared)

    def close_all(self, sink: Sink) -> None:
        """The connection is gone."""
        for name in list(self._by_sink.get(sink, ())):
            self.close(sink, name)

    def renew(self, sink: Sink) -> None:
        """Make the views of a sink again for its login as it is now: her name, say, has changed."""
        for shared in self._by_sink.get(sink, {}).values():
            if shared.login.person != sink.login.person:
                shared.login = dataclasses.replace(sink.login, connection="")
                self._touch(shared)

    def versions(self, sink: Sink) -> dict[str, str]:
        """Return what ``sink`` should hold, for its heartbeat."""
        return {
            name: shared.version for name, shared in self._by_sink.get(sink, {}).items() if shared.version
        }

    def notice(self, notice: Notice) -> None:
        """Have what depends on the touched topics made again."""
        for topic in notice.topics:
            for shared in self._by_topic.get(topic, ()):
                self._touch(shared)
        for shared in self._making:
            if shared.heard is not None:
                shared.heard.update(notice.topics)

    async def refresh_all(self) -> None:
        """Have everything made again: notices may have been missed."""
        for shared in self._open.values():
            self._touch(shared)

    async def run(self) -> None:
        """Make snapshots again as they get dirty or old, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wait()
                dirty, self._dirty = self._dirty, {}
                for shared in dirty:
                    if shared.busy:  # its turn comes when the present one is done
                        self._dirty[shared] = None
                        continue
                    shared.busy = True
                    group.create_task(self._refresh(shared))

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                await self._wake.wait()
            await asyncio.sleep(DEBOUNCE_S)
        self._wake.clear()
        now = self._clock()
        self._dirty.update(dict.fromkeys(shared for shared in self._open.values() if shared.due <= now))

    def _touch(self, shared: _Shared) -> None:
        self._dirty[shared] = None
        if not shared.busy:
            self._wake.set()

    async def _refresh(self, shared: _Shared) -> None:
        try:
            async with self._slots, shared.lock:
                if shared.sinks and shared.version:
                    await self._send_change(shared)
        except Refusal as refusal:
            await self._refused(shared, refusal.code)
        except Exception:
            logger.exception("x view %s", shared.name.partition(":")[0])
            shared.due = self._clock() + RETRY_AFTER_S
        finally:
            shared.busy = False
            if shared in self._dirty:
                self._wake.set()

    async def _send_change(self, shared: _Shared) -> None:
        base, before = shared.version, shared.data
        await self._make(shared)
        if shared.version == base:
            return
        whole = ViewSnapshot(view=shared.name, version=shared.version, data=shared.data)
        patch = merge_patch(before, shared.data)
        change = ViewPatch(view=shared.name, base=base, version=shared.version, patch=patch)
        for sink in list(shared.sinks):
            await sink.send(change if sink.takes_patches else whole)

    async def _make(self, shared: _Shared) -> None:
        """Read the data and file the view under the topics that they depend on."""
        shared.heard = set()
        self._making.add(shared)
        try:
            data, topics = await shared.view.snapshot(shared.login, shared.key)
            shared.data = plain(data)
            shared.version = version_of(shared.data)
            if self._open.get((shared.name, shared.login.id)) is shared:
                self._file(shared, topics)
            if shared.heard & topics:
                self._touch(shared)
            shared.due = self._clock() + REFRESH_EVERY_S
        finally:
            self._making.discard(shared)
            shared.heard = None

    def _file(self, shared: _Shared, topics: frozenset[str]) -> None:
        for topic in shared.topics - topics:
            self._by_topic[topic].discard(shared)
            if not self._by_topic[topic]:
                del self._by_topic[topic]
        for topic in topics - shared.topics:
            self._by_topic[topic].add(shared)
        shared.topics = topics

    async def _refused(self, shared: _Shared, code: Code) -> None:
        if code is Code.UNAVAILABLE:
            shared.due = self._clock() + RETRY_AFTER_S
            return
        for sink in list(shared.sinks):
            self.close(sink, shared.name)
            await sink.send(ViewEnded(view=shared.name, code=code))

    def _forget(self, shared: _Shared) -> None:
        self._file(shared, frozenset())
        self._dirty.pop(shared, None)
        if self._open.get((shared.name, shared.login.id)) is shared:
            del self._open[shared.name, shared.login.id]
