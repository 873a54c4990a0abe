"""Who may still read: logins and open logs are looked at again when their person was touched, and every minute.

A right that ends is not only refused next time: who is reading is told, and reads nothing more meanwhile. From the
moment a person's topic is heard until the look is done, her readers are *held*: no event of a log is sent to them. So
what is written after a consent was withdrawn does not slip through to whom it was withdrawn from.
"""

import asyncio
import dataclasses
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

from signaling.errors import Refusal
from signaling.feeds.bus import Notice
from signaling.feeds.logs import OpenLogs
from signaling.feeds.sink import Sink
from signaling.feeds.views import OpenViews
from signaling.identity.service import Identity, Login
from signaling.parts import Clock
from signaling.wire import Code

RETRY_AFTER_S = 1.0
TOPIC = "person:"

logger = logging.getLogger(__name__)

AccessLog = Callable[[Login, str], Awaitable[int]]
"""Returns the seq after which this login may read the log; raises Refusal when it may not."""


class Reader(Sink, Protocol):
    """A connection or a long poll."""

    login: Login
    touches: int
    """How often its person was touched; set by `Rights`."""
    held: bool
    """Whether it is to be sent no events at present; set by `Rights`."""

    async def end_login(self, code: Code) -> None:
        """Say that the login ended, and end."""
        ...


class Rights:
    """Of all who read on this process. `run` it in a task of its own."""

    def __init__(
        self,
        identity: Identity,
        views: OpenViews,
        logs: OpenLogs,
        access_log: Mapping[str, AccessLog],
        clock: Clock,
    ) -> None:
        self._identity = identity
        self._views = views
        self._logs = logs
        self._access_log = access_log
        self._clock = clock
        self._by_person: defaultdict[str, set[Reader]] = defaultdict(set)
        self._touched: dict[str, None] = {}
        self._wake = asyncio.Event()

    def of(self, person_id: str) -> Collection[Reader]:
        """Return who reads for a person."""
        return self._by_person.get(person_id, ())

    def add(self, reader: Reader) -> None:
        """Take in a reader whose login has just been looked at."""
        self._by_person[reader.login.person.id].add(reader)

    def remove(self, reader: Reader) -> None:
        """Forget a reader and close all that it had open."""
        person = reader.login.person.id
        self._by_person[person].discard(reader)
        if not self._by_person[person]:
            del self._by_person[person]
        self._views.close_all(reader)
        self._logs.close_all(reader)

    async def open_log(self, reader: Reader, log_id: str, after: int) -> None:
        """Open a log from where the client is, or from where the login may read if that is later.

        Raises:
            Refusal: It may not, too many are open, or the database is away.
        """
        access = self._access_log[reader.login.person.app]
        while True:
            touches = reader.touches
            floor = await access(reader.login, log_id)
            if touches == reader.touches:  # else the answer may be an old one
                break
        await self._logs.open(reader, log_id, after, floor)

    def notice(self, notice: Notice) -> None:
        """Hold who reads for the persons that were touched, and have them looked at."""
        for topic in notice.topics:
            if topic.startswith(TOPIC):
                self._touch(topic.removeprefix(TOPIC))

    async def look_at_all(self) -> None:
        """Look at everybody: notices may have been missed."""
        for person in self._by_person:
            self._touch(person)

    def _touch(self, person_id: str) -> None:
        for reader in self.of(person_id):
            reader.touches += 1
            reader.held = True
            self._touched[person_id] = None
            self._wake.set()

    async def run(self) -> None:
        """Look at those who were touched, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            persons, self._touched = self._touched, {}
            readers = [reader for person in persons for reader in self.of(person)]
            unknown = await self.look_at(readers)
            self._touched.update(dict.fromkeys(reader.login.person.id for reader in unknown))
            if unknown:
                asyncio.get_running_loop().call_later(RETRY_AFTER_S, self._wake.set)
            for reader in readers:
                if reader.login.person.id not in self._touched:
                    reader.held = False
                    self._logs.wake(reader)

    async def look_at(self, readers: Collection[Reader]) -> set[Reader]:
        """Look whether logins and open logs may still be used; end those that may not.

        Returns:
            Those of whom it is not known: the database is away, or the app's door is broken.
        """
        try:
            logins = await self._identity.logins({reader.login.id for reader in readers}, now=self._clock())
        except Refusal:
            return set(readers)
        ended = [reader for reader in readers if reader.login.id not in logins]
        for reader in ended:
            self._logs.close_all(reader)
        await asyncio.gather(*(reader.end_login(Code.NOT_SIGNED_IN) for reader in ended))
        unknown = set()
        for reader in readers:
            if (login := logins.get(reader.login.id)) is None:
                continue
            if login.person != reader.login.person:
                reader.login = dataclasses.replace(login, connection=reader.login.connection)
                self._views.renew(reader)
            for log_id in self._logs.of(reader):
                if not await self._is_known(reader, log_id):
                    unknown.add(reader)
        return unknown

    async def _is_known(self, reader: Reader, log_id: str) -> bool:
        try:
            await self._access_log[reader.login.person.app](reader.login, log_id)
        except Refusal as refusal:
            if refusal.code is Code.UNAVAILABLE:
                return False
            await self._logs.end(reader, log_id, refusal.code)
        except Exception:
            logger.exception("x rights")
            return False
        return True
