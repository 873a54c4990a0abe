"""A page's WebSocket: connects, connects again by itself, carries commands, and notes how long it was cut."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import msgspec
import socketio
from socketio.exceptions import ConnectionError as CannotConnect
from socketio.exceptions import DisconnectedError, SocketIOError

from signaling.wire import Answer, Code, Command

ANSWER_WITHIN_S = 10.0
OPEN_WITHIN_S = 6.0
RECONNECT_FIRST_S, RECONNECT_MOST_S = 0.1, 1.0
OUTAGES_MOST = 100
PASSING = (Code.UNAVAILABLE, Code.TOO_MANY, Code.INTERNAL)
"""Refusals after which the same may succeed without the person doing anything."""
DEAD_LINE = (TimeoutError, SocketIOError, OSError, aiohttp.ClientError)
"""What a dead line looks like from a page; whether the act was carried out is not known."""


class Refused(Exception):  # noqa: N818 - an answer of the server, not an error of ours
    """The server refused."""

    def __init__(self, code: Code, text: str = "") -> None:
        super().__init__(f"{code.value}: {text}")
        self.code = code
        self.text = text


@dataclass(slots=True, eq=False)
class Outage:
    """A time without connection; moments of ``time.monotonic()``."""

    since: float
    until: float | None = None
    """When all that was open was up to date again."""


@dataclass(frozen=True, slots=True)
class Events:
    """What a line tells its page."""

    connected: Callable[[], None]
    received: Callable[[dict[str, Any]], Awaitable[None]]


class Line:
    """One page's connection.

    Args:
        base: ``http://host:port`` of the server.
        auth: Says who connects, asked each time.
        session: Holds the cookies and headers.
        events: What follows.
    """

    def __init__(
        self, base: str, auth: Callable[[], dict[str, str]], session: aiohttp.ClientSession, events: Events
    ) -> None:
        self.connections = 0
        """How often it connected."""
        self.outages: deque[Outage] = deque(maxlen=OUTAGES_MOST)
        """The times without connection; whoever reads one takes it out."""
        self.socket = socketio.AsyncClient(
            serializer="msgpack",
            http_session=session,
            reconnection_delay=RECONNECT_FIRST_S,
            reconnection_delay_max=RECONNECT_MOST_S,
        )
        # The library reconnects by this too; it gives a server one second, the web client six.
        self.socket.connect = partial(self.socket.connect, wait_timeout=OPEN_WITHIN_S)
        self.socket.on("connect", handler=self._connected)
        self.socket.on("disconnect", handler=self._disconnected)
        self.socket.on("connect_error", handler=self._not_connected)
        self.socket.on("message", handler=events.received)
        self._base = base
        self._auth = auth
        self._events = events
        self._refusal = ""
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._outage: Outage | None = None

    async def connect(self) -> None:
        """Connect for the first time, or again after ``close``.

        Raises:
            Refused: The server did.
            CannotConnect: It is not there.
        """
        self._refusal = ""
        try:
            await self.socket.connect(self._base, auth=self._auth, transports=["websocket"])
        except CannotConnect:
            if self._refusal in {code.value for code in Code}:
                raise Refused(Code(self._refusal)) from None
            raise
        except asyncio.CancelledError:
            # Half open the library would refuse to connect ever again.
            await self.socket.eio.disconnect(abort=True)
            raise

    async def close(self) -> None:
        """Close, also when it is just trying to connect again."""
        await self.socket.shutdown()

    async def send(self, command: Command) -> Any:  # noqa: ANN401 - see the command's docstring
        """Send a command and return its ``ok``, as plain data.

        Raises:
            Refused: With the answer's code.
            SocketIOError: There is no connection, or it was lost.
            TimeoutError: No answer came; as above, whether it was carried out is not known.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._unanswered.add(answer)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self.socket.emit(
                    "command", msgspec.to_builtins(command), callback=partial(_settle, answer)
                )
                return ok(msgspec.convert(await answer, Answer))
        except TimeoutError:
            raise TimeoutError("no answer") from None
        finally:
            self._unanswered.discard(answer)

    def caught_up(self, connection: int) -> None:
        """On this connection, by its number, all that was open is up to date: if it still holds, the outage is over."""
        if self._outage and connection == self.connections and self.socket.connected:
            self._outage.until, self._outage = time.monotonic(), None

    async def _connected(self) -> None:
        self.connections += 1
        self._events.connected()

    async def _disconnected(self, _reason: str) -> None:
        if self._outage is None:
            self._outage = Outage(time.monotonic())
            self.outages.append(self._outage)
        for answer in self._unanswered:
            if not answer.done():
                answer.set_exception(DisconnectedError("the connection was lost"))

    async def _not_connected(self, reason: Any) -> None:  # noqa: ANN401 - the server's, or the library's own
        self._refusal = str(reason.get("message", "")) if isinstance(reason, dict) else str(reason)


def ok(answer: Answer) -> Any:  # noqa: ANN401 - what the server sent
    """Give what an answer holds.

    Raises:
        Refused: It holds an error.
    """
    if answer.error is not None:
        raise Refused(answer.error.code, answer.error.text)
    return answer.ok


def _settle(answer: "asyncio.Future[Any]", data: object = None) -> None:
    if not answer.done():
        answer.set_result(data)
