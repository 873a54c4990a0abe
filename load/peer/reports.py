"""A synthetic peer's periodic RTCP: sender and receiver reports, feedback; and reading what the server sends."""

import struct
import time
from collections.abc import Callable, Iterable, Iterator

from aiortc.clock import current_ntp_time
from aiortc.rtp import (
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    unpack_remb_fci,
)

from load.peer import feedback
from load.peer.receiving import Slot
from load.peer.sending import Stream
from load.peer.statistics import PeerStatistics

SDES_CNAME = 1
MAX_BLOCKS = 31


def sender_report(stream: Stream, cname: str, now: float) -> bytes:
    """Write a sender report with the name that ties a peer's streams together."""
    info = RtcpSenderInfo(
        ntp_timestamp=current_ntp_time(),
        rtp_timestamp=stream.timestamp(now),
        packet_count=stream.statistics.packets & 0xFFFFFFFF,
        octet_count=stream.statistics.octets & 0xFFFFFFFF,
    )
    name = RtcpSourceInfo(ssrc=stream.plan.ssrc, items=[(SDES_CNAME, cname.encode())])
    return bytes(RtcpSrPacket(ssrc=stream.plan.ssrc, sender_info=info)) + bytes(RtcpSdesPacket(chunks=[name]))


def receiver_report(ssrc: int, slots: Iterable[Slot], now: float) -> bytes:
    """Write a receiver report about all slots in which something arrived."""
    blocks = [_block(slot, now) for slot in slots if slot.highest is not None]
    return bytes(RtcpRrPacket(ssrc=ssrc, reports=blocks[:MAX_BLOCKS]))


def _block(slot: Slot, now: float) -> RtcpReceiverInfo:
    share, lost = slot.loss_since_report()
    last, arrival = slot.last_report or (0, now)
    return RtcpReceiverInfo(
        ssrc=slot.ssrc,
        fraction_lost=share,
        packets_lost=lost,
        highest_sequence=(slot.highest or 0) & 0xFFFFFFFF,
        jitter=int(slot.statistics.jitter),
        lsr=last,
        dlsr=int((now - arrival) * 65536) if last else 0,
    )


class Incoming:
    """Reads the server's RTCP and changes streams, slots and counters by it."""

    def __init__(
        self,
        statistics: PeerStatistics,
        streams: dict[int, Stream],
        slots: dict[int, Slot],
        send: Callable[[bytes], None],
    ) -> None:
        self._statistics = statistics
        self._streams = streams
        self._slots = slots
        self._send = send

    def take(self, compound: bytes, now: float) -> None:
        """Take one decrypted compound."""
        for kind, count, packet in feedback.split(compound):
            try:
                self._take_one(kind, count, packet, now)
            except (ValueError, struct.error, IndexError):
                self._statistics.malformed += 1

    def _take_one(self, kind: int, count: int, packet: bytes, now: float) -> None:
        if kind == 200:
            slot = self._slots.get(_number(packet, 4))
            if slot:
                slot.statistics.sender_reports += 1
                slot.last_report = (_number(packet, 10), now)
            self._take_blocks(packet, 28, count)
        elif kind == 201:
            self._take_blocks(packet, 8, count)
        elif kind == feedback.RTPFB:
            self._take_transport_feedback(count, packet)
        elif kind == feedback.PSFB:
            self._take_payload_feedback(count, packet)

    def _take_blocks(self, packet: bytes, start: int, count: int) -> None:
        for position in range(start, start + 24 * count, 24):
            stream = self._streams.get(_number(packet, position))
            if stream:
                stream.statistics.reports += 1
                stream.statistics.fraction_lost = packet[position + 4]

    def _take_transport_feedback(self, form: int, packet: bytes) -> None:
        if form == feedback.TRANSPORT_WIDE_FORMAT:
            self._statistics.feedback_packets += 1
            self._statistics.feedback_acknowledged += struct.unpack_from("!H", packet, 14)[0]
        elif form == 1:
            stream = self._streams.get(_number(packet, 8))
            if stream:
                for again in stream.retransmit(list(_nacked(packet)), time.monotonic()):
                    self._send(again)

    def _take_payload_feedback(self, form: int, packet: bytes) -> None:
        if form == 1:
            self._restart([_number(packet, 8)])
        elif form == feedback.FIR:
            self._restart(_number(packet, position) for position in range(12, len(packet), 8))
        elif form == 15 and packet[12:16] == b"REMB":
            self._statistics.remb_bps = unpack_remb_fci(packet[12:])[0]

    def _restart(self, ssrcs: Iterable[int]) -> None:
        for ssrc in ssrcs:
            stream = self._streams.get(ssrc)
            if stream:
                stream.restart()


def _nacked(packet: bytes) -> Iterator[int]:
    for position in range(12, len(packet), 4):
        first, mask = struct.unpack_from("!HH", packet, position)
        yield first
        for bit in range(16):
            if mask >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def _number(packet: bytes, position: int) -> int:
    return int(struct.unpack_from("!I", packet, position)[0])
