"""Socket.IO: browsers connect, send commands and are sent messages. Nobody else imports socketio or engineio.

A connection's commands are carried out one after the other in each *lane*: one lane for each area (``question``,
``lesson``, ``call`` ...), and one of its own for negotiation, which waits for a worker. So two messages of a chat
keep their order, and a slow ``call.join`` holds up neither the chat nor the button that hangs up.
"""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

import socketio
from aiohttp import WSCloseCode, web
from socketio.exceptions import ConnectionRefusedError as Refused

from signaling.calls.wire import Join, RestartIce
from signaling.errors import Refusal
from signaling.gateway.connections import Connection, Connections
from signaling.gateway.dispatch import Dispatcher, failure_of
from signaling.gateway.edge import secret_of
from signaling.gateway.packets import Handshake, Packet
from signaling.gateway.websocket import ENVIRON_KEY, FRAME_MOST, OutgoingQueue, PlainWebSocket
from signaling.identity.service import Identity
from signaling.parts import Clock
from signaling.wire import Answer, Code, Command, Failure, ServerMessage

PING_EVERY_S = 20
PONG_WITHIN_S = 15
WAITING_MOST = 32
"""Commands of one connection that are not yet answered."""
FINISH_WITHIN_S = 1.0
"""At the end of the process, for commands that are being carried out."""
END_WITHIN_S = 2.0

logger = logging.getLogger(__name__)


def lane_of(command: Command) -> str:
    """Return the lane in which a command waits its turn."""
    if isinstance(command, Join | RestartIce):
        return "negotiation"
    return str(command.__struct_config__.tag).partition(".")[0]


class _Wire:
    """Carries messages to one connection."""

    def __init__(self, server: "SocketServer", sid: str, websocket: PlainWebSocket) -> None:
        self._server = server
        self._sid = sid
        self._websocket = websocket

    @property
    def backlog(self) -> int:
        return self._websocket.backlog

    @property
    def closed(self) -> bool:
        return self._websocket.closed

    async def send(self, message: ServerMessage) -> None:
        await self._server.emit(self._sid, message)

    async def end(self) -> None:
        await self._server.end(self._sid, self._websocket)


class SocketServer:
    """The Socket.IO side of the gateway.

    Args:
        identity: Knows the logins.
        connections: Told who came and went.
        dispatchers: Of each app.
        clock: Unix seconds.
    """

    def __init__(
        self,
        identity: Identity,
        connections: Connections,
        dispatchers: Mapping[str, Dispatcher],
        clock: Clock,
    ) -> None:
        self._identity = identity
        self._connections = connections
        self._dispatchers = dispatchers
        self._clock = clock
        self._websockets: set[PlainWebSocket] = set()
        self._busy = 0
        """Commands that are being carried out."""
        self._idle = asyncio.Event()
        self._idle.set()
        quiet = logging.getLogger("signaling.gateway.socketio")
        quiet.setLevel(logging.ERROR)
        self._server = socketio.AsyncServer(
            async_mode="aiohttp",
            serializer=Packet,
            transports=["websocket"],
            allow_upgrades=False,
            http_compression=False,
            max_http_buffer_size=FRAME_MOST,
            ping_interval=PING_EVERY_S,
            ping_timeout=PONG_WITHIN_S,
            cors_allowed_origins=[],  # no CORS at all: the origin is checked for every request, see ``guard``
            logger=quiet,
            engineio_logger=quiet,
        )
        self._server.eio.create_queue = OutgoingQueue
        # The only private name in use: python-engineio has no other way to choose the WebSocket's options.
        self._server.eio._async = {**self._server.eio._async, "websocket": self._new_websocket}  # noqa: SLF001
        self._server.on("connect", handler=self._connect)
        self._server.on("disconnect", handler=self._disconnect)
        self._server.on("command", handler=self._command)

    def attach(self, application: web.Application) -> None:
        """Add the route ``/socket.io/``."""
        self._server.attach(application)

    async def emit(self, sid: str, message: ServerMessage) -> None:
        """Queue a message for a connection."""
        await self._server.emit("message", message, to=sid)

    async def end(self, sid: str, websocket: PlainWebSocket) -> None:
        """Disconnect for good: Socket.IO's own farewell, after which a client does not come back by itself."""
        try:
            async with asyncio.timeout(END_WITHIN_S):
                await self._server.disconnect(sid)
        except TimeoutError:
            logger.info("x connection %s does not read its farewell", sid)
        await websocket.close()

    async def close(self) -> None:
        """Let commands finish, then send every client away; they connect again, to another process."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_WITHIN_S):
                await self._idle.wait()
        await asyncio.gather(*(socket.close(WSCloseCode.GOING_AWAY) for socket in list(self._websockets)))
        await self._server.shutdown()

    def _new_websocket(self, handler: Any, _server: object) -> PlainWebSocket:  # noqa: ANN401 - Engine.IO's own
        return PlainWebSocket(handler, self._websockets)

    async def _connect(self, sid: str, environ: dict[str, Any], handshake: Handshake | None) -> None:
        websocket: PlainWebSocket = environ[ENVIRON_KEY]
        request: web.Request = environ["aiohttp.request"]
        try:
            await self._take_in(sid, websocket, request, handshake)
        except Exception as error:  # noqa: BLE001 - becomes the refusal of the connection
            raise Refused(failure_of(error).code.value) from None
        logger.info("> connection %s", sid)

    async def _take_in(
        self, sid: str, websocket: PlainWebSocket, request: web.Request, handshake: Handshake | None
    ) -> None:
        if handshake is None or websocket.accepted:
            raise Refusal(Code.BAD_MESSAGE, "connect once, with your login")
        secret = handshake.secret or secret_of(request, handshake.login)
        login = await self._identity.login(handshake.login, secret, now=self._clock())
        login = dataclasses.replace(login, connection=sid)
        await self._connections.add(Connection(login, _Wire(self, sid, websocket)))
        websocket.accepted = True

    async def _disconnect(self, sid: str, reason: str) -> None:
        logger.info("< connection %s: %s", sid, reason)
        await self._connections.remove(sid)

    async def _command(self, sid: str, raw: bytes) -> Answer:
        connection = self._connections.find(sid)
        if connection is None:
            return Answer(error=Failure(code=Code.NOT_SIGNED_IN, text="this connection ended"))
        if connection.waiting >= WAITING_MOST or not connection.bucket.take(time.monotonic()):
            return Answer(error=Failure(code=Code.TOO_MANY, text="too many commands"))
        dispatcher = self._dispatchers[connection.login.person.app]
        try:
            command = dispatcher.decode(raw)
        except Refusal as refusal:
            return Answer(error=failure_of(refusal))
        with self._counted(connection):
            async with connection.lanes[lane_of(command)]:
                return await dispatcher.carry_out(connection.login, command)

    @contextlib.contextmanager
    def _counted(self, connection: Connection) -> Iterator[None]:
        connection.waiting += 1
        self._busy += 1
        self._idle.clear()
        try:
            yield
        finally:
            connection.waiting -= 1
            self._busy -= 1
            if not self._busy:
                self._idle.set()
