"""The connections of this process: what each has open, and who is behind it.

Besides carrying out the feed commands it announces presence every 15 s, sends heartbeats every 20 s, and has every
login looked at every minute. Each second it is the turn of some of them, so that five hundred cost no more at once
than a few.
"""

import asyncio
import itertools
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Protocol

from redis.exceptions import RedisError

from signaling.errors import Refusal
from signaling.feeds.logs import OpenLogs
from signaling.feeds.views import OpenViews
from signaling.gateway.limits import COMMANDS_BURST, COMMANDS_PER_S, CONNECTIONS_PER_LOGIN, TokenBucket
from signaling.gateway.rights import Rights
from signaling.identity.presence import ANNOUNCE_EVERY_S, Presence
from signaling.identity.service import Login
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

TICK_S = 1.0
HEARTBEAT_EVERY_S = 20.0
CHECK_EVERY_S = 60.0
BACKLOG_READY = 32
"""Events of a log wait while more messages than this are on their way out."""

logger = logging.getLogger(__name__)


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
    """One browser page on a WebSocket. A `Reader`."""

    __slots__ = ("bucket", "held", "lanes", "login", "number", "touches", "visible", "waiting", "wire")

    takes_patches = True

    def __init__(self, login: Login, wire: Wire) -> None:
        self.login = login
        self.wire = wire
        self.visible = True
        self.bucket = TokenBucket.full(COMMANDS_PER_S, COMMANDS_BURST, time.monotonic())
        self.lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.waiting = 0
        """Commands that were received and not yet answered."""
        self.number = 0
        """Says when it is its turn."""
        self.touches = 0
        self.held = False

    @property
    def ready(self) -> bool:
        """Whether events of a log may be sent."""
        return not self.held and self.wire.backlog < BACKLOG_READY

    async def send(self, message: ServerMessage) -> None:
        """Queue a message."""
        await self.wire.send(message)

    async def end_login(self, code: Code) -> None:
        """Say that the login ended, and close."""
        await self.send(LoginEnded(code=code))
        await self.wire.end()


class Connections:
    """All of them. `run` it in a task of its own."""

    def __init__(
        self,
        *,
        presence: Presence,
        views: OpenViews,
        logs: OpenLogs,
        rights: Rights,
        clock: Clock,
    ) -> None:
        self._presence = presence
        self._views = views
        self._logs = logs
        self._rights = rights
        self._clock = clock
        self._by_id: dict[str, Connection] = {}
        self._numbers = itertools.count()

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
        mine = [other for other in self._rights.of(login.person.id) if other.login.connection]
        if sum(other.login.id == login.id for other in mine) >= CONNECTIONS_PER_LOGIN:
            raise Refusal(Code.TOO_MANY, f"more than {CONNECTIONS_PER_LOGIN} connections")
        connection.number = next(self._numbers)
        self._by_id[login.connection] = connection
        self._rights.add(connection)
        await self._announce(connection)

    async def remove(self, connection_id: str) -> None:
        """A connection is gone."""
        connection = self._by_id.pop(connection_id, None)
        if connection is None:
            return
        self._rights.remove(connection)
        try:
            await self._presence.leave(connection.login.person, connection_id)
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
        await self._rights.open_log(connection, command.log_id, command.after)
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
            self._in_turn(ANNOUNCE_EVERY_S, self._announce_some),
            self._in_turn(HEARTBEAT_EVERY_S, self.send_heartbeats),
            self._in_turn(CHECK_EVERY_S, self._check),
        )

    async def announce_all(self) -> None:
        """Announce every connection: Redis came back and may have forgotten."""
        await self._announce_some(self.all())

    async def send_heartbeats(self, connections: Collection[Connection]) -> None:
        """Tell connections what they should hold, as the database says."""
        await self._logs.refresh(connections)
        now = self._clock()
        for connection in connections:
            heartbeat = Heartbeat(
                logs=self._logs.known_heads(connection), views=self._views.versions(connection), now=now
            )
            await connection.send(heartbeat)

    def all(self) -> list[Connection]:
        """Return all connections."""
        return list(self._by_id.values())

    async def _in_turn(
        self, every_s: float, act: Callable[[Collection[Connection]], Awaitable[object]]
    ) -> None:
        """Act each second on those whose turn it is; it is everybody's once in ``every_s``."""
        ticks = round(every_s / TICK_S)
        for tick in itertools.count():
            await asyncio.sleep(TICK_S)
            turn = [each for each in self.all() if each.number % ticks == tick % ticks]
            if not turn:
                continue
            try:
                await act(turn)
            except Refusal:
                logger.warning("x connections: the database is away")
            except Exception:
                logger.exception("x connections")

    async def _check(self, connections: Collection[Connection]) -> None:
        await self._rights.look_at(connections)

    async def _announce_some(self, connections: Collection[Connection]) -> None:
        for connection in connections:
            if connection.wire.closed:  # it went while it was still being taken in
                await self.remove(connection.login.connection)
            elif not await self._announce(connection):
                return  # Redis is away: it is tried again

    async def _announce(self, connection: Connection) -> bool:
        login = connection.login
        try:
            await self._presence.announce(login.person, login.connection, visible=connection.visible)
        except (RedisError, OSError):
            return False
        return True
