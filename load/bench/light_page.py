"""A page as light as can be: sends commands on a WebSocket and counts what comes, so that the server is what is measured.

Socket.IO revision 5 over Engine.IO revision 4, with msgpack; nothing is kept, and nothing opened again.
"""

import asyncio
from itertools import count
from typing import Any

import aiohttp
import msgspec

from signaling.wire import Answer, Command

ANSWER_WITHIN_S = 30.0
CONNECT, EVENT, ACK = 0, 2, 3
PING, PONG = "2", "3"


class _Envelope(msgspec.Struct):
    type: int
    data: msgspec.Raw = msgspec.Raw(b"\xc0")
    id: int | None = None


_envelope = msgspec.msgpack.Decoder(_Envelope)
_answer = msgspec.msgpack.Decoder(tuple[Answer])


class LightPage:
    """One connection of one login. `open` it; `close` it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.received = 0
        """Messages that came, acknowledgements not counted."""
        self._socket = socket
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, base: str, login: str, secret: str) -> "LightPage":
        """Connect.

        Raises:
            ConnectionError: The server refused.
        """
        address = f"{base}/socket.io/?EIO=4&transport=websocket"
        socket = await session.ws_connect(address, headers={"Origin": base}, max_msg_size=0)
        page = cls(socket)
        handshake = {"type": CONNECT, "nsp": "/", "data": {"login": login, "secret": secret}}
        await socket.send_bytes(msgspec.msgpack.encode(handshake))
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await page._connected
        return page

    async def send(self, command: Command) -> Any:  # noqa: ANN401 - the command's ``ok``
        """Send a command and wait for its acknowledgement.

        Raises:
            ConnectionError: Refused, or the connection ended.
            TimeoutError: No answer.
        """
        number = next(self._numbers)
        self._waiting[number] = answered = asyncio.get_running_loop().create_future()
        packet = {"type": EVENT, "nsp": "/", "id": number, "data": ("command", command)}
        await self._socket.send_bytes(msgspec.msgpack.encode(packet))
        async with asyncio.timeout(ANSWER_WITHIN_S):
            answer = await answered
        if answer.error is not None:
            raise ConnectionError(f"{answer.error.code.value}: {answer.error.text}")
        return answer.ok

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()
        await self._reading

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self._take(_envelope.decode(message.data))
            elif message.data == PING:
                await self._socket.send_str(PONG)
        waiting: list[asyncio.Future[Any]] = [self._connected, *self._waiting.values()]
        for each in waiting:
            if not each.done():
                each.set_exception(ConnectionError("the connection ended"))

    def _take(self, envelope: _Envelope) -> None:
        if envelope.type == ACK and envelope.id in self._waiting:
            waiting = self._waiting.pop(envelope.id)
            if not waiting.done():
                waiting.set_result(_answer.decode(envelope.data)[0])
        elif envelope.type == CONNECT:
            self._connected.set_result(None)
        else:
            self.received += 1
