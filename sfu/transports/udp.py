"""UDP sockets read in batches: one per address of the machine, all on the worker's port.

Plain sockets watched by the loop: asyncio's own datagram transport costs ten times as much a packet. A busy socket
is not watched but read every two milliseconds: to wake up for each packet costs more than to forward it.
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
GATHER_S = 0.002
"""Between two reads of a busy socket; the loop rounds it to its milliseconds."""
BUSY_WAKES = 6
"""A socket that wakes the loop so often within ``BUSY_WITHIN_S`` is busy."""
BUSY_WITHIN_S = 0.01
QUIET_READS = 10
"""A busy socket that had nothing so many times in a row is watched again."""
BUFFER_BYTES = 4 * 1024 * 1024
MAX_DATAGRAM = 2048

UdpAddress = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
Received = Callable[[list[tuple[bytes, Address]]], None]


class PortTakenError(OSError):
    """Another process has the port."""


class _Reader:
    """Reads one socket: watched while it is quiet, in turns while it is busy."""

    def __init__(self, index: int, sock: socket.socket, received: Received, dropped: Counter[str]) -> None:
        self._index = index
        self._socket = sock
        self._received = received
        self._dropped = dropped
        self._loop: asyncio.AbstractEventLoop
        self._timer: asyncio.TimerHandle | None = None
        self._wakes = 0
        self._since = 0.0
        self._quiet_reads = 0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin."""
        self._loop = loop
        loop.add_reader(self._socket.fileno(), self._woken)

    def stop(self) -> None:
        """End; the socket is closed by its owner."""
        if self._timer:
            self._timer.cancel()
        else:
            self._loop.remove_reader(self._socket.fileno())

    def _woken(self) -> None:
        self._read()
        now = self._loop.time()
        if now - self._since > BUSY_WITHIN_S:
            self._since, self._wakes = now, 0
        self._wakes += 1
        if self._wakes >= BUSY_WAKES:
            self._wakes = self._quiet_reads = 0
            self._loop.remove_reader(self._socket.fileno())
            self._timer = self._loop.call_later(GATHER_S, self._take_turn)

    def _take_turn(self) -> None:
        count = self._read()
        self._quiet_reads = 0 if count else self._quiet_reads + 1
        if self._quiet_reads < QUIET_READS:
            # After a full batch more is waiting: to pause too would let the socket overflow beside an idle core.
            self._timer = self._loop.call_later(GATHER_S if count < BATCH else 0.0, self._take_turn)
        else:
            self._timer = None
            self._loop.add_reader(self._socket.fileno(), self._woken)

    def _read(self) -> int:
        """Read what is there, at most ``BATCH``, and pass it on; return how many datagrams it was."""
        batch: list[tuple[bytes, Address]] = []
        receive, index = self._socket.recvfrom, self._index
        try:
            for _ in range(BATCH):
                data, source = receive(MAX_DATAGRAM)
                batch.append((data, (index, source)))
        except BlockingIOError:
            pass
        except OSError:
            self._dropped["udp_error"] += 1
        if batch:
            self._received(batch)
        return len(batch)


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
        self._readers: list[_Reader] = []
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
            reader = _Reader(index, sock, self._received, self.dropped)
            reader.start(loop)
            self._readers.append(reader)

    def close(self) -> None:
        """Stop reading and give the port back; what is sent from now on is dropped."""
        for reader in self._readers:
            reader.stop()
        self._readers.clear()
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

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()


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
