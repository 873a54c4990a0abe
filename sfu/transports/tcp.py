"""ICE-TCP, passive (RFC 6544): for networks that let no UDP out. Framing by RFC 4571."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

from sfu.transports.addresses import Listening
from sfu.transports.framing import Deframer, FrameError, frame
from sfu.transports.udp import Received, bind

MAX_CONNECTIONS = 2000
AUTHENTICATE_WITHIN_S = 10.0
DROP_ABOVE_BYTES = 128 * 1024
"""Unsent bytes above which media is dropped: about a second of a call, later is too late."""
CLOSE_ABOVE_BYTES = 512 * 1024
"""Unsent bytes above which the connection is given up; only signed answers still pass between the two."""


class TcpConnection(asyncio.Protocol):
    """One connection; the object itself is its address."""

    def __init__(self, server: "TcpServer") -> None:
        self._server = server
        self._deframer = Deframer()
        self._transport: asyncio.Transport | None = None
        self._timeout: asyncio.TimerHandle | None = None
        self.source: tuple[str, int] = ("0.0.0.0", 0)  # noqa: S104 - a placeholder until connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time that the peer has to prove who it is."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.source = (peer[0], peer[1])
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._timeout = asyncio.get_running_loop().call_later(AUTHENTICATE_WITHIN_S, self.abort)
        if not self._server.admit(self):
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Hand on the packets that are complete."""
        try:
            packets = self._deframer.feed(data)
        except FrameError:
            self._server.dropped["tcp_frame"] += 1
            self.abort()
            return
        if packets:
            self._server.received([(packet, self) for packet in packets])

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the server, which takes the address from its peer."""
        if self._timeout:
            self._timeout.cancel()
        self._transport = None
        self._server.remove(self)

    def authenticated(self) -> None:
        """Keep the connection: a signed request came on it."""
        if self._timeout:
            self._timeout.cancel()
            self._timeout = None

    def send(self, packet: bytes) -> None:
        """Write a packet unless the peer does not keep up."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        waiting = transport.get_write_buffer_size()
        if waiting > CLOSE_ABOVE_BYTES:
            self._server.dropped["tcp_stuck"] += 1
            self.abort()
        elif waiting > DROP_ABOVE_BYTES and packet[0] >= 128:
            self._server.dropped["tcp_full"] += 1
        else:
            transport.write(frame(packet))

    def abort(self) -> None:
        """Close at once."""
        if self._transport:
            self._transport.abort()


class TcpServer:
    """The listening sockets and their connections."""

    def __init__(self, received: Received, lost: Callable[[TcpConnection], None]) -> None:
        self.dropped: Counter[str] = Counter()
        self.received = received
        self._lost = lost
        self._connections: set[TcpConnection] = set()
        self._servers: list[asyncio.Server] = []

    async def start(self, listening: Sequence[Listening], port: int) -> None:
        """Listen on all addresses.

        Raises:
            PortTakenError: The port is in use.
        """
        loop = asyncio.get_running_loop()
        for one in listening:
            sock = bind(one.bind, port, socket.SOCK_STREAM)
            self._servers.append(await loop.create_server(lambda: TcpConnection(self), sock=sock))

    def close(self) -> None:
        """Close everything."""
        for server in self._servers:
            server.close()
        for connection in list(self._connections):
            connection.abort()

    def admit(self, connection: TcpConnection) -> bool:
        """Count a connection in, unless there are too many."""
        if len(self._connections) >= MAX_CONNECTIONS:
            self.dropped["tcp_connections"] += 1
            return False
        self._connections.add(connection)
        return True

    def remove(self, connection: TcpConnection) -> None:
        """Count a connection out."""
        if connection in self._connections:
            self._connections.discard(connection)
            self._lost(connection)
