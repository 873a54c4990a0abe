"""One slot: an outgoing ssrc whose numbering goes on while its occupants change.

It rewrites and sends; which number a packet gets is decided by ``numbering``, when an armed stream may enter is
decided by ``stream``. Source: RFC 3550 section 5.1, RFC 4588 section 4, RFC 7741.
"""

from sfu.core.rtp import HAS_EXTENSION, HEADER, VERSION_2
from sfu.core.seqnum import MASK16, MASK32
from sfu.dataplane import vp8
from sfu.dataplane.contract import AddSlot, Media, SlotReport, Switched
from sfu.dataplane.numbering import Numbering, Occupancy
from sfu.dataplane.ring import Entry
from sfu.dataplane.stream import Stream
from sfu.dataplane.transport import Transport

WITH_BLOCK = VERSION_2 | HAS_EXTENSION


class Slot:
    """The rewriting of one outgoing ssrc."""

    __slots__ = (
        "_counters",
        "_last_payload",
        "_numbering",
        "_reported",
        "_rtx_highest",
        "_started",
        "armed",
        "id",
        "last_sent",
        "last_timestamp",
        "occupancy",
        "octets",
        "packets",
        "rtx_ssrc",
        "ssrc",
        "transport",
    )

    def __init__(self, added: AddSlot, transport: Transport) -> None:
        self.id = added.slot
        self.transport = transport
        self.ssrc = added.ssrc
        self.rtx_ssrc = added.rtx_ssrc
        self.occupancy: Occupancy | None = None
        self.armed: Occupancy | None = None
        self.packets = self.octets = 0
        self.last_timestamp = added.first_timestamp
        self.last_sent = 0.0
        """When the first packet with ``last_timestamp`` was sent."""
        self._started = False
        self._reported: tuple[int, Occupancy | None, Occupancy | None] = (0, None, None)
        """Packets, occupant and armed as they were last reported. Most slots that a peer offers are never used."""
        self._numbering = Numbering(added.first_sequence)
        self._rtx_highest = added.first_rtx_sequence - 1
        self._counters = vp8.NO_NUMBERS
        self._last_payload = b""
        """As it came from the occupant; its counters are read only when the occupant leaves."""

    # --- occupants ----------------------------------------------------------------------------------------

    def connect(self, wanted: Occupancy) -> None:
        """Arm a stream, or keep it when it is the occupant already. Audio silences the former one at once."""
        self._disarm()
        present = self.occupancy
        if present is not None and present.is_like(wanted):
            return
        if wanted.stream.media is Media.OPUS:
            self._vacate()
        self._arm(wanted)

    def disconnect(self) -> None:
        """Empty the slot; its numbering is kept."""
        self._disarm()
        self._vacate()

    def hold(self) -> None:
        """Stop, as the peer is silent: the occupant has to enter anew."""
        present = self.occupancy
        self._vacate()
        if present is not None and self.armed is None:
            self._arm(Occupancy(present.stream, present.payload_type, present.rtx_payload_type))

    def forget(self, stream: Stream) -> None:
        """Drop all that refers to a stream that is gone."""
        if self.armed is not None and self.armed.stream is stream:
            self._disarm()
        if self.occupancy is not None and self.occupancy.stream is stream:
            self._vacate()
        self._numbering.forget(stream)

    def retire(self) -> None:
        """End: nothing is forwarded any more."""
        self.disconnect()
        self._numbering.forget()

    def follows(self, stream: Stream) -> bool:
        """Tell whether late packets of the stream may still have a place here."""
        return self._numbering.knows(stream)

    def ready(self) -> bool:
        """Tell whether an armed stream may enter."""
        return self.transport.destination is not None

    def enter(self, entry: Entry) -> None:
        """Let the armed stream in, beginning with this packet, and say so."""
        armed = self.armed
        if armed is None:
            return
        self._disarm()
        self._vacate()
        sequence, timestamp, _, _, payload = entry
        stream, outlet = armed.stream, self.transport.outlet
        if self._started:
            elapsed = max(1, int((outlet.now - self.last_sent) * stream.clock_rate))
            self.last_timestamp = (self.last_timestamp + elapsed) & MASK32
        self._started = True
        self.last_sent = outlet.now
        armed.timestamp_offset = (self.last_timestamp - timestamp) & MASK32
        if stream.media is Media.VP8:
            armed.counters = vp8.continuing(self._counters, vp8.numbers(payload))
        self.occupancy = armed
        self._numbering.open(armed, sequence)
        stream.occupy(self)
        outlet.events.append(Switched(self.id, stream.id, self.last_timestamp))

    def _vacate(self) -> None:
        present = self.occupancy
        if present is None:
            return
        if present.stream.media is Media.VP8:
            shown = vp8.numbers(vp8.shift(self._last_payload, present.counters))
            self._counters = vp8.latest(self._counters, shown)
        self.occupancy = None
        self._numbering.close()
        present.stream.vacate(self)

    def _arm(self, wanted: Occupancy) -> None:
        self.armed = wanted
        wanted.stream.arm(self)

    def _disarm(self) -> None:
        if self.armed is not None:
            self.armed.stream.disarm(self)
            self.armed = None

    # --- packets, in the order of the stream ----------------------------------------------------------------

    def forward(self, entry: Entry) -> None:
        """Send a packet of the occupant that is newer than all before."""
        occupancy, numbering = self.occupancy, self._numbering
        if occupancy is None:
            return
        number = numbering.highest = entry[0] + numbering.offset
        timestamp = (entry[1] + occupancy.timestamp_offset) & MASK32
        if timestamp != self.last_timestamp:
            self.last_timestamp = timestamp
            self.last_sent = self.transport.outlet.now
        self._last_payload = entry[4]
        self._send(occupancy, number, timestamp, entry)

    def leave_out(self, sequence: int) -> None:
        """Close the outgoing sequence over a packet that is not forwarded."""
        self._numbering.leave_out(sequence)

    def jump(self, sequence: int) -> None:
        """Follow a source that went too far ahead."""
        self._numbering.jump(sequence)

    def forward_late(self, stream: Stream, entry: Entry) -> None:
        """Send a packet under the number that is reserved for it; one without payload fills its number."""
        placed = self._numbering.place(stream, entry[0])
        if placed is None:
            self.transport.outlet.dropped["late_for_slot"] += 1
        else:
            occupancy, number = placed
            self._send(occupancy, number, (entry[1] + occupancy.timestamp_offset) & MASK32, entry)

    def _send(self, occupancy: Occupancy, number: int, timestamp: int, entry: Entry) -> None:
        transport = self.transport
        payload = entry[4]
        if occupancy.counters is not vp8.NO_OFFSETS:
            payload = vp8.shift(payload, occupancy.counters)
        block = transport.block.build(entry[3], transport.outlet.send_time)
        second = entry[2] | occupancy.payload_type
        header = HEADER.pack(
            WITH_BLOCK if block else VERSION_2, second, number & MASK16, timestamp, self.ssrc
        )
        if transport.send(header + block + payload):
            self.packets += 1
            self.octets += len(payload)

    # --- retransmission -------------------------------------------------------------------------------------

    def retransmit(self, missed: int) -> None:
        """Answer a subscriber's NACK for one 16-bit sequence number (RFC 4588)."""
        transport = self.transport
        found = self._numbering.source(missed)
        entry = found and found[0].stream.recent(found[1])
        if not found or not entry:
            transport.outlet.dropped["rtx_gone"] += 1
            return
        occupancy = found[0]
        if not self.rtx_ssrc or not occupancy.rtx_payload_type:
            transport.outlet.dropped["rtx_not_negotiated"] += 1
            return
        _, timestamp, marker, level, payload = entry
        block = transport.block.build(level, transport.outlet.send_time)
        self._rtx_highest += 1
        header = HEADER.pack(
            WITH_BLOCK if block else VERSION_2,
            marker | occupancy.rtx_payload_type,
            self._rtx_highest & MASK16,
            (timestamp + occupancy.timestamp_offset) & MASK32,
            self.rtx_ssrc,
        )
        original = missed.to_bytes(2, "big")
        transport.send(header + block + original + vp8.shift(payload, occupancy.counters))

    def collect(self) -> SlotReport | None:
        """Report the counters when they changed."""
        present, armed = self.occupancy, self.armed
        news = (self.packets, present, armed)
        if news == self._reported:
            return None
        self._reported = news
        return SlotReport(
            slot=self.id,
            packets=self.packets,
            octets=self.octets,
            stream=present.stream.id if present else None,
            armed=armed.stream.id if armed else None,
            timestamp_offset=present.timestamp_offset if present else 0,
            last_timestamp=self.last_timestamp,
            last_sent=self.last_sent,
        )
