"""The connections of this process: what each has open, who is behind it, and that it stays true.

Besides carrying out the feed commands it announces presence every 15 s, sends heartbeats every 20 s, and looks
every minute (and whenever the person's topic is touched) whether the login and the open logs may still be used.
"""

import asyncio
import dataclasses
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from redis.exceptions import RedisError

from signaling.errors import Refusal
from signaling.feeds.logs import OpenLogs
from signaling.feeds.views import OpenViews
from signaling.gateway.limits import COMMANDS_BURST, COMMANDS_PER_S, CONNECTIONS_PER_LOGIN, TokenBucket
from signaling.identity.presence import ANNOUNCE_EVERY_S, Presence
from signaling.identity.service import Identity, Login
from signaling.parts import Clock, Handler
from signaling.tasks import run_together
from signaling.wire import (
    CloseLog,
    CloseView,
    Code,
    Command,
    Done,
    Heartbeat,
    LoginEnded,
    OpenLog,
    OpenView,
    ServerMessage,
    SetPresence,
)

HEARTBEAT_EVERY_S = 20.0
CHECK_EVERY_S = 60.0
BACKLOG_READY = 32
"""Events of a log wait while more messages than this are on their way out."""

logger = logging.getLogger(__name__)

AccessLog = Callable[[Login, str], Awaitable[None]]


class Wire(Protocol):
    """What carries a connection's messages."""

    @property
    def backlog(self) -> int:
        """Messages that wait to go out."""
        ...

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        ...

    async def send(self, message: ServerMessage) -> None:
        """Queue a message."""
        ...

    async def end(self) -> None:
        """Close for good: the client shall not come back by itself."""
        ...


class Connection:
    """One browser page on a WebSocket. A `Sink` of the feeds."""

    takes_patches = True

    def __init__(self, login: Login, secret: str, wire: Wire) -> None:
        self.login = login
        self.secret = secret
        """Of the login's cookie, to look again whether it is still good."""
        self.wire = wire
        self.visible = True
        self.bucket = TokenBucket.full(COMMANDS_PER_S, COMMANDS_BURST, time.monotonic())
        self.lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.waiting = 0
        """Commands that were received and not yet answered."""

    @property
    def ready(self) -> bool:
        """Whether events of a log may be sent."""
        return self.wire.backlog < BACKLOG_READY

    async def send(self, message: ServerMessage) -> None:
        """Queue a message."""
        await self.wire.send(message)


