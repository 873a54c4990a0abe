"""One browser page without a browser: signs in, connects, sends commands, holds views and logs, as the web client.

The protocol as docs/protocol.md says it, for tests and load. What is open stays open: after a reconnection it is
opened again, and what was lost of a connection and how soon it was made good is noted.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from io import BytesIO
from types import TracebackType
from typing import Any, Literal, TypeVar

import aiohttp
import msgspec

from load.feeds import AnyServerMessage, Feeds
from load.line import DEAD_LINE, PASSING, Events, Line, Refused, ok
from signaling.wire import (
    Answer,
    CloseLog,
    CloseView,
    Code,
    ComeIn,
    Command,
    Done,
    Feed,
    FeedAnswer,
    OpenLog,
    OpenView,
    ServerMessage,
    SetPresence,
    SignedIn,
    SignIn,
)

MSGPACK = {"Content-Type": "application/msgpack"}
OPEN_TURNS, OPEN_PAUSE_S = 5, 1.0
"""All that is open is asked for at once after a cut: what passes the server's rate waits its turn."""

__all__ = ["MSGPACK", "Client", "Refused"]
T = TypeVar("T", bound=msgspec.Struct)
logger = logging.getLogger(__name__)


class Client:
    """A page of one login. ``async with await Client.sign_in(...) as client``.

    Args:
        base: ``http://host:port`` of the server; also sent as the origin.
        login: The login's public handle.
        session: Holds the login's cookie, or sends its secret along; closed with the client.
        secret: Of the login, when this page keeps it.
    """

    def __init__(self, base: str, login: str, session: aiohttp.ClientSession, secret: str = "") -> None:
        self.base = base
        self.login = login
        self.secret = secret
        self.home = ""
        self._session = session
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[object]] = set()
        self._feeds = feeds = Feeds(lambda command: self._own(self._quietly(command)))
        self.views, self.versions, self.logs = feeds.views, feeds.versions, feeds.logs
        self.floors, self.ended, self.last = feeds.floors, feeds.ended, feeds.last
        self._line = Line(base, self._auth, session, Events(self._connected, self._received))
        self._socket = self._line.socket
        self.outages = self._line.outages

    @classmethod
    async def sign_in(
        cls, base: str, token: str, keep: Literal["cookie", "page"] = "cookie", address: str = ""
    ) -> "Client":
        """Open a login with the secret of a personal link or a short code.

        Args:
            base: ``http://host:port`` of the server.
            token: The secret.
            keep: Where the login's secret is kept.
            address: Whom limits count, where the server trusts this machine as its proxy; empty for the machine's own.

        Raises:
            Refused: The server did.
        """
        return await cls._enter(base, "sign-in", SignIn(token=token, keep=keep), address)

    @classmethod
    async def come_in(cls, base: str, app: str, language: str = "fr", address: str = "") -> "Client":
        """Open a login without a link, as a guest; ``address`` as in ``sign_in``.

        Raises:
            Refused: The server did.
        """
        return await cls._enter(base, f"guest/{app}", ComeIn(language=language), address)

    @classmethod
    async def _enter(cls, base: str, path: str, asked: msgspec.Struct, address: str) -> "Client":
        headers = {"Origin": base} | ({"X-Forwarded-For": address} if address else {})
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers)
        try:
            body = msgspec.msgpack.encode(asked)
            async with session.post(f"{base}/api/{path}", data=body, headers=MSGPACK) as response:
                signed_in = _read(await response.read(), response.status, SignedIn)
        except BaseException:
            await session.close()
            raise
        if signed_in.secret:
            session.headers["Authorization"] = f"Bearer {signed_in.secret}"
        client = cls(base, signed_in.login, session, signed_in.secret)
        client.home = signed_in.home
        return client

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Leave."""
        await self._line.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    # --- on the WebSocket ---------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Open the WebSocket.

        Raises:
            Refused: The server did.
        """
        await self._line.connect()

    @property
    def connected(self) -> bool:
        """Whether the WebSocket is open now."""
        return bool(self._socket.connected)

    @property
    def connections(self) -> int:
        """How often it connected."""
        return self._line.connections

    @property
    def reopened(self) -> int:
        """How often something did not fit and was opened again."""
        return self._feeds.reopened

    @property
    def login_ended(self) -> Code | None:
        """Why the server ended this login, if it did."""
        return self._feeds.login_ended

    async def send(self, command: Command) -> Any:  # noqa: ANN401 - see the command's docstring
        """Send a command and return its ``ok``, as plain data.

        Raises:
            Refused: With the answer's code.
            SocketIOError: There is no connection, or it was lost.
            TimeoutError: No answer came; as above, whether it was carried out is not known.
        """
        return await self._line.send(command)

    async def open_view(self, view: str) -> Any:  # noqa: ANN401 - the view's data
        """Open a view and return its data."""
        self.versions.setdefault(view, "")
        with suppress(*DEAD_LINE):  # then it is opened by the next connection
            await self.send(OpenView(view=view, version=self.versions[view] or None))
        await self.wait_for(lambda: view in self.views or view in self.ended)
        return self.views.get(view)

    async def close_view(self, view: str) -> None:
        """Close a view."""
        self.versions.pop(view, None)
        self.views.pop(view, None)
        with suppress(*DEAD_LINE):
            await self.send(CloseView(view=view))

    async def open_log(self, log_id: str, floor: int = 0) -> None:
        """Open a log; its events after ``floor`` come to ``logs``."""
        self.logs.setdefault(log_id, [])
        self.floors[log_id] = floor
        with suppress(*DEAD_LINE):
            await self.send(OpenLog(log_id=log_id, after=self.last(log_id)))

    async def close_log(self, log_id: str) -> None:
        """Close a log."""
        self.logs.pop(log_id, None)
        with suppress(*DEAD_LINE):
            await self.send(CloseLog(log_id=log_id))

    async def set_visible(self, *, visible: bool) -> None:
        """Show or hide the page."""
        await self.send(SetPresence(visible=visible))

    async def wait_for(self, condition: Callable[[], object], within_s: float = 10.0) -> None:
        """Wait until the condition holds; it is looked at after each message.

        Raises:
            TimeoutError: It did not in time.
        """
        async with asyncio.timeout(within_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    # --- over plain HTTP ------------------------------------------------------------------------------------------

    async def post(self, command: Command) -> Any:  # noqa: ANN401 - see the command's docstring
        """Send a command over plain HTTP and return its ``ok``, as plain data.

        Raises:
            Refused: With the answer's code.
        """
        body = msgspec.msgpack.encode(command)
        async with self._session.post(self._url("command"), data=body, headers=MSGPACK) as response:
            return ok(msgspec.msgpack.decode(await response.read(), type=Answer))

    async def poll(
        self, *, views: tuple[str, ...] = (), logs: tuple[str, ...] = (), wait: float = 20.0
    ) -> int:
        """Ask once what is newer than what is held, and take it in; return how many messages came.

        Raises:
            Refused: The server did.
        """
        holds = Feed(
            views={view: self.versions.get(view, "") for view in views},
            logs={log_id: self.last(log_id) for log_id in logs},
            wait=wait,
        )
        body = msgspec.msgpack.encode(holds)
        async with self._session.post(self._url("feed"), data=body, headers=MSGPACK) as response:
            answer = _read(await response.read(), response.status, FeedAnswer)
        for message in answer.messages:
            self._take(message)
        return len(answer.messages)

    async def send_photo(self, raw: bytes) -> str:
        """Send a photo and return its file id.

        Raises:
            Refused: The server did.
        """
        async with self._session.post(self._url("photos"), data=BytesIO(raw)) as response:
            body, status = await response.read(), response.status
        if status != 200:
            ok(msgspec.msgpack.decode(body, type=Answer))
        return str(msgspec.msgpack.decode(body)["file"])

    async def fetch_file(self, file_id: str) -> tuple[int, bytes]:
        """Return status and bytes of a file."""
        async with self._session.get(self._url(f"files/{file_id}")) as response:
            return response.status, await response.read()

    async def sign_out(self) -> None:
        """End the login."""
        async with self._session.post(self._url("sign-out")) as response:
            _read(await response.read(), response.status, Done)

    def _url(self, path: str) -> str:
        return f"{self.base}/api/{self.login}/{path}"

    def _auth(self) -> dict[str, str]:
        return {"login": self.login} | ({"secret": self.secret} if self.secret else {})

    # --- what comes -----------------------------------------------------------------------------------------------

    def _connected(self) -> None:
        self._own(self._catch_up(self._line.connections))
        self._changed.set()

    async def _catch_up(self, connection: int) -> None:
        """Open everything again; the server sends what is newer before it answers."""
        if all(await asyncio.gather(*map(self._quietly, self._feeds.opening()))):
            self._line.caught_up(connection)

    async def _received(self, data: dict[str, Any]) -> None:
        self._take(msgspec.convert(data, AnyServerMessage))

    def _take(self, message: ServerMessage) -> None:
        self._feeds.receive(message)
        self._changed.set()

    async def _quietly(self, command: Command) -> bool:
        """Open something again; False when it did not work, and the next connection or heartbeat does it."""
        for _ in range(OPEN_TURNS):
            try:
                await self.send(command)
            except Refused as refused:
                if refused.code not in PASSING:
                    logger.info("x opening again: %s", refused)
                    return True
            except DEAD_LINE:
                return False
            else:
                return True
            await asyncio.sleep(OPEN_PAUSE_S)
        return False

    def _own(self, act: Coroutine[Any, Any, object]) -> None:
        task = asyncio.ensure_future(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _read(body: bytes, status: int, form: type[T]) -> T:
    if status != 200:
        ok(msgspec.msgpack.decode(body, type=Answer))
    return msgspec.msgpack.decode(body, type=form)
