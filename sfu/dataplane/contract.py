"""The contract between control plane and data plane.

Input is an ordered sequence of table operations, datagrams and times; output is ordered ciphertext per
destination plus a few events. Two implementations fed with the same input agree byte for byte. Types only.

Rules that every data plane keeps:

- A slot's outgoing sequence numbers are contiguous per occupant and never repeat: no two packets are protected
  with the same (ssrc, rollover, sequence). What cannot be placed without a repeat is dropped and counted.
- Sequences start below 32768 (libsrtp guesses the rollover of the first packet).
- An armed video source enters its slot at the first packet of a keyframe; audio enters at once.
- Untrusted bytes never raise: they are dropped and counted by reason.
- No per-packet call into the control plane except ``Resolve`` for an ssrc seen for the first time.
- A stream keeps its last 512 packets (audio: 64); what is older, or was there, is dropped. A wider gap is no
  ``Gap``: its slots go on after one empty number. Padding and foreign payload types leave no hole; when they come
  late, under a number kept for them, they go out without payload.
- A slot keeps its last eight ranges; late packets go out within 512 numbers of the highest.
- Slots are served in the order of their ids: the armed ones enter, all forward, the late ones catch up.
- The extension block holds send time, then audio level. ``dropped`` counts by reason.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NewType, Protocol

TransportId = NewType("TransportId", int)
StreamId = NewType("StreamId", int)
"""One ssrc that a peer sends: a microphone, or one simulcast layer of a camera."""
SlotId = NewType("SlotId", int)
"""One ssrc that a peer receives, for the life of its connection."""
Address = Hashable
"""Where datagrams come from and go to. Opaque: sfu/transports/udp.py and tcp.py say what they put here."""


class Media(Enum):
    """What the data plane has to know about a codec."""

    OPUS = "opus"
    VP8 = "vp8"
    H264 = "h264"


class Session(Protocol):
    """One direction of SRTP, as pylibsrtp.Session has it."""

    def protect(self, packet: bytes) -> bytes:
        """Encrypt RTP (RFC 3711)."""
        ...

    def unprotect(self, packet: bytes) -> bytes:
        """Authenticate and decrypt RTP; refuse replays."""
        ...

    def protect_rtcp(self, packet: bytes) -> bytes:
        """Encrypt RTCP."""
        ...

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """Authenticate and decrypt RTCP; refuse replays."""
        ...


@dataclass(frozen=True, slots=True)
class ExtensionIds:
    """Header extension ids of a bundle (RFC 8285), 0 where not negotiated; one id per URI, forever."""

    mid: int = 0
    rid: int = 0
    repaired_rid: int = 0
    audio_level: int = 0
    abs_send_time: int = 0
    transport_wide: int = 0


# --- table operations ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTransport:
    """A peer's SRTP is keyed. ``inbound`` and ``outbound`` become the data plane's own."""

    transport: TransportId
    inbound: Session
    outbound: Session
    extensions: ExtensionIds


@dataclass(frozen=True, slots=True)
class BindAddress:
    """Datagrams from this validated address belong to the transport."""

    transport: TransportId
    address: Address


@dataclass(frozen=True, slots=True)
class UnbindAddress:
    """Datagrams from this address are nobody's."""

    address: Address


@dataclass(frozen=True, slots=True)
class SetDestination:
    """Send to this address from now on (USE-CANDIDATE), or to nobody when it is lost (None)."""

    transport: TransportId
    address: Address | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Send nothing while the peer is silent, and again when it is heard; ICE goes on naming the address.

    Whenever there is nobody to send to, a slot's occupant has to enter anew: video with a keyframe.
    """

    transport: TransportId
    held: bool


@dataclass(frozen=True, slots=True)
class CloseTransport:
    """Forget the transport, its streams, its slots and its keys."""

    transport: TransportId


@dataclass(frozen=True, slots=True)
class AddStream:
    """Accept an ssrc from a transport."""

    stream: StreamId
    transport: TransportId
    ssrc: int
    media: Media
    payload_type: int
    clock_rate: int


@dataclass(frozen=True, slots=True)
class AddRepair:
    """An RTX ssrc (RFC 4588) whose packets are unwrapped into ``stream``."""

    stream: StreamId
    transport: TransportId
    ssrc: int
    payload_type: int


@dataclass(frozen=True, slots=True)
class RemoveStream:
    """Forget a stream; slots that it occupied stay and wait for another."""

    stream: StreamId


@dataclass(frozen=True, slots=True)
class AddSlot:
    """Something that a transport receives. The first numbers are drawn by the control plane's owner."""

    slot: SlotId
    transport: TransportId
    ssrc: int
    rtx_ssrc: int
    """0 when retransmission was not negotiated."""
    first_sequence: int
    """Below 32768."""
    first_rtx_sequence: int
    """Below 32768."""
    first_timestamp: int


@dataclass(frozen=True, slots=True)
class RemoveSlot:
    """The receiving section is gone."""

    slot: SlotId


