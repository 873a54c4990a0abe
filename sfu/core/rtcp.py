"""RTCP packets that a forwarding server reads and writes, as values and bytes.

Not a policy, and not transport-wide feedback, which has its own module. Sources: RFC 3550 section 6 (reports, SDES,
BYE), RFC 4585 section 6 (NACK, PLI), RFC 5104 section 4.3.1 (FIR), draft-alvestrand-rmcat-remb-03 section 2.2.

Authenticated peers may still send anything: ``parse`` never raises. A packet of unknown type or shape is skipped,
profile extensions after report blocks are ignored, and parsing ends where the length fields stop making sense.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from struct import Struct

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, GOODBYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 205, 206
NACK_FORMAT = 1
PLI_FORMAT, FIR_FORMAT, APPLICATION_FORMAT = 1, 4, 15
CNAME_ITEM = 1
MAX_BLOCKS = 31
"""The count field of a report has five bits."""

_HEADER = Struct("!BBH")
_SSRC = Struct("!L")
_PAIR = Struct("!LL")
_SENDER_INFO = Struct("!LQLLL")
_BLOCK = Struct("!LLLLLL")
_NACK_ITEM = Struct("!HH")
_FIR_ITEM = Struct("!LB3x")
_REMB = Struct("!4sBBH")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What one receiver says about one ssrc (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Of 256."""
    packets_lost: int
    """Signed, clamped to 24 bits when written."""
    highest_sequence: int
    """With the number of cycles in the upper 16 bits."""
    jitter: int
    """In units of the clock rate."""
    last_report: int = 0
    """Middle 32 bits of the last sender report's NTP time; 0 when there was none."""
    delay: int = 0
    """Since that report, in 1/65536 s."""

    def __bytes__(self) -> bytes:
        lost = max(-0x800000, min(self.packets_lost, 0x7FFFFF)) & 0xFFFFFF
        return _BLOCK.pack(
            self.ssrc,
            self.fraction_lost << 24 | lost,
            self.highest_sequence & 0xFFFFFFFF,
            self.jitter & 0xFFFFFFFF,
            self.last_report,
            self.delay,
        )


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A sender's clock and counters."""

    ssrc: int
    ntp: int
    """Seconds since 1900 in 32.32 fixed point."""
    timestamp: int
    """RTP timestamp of the same instant."""
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()

    def __bytes__(self) -> bytes:
        info = _SENDER_INFO.pack(self.ssrc, self.ntp, self.timestamp, self.packets, self.octets)
        return _packet(SENDER_REPORT, len(self.blocks), info + b"".join(map(bytes, self.blocks)))


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What a receiver says about the ssrcs it hears, at most 31."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()

    def __bytes__(self) -> bytes:
        body = _SSRC.pack(self.ssrc) + b"".join(map(bytes, self.blocks))
        return _packet(RECEIVER_REPORT, len(self.blocks), body)


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """CNAMEs by ssrc; other items are not read and not written (they name people)."""

    cnames: tuple[tuple[int, str], ...]

    def __bytes__(self) -> bytes:
        body = b""
        for ssrc, cname in self.cnames:
            name = cname.encode()[:255]
            chunk = _SSRC.pack(ssrc) + bytes((CNAME_ITEM, len(name))) + name
            # RFC 3550 section 6.5: each chunk ends with one to four null octets, on a 32-bit boundary.
            body += chunk + bytes(4 - len(chunk) % 4)
        return _packet(SOURCE_DESCRIPTION, len(self.cnames), body)


@dataclass(frozen=True, slots=True)
class Goodbye:
    """These ssrcs stop."""

    ssrcs: tuple[int, ...]

    def __bytes__(self) -> bytes:
        return _packet(GOODBYE, len(self.ssrcs), b"".join(map(_SSRC.pack, self.ssrcs)))


@dataclass(frozen=True, slots=True)
class Nack:
    """Sequence numbers (16 bits) of ``media_ssrc`` that did not arrive."""

    ssrc: int
    media_ssrc: int
    sequences: tuple[int, ...]

    def __bytes__(self) -> bytes:
        body = _PAIR.pack(self.ssrc, self.media_ssrc)
        for first, mask in _nack_items(self.sequences):
            body += _NACK_ITEM.pack(first, mask)
        return _packet(TRANSPORT_FEEDBACK, NACK_FORMAT, body)


@dataclass(frozen=True, slots=True)
class PictureLoss:
    """PLI: the decoder of ``media_ssrc`` needs a keyframe."""

    ssrc: int
    media_ssrc: int

    def __bytes__(self) -> bytes:
        return _packet(PAYLOAD_FEEDBACK, PLI_FORMAT, _PAIR.pack(self.ssrc, self.media_ssrc))


@dataclass(frozen=True, slots=True)
class FullIntraRequest:
    """FIR: as PLI, for each (ssrc, command number)."""

    ssrc: int
    requests: tuple[tuple[int, int], ...]

    def __bytes__(self) -> bytes:
        body = _PAIR.pack(self.ssrc, 0) + b"".join(_FIR_ITEM.pack(*request) for request in self.requests)
        return _packet(PAYLOAD_FEEDBACK, FIR_FORMAT, body)


@dataclass(frozen=True, slots=True)
class BitrateEstimate:
    """REMB: a receiver can take ``bitrate_bps`` in all from these ssrcs."""

    ssrc: int
    bitrate_bps: int
    """Written with 18 significant bits, rounded down."""
    ssrcs: tuple[int, ...]

    def __bytes__(self) -> bytes:
        exponent = max(0, self.bitrate_bps.bit_length() - 18)
        mantissa = self.bitrate_bps >> exponent
        rate = _REMB.pack(b"REMB", len(self.ssrcs), exponent << 2 | mantissa >> 16, mantissa & 0xFFFF)
        body = _PAIR.pack(self.ssrc, 0) + rate + b"".join(map(_SSRC.pack, self.ssrcs))
        return _packet(PAYLOAD_FEEDBACK, APPLICATION_FORMAT, body)


