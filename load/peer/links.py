"""What carries a synthetic peer's datagrams: a UDP socket, or a TCP connection framed by RFC 4571.

Loss can be injected in both directions; STUN and DTLS are spared, so that a test says what it means.
"""

import asyncio
import random
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, cast

Received = Callable[[bytes, tuple[str, int], float], None]
"""Takes a datagram, its source and its arrival in monotonic seconds."""
_TIMESTAMPS = 35 if sys.platform == "linux" else 0
"""SO_TIMESTAMPNS and SCM_TIMESTAMPNS (socket(7)), which Python does not name."""
_TIME = struct.Struct("@ll")


class Loss:
    """How much media is lost, 0 to 1 in each direction; may be changed at any time."""

    def __init__(self, *, inbound: float = 0.0, outbound: float = 0.0, seed: int = 1) -> None:
        self.inbound = inbound
        self.outbound = outbound
        self._random = random.Random(seed)

    def strikes(self, packet: bytes, share: float) -> bool:
        """Decide about one packet."""
        return share > 0 and packet[0] >= 128 and self._random.random() < share


class Link(Protocol):
    """Sends datagrams to an address."""

    def send(self, packet: bytes, to: tuple[str, int]) -> None:
        """Send, or lose."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class UdpLink:
    """One non-blocking socket for each address family that is used."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self._sockets: dict[int, socket.socket] = {}
        self._loop = asyncio.get_running_loop()

    def send(self, packet: bytes, to: tuple[str, int]) -> None:
        """Send; what the kernel does not take is lost."""
        with suppress(OSError):
            self._socket(_family(to)).sendto(packet, to)

    def close(self) -> None:
        """Close the sockets."""
        for sock in self._sockets.values():
            self._loop.remove_reader(sock.fileno())
            sock.close()
        self._sockets.clear()

    def detach(self, to: tuple[str, int]) -> socket.socket:
        """Read no more; give the socket that sends to an address. It is closed by ``close`` still."""
        for sock in self._sockets.values():
            self._loop.remove_reader(sock.fileno())
        return self._socket(_family(to))

    def _socket(self, family: int) -> socket.socket:
        sock = self._sockets.get(family)
        if sock is None:
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
            if _TIMESTAMPS:
                sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
            sock.settimeout(0)
            # Bound so that it can be read before the first datagram is sent.
            sock.bind(("", 0))
            self._loop.add_reader(sock.fileno(), self._readable, sock)
            self._sockets[family] = sock
        return sock

    def _readable(self, sock: socket.socket) -> None:
        # The kernel notes when a datagram reached the socket; how long this busy process let it wait there is not
        # the server's delay.
        offset = time.monotonic() - time.time()
        with suppress(OSError):
            for _ in range(64):
                data, notes, _, source = sock.recvmsg(2048, 64)
                self._received(data, source[:2], arrival_ns(notes) * 1e-9 + offset)


def arrival_ns(notes: Sequence[tuple[int, int, bytes]]) -> int:
    """Read CLOCK_REALTIME, when a datagram reached the socket, from the kernel's notes; now where there are none."""
    for _, kind, note in notes:
        if kind == _TIMESTAMPS:
            seconds, nanoseconds = _TIME.unpack(note)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return time.time_ns()


def _family(address: tuple[str, int]) -> int:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


class TcpLink(asyncio.Protocol):
    """One TCP connection to one candidate."""

    def __init__(self, received: Received, to: tuple[str, int]) -> None:
        self._received = received
        self._to = to
        self._transport: asyncio.Transport | None = None
        self._rest = b""

    @classmethod
    async def open(cls, received: Received, to: tuple[str, int]) -> "TcpLink":
        """Connect.

        Raises:
            OSError: Nobody listens there.
        """
        _, protocol = await asyncio.get_running_loop().create_connection(lambda: cls(received, to), *to)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Cut the stream into packets."""
        self._rest += data
        while len(self._rest) >= 2:
            end = 2 + int.from_bytes(self._rest[:2], "big")
            if len(self._rest) < end:
                return
            packet, self._rest = self._rest[2:end], self._rest[end:]
            self._received(packet, self._to, time.monotonic())

    def send(self, packet: bytes, to: tuple[str, int]) -> None:
        """Write a packet."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(len(packet).to_bytes(2, "big") + packet)

    def close(self) -> None:
        """Close at once."""
        if self._transport:
            self._transport.abort()
