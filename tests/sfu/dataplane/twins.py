"""Two data planes side by side, fed with the same operations and datagrams; any difference is an error."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from sfu.core.rtp import HEADER, RTCP_TYPES
from sfu.dataplane.contract import (
    AddRepair,
    Address,
    AddSlot,
    AddStream,
    Connect,
    DataPlane,
    Disconnect,
    Hold,
    Media,
    Operation,
    RemoveStream,
    Retransmit,
    SendRtcp,
    SetDestination,
    SlotId,
    StreamId,
    UnknownSsrc,
)
from sfu.dataplane.reference import ReferencePlane
from tests.sfu.dataplane.oracle import Oracle
from tests.sfu.dataplane.rig import CLOCK, IDS, PAYLOAD_TYPE, RTX_PAYLOAD_TYPE, Packet, Peer

MEDIAS = [Media.VP8, Media.VP8, Media.OPUS, Media.OPUS, Media.H264]
"""Of streams 0 to 4; stream n is sent by peer n % 2."""
SLOTS = 3
"""Slots 0 and 1 are peer 2's, slot 2 is peer 0's; slot 1 has no RTX."""


@dataclass
class Publisher:
    """What the sender of one stream keeps."""

    number: int
    wide: bool
    """Picture ids of 15 bits, else of 7."""
    sequence: int = 65500
    timestamp: int = 2**32 - 20000
    picture: int = 0
    keyframes: int = 0
    rtx_sequence: int = 65530
    history: list[Packet] = field(default_factory=list)
    held: list[bytes] = field(default_factory=list)

    @property
    def media(self) -> Media:
        return MEDIAS[self.number]

    @property
    def ssrc(self) -> int:
        return 1000 + self.number

    def next(self, *, key: bool, first: bool, marker: bool) -> Packet:
        """Make the next packet of this stream."""
        if first:
            self.timestamp += CLOCK[self.media] // 30
            self.picture += 1
            self.keyframes += key
        extensions = {IDS.transport_wide: self.sequence.to_bytes(4, "big")[2:]}
        if self.number % 2:
            extensions[IDS.mid] = b"wanted"
        if self.media is Media.OPUS:
            extensions[IDS.audio_level] = bytes((self.picture & 0xFF,))
        payload = self._payload(key=key, first=first) + b"body %d" % self.sequence
        packet = Packet(
            self.ssrc,
            self.sequence,
            self.timestamp,
            payload,
            PAYLOAD_TYPE[self.media],
            marker,
            extensions,
        )
        self.sequence += 1
        self.history.append(packet)
        return packet

    def _payload(self, *, key: bool, first: bool) -> bytes:
        if self.media is Media.OPUS:
            return b""
        if self.media is Media.H264:
            return (b"\x67" if key else b"\x41") if first else b"\x5c\x45"
        picture = self.picture + (32760 if self.wide else 120)
        number = (0x8000 | picture & 0x7FFF).to_bytes(2, "big") if self.wide else bytes((picture & 0x7F,))
        head = (
            bytes((0x90 if first else 0x80, 0xF0)) + number + bytes((picture & 0xFF, self.keyframes & 0x1F))
        )
        return head + (b"\0" if key else b"\1")

    def repair(self, back: int) -> Packet | None:
        """Wrap an earlier packet for the RTX ssrc (RFC 4588)."""
        if back >= len(self.history):
            return None
        original = self.history[-1 - back]
        self.rtx_sequence += 1
        return Packet(
            self.ssrc + 500,
            self.rtx_sequence,
            original.timestamp,
            (original.sequence & 0xFFFF).to_bytes(2, "big") + original.payload,
            RTX_PAYLOAD_TYPE,
            original.marker,
        )


class Side:
    """One of the planes and what came out of it."""

    def __init__(self, build: type[ReferencePlane | Oracle], peers: Sequence[Peer]) -> None:
        self.sent: dict[Address, list[bytes]] = defaultdict(list)
        self.asked: list[UnknownSsrc] = []
        self.plane: DataPlane = build(self._resolve, lambda data, address: self.sent[address].append(data))
        for peer in peers:
            self.plane.apply(peer.opening(), 0.0)

    def _resolve(self, unknown: UnknownSsrc) -> list[Operation]:
        self.asked.append(unknown)
        return adding(unknown.ssrc - 1000) if unknown.mid == "wanted" else []


def adding(number: int) -> list[Operation]:
    media, ssrc, transport = MEDIAS[number], 1000 + number, Peer(number % 2).transport
    return [
        AddStream(StreamId(number), transport, ssrc, media, PAYLOAD_TYPE[media], CLOCK[media]),
        AddRepair(StreamId(number), transport, ssrc + 500, RTX_PAYLOAD_TYPE),
    ]


class Twins:
    """The reference and the oracle, three peers, five publishers, three slots."""

    def __init__(self, *, wide: bool, first: int = 32767) -> None:
        self.now = 10.0
        self.peers = [Peer(n) for n in range(3)]
        self.sides = self.sides_for(self.peers)
        self.publishers = [Publisher(n, wide) for n in range(len(MEDIAS))]
        self.last = b""
        self.unknown_sequence = 5000
        for number in range(len(MEDIAS)):
            self.apply(*adding(number))
        for slot in range(SLOTS):
            transport = self.peers[0 if slot == 2 else 2].transport
            rtx_ssrc = 0 if slot == 1 else 3000 + slot
            self.apply(AddSlot(SlotId(slot), transport, 2000 + slot, rtx_ssrc, first, 32766, 2**32 - 5000))

    def sides_for(self, peers: list[Peer]) -> list[Side]:
        """Build the planes to compare."""
        return [Side(ReferencePlane, peers), Side(Oracle, peers)]

    def apply(self, *operations: Operation) -> None:
        events = [side.plane.apply(operations, self.now) for side in self.sides]
        assert all(one == events[0] for one in events)
        self.compare()

    def deliver(self, peer: int, *datagrams: bytes) -> None:
        address = self.peers[peer].address
        batch = [(datagram, address) for datagram in datagrams]
        events = [side.plane.receive(batch, self.now) for side in self.sides]
        assert all(one == events[0] for one in events)
        self.compare()

    def compare(self) -> None:
        reference = self.sides[0]
        for other in self.sides[1:]:
            assert reference.sent == other.sent
            assert reference.asked == other.asked

    def compare_counters(self) -> None:
        for part in ((0, 2), (1, 2)):
            reference, oracle = (side.plane.collect(self.now, part) for side in self.sides)
            for one, other in zip(reference.streams, oracle.streams, strict=True):
                assert one.jitter == pytest.approx(other.jitter)
                one.jitter = other.jitter
            assert reference == oracle

    # --- steps ------------------------------------------------------------------------------------------------

    def frame(self, stream: int, fates: Sequence[str], *, key: bool) -> None:
        """Send one frame; a fate for each of its packets."""
        publisher = self.publishers[stream]
        sender = self.peers[stream % 2]
        arriving: list[bytes] = []
        for index, fate in enumerate(fates):
            packet = publisher.next(key=key, first=index == 0, marker=index == len(fates) - 1)
            if fate == "padding":
                packet.payload, packet.padding = b"", 200
            elif fate == "padded":
                packet.padding = 3
            elif fate == "foreign":
                packet.payload_type = 13
            data = sender.outbound.protect(bytes(packet))
            if fate == "held":
                publisher.held.append(data)
            elif fate != "lost":
                arriving.append(data)
                self.last = data
        self.deliver(stream % 2, *arriving)

    def release(self, stream: int) -> None:
        """Deliver what was held, the latest first."""
        held, self.publishers[stream].held = self.publishers[stream].held, []
        self.deliver(stream % 2, *reversed(held))

    def leap(self, stream: int, count: int) -> None:
        self.publishers[stream].sequence += count

    def repeat(self, stream: int, back: int) -> None:
        packet = self.publishers[stream].repair(back)
        if packet:
            self.deliver(stream % 2, self.peers[stream % 2].outbound.protect(bytes(packet)))

    def replay(self, peer: int) -> None:
        self.deliver(peer, self.last)

    def connect(self, slot: int, stream: int, payload_type: int) -> None:
        self.apply(
            Connect(SlotId(slot), StreamId(stream), payload_type, payload_type + 1 if slot != 1 else 0)
        )

    def disconnect(self, slot: int) -> None:
        self.apply(Disconnect(SlotId(slot)))

    def remove(self, stream: int) -> None:
        self.apply(RemoveStream(StreamId(stream)))

    def add(self, stream: int) -> None:
        self.apply(*adding(stream))

    def silence(self, peer: int) -> None:
        self.apply(SetDestination(self.peers[peer].transport, None))

    def hold(self, peer: int, held: bool) -> None:
        self.apply(Hold(self.peers[peer].transport, held))

    def wake(self, peer: int) -> None:
        self.apply(SetDestination(self.peers[peer].transport, self.peers[peer].address))

    def miss(self, slot: int, backs: Sequence[int]) -> None:
        """Ask again for packets of a slot, counted from the latest that it sent; some never were."""
        peer = self.peers[0 if slot == 2 else 2]
        sent = self.sides[0].sent.get(peer.address, [])
        headers = [HEADER.unpack_from(data) for data in sent if data[1] not in RTCP_TYPES]
        latest = next((h[2] for h in reversed(headers) if h[4] == 2000 + slot), 0)
        self.apply(Retransmit(SlotId(slot), tuple((latest - back) & 0xFFFF for back in backs)))

    def unknown(self, peer: int, number: int) -> None:
        """Send a packet of an ssrc that is not wanted."""
        self.unknown_sequence += 1
        packet = Packet(
            1100 + number, self.unknown_sequence, 0, b"?", extensions={IDS.mid: b"x", IDS.rid: b"h"}
        )
        self.deliver(peer, self.peers[peer].outbound.protect(bytes(packet)))

    def rtcp(self, peer: int) -> None:
        report = bytes.fromhex("80c90001") + (77).to_bytes(4, "big")
        self.apply(SendRtcp(self.peers[peer].transport, report))
        self.deliver(peer, self.peers[peer].outbound.protect_rtcp(report))

    def junk(self, peer: int, data: bytes) -> None:
        self.deliver(peer, data)

    def wait(self, seconds: float) -> None:
        self.now += seconds
