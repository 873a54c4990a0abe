"""Views of an RTP packet: fixed header, header extensions, padding. Nothing is copied but what is asked for.

Not a packet class: functions on bytes, for the hot path. They never raise on untrusted bytes, they answer
``None``. Sources: RFC 3550 section 5.1, RFC 8285, RFC 5761 section 4, RFC 4588 section 4.
"""

from struct import Struct

HEADER = Struct("!BBHII")
"""Version, padding, extension and CSRC count; marker and payload type; sequence; timestamp; ssrc."""
HEADER_SIZE = 12
EXTENSION_HEADER = Struct("!HH")
"""Profile, length in 32-bit words."""

VERSION_2 = 0x80
HAS_PADDING = 0x20
HAS_EXTENSION = 0x10
MARKER = 0x80
ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000
"""The low four bits are application bits, to be ignored (RFC 8285 section 4.3)."""

RTCP_TYPES = range(192, 224)
"""The second byte tells RTCP from RTP (RFC 5761 section 4)."""


def payload_bounds(packet: bytes) -> tuple[int, int, int, int] | None:
    """Find the parts of a plain RTP packet.

    Returns:
        (extension start, extension end, payload start, payload end); the extension's bounds leave out its four
        bytes of profile and length and are equal where there is none. None when the packet is truncated, of
        another version, or its padding is longer than its payload.
    """
    size = len(packet)
    if size < HEADER_SIZE:
        return None
    first = packet[0]
    if first == VERSION_2 | HAS_EXTENSION and size >= 16:
        # What browsers send nearly always: one way through without a detour.
        start = 16 + (packet[14] << 10 | packet[15] << 2)
        return (16, start, start, size) if start <= size else None
    if first & 0xC0 != VERSION_2:
        return None
    start = extension = extension_end = HEADER_SIZE + 4 * (first & 0x0F)
    if first & HAS_EXTENSION:
        if size < start + 4:
            return None
        extension = start + 4
        start = extension_end = extension + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = size
    if first & HAS_PADDING:
        padding = packet[-1]
        # RFC 3550 section 5.1: the count includes itself, so it is never 0.
        end = size - padding if padding else -1
    if end < start or size < start:
        return None
    return extension, extension_end, start, end


def read_extensions(packet: bytes, start: int, end: int) -> dict[int, bytes] | None:
    """Read all header extensions.

    Args:
        packet: Plain or protected RTP: extensions are in clear.
        start: Where the first element begins, after profile and length, as ``payload_bounds`` gives it.
        end: Where the block ends; equal to ``start`` when the packet has none.

    Returns:
        Values by id, the first of each id; empty for an unknown profile; None when an element leaves the block.
    """
    values: dict[int, bytes] = {}
    if start == end:
        return values
    profile = int.from_bytes(packet[start - 4 : start - 2], "big")
    if profile != ONE_BYTE_PROFILE and profile & 0xFFF0 != TWO_BYTE_PROFILE:
        return values
    one_byte = profile == ONE_BYTE_PROFILE
    at = start
    while at < end:
        if packet[at] == 0:
            at += 1
            continue
        if one_byte:
            number, length = packet[at] >> 4, (packet[at] & 0x0F) + 1
            # RFC 8285 section 4.2: id 15 stops the processing; id 0 with a length is not an element either.
            if number in (0, 15):
                break
            at += 1
        else:
            if at + 2 > end:
                return None
            number, length = packet[at], packet[at + 1]
            at += 2
        if at + length > end:
            return None
        values.setdefault(number, packet[at : at + length])
        at += length
    return values


def write_extensions(elements: list[tuple[int, bytes]]) -> bytes:
    """Build an extension block with its profile and length, in the one-byte form where that is possible.

    Args:
        elements: Ids from 1 to 255 and values of 1 to 16 bytes; empty gives an empty block.
    """
    if not elements:
        return b""
    one_byte = all(number <= 14 for number, _ in elements)
    body = b"".join(
        (bytes(((number << 4) | (len(value) - 1),)) if one_byte else bytes((number, len(value)))) + value
        for number, value in elements
    )
    body += bytes(-len(body) % 4)
    return EXTENSION_HEADER.pack(ONE_BYTE_PROFILE if one_byte else TWO_BYTE_PROFILE, len(body) // 4) + body
