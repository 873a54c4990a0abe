"""What the oracle keeps, and the payload formats once more, slow and obvious."""

import struct
from dataclasses import dataclass, field

from aiortc import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import HeaderExtensionsMap, RtpPacket

from sfu.core import negotiation
from sfu.dataplane.contract import (
    Address,
    AddSlot,
    AddStream,
    Connect,
    Media,
    OpenTransport,
    SlotReport,
    StreamReport,
    TransportReport,
)

REASONS = {
    "authentication failure": "srtp_authentication",
    "replay check failed (bad index)": "srtp_replay",
    "replay check failed (index too old)": "srtp_old",
}


def extension_map(**ids: int) -> HeaderExtensionsMap:
    """Configure aiortc's extensions by the names of our contract."""
    uris = {
        "mid": negotiation.MID,
        "rid": negotiation.RID,
        "repaired_rid": negotiation.REPAIRED_RID,
        "audio_level": negotiation.AUDIO_LEVEL,
        "abs_send_time": negotiation.ABS_SEND_TIME,
        "transport_wide": negotiation.TRANSPORT_WIDE,
    }
    made = HeaderExtensionsMap()
    made.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(id=number, uri=uris[name])
                for name, number in ids.items()
                if number
            ]
        )
    )
    return made


@dataclass(eq=False)
class Transport:
    """A peer."""

    opened: OpenTransport
    last_heard: float
    destination: Address | None = None
    selected: Address | None = None
    held: bool = False
    sources: dict[int, "Stream | Repair"] = field(default_factory=dict)
    refused: dict[int, float] = field(default_factory=dict)
    arrivals: list[tuple[int, float]] = field(default_factory=list)
    told_heard: float = 0.0

    def has_news(self) -> bool:
        return bool(self.arrivals) or self.last_heard != self.told_heard

    def report(self) -> TransportReport:
        told, self.arrivals, self.told_heard = self.arrivals[:2000], [], self.last_heard
        return TransportReport(self.opened.transport, self.last_heard, told)

    def __post_init__(self):
        ids = self.opened.extensions
        self.numbers = extension_map(audio_level=ids.audio_level, transport_wide=ids.transport_wide)
        self.names = extension_map(mid=ids.mid, rid=ids.rid, repaired_rid=ids.repaired_rid)
        self.outgoing = extension_map(audio_level=ids.audio_level, abs_send_time=ids.abs_send_time)


@dataclass(eq=False)
class Stream:
    """A published ssrc with all packets it ever had, by unwrapped sequence; None: nothing to forward."""

    added: AddStream
    transport: Transport
    seen: dict[int, RtpPacket] = field(default_factory=dict)
    packets: int = 0
    octets: int = 0
    base: int = 0
    highest: int = 0
    floor: int = 0
    jitter: float = 0.0
    last: tuple[int, float] = (0, 0.0)
    keyframes: list[int] = field(default_factory=list)
    level: int = 127
    told: tuple[int, ...] = (0, 0, 0, 127)

    def news(self) -> tuple[int, ...]:
        return self.packets, self.highest, len(self.keyframes), self.level

    def has_news(self) -> bool:
        return self.told != self.news()

    def report(self) -> StreamReport:
        self.told, level, self.level = self.news(), self.level, 127
        return StreamReport(
            stream=self.added.stream,
            packets=self.packets,
            octets=self.octets,
            base_sequence=self.base,
            highest_sequence=self.highest,
            jitter=self.jitter,
            last_timestamp=self.last[0],
            last_arrival=self.last[1],
            keyframes=len(self.keyframes),
            audio_level=level,
        )

    @property
    def size(self) -> int:
        return 64 if self.added.media is Media.OPUS else 512

    def has(self, sequence: int) -> bool:
        return sequence in self.seen and sequence > self.highest - self.size


@dataclass(eq=False)
class Repair:
    """The RTX ssrc of a stream."""

    stream: Stream
    payload_type: int


@dataclass(eq=False)
class Stay:
    """A stream in a slot."""

    stream: Stream
    connect: Connect
    timestamp_offset: int = 0
    counters: tuple[int, int, int] = (0, 0, 0)


@dataclass(eq=False)
class Segment:
    """Numbers given to one stay without an interruption."""

    stay: Stay
    next_source: int
    numbers: dict[int, int] = field(default_factory=dict)


@dataclass(eq=False)
class Slot:
    """An outgoing ssrc."""

    added: AddSlot
    transport: Transport
    number: int
    rtx_number: int
    timestamp: int
    started: bool = False
    sent_at: float = 0.0
    stay: Stay | None = None
    armed: Stay | None = None
    segments: list[Segment] = field(default_factory=list)
    shown: RtpPacket | None = None
    counters: list[int | None] = field(default_factory=lambda: [None, None, None])
    packets: int = 0
    octets: int = 0
    told: tuple[int, Stay | None, Stay | None] = (0, None, None)

    def has_news(self) -> bool:
        return self.told != (self.packets, self.stay, self.armed)

    def report(self) -> SlotReport:
        self.told = self.packets, self.stay, self.armed
        stay, armed = self.stay, self.armed
        return SlotReport(
            slot=self.added.slot,
            packets=self.packets,
            octets=self.octets,
            stream=stay.stream.added.stream if stay else None,
            armed=armed.stream.added.stream if armed else None,
            timestamp_offset=stay.timestamp_offset if stay else 0,
            last_timestamp=self.timestamp,
            last_sent=self.sent_at,
        )


def descriptor_numbers(payload: bytes) -> list[int | None]:
    try:
        found, _ = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        return [None, None, None]
    return [found.picture_id, found.tl0picidx, found.keyidx]


def shifted(payload: bytes, offsets: tuple[int, int, int]) -> bytes:
    """Write the counters again, by hand: aiortc would widen a short picture id."""
    try:
        found, _ = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        return payload
    data, at = bytearray(payload), 2
    if found.picture_id is not None:
        if data[at] >= 0x80:
            struct.pack_into("!H", data, at, 0x8000 | (found.picture_id + offsets[0]) % 0x8000)
            at += 2
        else:
            data[at] = (found.picture_id + offsets[0]) % 0x80
            at += 1
    if found.tl0picidx is not None:
        data[at] = (found.tl0picidx + offsets[1]) % 0x100
        at += 1
    if found.keyidx is not None:
        data[at] = data[at] // 0x20 * 0x20 + (found.keyidx + offsets[2]) % 0x20
    return bytes(data)


def begins_keyframe(media: Media, payload: bytes) -> bool:
    if media is Media.H264:
        kinds = {payload[0] & 31}
        if kinds == {28}:
            kinds = {payload[1] & 31} if payload[1] >= 0x80 else set()
        return bool(kinds & {5, 7})
    try:
        found, frame = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        return False
    return bool(found.partition_start and not found.partition_id and frame and frame[0] % 2 == 0)
