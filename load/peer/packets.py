"""RTP packets of a synthetic peer: made with header extensions, read without objects per extension.

RFC 3550 and RFC 8285 (one-byte form); VP8 payload descriptors by RFC 7741.
"""

import struct
from dataclasses import dataclass

MID, RID, REPAIRED_RID, AUDIO_LEVEL, ABS_SEND_TIME, TRANSPORT_WIDE = 4, 10, 11, 1, 2, 3
URIS = {
    AUDIO_LEVEL: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    ABS_SEND_TIME: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    TRANSPORT_WIDE: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    MID: "urn:ietf:params:rtp-hdrext:sdes:mid",
    RID: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    REPAIRED_RID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
}
"""Ids as Chromium chooses them."""

MAX_PAYLOAD = 1150

_HEADER = struct.Struct("!BBHII")
_SHORT = struct.Struct("!H")


FormatError = struct.error


@dataclass(frozen=True, slots=True)
class Head:
    """What a packet says besides its extensions and payload."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool = False


def build(head: Head, extensions: dict[int, bytes], payload: bytes) -> bytes:
    """Write a packet."""
    body = b"".join(bytes((id_ << 4 | len(value) - 1,)) + value for id_, value in extensions.items())
    body += bytes(-len(body) % 4)
    first = _HEADER.pack(
        0x90 if body else 0x80,
        head.marker << 7 | head.payload_type,
        head.sequence & 0xFFFF,
        head.timestamp & 0xFFFFFFFF,
        head.ssrc,
    )
    return first + (struct.pack("!HH", 0xBEDE, len(body) // 4) + body if body else b"") + payload


@dataclass(frozen=True, slots=True)
class Parsed:
    """A received packet."""

    head: Head
    transport_wide: int | None
    payload: bytes


def parse(packet: bytes, transport_wide_id: int) -> Parsed:
    """Read a decrypted packet of the forwarding server.

    Raises:
        ValueError, FormatError, IndexError: It is not RTP; a test should fail then.
    """
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    if first >> 6 != 2:
        raise ValueError("not RTP")
    start = 12 + 4 * (first & 15)
    transport_wide = None
    if first & 0x10:
        profile, words = struct.unpack_from("!HH", packet, start)
        end = start + 4 + 4 * words
        if profile == 0xBEDE and transport_wide_id:
            transport_wide = _find(packet, start + 4, end, transport_wide_id)
        start = end
    stop = len(packet) - (packet[-1] if first & 0x20 else 0)
    head = Head(second & 127, sequence, timestamp, ssrc, marker=bool(second & 128))
    return Parsed(head, transport_wide, packet[start:stop])


def _find(packet: bytes, position: int, end: int, wanted: int) -> int | None:
    while position < end:
        id_, length = packet[position] >> 4, (packet[position] & 15) + 1
        if id_ == 0:
            position += 1
        elif id_ == wanted and length == 2:
            return int(_SHORT.unpack_from(packet, position + 1)[0])
        else:
            position += 1 + length
    return None


def vp8_descriptor(picture_id: int, tl0_picture_index: int, *, start: bool) -> bytes:
    """Write the descriptor that browsers write for simulcast: 15-bit picture id, TL0PICIDX, temporal layer 0."""
    return bytes(
        (
            0x80 | start << 4,
            0xE0,
            0x80 | picture_id >> 8 & 0x7F,
            picture_id & 0xFF,
            tl0_picture_index & 0xFF,
            0,
        )
    )


def vp8_descriptor_length(payload: bytes) -> int:
    """Give how many octets precede the picture in a VP8 payload."""
    if not payload[0] & 0x80:
        return 1
    flags = payload[1]
    wide = flags & 0x80 and payload[2] & 0x80
    return 2 + bool(flags & 0x80) + bool(wide) + bool(flags & 0x40) + bool(flags & 0x30)


def vp8_picture(payload: bytes) -> tuple[bool, bool, int | None]:
    """Read a VP8 payload: whether a picture starts here, whether it is a keyframe, and its picture id."""
    first, picture_id = payload[0], None
    if first & 0x80 and payload[1] & 0x80:
        wide = payload[2] & 0x80
        picture_id = (payload[2] & 0x7F) << 8 | payload[3] if wide else payload[2]
    starts = bool(first & 0x10) and not first & 0x07
    length = vp8_descriptor_length(payload)
    keyframe = starts and len(payload) > length and not payload[length] & 1
    return starts, keyframe, picture_id


def unwrap(value: int, near: int, bits: int = 16) -> int:
    """Extend a wrapped number to the one nearest to ``near``."""
    span = 1 << bits
    distance = (value - near) % span
    return near + distance - (span if distance >= span // 2 else 0)
