"""One browser page without a browser: signs in, connects, sends commands, holds views and logs, as the web client.

The protocol as docs/protocol.md says it, for tests and load. It trusts nothing that it could have missed: patches
are applied to their base only, events of a log in order only; what does not fit is opened again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from io import BytesIO
from types import TracebackType
from typing import Any, Literal, TypeVar

import aiohttp
import msgspec
import socketio
from socketio.exceptions import ConnectionError as CannotConnect
from socketio.exceptions import TimeoutError as NoAnswer

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
    Heartbeat,
    LogEnded,
    LogEvent,
    LogEvents,
    LoginEnded,
    OpenLog,
    OpenView,
    ServerMessage,
    SetPresence,
    SignedIn,
    SignIn,
    ViewEnded,
    ViewPatch,
    ViewSnapshot,
)

MSGPACK = {"Content-Type": "application/msgpack"}
ANSWER_WITHIN_S = 10.0
RECONNECT_FIRST_S, RECONNECT_MOST_S = 0.1, 1.0

AnyServerMessage = ViewSnapshot | ViewPatch | ViewEnded | LogEvents | LogEnded | Heartbeat | LoginEnded
T = TypeVar("T", bound=msgspec.Struct)
logger = logging.getLogger(__name__)


class Refused(Exception):  # noqa: N818 - an answer of the server, not an error of ours
    """The server refused."""

    def __init__(self, code: Code, text: str = "") -> None:
        super().__init__(f"{code.value}: {text}")
        self.code = code
        self.text = text


def apply_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return ``target`` changed by ``patch`` (RFC 7396 section 2); both are left as they are."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply_patch(result.get(name), value)
    return result


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
        self.views: dict[str, Any] = {}
        """View to its data; absent until its snapshot came."""
        self.versions: dict[str, str] = {}
        self.logs: dict[str, list[LogEvent]] = {}
        """Log to its events, 1, 2, 3 ... without holes, or from the one after its floor on."""
        self.floors: dict[str, int] = {}
        """Log to the seq after which this login may read; 0 when absent."""
        self.ended: dict[str, Code] = {}
        """Views and logs that the server ended, by name."""
        self.login_ended: Code | None = None
        self.connections = 0
        """How often it connected."""
        self.reopened = 0
        """How often something did not fit and was opened again."""
        self._session = session
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket = socketio.AsyncClient(
            serializer="msgpack",
            http_session=session,
            reconnection_delay=RECONNECT_FIRST_S,
            reconnection_delay_max=RECONNECT_MOST_S,
        )
        self._refusal = ""
        self._socket.on("connect", handler=self._connected)
        self._socket.on("connect_error", handler=self._not_connected)
        self._socket.on("message", handler=self._received)

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
        await self._socket.shutdown()  # also when it is just trying to connect again
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
        self._refusal = ""
        auth = {"login": self.login} | ({"secret": self.secret} if self.secret else {})
        try:
            await self._socket.connect(self.base, auth=auth, transports=["websocket"])
        except CannotConnect:
            if self._refusal in {code.value for code in Code}:
                raise Refused(Code(self._refusal)) from None
            raise

    @property
    def connected(self) -> bool:
        """Whether the WebSocket is open now."""
        return bool(self._socket.connected)

    async def send(self, command: Command) -> Any:  # noqa: ANN401 - see the command's docstring
        """Send a command and return its ``ok``, as plain data.

        Raises:
            Refused: With the answer's code.
            TimeoutError: No answer came; whether it was carried out is not known.
        """
        try:
            answer = await self._socket.call("command", msgspec.to_builtins(command), timeout=ANSWER_WITHIN_S)
        except NoAnswer:
            raise TimeoutError("no answer") from None
        return _ok(msgspec.convert(answer, Answer))

    async def open_view(self, view: str) -> Any:  # noqa: ANN401 - the view's data
        """Open a view and return its data."""
        self.versions.setdefault(view, "")
        await self.send(OpenView(view=view, version=self.versions[view] or None))
        await self.wait_for(lambda: view in self.views or view in self.ended)
        return self.views.get(view)

    async def close_view(self, view: str) -> None:
        """Close a view."""
        self.versions.pop(view, None)
        self.views.pop(view, None)
        await self.send(CloseView(view=view))

    async def open_log(self, log_id: str, floor: int = 0) -> None:
        """Open a log; its events after ``floor`` come to ``logs``."""
        self.logs.setdefault(log_id, [])
        self.floors[log_id] = floor
        await self.send(OpenLog(log_id=log_id, after=self.last(log_id)))

    def last(self, log_id: str) -> int:
        """Return the seq up to which a log is held."""
        return self.floors.get(log_id, 0) + len(self.logs.setdefault(log_id, []))

    async def close_log(self, log_id: str) -> None:
        """Close a log."""
        self.logs.pop(log_id, None)
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
            return _ok(msgspec.msgpack.decode(await response.read(), type=Answer))

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
            _ok(msgspec.msgpack.decode(body, type=Answer))
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

    # --- what comes -----------------------------------------------------------------------------------------------

    async def _connected(self) -> None:
        self.connections += 1
        for view in self.versions:
            self._open_again(OpenView(view=view, version=self.versions[view] or None))
        for log_id in self.logs:
            self._open_again(OpenLog(log_id=log_id, after=self.last(log_id)))
        self._changed.set()

    async def _not_connected(self, reason: Any) -> None:  # noqa: ANN401 - the server's, or the library's own
        self._refusal = str(reason.get("message", "")) if isinstance(reason, dict) else str(reason)

    async def _received(self, data: dict[str, Any]) -> None:
        self._take(msgspec.convert(data, AnyServerMessage))

    def _take(self, message: ServerMessage) -> None:
        match message:
            case ViewSnapshot():
                self.views[message.view], self.versions[message.view] = message.data, message.version
            case ViewPatch():
                self._patch(message)
            case LogEvents():
                self._append(message)
            case ViewEnded():
                self.ended[message.view] = message.code
                self.views.pop(message.view, None)
                self.versions.pop(message.view, None)
            case LogEnded():
                self.ended[message.log_id] = message.code
                self.logs.pop(message.log_id, None)
            case Heartbeat():
                self._compare(message)
            case LoginEnded():
                self.login_ended = message.code
            case _:
                logger.warning("x unknown message")
        self._changed.set()

    def _patch(self, message: ViewPatch) -> None:
        if message.view not in self.versions:
            return
        if self.versions[message.view] != message.base:
            self.reopened += 1
            self._open_again(OpenView(view=message.view, version=self.versions[message.view] or None))
            return
        self.views[message.view] = apply_patch(self.views[message.view], message.patch)
        self.versions[message.view] = message.version

    def _append(self, message: LogEvents) -> None:
        held = self.logs.get(message.log_id)
        if held is None:
            return
        for event in message.events:
            if event.seq == self.last(message.log_id) + 1:
                held.append(event)
        if message.events[-1].seq > self.last(message.log_id):
            self.reopened += 1
            self._open_again(OpenLog(log_id=message.log_id, after=self.last(message.log_id)))

    def _compare(self, heartbeat: Heartbeat) -> None:
        for view, version in heartbeat.views.items():
            if self.versions.get(view, version) != version:
                self._open_again(OpenView(view=view, version=self.versions[view] or None))
        for log_id, head in heartbeat.logs.items():
            if log_id in self.logs and self.last(log_id) < head:
                self._open_again(OpenLog(log_id=log_id, after=self.last(log_id)))

    def _open_again(self, command: Command) -> None:
        task = asyncio.ensure_future(self._quietly(self.send(command)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, sending: Awaitable[Any]) -> None:
        try:
            await sending
        except (Refused, TimeoutError, socketio.exceptions.SocketIOError) as error:
            logger.info("x opening again: %s", error)


def _ok(answer: Answer) -> Any:  # noqa: ANN401 - what the server sent
    if answer.error is not None:
        raise Refused(answer.error.code, answer.error.text)
    return answer.ok


def _read(body: bytes, status: int, form: type[T]) -> T:
    if status != 200:
        _ok(msgspec.msgpack.decode(body, type=Answer))
    return msgspec.msgpack.decode(body, type=form)
