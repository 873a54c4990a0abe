"""A slow, obvious second data plane, built on aiortc's RtpPacket: what the fast one is compared with.

Keeps everything it ever saw, numbers every outgoing packet in a dictionary, shares no rewriting code with the
reference. Where both agree the byte contract is met.
"""

import struct
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from aiortc.rtp import HeaderExtensions, RtpPacket
from pylibsrtp import Error

from sfu.dataplane.contract import (
    EVERYTHING,
    AddRepair,
    Address,
    AddSlot,
    AddStream,
    BindAddress,
    CloseTransport,
    Collected,
    Connect,
    Disconnect,
    Emit,
    Event,
    Filled,
    Gap,
    Hold,
    Media,
    OpenTransport,
    Operation,
    Part,
    RemoveSlot,
    RemoveStream,
    Resolve,
    Retransmit,
    RtcpReceived,
    SendRtcp,
    SetDestination,
    Switched,
    TransportId,
    UnbindAddress,
    UnknownSsrc,
)
from tests.sfu.dataplane.oracle_state import (
    REASONS,
    Repair,
    Segment,
    Slot,
    Stay,
    Stream,
    Transport,
    begins_keyframe,
    descriptor_numbers,
    shifted,
)


class Oracle:
    """The data plane."""

    def __init__(self, resolve: Resolve, emit: Emit) -> None:
        self.resolve, self.emit = resolve, emit
        self.now = 0.0
        self.events: list[Event] = []
        self.dropped: Counter[str] = Counter()
        self.transports: dict[int, Transport] = {}
        self.addresses: dict[Address, Transport] = {}
        self.streams: dict[int, Stream] = {}
        self.slots: dict[int, Slot] = {}

    # --- operations -------------------------------------------------------------------------------------------

    def apply(self, operations: Sequence[Operation], now: float) -> list[Event]:
        self.now, self.events = now, []
        self.carry_out(operations)
        return self.events

    def carry_out(self, operations: Sequence[Operation]) -> None:
        methods: dict[type, Callable[[Any], object]] = {
            OpenTransport: lambda o: self.transports.update({o.transport: Transport(o, self.now)}),
            BindAddress: lambda o: self.addresses.update({o.address: self.transports[o.transport]}),
            UnbindAddress: lambda o: self.addresses.pop(o.address),
            SetDestination: lambda o: self.redirect(o.transport, selected=o.address),
            Hold: lambda o: self.redirect(o.transport, held=o.held),
            CloseTransport: self.close_transport,
            AddStream: self.add_stream,
            AddRepair: self.add_repair,
            RemoveStream: self.remove_stream,
            AddSlot: self.add_slot,
            RemoveSlot: lambda o: self.vacate(self.slots.pop(o.slot)),
            Connect: self.connect,
            Disconnect: self.disconnect,
            Retransmit: self.retransmit_all,
            SendRtcp: lambda o: self.out(self.transports[o.transport], o.packet, rtcp=True),
        }
        for operation in operations:
            try:
                methods[type(operation)](operation)
            except KeyError:
                self.dropped["operation"] += 1

    def retransmit_all(self, op: Retransmit) -> None:
        slot = self.slots[op.slot]
        for number in op.sequences:
            self.retransmit(slot, number)

    def redirect(self, number: TransportId, **changed: Address | None) -> None:
        transport = self.transports[number]
        vars(transport).update(changed)
        transport.destination = None if transport.held else transport.selected
        for slot in self.slots.values():
            if transport.destination is None and slot.transport is transport and slot.stay:
                stay = slot.stay
                self.vacate(slot)
                slot.armed = slot.armed or Stay(stay.stream, stay.connect)

    def close_transport(self, op: CloseTransport) -> None:
        transport = self.transports.pop(op.transport)
        for number in [n for n, s in self.streams.items() if s.transport is transport]:
            self.remove_stream(RemoveStream(self.streams[number].added.stream))
        self.slots = {n: s for n, s in self.slots.items() if s.transport is not transport}
        self.addresses = {a: t for a, t in self.addresses.items() if t is not transport}

    def add_stream(self, op: AddStream) -> None:
        transport = self.transports[op.transport]
        if op.stream in self.streams or op.ssrc in transport.sources:
            raise KeyError
        self.streams[op.stream] = transport.sources[op.ssrc] = Stream(op, transport)

    def add_repair(self, op: AddRepair) -> None:
        stream = self.streams[op.stream]
        if op.ssrc in stream.transport.sources:
            raise KeyError
        stream.transport.sources[op.ssrc] = Repair(stream, op.payload_type)

    def remove_stream(self, op: RemoveStream) -> None:
        stream = self.streams.pop(op.stream)
        sources = stream.transport.sources
        for ssrc, source in list(sources.items()):
            if source is stream or (isinstance(source, Repair) and source.stream is stream):
                del sources[ssrc]
        for slot in self.slots.values():
            if slot.armed and slot.armed.stream is stream:
                slot.armed = None
            if slot.stay and slot.stay.stream is stream:
                self.vacate(slot)
            slot.segments = [s for s in slot.segments if s.stay.stream is not stream]

    def add_slot(self, op: AddSlot) -> None:
        if op.slot in self.slots:
            raise KeyError
        transport = self.transports[op.transport]
        self.slots[op.slot] = Slot(
            op, transport, op.first_sequence - 1, op.first_rtx_sequence - 1, op.first_timestamp
        )

    def connect(self, op: Connect) -> None:
        slot, stream = self.slots[op.slot], self.streams[op.stream]
        slot.armed = None
        if slot.stay and slot.stay.stream is stream and slot.stay.connect == op:
            return
        if stream.added.media is Media.OPUS:
            self.vacate(slot)
        slot.armed = Stay(stream, op)

    def disconnect(self, op: Disconnect) -> None:
        slot = self.slots[op.slot]
        slot.armed = None
        self.vacate(slot)

    # --- arrivals ---------------------------------------------------------------------------------------------

    def receive(self, datagrams: Sequence[tuple[bytes, Address]], now: float) -> list[Event]:
        self.now, self.events = now, []
        for datagram, address in datagrams:
            reason = self.take(datagram, address)
            if reason:
                self.dropped[reason] += 1
        return self.events

    def take(self, datagram: bytes, address: Address) -> str | None:
        transport = self.addresses.get(address)
        if transport is None:
            return "unknown_address"
        if len(datagram) < 12 or len(datagram) > 1500 or datagram[0] // 64 != 2:
            return "not_media"
        rtcp = 192 <= datagram[1] <= 223
        inbound = transport.opened.inbound
        try:
            plain = inbound.unprotect_rtcp(datagram) if rtcp else inbound.unprotect(datagram)
        except Error as error:
            return REASONS.get(str(error), "srtp")
        transport.last_heard = self.now
        if rtcp:
            self.events.append(RtcpReceived(transport.opened.transport, plain))
            return None
        return self.take_rtp(transport, plain)

    def take_rtp(self, transport: Transport, plain: bytes) -> str | None:
        try:
            packet = RtpPacket.parse(plain, transport.numbers)
            names = RtpPacket.parse(plain, transport.names).extensions
        except struct.error:
            return "bad_extension"
        except ValueError as error:
            return "bad_extension" if "extension value is truncated" in str(error) else "bad_header"
        if packet.extensions.transport_sequence_number is not None:
            transport.arrivals.append((packet.extensions.transport_sequence_number, self.now))
        source = transport.sources.get(packet.ssrc) or self.ask(transport, packet, names)
        if source is None:
            return "unknown_ssrc"
        if isinstance(source, Stream):
            return self.take_original(source, packet)
        return self.take_repair(source, packet)

    def take_repair(self, source: Repair, packet: RtpPacket) -> str | None:
        if len(packet.payload) < 2:
            return "padding"
        if packet.payload_type != source.payload_type:
            return "payload_type"
        stream = source.stream
        packet.sequence_number, packet.payload = (
            struct.unpack("!H", packet.payload[:2])[0],
            packet.payload[2:],
        )
        ahead = (packet.sequence_number - stream.highest + 32768) % 65536 - 32768
        if not stream.packets or ahead > stream.size:
            return "late"
        return self.place(stream, packet, stream.highest + ahead)

    def ask(self, transport: Transport, packet: RtpPacket, names: HeaderExtensions) -> Stream | Repair | None:
        if self.now < transport.refused.get(packet.ssrc, 0):
            return None
        self.carry_out(
            self.resolve(
                UnknownSsrc(
                    transport.opened.transport,
                    packet.ssrc,
                    packet.payload_type,
                    names.mid or "",
                    names.rtp_stream_id or "",
                    names.repaired_rtp_stream_id or "",
                )
            )
        )
        if packet.ssrc not in transport.sources:
            transport.refused[packet.ssrc] = self.now + 1.0
        return transport.sources.get(packet.ssrc)

    def take_original(self, stream: Stream, packet: RtpPacket) -> str | None:
        number = packet.sequence_number
        if not stream.packets:
            stream.base = stream.floor = number
            stream.highest, stream.last = number - 1, (packet.timestamp, self.now)
        stream.packets += 1
        stream.octets += len(packet.payload)
        if packet.extensions.audio_level is not None:
            stream.level = min(stream.level, packet.extensions.audio_level[1])
        if not packet.payload:
            self.dropped["padding"] += 1
        elif packet.payload_type != stream.added.payload_type:
            self.dropped["payload_type"] += 1
            packet.payload = b""
        ahead = (number - stream.highest + 32768) % 65536 - 32768
        if ahead > 0:
            ticks = (packet.timestamp - stream.last[0] + 2**31) % 2**32 - 2**31
            distance = abs((self.now - stream.last[1]) * stream.added.clock_rate - ticks)
            stream.jitter += (distance - stream.jitter) / 16
            stream.last = (packet.timestamp, self.now)
        return self.place(stream, packet, stream.highest + ahead)

    def place(self, stream: Stream, packet: RtpPacket, sequence: int) -> str | None:
        if sequence <= stream.highest:
            return self.place_late(stream, packet, sequence)
        missing = sequence - stream.highest - 1
        occupied = [s for s in self.ordered() if s.stay and s.stay.stream is stream]
        if missing > stream.size:
            stream.floor = sequence
            for slot in occupied:
                self.restart(slot, sequence, skip=1)
        elif missing:
            self.events.append(Gap(stream.added.stream, stream.highest + 1, sequence - 1))
        stream.highest = sequence
        stream.seen[sequence] = packet
        if packet.payload:
            self.let_in(stream, packet, sequence)
        for slot in self.ordered():
            if slot.stay and slot.stay.stream is stream:
                self.forward(slot, packet, sequence)
        return None

    def place_late(self, stream: Stream, packet: RtpPacket, sequence: int) -> str | None:
        if sequence <= stream.highest - stream.size or sequence < stream.floor:
            return "late"
        if stream.has(sequence):
            return "duplicate"
        stream.seen[sequence] = packet
        self.events.append(Filled(stream.added.stream, sequence))
        entered: list[Slot] = []
        if packet.payload and stream.added.media is not Media.OPUS:
            entered = self.let_in(stream, packet, sequence)
        for slot in self.ordered():
            if slot in entered:
                self.forward(slot, packet, sequence)
            elif any(s.stay.stream is stream for s in slot.segments):
                self.forward_late(slot, stream, packet, sequence)
        for slot in entered:
            for following in range(sequence + 1, stream.highest + 1):
                if stream.has(following):
                    self.forward(slot, stream.seen[following], following)
        return None

    def let_in(self, stream: Stream, packet: RtpPacket, sequence: int) -> list[Slot]:
        if stream.added.media is not Media.OPUS:
            if not begins_keyframe(stream.added.media, packet.payload):
                return []
            if stream.keyframes[-1:] != [packet.timestamp]:
                stream.keyframes.append(packet.timestamp)
        if stream.highest - sequence > 128:
            return []
        waiting = [s for s in self.ordered() if s.armed and s.armed.stream is stream]
        ready = [s for s in waiting if s.transport.destination is not None]
        for slot in ready:
            self.enter(slot, packet, sequence)
        return ready

    # --- slots --------------------------------------------------------------------------------------------------

    def ordered(self) -> list[Slot]:
        return [self.slots[number] for number in sorted(self.slots)]

    def enter(self, slot: Slot, packet: RtpPacket, sequence: int) -> None:
        stay = slot.armed
        assert stay
        slot.armed = None
        self.vacate(slot)
        if slot.started:
            ticks = int((self.now - slot.sent_at) * stay.stream.added.clock_rate)
            slot.timestamp = (slot.timestamp + max(ticks, 1)) % 2**32
        slot.started, slot.sent_at, slot.stay = True, self.now, stay
        stay.timestamp_offset = (slot.timestamp - packet.timestamp) % 2**32
        if stay.stream.added.media is Media.VP8:
            pairs = zip(slot.counters, descriptor_numbers(packet.payload), strict=True)
            a, b, c = (0 if x is None or y is None else x + 1 - y for x, y in pairs)
            stay.counters = (a, b, c)
        self.append(slot, Segment(stay, sequence))
        self.events.append(Switched(slot.added.slot, stay.stream.added.stream, slot.timestamp))

    def vacate(self, slot: Slot) -> None:
        stay = slot.stay
        if not stay:
            return
        if stay.stream.added.media is Media.VP8 and slot.shown:
            shown = descriptor_numbers(shifted(slot.shown.payload, stay.counters))
            slot.counters = [
                old if new is None else new for old, new in zip(slot.counters, shown, strict=True)
            ]
        slot.stay = None
        if not slot.segments[-1].numbers:
            slot.segments.pop()

    def append(self, slot: Slot, segment: Segment) -> None:
        slot.segments = [*slot.segments, segment][-8:]

    def restart(self, slot: Slot, sequence: int, skip: int) -> None:
        """Go on with a new segment at a source sequence."""
        last = slot.segments[-1]
        if not last.numbers:
            slot.segments.pop()
        slot.number += skip
        self.append(slot, Segment(last.stay, sequence))

    def allot(self, slot: Slot, until: int) -> None:
        """Number everything of the source up to and with ``until``, whether it arrived or not."""
        segment = slot.segments[-1]
        while segment.next_source <= until:
            slot.number += 1
            segment.numbers[segment.next_source] = slot.number
            segment.next_source += 1

    def forward(self, slot: Slot, packet: RtpPacket, sequence: int) -> None:
        assert slot.stay
        if not packet.payload:
            self.allot(slot, sequence - 1)
            self.restart(slot, sequence + 1, skip=0)
            return
        self.allot(slot, sequence)
        timestamp = (packet.timestamp + slot.stay.timestamp_offset) % 2**32
        if timestamp != slot.timestamp:
            slot.timestamp, slot.sent_at = timestamp, self.now
        slot.shown = packet
        self.emit_rewritten(slot, slot.stay, packet, slot.segments[-1].numbers[sequence])

    def forward_late(self, slot: Slot, stream: Stream, packet: RtpPacket, sequence: int) -> None:
        for segment in reversed(slot.segments):
            if segment.stay.stream is stream and sequence in segment.numbers:
                if segment.numbers[sequence] > slot.number - 512:
                    self.emit_rewritten(slot, segment.stay, packet, segment.numbers[sequence])
                    return
                break
        self.dropped["late_for_slot"] += 1

    def emit_rewritten(self, slot: Slot, stay: Stay, packet: RtpPacket, number: int) -> None:
        outgoing = self.rewritten(stay, packet)
        outgoing.ssrc, outgoing.sequence_number = slot.added.ssrc, number % 65536
        outgoing.payload_type = stay.connect.payload_type
        if self.out(slot.transport, outgoing.serialize(slot.transport.outgoing)):
            slot.packets += 1
            slot.octets += len(outgoing.payload)

    def rewritten(self, stay: Stay, packet: RtpPacket) -> RtpPacket:
        payload = packet.payload
        if stay.stream.added.media is Media.VP8:
            payload = shifted(payload, stay.counters)
        timestamp = (packet.timestamp + stay.timestamp_offset) % 2**32
        made = RtpPacket(marker=packet.marker, timestamp=timestamp, payload=payload)
        made.extensions.audio_level = packet.extensions.audio_level
        made.extensions.abs_send_time = int(self.now * 2**18) % 2**24
        return made

    def retransmit(self, slot: Slot, missed: int) -> None:
        found = [
            (segment.stay, sequence)
            for segment in slot.segments
            for sequence, number in segment.numbers.items()
            if number % 65536 == missed and number > slot.number - 65536
        ]
        if not found or not found[0][0].stream.has(found[0][1]):
            self.dropped["rtx_gone"] += 1
            return
        stay, sequence = found[0]
        if not slot.added.rtx_ssrc or not stay.connect.rtx_payload_type:
            self.dropped["rtx_not_negotiated"] += 1
            return
        slot.rtx_number += 1
        outgoing = self.rewritten(stay, stay.stream.seen[sequence])
        outgoing.ssrc, outgoing.sequence_number = slot.added.rtx_ssrc, slot.rtx_number % 65536
        outgoing.payload_type = stay.connect.rtx_payload_type
        outgoing.payload = struct.pack("!H", missed) + outgoing.payload
        self.out(slot.transport, outgoing.serialize(slot.transport.outgoing))

    def out(self, transport: Transport, plain: bytes, *, rtcp: bool = False) -> bool:
        outbound = transport.opened.outbound
        if transport.destination is None:
            self.dropped["no_destination"] += 1
        elif len(plain) > (1352 if rtcp else 1356):
            self.dropped["too_big"] += 1
        else:
            try:
                cipher = outbound.protect_rtcp(plain) if rtcp else outbound.protect(plain)
            except Error:
                self.dropped["protect"] += 1
            else:
                self.emit(cipher, transport.destination)
                return True
        return False

    def collect(self, now: float, part: Part = EVERYTHING) -> Collected:
        peers = [one for one in self.transports.values() if one.opened.transport % part[1] == part[0]]
        return Collected(
            streams=[s.report() for s in self.streams.values() if s.transport in peers and s.has_news()],
            slots=[s.report() for s in self.slots.values() if s.transport in peers and s.has_news()],
            transports=[peer.report() for peer in peers if peer.has_news()],
            dropped=self.dropped.copy(),
        )
