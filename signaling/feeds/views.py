"""The views that the connections of this process have open.

One snapshot is kept per view and login, shared by the login's connections: all of them hold the same version, so
that one patch fits all. It is made again when a topic that it names is touched, as ``redrawing`` says when, and every 30 s
in case a notice was lost. Nothing is stored: any process makes the same snapshot with the same version.

Reading and being told overlap: topics that are touched while a snapshot is made are noted, and when the finished
snapshot turns out to depend on one of them it is made again.
"""

import asyncio
import dataclasses
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from signaling.errors import Refusal
from signaling.feeds.bus import Notice
from signaling.feeds.patch import merge_patch, plain, version_of
from signaling.feeds.redrawing import Lane
from signaling.feeds.service import View
from signaling.feeds.sink import Sink
from signaling.identity.service import Login
from signaling.tasks import run_together
from signaling.wire import Code, ViewEnded, ViewPatch, ViewSnapshot

REFRESH_EVERY_S = 30.0
RETRY_AFTER_S = 2.0
TICK_S = 1.0
PAUSE = 3.0
"""Times what a round of drawing took: a quarter of the process, while a round takes less than 0.7 s. With some thousand pages on
one process pauses end before that, and while everything moves it does nothing but draw."""
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
        self._soon: Lane[_Shared] = Lane(self._refresh, clock, pause=0.0)
        """Views of those whom the event is about."""
        self._rounds: Lane[_Shared] = Lane(self._refresh, clock, pause=PAUSE)

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
                self._soon.want(shared)

    def versions(self, sink: Sink) -> dict[str, str]:
        """Return what ``sink`` should hold, for its heartbeat."""
        return {
            name: shared.version for name, shared in self._by_sink.get(sink, {}).items() if shared.version
        }

    def notice(self, notice: Notice) -> None:
        """Have what depends on the touched topics made again."""
        for topic in sorted(notice.topics, key=_is_own):  # those last: soon takes a view out of its round
            for shared in self._by_topic.get(topic, ()):
                self._want(shared, soon=_is_own(topic))
        for shared in self._making:
            if shared.heard is not None:
                shared.heard.update(notice.topics)

    async def refresh_all(self) -> None:
        """Have everything made again: notices may have been missed."""
        for shared in self._open.values():
            self._want(shared)

    async def run(self) -> None:
        """Make snapshots again as they get dirty or old, until cancelled."""
        await run_together(self._soon.run(), self._rounds.run(), self._want_the_old())

    async def _want_the_old(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = self._clock()
            for shared in self._open.values():
                if shared.due <= now:
                    self._want(shared)

    def _want(self, shared: _Shared, *, soon: bool = False) -> None:
        if soon:
            self._rounds.forget(shared)
            self._soon.want(shared)
        else:
            self._rounds.want(shared)

    async def _refresh(self, shared: _Shared) -> None:
        try:
            async with shared.lock:
                if shared.sinks and shared.version:
                    await self._send_change(shared)
        except Refusal as refusal:
            await self._refused(shared, refusal.code)
        except Exception:
            logger.exception("x view %s", shared.name.partition(":")[0])
            shared.due = self._clock() + RETRY_AFTER_S

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
            if missed := shared.heard & topics:
                self._want(shared, soon=any(map(_is_own, missed)))
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
        self._soon.forget(shared)
        self._rounds.forget(shared)
        if self._open.get((shared.name, shared.login.id)) is shared:
            del self._open[shared.name, shared.login.id]


def _is_own(topic: str) -> bool:
    """Whether it tells of a person's own affairs."""
    return topic.startswith("person:")
