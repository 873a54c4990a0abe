"""What a synthetic peer counts."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Delays:
    """One-way delays of whole frames, by the stamp they carry; true between processes of one machine."""

    values_ms: list[float] = field(default_factory=list)
    """The last 2000, in milliseconds."""

    def add(self, value_ms: float) -> None:
        """Take one more."""
        if len(self.values_ms) >= 2000:
            del self.values_ms[:1000]
        self.values_ms.append(value_ms)

    def percentile(self, share: float) -> float | None:
        """Give the delay below which ``share`` (0 to 1) of the frames arrived; None without any."""
        if not self.values_ms:
            return None
        return sorted(self.values_ms)[min(len(self.values_ms) - 1, int(share * len(self.values_ms)))]


@dataclass(slots=True)
class SlotStatistics:
    """One receiving section."""

    mid: str
    kind: str
    """``audio`` or ``video``."""
    packets: int = 0
    octets: int = 0
    """Payload octets."""
    frames: int = 0
    """Frames whose last packet arrived."""
    keyframes: int = 0
    first_keyframe_at: float | None = None
    """``time.monotonic()`` when the last packet of the first keyframe came."""
    missing: int = 0
    """Sequence numbers that have not arrived, neither at first nor repaired."""
    repaired: int = 0
    """Came by RTX."""
    late: int = 0
    """Came after a higher number, by reordering; counted in ``packets`` too."""
    duplicates: int = 0
    jumps: int = 0
    """Sequence or timestamp not continuous: more than 500 packets or 30 s at once, or time going back."""
    picture_jumps: int = 0
    """VP8 picture ids not following one another between frames without a packet missing."""
    occupants: list[tuple[int, int]] = field(default_factory=list)
    """(stamp id of the sender, layer) in order of appearance, each change once, the first 1000."""
    frames_by: dict[int, int] = field(default_factory=dict)
    """Stamp id of the sender to frames of hers, of the first 1000 senders."""
    started_without_keyframe: int = 0
    """Occupants or layers whose first frame was not a keyframe."""
    jitter: float = 0.0
    """In units of the clock rate (RFC 3550 A.8)."""
    last_arrival: float | None = None
    """``time.monotonic()`` when the latest packet came."""
    longest_gap_s: float = 0.0
    """Between two packets, as they came: a server that numbers anew what it forwards hides what it did not."""
    sender_reports: int = 0
    delays: Delays = field(default_factory=Delays)


@dataclass(slots=True)
class StreamStatistics:
    """One stream that the peer sends."""

    source: str
    """``microphone``, ``camera`` or ``screen``."""
    rid: str
    packets: int = 0
    octets: int = 0
    """Payload octets."""
    frames: int = 0
    keyframes: int = 0
    keyframe_requests: int = 0
    """PLI and FIR received."""
    nacked: int = 0
    """Packets asked for again."""
    retransmitted: int = 0
    reports: int = 0
    """Report blocks about this stream in receiver reports."""
    fraction_lost: int = 0
    """Of the last one, 0 to 255."""


@dataclass(slots=True)
class PeerStatistics:
    """One synthetic peer. Counters since its start; the objects are live."""

    connected_after_s: float | None = None
    """From ``connect`` to SRTP keys."""
    first_media_after_s: float | None = None
    """From ``connect`` to the first media packet received."""
    closed: bool = False
    """The server said goodbye or the DTLS association ended."""
    slots: dict[str, SlotStatistics] = field(default_factory=dict)
    """By mid; all receiving sections that were accepted."""
    sending: dict[str, StreamStatistics] = field(default_factory=dict)
    """By ``microphone``, ``screen``, ``camera/q``, ``camera/h``, ``camera/f``."""
    feedback_packets: int = 0
    """Transport-wide feedback received."""
    feedback_acknowledged: int = 0
    """Packet statuses in it."""
    remb_bps: int | None = None
    """The last cap received."""
    unprotect_failures: int = 0
    unknown_ssrc: int = 0
    malformed: int = 0

    def by_kind(self, kind: str) -> list[SlotStatistics]:
        """List the slots of one kind in which anything arrived."""
        return [slot for slot in self.slots.values() if slot.kind == kind and slot.packets]
