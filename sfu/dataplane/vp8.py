"""The VP8 payload descriptor: keyframes, and continuity of its counters across publishers.

Reads the descriptor and one bit of the first frame byte, nothing that end-to-end encryption hides.
Source: RFC 7741 sections 4.2 and 4.3.
"""

EXTENDED = 0x80
START_OF_FIRST_PARTITION = 0x10
PARTITION_BITS = 0x17
"""S and PID: a frame begins where S is 1 and PID is 0."""
INTER_FRAME = 0x01
"""The inverse keyframe flag P of the payload header."""
HAS_PICTURE, HAS_TL0, HAS_TID, HAS_KEY = 0x80, 0x40, 0x20, 0x10
LONG_PICTURE = 0x80

Numbers = tuple[int | None, int | None, int | None]
"""Picture id, TL0PICIDX, KEYIDX; None where the descriptor has no such field."""
NO_NUMBERS: Numbers = (None, None, None)
Offsets = tuple[int, int, int]
NO_OFFSETS: Offsets = (0, 0, 0)


def positions(payload: bytes) -> tuple[int, int, int, int] | None:
    """Find the descriptor's fields.

    Returns:
        (descriptor size, index of picture id, of TL0PICIDX, of KEYIDX), 0 for an absent field; None when the
        descriptor is truncated.
    """
    if not payload:
        return None
    if not payload[0] & EXTENDED:
        return 1, 0, 0, 0
    if len(payload) < 2:
        return None
    present = payload[1]
    size = 2
    picture = tl0 = key = 0
    if present & HAS_PICTURE:
        picture = size
        if len(payload) <= picture:
            return None
        size += 2 if payload[picture] & LONG_PICTURE else 1
    if present & HAS_TL0:
        tl0 = size
        size += 1
    if present & (HAS_TID | HAS_KEY):
        key = size if present & HAS_KEY else 0
        size += 1
    return (size, picture, tl0, key) if size <= len(payload) else None


def starts_keyframe(payload: bytes) -> bool:
    """Tell whether this is the first packet of a keyframe. Empty payloads are not."""
    if not payload or payload[0] & PARTITION_BITS != START_OF_FIRST_PARTITION:
        return False
    found = positions(payload)
    return found is not None and found[0] < len(payload) and not payload[found[0]] & INTER_FRAME


def numbers(payload: bytes) -> Numbers:
    """Read the counters of a descriptor."""
    found = positions(payload)
    if found is None:
        return NO_NUMBERS
    _, picture, tl0, key = found
    picture_id = None
    if picture:
        picture_id = payload[picture] & 0x7F
        if payload[picture] & LONG_PICTURE:
            picture_id = picture_id << 8 | payload[picture + 1]
    return picture_id, payload[tl0] if tl0 else None, payload[key] & 0x1F if key else None


def continuing(last: Numbers, first: Numbers) -> Offsets:
    """Give the offsets that make ``first`` follow ``last`` by one each; 0 where either is absent."""
    picture, tl0, key = (
        0 if before is None or now is None else before + 1 - now
        for before, now in zip(last, first, strict=True)
    )
    return (picture, tl0, key) if picture or tl0 or key else NO_OFFSETS


def latest(before: Numbers, now: Numbers) -> Numbers:
    """Keep what was known of a counter that the latest packet does not have."""
    picture, tl0, key = (b if n is None else n for b, n in zip(before, now, strict=True))
    return picture, tl0, key


def shift(payload: bytes, offsets: Offsets) -> bytes:
    """Add offsets to the counters, each in the width that it has in this packet."""
    found = positions(payload)
    if found is None:
        return payload
    size, picture, tl0, key = found
    descriptor = bytearray(payload[:size])
    if picture:
        if descriptor[picture] & LONG_PICTURE:
            value = (descriptor[picture] << 8 | descriptor[picture + 1]) + offsets[0]
            descriptor[picture] = LONG_PICTURE | (value >> 8 & 0x7F)
            descriptor[picture + 1] = value & 0xFF
        else:
            descriptor[picture] = (descriptor[picture] + offsets[0]) & 0x7F
    if tl0:
        descriptor[tl0] = (descriptor[tl0] + offsets[1]) & 0xFF
    if key:
        descriptor[key] = descriptor[key] & 0xE0 | (descriptor[key] + offsets[2]) & 0x1F
    return bytes(descriptor) + payload[size:]
