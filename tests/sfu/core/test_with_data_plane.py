"""Control plane and reference data plane together in memory: two peers, Opus and VP8 in plain RTP, real SRTP."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sfu.control import AnyCommand, Join, Joined, Leave, Offer, RoomState
from sfu.core.contract import (
    Answered,
    Apply,
    ClosePeer,
    Commanded,
    Happened,
    Input,
    Measured,
    OpenPeer,
    PeerConnected,
    RoomChanged,
    Ticked,
)
from sfu.core.control_plane import ControlPlane
from sfu.core.rtcp import (
    Nack,
    PictureLoss,
    ReceiverReport,
    SenderReport,
    build,
)
from sfu.core.rtcp import (
    parse as parse_rtcp,
)
from sfu.core.seqnum import difference32
from sfu.dataplane.contract import Address, CloseTransport, Event, TransportId
from sfu.dataplane.reference import ReferencePlane
from tests.sfu.core.rig import IDENTITY, RIDS, WALL, browser_offer
from tests.sfu.core.test_transport_wide import decode
from tests.sfu.dataplane.rig import Packet, Peer, parse, vp8

MID, RID, LEVEL, WIDE = 4, 10, 1, 3
"""Extension ids of the offer."""


@dataclass
class Client:
    """A browser's end: keys, numbers and what it received."""

    peer: Peer
    joined: Joined
    base: int
    sequences: dict[int, int] = field(default_factory=dict)
    wide: int = 0
    media: list[Packet] = field(default_factory=list)
    control: list[bytes] = field(default_factory=list)

    def packet(self, ssrc: int, mid: str, payload: bytes, timestamp: int, rid: str = "") -> Packet:
        """Make the next packet of an ssrc, as a browser does."""
        sequence = self.sequences[ssrc] = self.sequences.get(ssrc, 700) + 1
        self.wide += 1
        extensions = {MID: mid.encode(), WIDE: self.wide.to_bytes(2)}
        if rid:
            extensions[RID] = rid.encode()
        if mid == "0":
            extensions[LEVEL] = bytes((20,))
        payload_type = 111 if mid == "0" else 96
        return Packet(ssrc, sequence, timestamp, payload, payload_type, extensions=extensions)

    def slot(self, mid: str) -> int:
        """The ssrc of a slot."""
        ssrc = next(section.ssrc for section in self.joined.answer.sections if section.mid == mid)
        assert ssrc
        return ssrc

    def received(self, mid: str) -> list[Packet]:
        """What came in a slot."""
        return [packet for packet in self.media if packet.ssrc == self.slot(mid)]


