"""RTCP in and out: what peers say is turned into operations, and what they are owed is sent when it is due.

Holds what has to be remembered about loss, keyframes, arrival times, clocks and bandwidth of all peers. Decides nothing
about who receives what.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sfu.core import reports
from sfu.core.bandwidth import Cap, Downlink, combined
from sfu.core.connection import Connection
from sfu.core.keyframes import Keyframes
from sfu.core.nack import Nacks
from sfu.core.rooms import Directory, Layer, Peer, Room, Slot
from sfu.core.rtcp import (
    BitrateEstimate,
    FullIntraRequest,
    Nack,
    Packet,
    PictureLoss,
    ReceiverReport,
    SenderReport,
    build,
    parse,
)
from sfu.core.transport_wide import Feedback
from sfu.dataplane.contract import (
    Collected,
    Filled,
    Gap,
    Operation,
    Retransmit,
    SendRtcp,
    SlotReport,
    StreamId,
    StreamReport,
    TransportReport,
)

REPORT_S = 1.0
RATE_S = 1.0
ACTIVE_S = 2.0
"""A layer without packets for so long is not asked for keyframes: its next picture begins with one."""
MAX_RETRANSMIT = 256
"""Sequences of one NACK packet that are answered."""
HEADERS_OCTETS = 24
"""Of an RTP packet, about: receivers count them in their estimates."""


@dataclass(slots=True)
class _Link:
    """What is remembered about one transport."""

    feedback: Feedback = field(default_factory=Feedback)
    downlink: Downlink = field(default_factory=Downlink)
    cap: Cap = field(default_factory=Cap)
    sent_octets: int = 0
    rated_at: float = float("-inf")


class RtcpExchange:
    """All conversations in RTCP."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._keyframes = Keyframes()
        self._nacks = Nacks()
        self._links: dict[int, _Link] = {}
        self._wall_offset = 0.0
        """Unix time minus monotonic time."""

    # --- what comes in ---

    def on_rtcp(self, peer: Peer, data: bytes, now: float) -> list[Operation]:
        """Take what a peer says; anything may be in it."""
        operations: list[Operation] = []
        for packet in parse(data):
            operations += self._on_packet(peer, packet, now)
        return operations

    def on_gap(self, event: Gap, now: float) -> None:
        """Packets of a layer are missing."""
        layer = self._directory.layers.get(event.stream)
        if layer is None or not layer.publication.agreed.format.nack:
            return
        if not self._nacks.gap(layer.id, event.first, event.last, now):
            self._keyframes.ask(layer.id)

    def on_filled(self, event: Filled) -> None:
        """A missing packet came."""
        self._nacks.filled(event.stream, event.sequence)

    def on_collected(self, collected: Collected, now: float, wall: float) -> list[Operation]:
        """Read the counters, and answer arrivals with transport-wide feedback."""
        self._wall_offset = wall - now
        for stream in collected.streams:
            self._count_stream(stream, now)
        for slot in collected.slots:
            if slot.packets:
                self._count_slot(slot)
        operations: list[Operation] = []
        for transport in collected.transports:
            operations += self._report_arrivals(transport)
        return operations

    # --- what goes out ---

    def deadline(self) -> float | None:
        """Say when a missing packet has to be asked for."""
        return self._nacks.deadline()

    def urgent(self, rooms: Iterable[Room], now: float) -> list[Operation]:
        """Ask for missing packets and for keyframes, also those that armed slots of ``rooms`` wait for."""
        self._forget()
        operations: list[Operation] = []
        due = self._nacks.due(now, self._rtt)
        for stream, sequences in due.requests:
            layer = self._directory.layers.get(stream)
            if layer:
                peer = layer.publication.peer
                wire = tuple(sequence & 0xFFFF for sequence in sequences)
                operations.append(SendRtcp(peer.transport, bytes(Nack(peer.ssrc, layer.ssrc, wire))))
        for stream in due.given_up:
            self._keyframes.ask(stream)
        return operations + self._keyframe_requests(rooms, now)

    def periodic(self, peers: Iterable[Peer], now: float) -> list[Operation]:
        """Send the reports and caps of these peers that are due."""
        operations: list[Operation] = []
        for peer in peers:
            if peer.connection is Connection.NEW or peer.stopped:
                continue
            if now >= peer.next_report_at:
                peer.next_report_at = max(peer.next_report_at + REPORT_S, now + REPORT_S / 2)
                self._rate(peer, now)
                operations += [
                    SendRtcp(peer.transport, packet) for packet in reports.receiver_report(peer, now)
                ]
                operations += self._sender_reports(peer, peer.slots, now)
                operations += self._cap(peer, now)
            elif peer.switched:
                operations += self._sender_reports(peer, peer.switched, now)
        return operations

    def limit(self, slot: Slot, now: float) -> float | None:
        """Return what a subscriber can take in a slot: its limit shared between the pictures it receives."""
        limit = self._limit(slot.peer, now)
        return None if limit is None else limit / max(1, len(self._pictures(slot.peer, now)))

    # --- inside ---

    def _forget(self) -> None:
        """Drop what is remembered about layers and transports that are gone."""
        for stream in self._directory.gone_layers:
            self._keyframes.forget(stream)
            self._nacks.forget(stream)
        for transport in self._directory.gone_transports:
            self._links.pop(transport, None)
        self._directory.gone_layers.clear()
        self._directory.gone_transports.clear()

    def _link(self, peer: Peer) -> _Link:
        return self._links.setdefault(peer.transport, _Link())

    def _rtt(self, stream: StreamId) -> float | None:
        layer = self._directory.layers.get(stream)
        return layer.publication.peer.rtt if layer else None

    def _on_packet(self, peer: Peer, packet: Packet, now: float) -> list[Operation]:
        match packet:
            case SenderReport():
                self._on_sender_report(peer, packet, now)
                self._on_blocks(peer, packet, now)
            case ReceiverReport():
                self._on_blocks(peer, packet, now)
            case Nack():
                slot = _slot(peer, packet.media_ssrc)
                sequences = packet.sequences[:MAX_RETRANSMIT]
                return [Retransmit(slot.id, sequences)] if slot and slot.agreed.rtx_ssrc and sequences else []
            case PictureLoss():
                self._on_picture_loss(peer, packet.media_ssrc)
            case FullIntraRequest():
                for ssrc, _ in packet.requests:
                    self._on_picture_loss(peer, ssrc)
            case BitrateEstimate():
                self._link(peer).downlink.hear(packet.bitrate_bps, now)
            case _:
                # SDES and BYE tell nothing: silence and the signaling do.
                pass
        return []

    def _on_sender_report(self, peer: Peer, report: SenderReport, now: float) -> None:
        layer = next((layer for layer in peer.layers() if layer.ssrc == report.ssrc), None)
        if layer:
            reports.on_sender_report(layer, report, now, now + self._wall_offset)

    def _on_blocks(self, peer: Peer, report: SenderReport | ReceiverReport, now: float) -> None:
        for block in report.blocks:
            slot = _slot(peer, block.ssrc)
            if slot:
                reports.on_block(slot, block, now, now + self._wall_offset)

    def _on_picture_loss(self, peer: Peer, ssrc: int) -> None:
        slot = _slot(peer, ssrc)
        wanted = slot and (slot.current or slot.wanted)
        layer = self._directory.layers.get(wanted) if wanted else None
        if layer and layer.publication.agreed.source != "microphone":
            self._keyframes.ask(layer.id)

    def _keyframe_requests(self, rooms: Iterable[Room], now: float) -> list[Operation]:
        waiting = {stream for room in rooms for stream in self._waiting(room, now)}
        operations: list[Operation] = []
        for stream in self._keyframes.due(waiting, now):
            layer = self._directory.layers.get(stream)
            if layer:
                peer = layer.publication.peer
                operations.append(SendRtcp(peer.transport, bytes(PictureLoss(peer.ssrc, layer.ssrc))))
        return operations

    def _waiting(self, room: Room, now: float) -> Iterator[StreamId]:
        for stream in room.armed:
            layer = self._directory.layers.get(stream)
            if layer and layer.report and layer.report.packets and now - layer.last_arrival <= ACTIVE_S:
                yield stream

    def _count_stream(self, report: StreamReport, now: float) -> None:
        layer = self._directory.layers.get(report.stream)
        if layer is None:
            return
        layer.report = report
        publication = layer.publication
        if report.packets:
            layer.last_arrival = max(layer.last_arrival, report.last_arrival)
            publication.last_arrival = max(publication.last_arrival, layer.last_arrival)
        since = now - layer.rated_at
        if since >= RATE_S:
            # One that begins, or goes on after a pause without reports, has no rate yet.
            paused = since >= 2 * RATE_S
            layer.bitrate = 0.0 if paused else 8 * (report.octets - layer.rated_octets) / since
            layer.rated_at, layer.rated_octets = now, report.octets
        if publication.agreed.source != "microphone":
            self._keyframes.count(layer.id, report.keyframes)

    def _count_slot(self, report: SlotReport) -> None:
        slot = self._directory.slots.get(report.slot)
        if slot is None:
            return
        if report.stream is None and slot.current is not None:
            # The data plane emptied it, as the peer was silent: the occupant has to enter anew.
            slot.current = None
            slot.peer.room.unsettled = True
        if not slot.peer.received:
            slot.peer.received = slot.peer.room.changed = True
        slot.packets, slot.octets = report.packets, report.octets
        slot.timestamp_offset = report.timestamp_offset
        slot.last_timestamp, slot.last_sent = report.last_timestamp, report.last_sent

    def _report_arrivals(self, report: TransportReport) -> list[Operation]:
        peer = self._directory.peers.get(report.transport)
        if peer is None or not report.arrivals or not peer.extensions.transport_wide:
            return []
        media_ssrc = next((layer.ssrc for layer in peer.layers()), 0)
        packets = self._link(peer).feedback.build(report.arrivals, peer.ssrc, media_ssrc)
        return [SendRtcp(peer.transport, packet) for packet in packets]

    def _sender_reports(self, peer: Peer, slots: list[Slot], now: float) -> list[Operation]:
        shown = [
            (slot, layer)
            for slot in slots
            if slot.packets and slot.current and (layer := self._directory.layers.get(slot.current))
        ]
        peer.switched = [slot for slot in peer.switched if not slot.packets]
        wall = now + self._wall_offset
        return [SendRtcp(peer.transport, packet) for packet in reports.sender_reports(peer, shown, now, wall)]

    def _limit(self, peer: Peer, now: float) -> float | None:
        link = self._links.get(peer.transport)
        return link.downlink.limit(now) if link else None

    def _pictures(self, peer: Peer, now: float) -> list[Layer]:
        """List the video layers that are sent to a peer at present."""
        shown = (self._directory.layers.get(slot.current) for slot in peer.slots if slot.current)
        return [
            layer
            for layer in shown
            if layer
            and layer.publication.agreed.source != "microphone"
            and now - layer.last_arrival <= ACTIVE_S
        ]

    def _rate(self, peer: Peer, now: float) -> None:
        link = self._link(peer)
        sent = sum(slot.octets + HEADERS_OCTETS * slot.packets for slot in peer.slots)
        if link.rated_at > 0:
            link.downlink.sent_bps = 8 * (sent - link.sent_octets) / (now - link.rated_at)
        link.sent_octets, link.rated_at = sent, now

    def _cap(self, peer: Peer, now: float) -> list[Operation]:
        limits: list[float | None] = []
        for other in peer.room.peers.values():
            pictures = self._pictures(other, now)
            own = sum(picture.publication.peer is peer for picture in pictures)
            if own:
                limit = self._limit(other, now)
                limits.append(None if limit is None else limit * own / len(pictures))
        sent = [layer for layer in peer.layers() if layer.rid and now - layer.last_arrival <= ACTIVE_S]
        rate = self._link(peer).cap.due(combined(limits, simulcast=len(sent) > 1))
        if rate is None:
            return []
        ssrcs = tuple(layer.ssrc for layer in peer.layers())
        return [SendRtcp(peer.transport, build([BitrateEstimate(peer.ssrc, rate, ssrcs)]))]


def _slot(peer: Peer, ssrc: int) -> Slot | None:
    return next((slot for slot in peer.slots if slot.agreed.ssrc == ssrc), None)
