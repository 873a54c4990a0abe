"""UDP sockets read in batches: one per address of the machine, all on the worker's port.

Plain sockets watched by the loop: asyncio's own datagram transport costs ten times as much a packet.
An address is ``(socket, sockaddr)``: the same client on two of our addresses is two ICE pairs.
"""

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import Callable, Sequence

from sfu.dataplane.contract import Address
from sfu.transports.addresses import Listening

BATCH = 64
"""Datagrams read for one wake-up; what is left wakes the loop again, after others had their turn."""
BUFFER_BYTES = 4 * 1024 * 1024
MAX_DATAGRAM = 2048

UdpAddress = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
Received = Callable[[list[tuple[bytes, Address]]], None]


class PortTakenError(OSError):
    """Another process has the port."""


class UdpSockets:
    """All UDP sockets of the worker."""

    def __init__(self, listening: Sequence[Listening], port: int, received: Received) -> None:
        """Bind.

        Args:
            listening: What to bind.
            port: The worker's UDP port; 0 lets the system choose one, for tests.
            received: Called with each batch.

        Raises:
            PortTakenError: The port is in use.
        """
        self.dropped: Counter[str] = Counter()
        self._received = received
        self._sockets: list[socket.socket] = []
        try:
            for one in listening:
                self._sockets.append(bind(one.bind, port, socket.SOCK_DGRAM))
                port = self._sockets[0].getsockname()[1]
        except OSError:
            self._close_sockets()
            raise
        self.port = port

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read."""
        for index, sock in enumerate(self._sockets):
            loop.add_reader(sock.fileno(), self._readable, index, sock)

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop reading and give the port back."""
        for sock in self._sockets:
            loop.remove_reader(sock.fileno())
        self._close_sockets()

    def send(self, packet: bytes, address: UdpAddress) -> None:
        """Send a datagram, or drop and count it when the kernel does not take it."""
        try:
            self._sockets[address[0]].sendto(packet, address[1])
        except BlockingIOError:
            self.dropped["udp_full"] += 1
        except OSError:
            # Unreachable network, a firewall, an answer by ICMP: the peer's silence tells the rest.
            self.dropped["udp_unreachable"] += 1

    def _readable(self, index: int, sock: socket.socket) -> None:
        batch: list[tuple[bytes, Address]] = []
        receive = sock.recvfrom
        try:
            for _ in range(BATCH):
                data, source = receive(MAX_DATAGRAM)
                batch.append((data, (index, source)))
        except BlockingIOError:
            pass
        except OSError:
            self.dropped["udp_error"] += 1
        if batch:
            self._received(batch)

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()


def bind(address: str, port: int, kind: int) -> socket.socket:
    """Make a non-blocking socket with large buffers on one address.

    Raises:
        PortTakenError: The port is in use on this address.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        sock.settimeout(0)
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(error.errno, f"port {port} of {address} is in use") from error
        raise
    return sock
