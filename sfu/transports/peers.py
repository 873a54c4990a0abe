"""The transports of all peers of a worker: datagrams are told apart, ICE and DTLS run, media goes on in batches.

A datagram's walk: socket -> ``_received`` -> first byte (RFC 7983) -> ICE-lite, DTLS, or the batch for the data
plane. Only ICE decides which address belongs to whom; DTLS is taken from validated addresses only.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from aiortc import RTCCertificate

from sfu.core.contract import OpenPeer, RenewPeer
from sfu.dataplane.contract import (
    Address,
    BindAddress,
    OpenTransport,
    Operation,
    Session,
    SetDestination,
    TransportId,
    UnbindAddress,
)
from sfu.transports.addresses import Listening
from sfu.transports.dtls import DtlsAssociation, Outcome
from sfu.transports.ice_lite import Forgotten, IceLite, Respond, Selected, Validated
from sfu.transports.tcp import TcpConnection, TcpServer
from sfu.transports.udp import UdpSockets

MAX_HANDSHAKES = 64
"""Handshakes in flight; others are asked to wait by silence, DTLS repeats its first flight after a second."""
APPEAR_WITHIN_S = 60.0
"""A peer that has not finished DTLS by then is given up."""


@dataclass(frozen=True, slots=True)
class Sink:
    """Where everything goes."""

    media: Callable[[Sequence[tuple[bytes, Address]], float], None]
    """A batch of SRTP and SRTCP with its arrival time."""
    operations: Callable[[Sequence[Operation]], None]
    """For the data plane, at once."""
    connected: Callable[[TransportId], None]
    """After the operations that make the data plane ready for the peer."""
    closed: Callable[[TransportId, str], None]
    """The transport is gone; it need not be closed any more, but may be."""


@dataclass(slots=True)
class _Peer:
    opened: OpenPeer
    deadline: asyncio.TimerHandle
    dtls: DtlsAssociation | None = None
    reply_to: Address | None = None
    """Where the last DTLS record came from."""
    heard: float | None = None


class Peers:
    """The sockets, and every peer's ICE and DTLS."""

    def __init__(
        self, listening: Sequence[Listening], port: int, certificate: RTCCertificate, sink: Sink
    ) -> None:
        """Bind the UDP sockets.

        Raises:
            PortTakenError: The UDP port is in use.
        """
        self._listening = listening
        self._certificate = certificate
        self._sink = sink
        self._ice = IceLite()
        self._peers: dict[TransportId, _Peer] = {}
        self._farewells: set[asyncio.Task[None]] = set()
        self._dropped: Counter[str] = Counter()
        self._udp = UdpSockets(listening, port, self._received)
        self._tcp = TcpServer(self._received, self._tcp_lost)
        self.port = self._udp.port

    async def start(self, *, tcp: bool) -> None:
        """Begin to take packets.

        Raises:
            PortTakenError: The TCP port is in use.
        """
        if tcp:
            try:
                await self._tcp.start(self._listening, self.port)
            except OSError:
                self._udp.close()
                raise
        self._udp.start(asyncio.get_running_loop())

    async def stop(self) -> None:
        """Say goodbye to every peer and give the ports back."""
        for transport in list(self._peers):
            self.close(transport)
        await asyncio.gather(*self._farewells, return_exceptions=True)
        self._tcp.close()
        self._udp.close()

    def open(self, opened: OpenPeer) -> None:
        """Listen for a peer."""
        transport = opened.transport
        timer = asyncio.get_running_loop().call_later
        self._peers[transport] = _Peer(
            opened, timer(APPEAR_WITHIN_S, self._end, transport, "never_connected")
        )
        self._ice.open(transport, opened.local, opened.remote)

    def renew(self, renewed: RenewPeer, now: float) -> None:
        """Accept new ICE credentials beside the former."""
        self._ice.renew(renewed.transport, renewed.local, renewed.remote, now)

    def close(self, transport: TransportId) -> None:
        """Forget a peer, after a goodbye where DTLS is up. The data plane is told by whoever asks for this."""
        peer = self._peers.pop(transport, None)
        if peer is None:
            return
        peer.deadline.cancel()
        if peer.dtls:
            farewell = asyncio.get_running_loop().create_task(peer.dtls.close())
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)
        for effect in self._ice.close(transport):
            if isinstance(effect, Forgotten) and isinstance(effect.address, TcpConnection):
                asyncio.get_running_loop().call_later(1.0, effect.address.abort)

    def emit(self, packet: bytes, address: Address) -> None:
        """Send ciphertext."""
        if isinstance(address, tuple):
            self._udp.send(packet, address)
        elif isinstance(address, TcpConnection):
            address.send(packet)

    def heard(self) -> dict[TransportId, float]:
        """Tell when each peer's last STUN or DTLS came."""
        known = {
            transport: (self._ice.heard(transport), peer.heard) for transport, peer in self._peers.items()
        }
        return {transport: max(filter(None, times)) for transport, times in known.items() if any(times)}

    def dropped(self) -> Counter[str]:
        """Count what was not taken since the start, by reason."""
        return self._dropped + self._ice.dropped + self._udp.dropped + self._tcp.dropped

    def _received(self, batch: list[tuple[bytes, Address]]) -> None:
        now = time.monotonic()
        media = [item for item in batch if item[0] and 128 <= item[0][0] <= 191]
        if media:
            self._sink.media(media, now)
        if len(media) == len(batch):
            return
        for data, address in batch:
            first = data[0] if data else 255
            if first <= 3:
                self._take_stun(data, address, now)
            elif 20 <= first <= 63:
                self._take_dtls(data, address, now)
            elif not 128 <= first <= 191:
                self._dropped["unknown_protocol"] += 1

    def _take_stun(self, data: bytes, address: Address, now: float) -> None:
        source = address.source if isinstance(address, TcpConnection) else address[1][:2]  # type: ignore[index]
        for effect in self._ice.receive(data, address, source, now):
            match effect:
                case Respond(datagram, where):
                    self.emit(datagram, where)
                case Validated(transport, where):
                    if isinstance(where, TcpConnection):
                        where.authenticated()
                    self._tell(transport, BindAddress(transport, where))
                case Selected(transport, where):
                    self._tell(transport, SetDestination(transport, where))
                case Forgotten(where):
                    self._sink.operations([UnbindAddress(where)])

    def _tell(self, transport: TransportId, operation: Operation) -> None:
        # Before DTLS is done the data plane does not know the transport; it learns all addresses then.
        peer = self._peers.get(transport)
        if peer and peer.dtls and peer.dtls.connected:
            self._sink.operations([operation])

    def _take_dtls(self, data: bytes, address: Address, now: float) -> None:
        transport = self._ice.owner(address)
        peer = self._peers.get(transport) if transport is not None else None
        if peer is None:
            self._dropped["dtls_stranger"] += 1
            return
        if peer.dtls is None:
            if self._handshaking() >= MAX_HANDSHAKES:
                self._dropped["dtls_busy"] += 1
                return
            peer.dtls = self._associate(peer)
        peer.reply_to = address
        if peer.dtls.feed(data):
            peer.heard = now
        else:
            self._dropped["dtls_full"] += 1

    def _handshaking(self) -> int:
        return sum(1 for peer in self._peers.values() if peer.dtls and not peer.dtls.connected)

    def _associate(self, peer: _Peer) -> DtlsAssociation:
        transport = peer.opened.transport
        outcome = Outcome(partial(self._connected, transport), partial(self._end, transport))
        return DtlsAssociation(
            self._certificate, peer.opened.fingerprints, partial(self._send_dtls, peer), outcome
        )

    def _send_dtls(self, peer: _Peer, record: bytes) -> None:
        if peer.reply_to is not None:
            self.emit(record, peer.reply_to)

    def _connected(self, transport: TransportId, inbound: Session, outbound: Session) -> None:
        peer = self._peers.get(transport)
        if peer is None:
            return
        peer.deadline.cancel()
        self._sink.operations(
            [
                OpenTransport(transport, inbound, outbound, peer.opened.extensions),
                *(BindAddress(transport, address) for address in self._ice.addresses(transport)),
                SetDestination(transport, self._ice.selected(transport)),
            ]
        )
        self._sink.connected(transport)

    def _end(self, transport: TransportId, reason: str) -> None:
        if transport in self._peers:
            self.close(transport)
            self._sink.closed(transport, reason)

    def _tcp_lost(self, connection: TcpConnection) -> None:
        owner = self._ice.owner(connection)
        for effect in self._ice.forget(connection):
            if isinstance(effect, Forgotten):
                self._sink.operations([UnbindAddress(effect.address)])
            elif owner is not None:
                self._tell(owner, SetDestination(owner, None))
