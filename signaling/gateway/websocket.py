"""A WebSocket under Socket.IO: bounded in size, queue and patience, without compression.

Takes the place of python-engineio's own aiohttp driver, which compresses and whose outgoing queue has no end.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aiohttp import ClientConnectionError, WSCloseCode, WSMsgType, web

from signaling.gateway.dispatch import MESSAGE_MOST

FRAME_MOST = MESSAGE_MOST + 1000
"""Bytes: a message and its envelope."""
QUEUE_MOST = 256
"""Messages that may wait to go out."""
QUEUE_BYTES_MOST = 8_000_000
SEND_WITHIN_S = 10.0
"""A message that does not leave within this time: nobody reads."""
SIGN_IN_WITHIN_S = 10.0
CLOSE_WITHIN_S = 1.0
ENVIRON_KEY = "signaling.websocket"
TEXT_FRAMES = ("1", "3", "6")
"""Engine.IO's close, pong and noop; everything else is msgpack, hence binary."""


class OutgoingQueue(asyncio.Queue[Any]):
    """Engine.IO packets on their way out. Full means that the connection is too slow: it is emptied and ended."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0
        self.overflowed = False

    async def put(self, item: Any) -> None:  # noqa: ANN401 - an Engine.IO packet, or None for the end
        """Queue a packet. Never waits."""
        if self.overflowed and item is not None:
            return
        if self.qsize() >= QUEUE_MOST or self.bytes > QUEUE_BYTES_MOST:
            self.overflowed = True
            while not self.empty():
                self.get_nowait()
                self.task_done()
            item = None
        self.put_nowait(item)

    def _put(self, item: Any) -> None:  # noqa: ANN401 - as above
        self.bytes += _size(item)
        super()._put(item)

    def _get(self) -> Any:  # noqa: ANN401 - as above
        item = super()._get()
        self.bytes -= _size(item)
        return item


class PlainWebSocket:
    """What python-engineio calls a WebSocket: made for each connection, called with the environment of the request."""

    def __init__(
        self, handler: Callable[["PlainWebSocket"], Awaitable[None]], living: set["PlainWebSocket"]
    ) -> None:
        self._handler = handler
        self._living = living
        self._queue: OutgoingQueue = handler.__self__.queue  # type: ignore[attr-defined] # of the Engine.IO socket
        self._socket = web.WebSocketResponse(compress=False, max_msg_size=FRAME_MOST, timeout=CLOSE_WITHIN_S)
        self._transport: asyncio.Transport | None = None
        self._stalled = False
        self._sign_in_by = asyncio.get_running_loop().time() + SIGN_IN_WITHIN_S
        self.accepted = False
        """Set once somebody is signed in on it; one that stays nobody's is closed."""

    async def __call__(self, environ: MutableMapping[str, Any]) -> web.StreamResponse:
        """Carry the connection until its end."""
        request: web.Request = environ["aiohttp.request"]
        environ[ENVIRON_KEY] = self
        self._transport = request.transport
        await self._socket.prepare(request)
        self._living.add(self)
        try:
            await self._handler(self)
        finally:
            self._living.discard(self)
            await self.close()
        return self._socket

    @property
    def backlog(self) -> int:
        """Messages that wait to go out."""
        return self._queue.qsize()

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return self._socket.closed

    async def send(self, message: bytes | str) -> None:
        """Send one frame.

        Raises:
            OSError: The other side does not read, or is gone.
        """
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                if isinstance(message, str):
                    await self._socket.send_str(message)
                else:
                    await self._socket.send_bytes(message)
        except TimeoutError:
            self._stalled = True
            raise

    async def wait(self) -> bytes | str:
        """Return the next frame.

        Raises:
            OSError: It is closed, too large, of another protocol, or nobody signed in on it in time.
        """
        patience = None if self.accepted else self._sign_in_by - asyncio.get_running_loop().time()
        async with asyncio.timeout(patience):
            message = await self._socket.receive()
        if message.type is WSMsgType.BINARY and message.data:
            return bytes(message.data)
        if message.type is WSMsgType.TEXT and message.data in TEXT_FRAMES:
            return str(message.data)
        if message.type is WSMsgType.TEXT:
            await self.close(WSCloseCode.UNSUPPORTED_DATA)
        raise OSError("the connection ends")

    async def close(self, code: int = WSCloseCode.OK) -> None:
        """Close it; one that does not read is told so (1013, try again later) and dropped."""
        slow = self._stalled or self._queue.overflowed
        if slow:
            code = WSCloseCode.TRY_AGAIN_LATER
        try:
            async with asyncio.timeout(2 * CLOSE_WITHIN_S):
                await self._socket.close(code=code, drain=not slow)
        except (TimeoutError, ClientConnectionError, RuntimeError):
            slow = True
        if slow and self._transport is not None:
            self._transport.abort()


def _size(packet: Any) -> int:  # noqa: ANN401 - an Engine.IO packet or None
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, bytes) else 0