Packet = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Goodbye
    | Nack
    | PictureLoss
    | FullIntraRequest
    | BitrateEstimate
)


def build(packets: Iterable[Packet]) -> bytes:
    """Write a compound packet."""
    return b"".join(map(bytes, packets))


def parse(data: bytes) -> list[Packet]:
    """Read a compound or reduced-size packet; never raises."""
    packets: list[Packet] = []
    position = 0
    while position + 4 <= len(data):
        first, kind, words = _HEADER.unpack_from(data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        body = data[position + 4 : end]
        position = end
        if first & 0x20:
            padding = body[-1] if body else 0
            if not 0 < padding <= len(body):
                continue
            body = body[:-padding]
        reader = _READERS.get(kind)
        packet = reader(first & 0x1F, body) if reader else None
        if packet is not None:
            packets.append(packet)
    return packets


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def _nack_items(sequences: Sequence[int]) -> list[tuple[int, int]]:
    """(packet id, bitmask of the following 16) pairs (RFC 4585 section 6.2.1)."""
    items: list[tuple[int, int]] = []
    for sequence in sequences:
        if items:
            first, mask = items[-1]
            distance = (sequence - first) & 0xFFFF
            if 1 <= distance <= 16:
                items[-1] = first, mask | 1 << distance - 1
                continue
        items.append((sequence & 0xFFFF, 0))
    return items


def _read_blocks(count: int, body: bytes, start: int) -> tuple[ReportBlock, ...] | None:
    if len(body) < start + 24 * count:
        return None
    blocks = []
    for index in range(count):
        ssrc, lost, highest, jitter, last_report, delay = _BLOCK.unpack_from(body, start + 24 * index)
        total = lost & 0xFFFFFF
        total -= (total & 0x800000) << 1
        blocks.append(ReportBlock(ssrc, lost >> 24, total, highest, jitter, last_report, delay))
    return tuple(blocks)


def _read_sender_report(count: int, body: bytes) -> SenderReport | None:
    blocks = _read_blocks(count, body, 24)
    if blocks is None or len(body) < 24:
        return None
    ssrc, ntp, timestamp, packets, octets = _SENDER_INFO.unpack_from(body)
    return SenderReport(ssrc, ntp, timestamp, packets, octets, blocks)


def _read_receiver_report(count: int, body: bytes) -> ReceiverReport | None:
    blocks = _read_blocks(count, body, 4)
    if blocks is None or len(body) < 4:
        return None
    return ReceiverReport(_SSRC.unpack_from(body)[0], blocks)


def _read_source_description(count: int, body: bytes) -> SourceDescription | None:
    cnames = []
    position = 0
    for _ in range(count):
        if position + 4 > len(body):
            break
        (ssrc,) = _SSRC.unpack_from(body, position)
        position += 4
        while position + 2 <= len(body) and body[position]:
            item, length = body[position], body[position + 1]
            if item == CNAME_ITEM:
                cnames.append((ssrc, body[position + 2 : position + 2 + length].decode(errors="replace")))
            position += 2 + length
        position += 4 - position % 4
    return SourceDescription(tuple(cnames))


def _read_goodbye(count: int, body: bytes) -> Goodbye | None:
    if len(body) < 4 * count:
        return None
    return Goodbye(tuple(_SSRC.unpack_from(body, 4 * index)[0] for index in range(count)))


def _read_transport_feedback(form: int, body: bytes) -> Nack | None:
    if form != NACK_FORMAT or len(body) < 8:
        return None
    ssrc, media_ssrc = _PAIR.unpack_from(body)
    sequences = []
    for first, mask in _NACK_ITEM.iter_unpack(body[8:]):
        sequences.append(first)
        sequences += [(first + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return Nack(ssrc, media_ssrc, tuple(sequences))


def _read_payload_feedback(form: int, body: bytes) -> PictureLoss | FullIntraRequest | BitrateEstimate | None:
    if len(body) < 8:
        return None
    ssrc, media_ssrc = _PAIR.unpack_from(body)
    if form == PLI_FORMAT:
        return PictureLoss(ssrc, media_ssrc)
    if form == FIR_FORMAT:
        usable = body[8 : len(body) - len(body) % 8]
        return FullIntraRequest(
            ssrc, tuple((target, number) for target, number in _FIR_ITEM.iter_unpack(usable))
        )
    if form == APPLICATION_FORMAT:
        return _read_bitrate_estimate(ssrc, body)
    return None


def _read_bitrate_estimate(ssrc: int, body: bytes) -> BitrateEstimate | None:
    if len(body) < 16:
        return None
    name, count, high, low = _REMB.unpack_from(body, 8)
    if name != b"REMB" or len(body) < 16 + 4 * count:
        return None
    bitrate = ((high & 3) << 16 | low) << (high >> 2)
    return BitrateEstimate(ssrc, bitrate, tuple(_SSRC.unpack_from(body, 16 + 4 * i)[0] for i in range(count)))


_READERS: dict[int, Callable[[int, bytes], Packet | None]] = {
    SENDER_REPORT: _read_sender_report,
    RECEIVER_REPORT: _read_receiver_report,
    SOURCE_DESCRIPTION: _read_source_description,
    GOODBYE: _read_goodbye,
    TRANSPORT_FEEDBACK: _read_transport_feedback,
    PAYLOAD_FEEDBACK: _read_payload_feedback,
}