class Worker:
    """The driver's part, in memory."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.control = ControlPlane(IDENTITY, Random(7).randbytes)
        self.emitted: list[tuple[bytes, Address]] = []
        self.plane = ReferencePlane(self.control.resolve, lambda data, to: self.emitted.append((data, to)))
        self.clients: dict[str, Client] = {}
        self.heard: dict[TransportId, float] = {}
        self.state: RoomState | None = None
        self.answer: Joined | None = None
        self.opened: list[OpenPeer] = []

    def give(self, given: Input) -> None:
        """Carry out all that follows from an input."""
        inputs: deque[Input] = deque([given])
        while inputs:
            for output in self.control.handle(inputs.popleft(), self.now):
                events: Sequence[Event] = ()
                match output:
                    case Apply(operations):
                        events = self.plane.apply(operations, self.now)
                    case Answered(reply):
                        self.answer = reply if isinstance(reply, Joined) else None
                    case OpenPeer():
                        self.opened.append(output)
                    case ClosePeer(transport):
                        events = self.plane.apply([CloseTransport(transport)], self.now)
                        self.heard.pop(transport, None)
                    case RoomChanged(state):
                        self.state = state
                    case _:
                        pass
                if events:
                    inputs.append(Happened(events))
        self._hand_out()

    def join(self, name: str, wanted: Offer, base: int, epoch: int = 1) -> Client:
        """Join, shake hands, connect."""
        self.command(Join(id=f"{name}{epoch}", reply_to="k", room="r", peer=name, epoch=epoch, offer=wanted))
        opened = self.opened[-1]
        assert self.answer
        client = Client(Peer(int(opened.transport)), self.answer, base)
        self.clients[name] = client
        self.plane.apply(client.peer.opening(opened.extensions), self.now)
        self.heard[opened.transport] = self.now
        self.give(PeerConnected(opened.transport))
        return client

    def command(self, command: AnyCommand) -> None:
        """Give a command."""
        self.give(Commanded(command))

    def send(self, client: Client, *packets: Packet) -> None:
        """Let a client send media."""
        protect = client.peer.outbound.protect
        self._receive(client, *(protect(bytes(packet)) for packet in packets))

    def say(self, client: Client, data: bytes) -> None:
        """Let a client send RTCP."""
        self._receive(client, client.peer.outbound.protect_rtcp(data))

    def collect(self, times: int = 1) -> None:
        """Let 100 ms pass, and what is due in them."""
        for _ in range(times):
            until = self.now + 0.1
            while (deadline := self.control.next_deadline()) is not None and deadline < until:
                self.now = max(self.now, deadline)
                self.give(Ticked())
            self.now = until
            heard = dict.fromkeys(self.heard, self.now)
            self.give(Measured(self.plane.collect(self.now), heard, WALL + self.now))

    def _receive(self, client: Client, *datagrams: bytes) -> None:
        events = self.plane.receive([(datagram, client.peer.address) for datagram in datagrams], self.now)
        if events:
            self.give(Happened(events))
        self._hand_out()

    def _hand_out(self) -> None:
        for data, address in self.emitted:
            client = next((one for one in self.clients.values() if one.peer.address == address), None)
            if client is None:
                continue
            if 192 <= data[1] <= 223:
                client.control.append(client.peer.inbound.unprotect_rtcp(data))
            else:
                client.media.append(parse(client.peer.inbound.unprotect(data)))
        self.emitted.clear()


def call(rids: Sequence[str] = RIDS) -> tuple[Worker, Client, Client]:
    worker = Worker()
    ann = worker.join("ann", browser_offer(1000, rids), 1000)
    bob = worker.join("bob", browser_offer(2000, rids), 2000)
    return worker, ann, bob


def test_voice_and_picture_arrive_from_the_first_packet_on():
    worker, ann, bob = call()
    worker.send(ann, ann.packet(1000, "0", b"voice", 100), ann.packet(77, "1", vp8(key=True), 9000, "f"))
    worker.send(ann, ann.packet(1000, "0", b"voice2", 1060), ann.packet(77, "1", vp8(b"more"), 12000, "f"))
    assert [packet.payload for packet in bob.received("3")] == [b"voice", b"voice2"]
    assert [packet.payload for packet in bob.received("6")] == [vp8(key=True), vp8(b"more")]
    assert {packet.payload_type for packet in bob.received("6")} == {96}
    worker.collect()
    assert worker.state
    shown = {slot.mid: slot for peer in worker.state.peers if peer.peer == "bob" for slot in peer.slots}
    assert shown["6"].source_peer == "ann"
    assert shown["6"].timestamp == bob.received("6")[0].timestamp
    assert shown["3"].timestamp == bob.received("3")[0].timestamp
    assert {peer.peer: peer.sending for peer in worker.state.peers}["ann"] == ("microphone", "camera")


def test_a_late_joiner_makes_the_publisher_send_a_keyframe():
    worker = Worker()
    ann = worker.join("ann", browser_offer(1000), 1000)
    worker.send(ann, ann.packet(77, "1", vp8(key=True), 9000, "f"))
    worker.collect()
    bob = worker.join("bob", browser_offer(2000), 2000)
    asked = [packet for data in ann.control for packet in parse_rtcp(data) if isinstance(packet, PictureLoss)]
    assert [packet.media_ssrc for packet in asked] == [77]
    worker.send(ann, ann.packet(77, "1", vp8(b"not yet"), 12000, "f"))
    assert bob.received("6") == []
    worker.send(ann, ann.packet(77, "1", vp8(key=True), 15000, "f"))
    assert len(bob.received("6")) == 1


def test_the_receiver_notices_a_keyframe_at_most_when_a_publisher_comes_back():
    worker, ann, bob = call()
    worker.send(ann, ann.packet(77, "1", vp8(key=True), 9000, "f"), ann.packet(1000, "0", b"a", 1))
    worker.collect()
    again = worker.join("ann", browser_offer(3000), 3000, epoch=2)
    worker.send(again, again.packet(88, "1", vp8(key=True), 5, "q"), again.packet(3000, "0", b"b", 7))
    worker.collect()
    for mid in ("3", "6"):
        first, second = bob.received(mid)
        assert second.sequence == (first.sequence + 1) & 0xFFFF
    assert worker.state
    assert [peer.epoch for peer in worker.state.peers if peer.peer == "ann"] == [2]


def test_what_is_missing_is_asked_for_and_what_the_subscriber_missed_sent_again():
    worker, ann, bob = call()
    packets = [ann.packet(77, "1", vp8(bytes([n]), key=n == 0), 9000, "f") for n in range(4)]
    worker.send(ann, packets[0], packets[1], packets[3])
    worker.collect()
    nacks = [packet for data in ann.control for packet in parse_rtcp(data) if isinstance(packet, Nack)]
    assert nacks[0].media_ssrc == 77
    assert nacks[0].sequences == (packets[2].sequence,)
    worker.send(ann, packets[2])
    assert [packet.payload for packet in bob.received("6")] == [packets[n].payload for n in (0, 1, 3, 2)]
    before = len(nacks)
    ann.control.clear()
    worker.collect(5)
    assert before >= 1
    assert not any(isinstance(packet, Nack) for data in ann.control for packet in parse_rtcp(data))
    missed = bob.received("6")[1].sequence
    bob.media.clear()
    worker.say(bob, bytes(Nack(1, bob.slot("6"), (missed,))))
    (repaired,) = bob.media
    assert repaired.payload_type == 97
    assert repaired.payload[:2] == missed.to_bytes(2)


def test_arrivals_and_reports_reach_both_ends():
    worker, ann, bob = call()
    for step in range(25):
        worker.send(
            ann,
            ann.packet(1000, "0", b"voice", step * 4800),
            ann.packet(77, "1", vp8(key=step == 0), step * 9000, "f"),
        )
        worker.collect()
    feedback = [decode(data) for data in ann.control if data[1] == 205 and data[0] & 0x1F == 15]
    assert sum(len(one.ticks) for one in feedback) == 50
    assert {one.media_ssrc for one in feedback} <= {1000, 1002, 77}
    to_ann = [packet for data in ann.control for packet in parse_rtcp(data)]
    to_bob = [packet for data in bob.control for packet in parse_rtcp(data)]
    blocks = [block for one in to_ann if isinstance(one, ReceiverReport) for block in one.blocks]
    assert {block.ssrc for block in blocks} == {1000, 77}
    assert all(block.packets_lost == 0 and block.fraction_lost == 0 for block in blocks)
    reports = [packet for packet in to_bob if isinstance(packet, SenderReport)]
    assert {packet.ssrc for packet in reports} == {bob.slot("3"), bob.slot("6")}
    latest = [packet for packet in reports if packet.ssrc == bob.slot("6")][-1]
    sent = next(packet for n, packet in enumerate(bob.received("6")) if n + 1 == latest.packets)
    # Reported in the collection 100 ms after the last packet that it counts.
    assert difference32(latest.timestamp, sent.timestamp) == 9000


def test_three_rids_end_in_the_highest_and_fall_back():
    worker, ann, bob = call()
    for step in range(40):
        for ssrc, rid in ((71, "q"), (72, "h"), (73, "f")):
            if step < 10 or rid != "f":
                key = step == 0 or step >= 25
                worker.send(ann, ann.packet(ssrc, "1", vp8(rid.encode(), key=key), step * 9000, rid))
        worker.collect()
    bodies = [packet.payload[-1:] for packet in bob.received("6")]
    assert bodies[:3] == [b"q", b"h", b"f"]
    assert bodies[3:12] == [b"f"] * 9
    assert set(bodies[12:]) == {b"h"}
    sequences = [packet.sequence for packet in bob.received("6")]
    assert sequences == [(sequences[0] + n) & 0xFFFF for n in range(len(sequences))]


def test_after_leaving_nothing_is_forwarded():
    worker, ann, bob = call()
    worker.send(ann, ann.packet(1000, "0", b"voice", 100))
    worker.command(Leave(id="l", reply_to="k", room="r", peer="bob"))
    bob.media.clear()
    worker.send(ann, ann.packet(1000, "0", b"voice", 1060))
    worker.collect(3)
    assert bob.media == []
    assert worker.state
    assert [peer.peer for peer in worker.state.peers] == ["ann"]


def test_a_peer_may_say_anything_in_rtcp():
    worker, ann, bob = call()
    for data in (
        b"\x80\xc8\x00\x01aaaa",
        build([PictureLoss(1, 2)]) + b"\x00" * 9,
        b"\x81\xce\x00\x02" + b"z" * 8,
    ):
        worker.say(bob, data)
    worker.send(ann, ann.packet(1000, "0", b"voice", 100))
    assert len(bob.received("3")) == 1
