"""A data plane between peers that hold the other ends of its SRTP sessions. For tests and for profiling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiortc.rtp import unpack_header_extensions
from pylibsrtp import Policy, Session

from sfu.core.rtp import HEADER, payload_bounds, write_extensions
from sfu.dataplane.contract import (
    AddRepair,
    Address,
    AddSlot,
    AddStream,
    BindAddress,
    Connect,
    DataPlane,
    Emit,
    Event,
    ExtensionIds,
    Media,
    OpenTransport,
    Operation,
    Resolve,
    SetDestination,
    SlotId,
    StreamId,
    Switched,
    TransportId,
    UnknownSsrc,
)
from sfu.dataplane.contract import Session as SrtpSession
from sfu.dataplane.reference import ReferencePlane

IDS = ExtensionIds(mid=1, rid=2, repaired_rid=3, audio_level=4, abs_send_time=5, transport_wide=6)
CLOCK = {Media.OPUS: 48000, Media.VP8: 90000, Media.H264: 90000}
PAYLOAD_TYPE = {Media.OPUS: 111, Media.VP8: 96, Media.H264: 102}
RTX_PAYLOAD_TYPE = 97

Build = Callable[[Resolve, Emit], DataPlane]


def session(key: bytes, kind: int) -> Session:
    """Make one direction of SRTP, as the worker does."""
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)
    policy.allow_repeat_tx = False
    policy.window_size = 1024
    return Session(policy)


@dataclass(slots=True)
class Packet:
    """An RTP packet with nothing hidden."""

    ssrc: int
    sequence: int
    timestamp: int
    payload: bytes
    payload_type: int = 96
    marker: bool = False
    extensions: dict[int, bytes] = field(default_factory=dict)
    padding: int = 0

    def __bytes__(self) -> bytes:
        block = write_extensions(list(self.extensions.items()))
        first = 0x80 | (0x10 if block else 0) | (0x20 if self.padding else 0)
        second = (0x80 if self.marker else 0) | self.payload_type
        padding = bytes(self.padding - 1) + bytes((self.padding,)) if self.padding else b""
        header = HEADER.pack(first, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc)
        return header + block + self.payload + padding


def parse(plain: bytes) -> Packet:
    """Read what a subscriber decrypted."""
    bounds = payload_bounds(plain)
    assert bounds is not None
    start, end, payload, payload_end = bounds
    _, second, sequence, timestamp, ssrc = HEADER.unpack_from(plain)
    profile = int.from_bytes(plain[start - 4 : start - 2], "big") if end > start else 0
    return Packet(
        ssrc=ssrc,
        sequence=sequence,
        timestamp=timestamp,
        payload=plain[payload:payload_end],
        payload_type=second & 0x7F,
        marker=bool(second & 0x80),
        extensions=dict(unpack_header_extensions(profile, plain[start:end])),
        padding=len(plain) - payload_end,
    )


class Peer:
    """The browser's end of one transport: number n has the address ("peer", n)."""

    def __init__(self, number: int) -> None:
        self.transport = TransportId(number)
        self.address: Address = ("peer", number)
        self.up, self.down = bytes([number]) * 28, bytes([128 + number]) * 28
        self.outbound = session(self.up, Policy.SSRC_ANY_OUTBOUND)
        self.inbound = session(self.down, Policy.SSRC_ANY_INBOUND)

    def opening(
        self, ids: ExtensionIds = IDS, inbound: SrtpSession | None = None, outbound: SrtpSession | None = None
    ) -> list[Operation]:
        """Make new sessions of the server's end and give the operations that connect the peer."""
        inbound = inbound or session(self.up, Policy.SSRC_ANY_INBOUND)
        outbound = outbound or session(self.down, Policy.SSRC_ANY_OUTBOUND)
        return [
            OpenTransport(self.transport, inbound, outbound, ids),
            BindAddress(self.transport, self.address),
            SetDestination(self.transport, self.address),
        ]