@dataclass(frozen=True, slots=True)
class Connect:
    """Put a stream into a slot: audio at once, video armed until the stream's next keyframe.

    While a video switch is armed the former occupant goes on. A second Connect replaces the armed one.
    """

    slot: SlotId
    stream: StreamId
    payload_type: int
    """In the subscriber's numbering."""
    rtx_payload_type: int
    """0 when not negotiated."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Empty a slot; its numbering is kept for the next occupant."""

    slot: SlotId


@dataclass(frozen=True, slots=True)
class Retransmit:
    """A subscriber missed these sequence numbers of a slot: answer by RTX what is still in the ring."""

    slot: SlotId
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SendRtcp:
    """Protect and send a compound or reduced-size RTCP packet built by the control plane."""

    transport: TransportId
    packet: bytes


Operation = (
    OpenTransport
    | BindAddress
    | UnbindAddress
    | SetDestination
    | Hold
    | CloseTransport
    | AddStream
    | AddRepair
    | RemoveStream
    | AddSlot
    | RemoveSlot
    | Connect
    | Disconnect
    | Retransmit
    | SendRtcp
)


# --- events, in order -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RtcpReceived:
    """Authenticated RTCP from a peer, not parsed."""

    transport: TransportId
    packet: bytes


@dataclass(frozen=True, slots=True)
class Switched:
    """A slot took a new occupant; ``timestamp`` is the first RTP timestamp in the slot's numbering."""

    slot: SlotId
    stream: StreamId
    timestamp: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Packets of a stream that have not arrived, as unwrapped sequence numbers [first, last]."""

    stream: StreamId
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Filled:
    """A packet reported missing arrived late or by RTX."""

    stream: StreamId
    sequence: int


Event = RtcpReceived | Switched | Gap | Filled


@dataclass(frozen=True, slots=True)
class UnknownSsrc:
    """The first packet of an ssrc that no stream has. Strings are empty where the extension was absent."""

    transport: TransportId
    ssrc: int
    payload_type: int
    mid: str
    rid: str
    repaired_rid: str


Resolve = Callable[[UnknownSsrc], Sequence[Operation]]
"""Asked once per unknown ssrc and transport, and again after at least 1 s; the packet is then looked up anew."""

Emit = Callable[[bytes, Address], None]
"""Takes ciphertext for a destination. Must not raise."""


# --- what is read in bulk -------------------------------------------------------------------------------------

Part = tuple[int, int]
"""``(k, n)``: the transports whose id leaves k when divided by n, with the streams and slots that are theirs."""
EVERYTHING: Part = (0, 1)


@dataclass(slots=True)
class StreamReport:
    """A stream's counters since it was added, for receiver reports (RFC 3550 section 6.4.1) and layers."""

    stream: StreamId
    packets: int
    octets: int
    """Payload octets."""
    base_sequence: int
    highest_sequence: int
    """Unwrapped."""
    jitter: float
    """In units of the clock rate (RFC 3550 A.8)."""
    last_timestamp: int
    last_arrival: float
    keyframes: int
    audio_level: int
    """Loudest level since the last collection, in -dBov (RFC 6464): 0 loudest, 127 silence."""


@dataclass(slots=True)
class SlotReport:
    """A slot's counters since it was added, for sender reports."""

    slot: SlotId
    packets: int
    octets: int
    stream: StreamId | None
    armed: StreamId | None
    timestamp_offset: int
    """Outgoing minus incoming RTP timestamp of the occupant, modulo 2**32."""
    last_timestamp: int
    last_sent: float


@dataclass(slots=True)
class TransportReport:
    """What arrived on a transport since the last collection."""

    transport: TransportId
    last_heard: float
    """Of an authenticated packet."""
    arrivals: list[tuple[int, float]]
    """(transport-wide sequence as received, arrival in seconds), in order of arrival, at most 2000."""


@dataclass(slots=True)
class Collected:
    """The answer to ``DataPlane.collect``: in the order in which things were added, and only what may be new."""

    streams: list[StreamReport] = field(default_factory=list)
    """Whose packets, highest sequence, keyframes or audio level differ from the last report."""
    slots: list[SlotReport] = field(default_factory=list)
    """Whose packets, occupant or armed stream differ from the last report."""
    transports: list[TransportReport] = field(default_factory=list)
    """Heard since the last report."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Since the start, by reason."""


class DataPlane(Protocol):
    """What the driver holds. Not re-entrant, one thread."""

    def apply(self, operations: Sequence[Operation], now: float) -> list[Event]:
        """Change the table, retransmit, send RTCP."""
        ...

    def receive(self, datagrams: Sequence[tuple[bytes, Address]], now: float) -> list[Event]:
        """Forward SRTP and take SRTCP; ``now`` is the arrival time of the batch in monotonic seconds."""
        ...

    def collect(self, now: float, part: Part = EVERYTHING) -> Collected:
        """Read the counters of a part that changed; its arrivals and audio levels start anew."""
        ...