class Connections:
    """All of them. `run` it in a task of its own."""

    def __init__(
        self,
        *,
        identity: Identity,
        presence: Presence,
        views: OpenViews,
        logs: OpenLogs,
        access_log: Mapping[str, AccessLog],
        clock: Clock,
    ) -> None:
        self._identity = identity
        self._presence = presence
        self._views = views
        self._logs = logs
        self._access_log = access_log
        self._clock = clock
        self._by_id: dict[str, Connection] = {}
        self._by_person: defaultdict[str, set[Connection]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, connection_id: str) -> Connection | None:
        """Return the connection, None when it is gone."""
        return self._by_id.get(connection_id)

    async def add(self, connection: Connection) -> None:
        """Take a new connection in and announce it.

        Raises:
            Refusal: ``TOO_MANY`` connections of this login.
        """
        login = connection.login
        mine = self._by_person[login.person.id]
        if sum(other.login.id == login.id for other in mine) >= CONNECTIONS_PER_LOGIN:
            raise Refusal(Code.TOO_MANY, f"more than {CONNECTIONS_PER_LOGIN} connections")
        self._by_id[login.connection] = connection
        mine.add(connection)
        await self._announce(connection)

    async def remove(self, connection_id: str) -> None:
        """A connection is gone."""
        connection = self._by_id.pop(connection_id, None)
        if connection is None:
            return
        person = connection.login.person
        self._by_person[person.id].discard(connection)
        if not self._by_person[person.id]:
            del self._by_person[person.id]
        self._views.close_all(connection)
        self._logs.close_all(connection)
        try:
            await self._presence.leave(person, connection_id)
        except (RedisError, OSError):
            return  # it ends by itself

    # --- commands ---------------------------------------------------------------------------------------------

    def handlers(self) -> dict[type[Command], Handler]:
        """Return the feed commands, which only a connection may send."""
        table: dict[type[Command], Callable[[Connection, Any], Awaitable[None]]] = {
            OpenView: self._open_view,
            CloseView: self._close_view,
            OpenLog: self._open_log,
            CloseLog: self._close_log,
            SetPresence: self._set_presence,
        }
        return {command: self._on_connection(act) for command, act in table.items()}

    def _on_connection(self, act: Callable[[Connection, Any], Awaitable[None]]) -> Handler:
        async def handle(login: Login, command: Command) -> Done:
            connection = self._by_id.get(login.connection)
            if connection is None:
                raise Refusal(Code.BAD_MESSAGE, "over plain HTTP, use the feed call")
            await act(connection, command)
            return Done()

        return handle

    async def _open_view(self, connection: Connection, command: OpenView) -> None:
        await self._views.open(connection, command.view, command.version)
        if self._by_id.get(connection.login.connection) is not connection:  # it went meanwhile
            self._views.close_all(connection)

    async def _close_view(self, connection: Connection, command: CloseView) -> None:
        self._views.close(connection, command.view)

    async def _open_log(self, connection: Connection, command: OpenLog) -> None:
        await self._access_log[connection.login.person.app](connection.login, command.log_id)
        await self._logs.open(connection, command.log_id, command.after)
        if self._by_id.get(connection.login.connection) is not connection:
            self._logs.close_all(connection)

    async def _close_log(self, connection: Connection, command: CloseLog) -> None:
        self._logs.close(connection, command.log_id)

    async def _set_presence(self, connection: Connection, command: SetPresence) -> None:
        connection.visible = command.visible
        await self._announce(connection)

    # --- what is due --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Announce, send heartbeats and check, until cancelled."""
        await run_together(
            _every(ANNOUNCE_EVERY_S, self.announce_all),
            _every(HEARTBEAT_EVERY_S, self.send_heartbeats),
            _every(CHECK_EVERY_S, self._check_all),
        )

    async def announce_all(self) -> None:
        """Announce every connection; also after Redis came back, when it may have forgotten."""
        for connection in list(self._by_id.values()):
            if connection.wire.closed:  # it went while it was still being taken in
                await self.remove(connection.login.connection)
            elif not await self._announce(connection):
                return  # Redis is away: it is tried again

    async def send_heartbeats(self) -> None:
        """Tell every connection what it should hold, as the database says."""
        await self._logs.refresh_all()
        for connection in list(self._by_id.values()):
            heartbeat = Heartbeat(
                logs=self._logs.known_heads(connection),
                views=self._views.versions(connection),
                now=self._clock(),
            )
            await connection.send(heartbeat)

    async def person_touched(self, topic: str) -> None:
        """Look at the logins of a person who changed: she may have been signed out."""
        for connection in list(self._by_person.get(topic.partition(":")[2], ())):
            await self._check(connection)

    async def _check_all(self) -> None:
        for connection in list(self._by_id.values()):
            await self._check(connection)
            for log_id in self._logs.of(connection):
                await self._check_log(connection, log_id)

    async def _check(self, connection: Connection) -> None:
        login = connection.login
        try:
            now_is = await self._identity.login(login.id, connection.secret, now=self._clock())
        except Refusal as refusal:
            if refusal.code is Code.UNAVAILABLE:
                return
            logger.info("= connection %s: login ended", login.connection)
            await connection.send(LoginEnded(code=refusal.code))
            await connection.wire.end()
        else:
            connection.login = dataclasses.replace(now_is, connection=login.connection)

    async def _check_log(self, connection: Connection, log_id: str) -> None:
        try:
            await self._access_log[connection.login.person.app](connection.login, log_id)
        except Refusal as refusal:
            if refusal.code is not Code.UNAVAILABLE:
                await self._logs.end(connection, log_id, refusal.code)

    async def _announce(self, connection: Connection) -> bool:
        login = connection.login
        try:
            await self._presence.announce(login.person, login.connection, visible=connection.visible)
        except (RedisError, OSError):
            return False
        return True


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Refusal:
            logger.warning("x connections: the database is away")
        except Exception:
            logger.exception("x connections")