class Rig:
    """One plane, some peers, a manual clock."""

    def __init__(
        self, build: Build = ReferencePlane, peers: int = 3, inbound: SrtpSession | None = None
    ) -> None:
        self.now = 1000.0
        self.asked: list[UnknownSsrc] = []
        self.answers: dict[int, Sequence[Operation]] = {}
        self.emitted: list[tuple[bytes, Address]] = []
        self.events: list[Event] = []
        self.plane = build(self._resolve, lambda data, address: self.emitted.append((data, address)))
        self.peers = [Peer(n) for n in range(peers)]
        for peer in self.peers:
            self.apply(*peer.opening(inbound=inbound))

    def add_peer(self, number: int, ids: ExtensionIds) -> Peer:
        """Open one more peer, with extension ids of its own."""
        peer = Peer(number)
        self.peers.append(peer)
        self.apply(*peer.opening(ids))
        return peer

    def _resolve(self, unknown: UnknownSsrc) -> Sequence[Operation]:
        self.asked.append(unknown)
        return self.answers.get(unknown.ssrc, ())

    def apply(self, *operations: Operation) -> list[Event]:
        """Apply operations now."""
        events = self.plane.apply(operations, self.now)
        self.events += events
        return events

    def stream(self, peer: int, number: int, media: Media = Media.VP8, rtx_ssrc: int = 0) -> int:
        """Add a stream; its ssrc is 1000 + number."""
        ssrc = 1000 + number
        transport = self.peers[peer].transport
        self.apply(AddStream(StreamId(number), transport, ssrc, media, PAYLOAD_TYPE[media], CLOCK[media]))
        if rtx_ssrc:
            self.apply(AddRepair(StreamId(number), transport, rtx_ssrc, RTX_PAYLOAD_TYPE))
        return ssrc

    def slot(
        self, peer: int, number: int, first: int = 100, timestamp: int = 5000, *, rtx: bool = True
    ) -> int:
        """Add a slot; its ssrc is 2000 + number, its RTX ssrc 3000 + number."""
        ssrc = 2000 + number
        rtx_ssrc = 3000 + number if rtx else 0
        self.apply(AddSlot(SlotId(number), self.peers[peer].transport, ssrc, rtx_ssrc, first, 7, timestamp))
        return ssrc

    def connect(self, slot: int, stream: int, payload_type: int = 120, rtx_payload_type: int = 121) -> None:
        """Put a stream into a slot, in the subscriber's numbering."""
        self.apply(Connect(SlotId(slot), StreamId(stream), payload_type, rtx_payload_type))

    def send(self, peer: int, *packets: Packet) -> list[Event]:
        """Protect packets as a publisher and give them to the plane in one batch."""
        sender = self.peers[peer]
        return self.deliver(peer, *(sender.outbound.protect(bytes(packet)) for packet in packets))

    def deliver(self, peer: int, *datagrams: bytes) -> list[Event]:
        """Give datagrams to the plane as they are."""
        address = self.peers[peer].address
        events = self.plane.receive([(datagram, address) for datagram in datagrams], self.now)
        self.events += events
        return events

    def got(self, peer: int) -> list[Packet]:
        """Decrypt and take out what was sent to a peer so far."""
        receiver = self.peers[peer]
        mine = [data for data, address in self.emitted if address == receiver.address]
        self.emitted = [(data, address) for data, address in self.emitted if address != receiver.address]
        return [parse(receiver.inbound.unprotect(data)) for data in mine]

    def switches(self) -> list[Switched]:
        """Take out the switches that happened so far."""
        found = [event for event in self.events if isinstance(event, Switched)]
        self.events = [event for event in self.events if not isinstance(event, Switched)]
        return found

    @property
    def dropped(self) -> dict[str, int]:
        """Drops by reason since the start."""
        return dict(self.plane.collect(self.now).dropped)


def vp8(
    body: bytes = b"frame",
    *,
    key: bool = False,
    start: bool = True,
    picture: int | None = None,
    tl0: int | None = None,
) -> bytes:
    """Build a VP8 payload; a picture id above 127 or given as 15 bit takes the long form."""
    first = 0x10 if start else 0
    flag = b"\x00" if key else b"\x01"
    if picture is None:
        return bytes((first,)) + flag + body
    descriptor = bytes(
        (first | 0x80, 0x80 | (0x40 if tl0 is not None else 0), 0x80 | picture >> 8, picture & 0xFF)
    )
    return descriptor + (bytes((tl0,)) if tl0 is not None else b"") + flag + body
