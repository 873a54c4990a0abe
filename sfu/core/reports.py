"""Receiver reports to publishers and sender reports for slots (RFC 3550 section 6.4), in the worker's clock.

Receiver reports carry the worst of what the worker and its subscribers lost, so that the publisher's FEC turns on.
Sender reports map the publisher's own into the worker's clock, with one offset for everything a publisher sends, so
that its voice and its picture stay together.
"""

from collections.abc import Sequence

from sfu.core.clock import ntp_of, seconds_of
from sfu.core.rooms import Layer, Peer, Slot
from sfu.core.rtcp import (
    MAX_BLOCKS,
    Packet,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    build,
)
from sfu.core.seqnum import MASK32
from sfu.dataplane.contract import StreamReport

LOSS_COUNTS_S = 5.0
MAX_SLOTS = 20
"""Of one compound packet, which has to fit a datagram."""
RTT_WEIGHT = 0.125
MAX_RTT_S = 10.0


def on_sender_report(layer: Layer, report: SenderReport, now: float, wall: float) -> None:
    """Keep a publisher's report about one layer."""
    layer.reception.sender_ntp = report.ntp
    layer.reception.sender_timestamp = report.timestamp
    layer.reception.sender_at = now
    layer.publication.peer.clock.learn(wall - seconds_of(report.ntp))


def on_block(slot: Slot, block: ReportBlock, now: float, wall: float) -> None:
    """Keep what a subscriber says about a slot: loss and round trip (RFC 3550 section 6.4.1)."""
    slot.lost, slot.lost_at = block.fraction_lost, now
    if not block.last_report:
        return
    middle = ntp_of(wall) >> 16 & MASK32
    rtt = ((middle - block.last_report - block.delay) & MASK32) / 65536
    if rtt <= MAX_RTT_S:
        former = slot.peer.rtt
        slot.peer.rtt = rtt if former is None else former + RTT_WEIGHT * (rtt - former)


def receiver_report(peer: Peer, now: float) -> list[bytes]:
    """Report on what a peer sends; nothing before media came."""
    blocks = [_block(one, one.report, now) for one in peer.layers() if one.report and one.report.packets]
    packets = []
    for start in range(0, len(blocks), MAX_BLOCKS):
        report = ReceiverReport(peer.ssrc, tuple(blocks[start : start + MAX_BLOCKS]))
        packets.append(build([report, SourceDescription(((peer.ssrc, peer.cname),))]))
    return packets


def sender_reports(peer: Peer, shown: Sequence[tuple[Slot, Layer]], now: float, wall: float) -> list[bytes]:
    """Report on slots of a peer with what each shows; ``wall`` is Unix seconds at ``now``."""
    packets = []
    for start in range(0, len(shown), MAX_SLOTS):
        part = shown[start : start + MAX_SLOTS]
        reports: list[Packet] = [_sender_report(slot, layer, now, wall) for slot, layer in part]
        names = tuple((slot.agreed.ssrc, peer.cname) for slot, _ in part)
        packets.append(build([*reports, SourceDescription(names)]))
    return packets


def _sender_report(slot: Slot, layer: Layer, now: float, wall: float) -> SenderReport:
    timestamp = _timestamp(slot, layer, now, wall)
    return SenderReport(
        slot.agreed.ssrc, ntp_of(wall), timestamp, slot.packets & MASK32, slot.octets & MASK32
    )


def _block(layer: Layer, report: StreamReport, now: float) -> ReportBlock:
    memory = layer.reception
    expected = report.highest_sequence - report.base_sequence + 1
    expected_now, packets_now = expected - memory.expected, report.packets - memory.packets
    memory.expected, memory.packets = expected, report.packets
    lost_now = expected_now - packets_now
    fraction = lost_now * 256 // expected_now if expected_now > 0 and lost_now > 0 else 0
    return ReportBlock(
        ssrc=layer.ssrc,
        fraction_lost=min(255, max(fraction, _subscribers_loss(layer, now))),
        packets_lost=expected - report.packets,
        highest_sequence=report.highest_sequence & MASK32,
        jitter=int(report.jitter),
        last_report=memory.sender_ntp >> 16 & MASK32,
        delay=int((now - memory.sender_at) * 65536) & MASK32 if memory.sender_ntp else 0,
    )


def _subscribers_loss(layer: Layer, now: float) -> int:
    room = layer.publication.peer.room
    return max(
        (
            slot.lost
            for peer in room.peers.values()
            for slot in peer.slots
            if slot.current == layer.id and now - slot.lost_at <= LOSS_COUNTS_S
        ),
        default=0,
    )


def _timestamp(slot: Slot, layer: Layer, now: float, wall: float) -> int:
    """The slot's RTP timestamp at ``wall``."""
    rate = layer.publication.agreed.format.clock_rate
    offset = layer.publication.peer.clock.seconds
    memory = layer.reception
    if memory.sender_ntp and offset is not None:
        since = wall - seconds_of(memory.sender_ntp) - offset
        return int(memory.sender_timestamp + slot.timestamp_offset + since * rate) & MASK32
    return int(slot.last_timestamp + (now - slot.last_sent) * rate) & MASK32
