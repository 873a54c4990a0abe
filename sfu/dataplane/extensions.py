"""Header extensions on the hot path: the two that are read from every packet, the two that are written.

What is read once per stream (mid, rid) goes through ``sfu.core.rtp.read_extensions``. Source: RFC 8285, RFC 6464
and the descriptions of abs-send-time and transport-wide congestion control that libwebrtc publishes.
"""

from sfu.core.rtp import ONE_BYTE_PROFILE, TWO_BYTE_PROFILE, read_extensions, write_extensions
from sfu.dataplane.contract import ExtensionIds

ABSENT = -1
LEVELS = tuple(bytes((level,)) for level in range(256))


def abs_send_time(now: float) -> bytes:
    """Encode seconds as 6.18 fixed point in 24 bits."""
    return (int(now * 262144) & 0xFFFFFF).to_bytes(3, "big")


def scan(packet: bytes, start: int, end: int, ids: ExtensionIds) -> tuple[int, int] | None:
    """Read audio level and transport-wide sequence.

    Args:
        packet: A packet whose extension elements lie between ``start`` and ``end``.
        start: First byte after profile and length.
        end: First byte of the payload.
        ids: The ids of the sender's bundle.

    Returns:
        (level byte with its voice bit, transport-wide sequence), ``ABSENT`` for what is not there; None when an
        element leaves the block or one of the two has a wrong length. Of a repeated id the first counts.
    """
    if start == end:
        return ABSENT, ABSENT
    profile = packet[start - 4] << 8 | packet[start - 3]
    if profile == ONE_BYTE_PROFILE:
        return _scan_one_byte(packet, start, end, ids.audio_level or ABSENT, ids.transport_wide or ABSENT)
    if profile & 0xFFF0 == TWO_BYTE_PROFILE:
        return _scan_two_byte(packet, start, end, ids)
    return ABSENT, ABSENT


def _scan_one_byte(packet: bytes, at: int, end: int, level_id: int, wide_id: int) -> tuple[int, int] | None:
    level = wide = ABSENT
    while at < end:
        head = packet[at]
        at += 1
        if not head:
            continue
        number = head >> 4
        # RFC 8285 section 4.2: id 15 stops the processing; id 0 with a length is not an element either.
        if number == 15 or not number:
            break
        after = at + (head & 0x0F) + 1
        if after > end:
            return None
        if number == wide_id and wide < 0:
            if after - at != 2:
                return None
            wide = packet[at] << 8 | packet[at + 1]
        elif number == level_id and level < 0:
            if after - at != 1:
                return None
            level = packet[at]
        at = after
    return level, wide


def _scan_two_byte(packet: bytes, start: int, end: int, ids: ExtensionIds) -> tuple[int, int] | None:
    values = read_extensions(packet, start, end)
    if values is None:
        return None
    level = values.get(ids.audio_level) if ids.audio_level else None
    wide = values.get(ids.transport_wide) if ids.transport_wide else None
    if (level is not None and len(level) != 1) or (wide is not None and len(wide) != 2):
        return None
    return ABSENT if level is None else level[0], ABSENT if wide is None else int.from_bytes(wide, "big")


class Block:
    """Builds the extension block of everything that one transport is sent: send time, then audio level.

    All but these two values is laid out once.
    """

    __slots__ = (
        "_after_level",
        "_before_level",
        "_has_level",
        "_head",
        "_silent_head",
        "_silent_tail",
        "_timed",
    )

    def __init__(self, ids: ExtensionIds) -> None:
        self._timed = bool(ids.abs_send_time)
        self._has_level = bool(ids.audio_level)
        times = [(ids.abs_send_time, bytes(3))] if ids.abs_send_time else []
        self._silent_head, self._silent_tail = _around_time(write_extensions(times))
        # The level, here 127, is the last byte before the block's own padding.
        whole = write_extensions([*times, (ids.audio_level, LEVELS[127])] if ids.audio_level else times)
        until = len(whole.rstrip(b"\0"))
        self._after_level = whole[until:]
        self._head, self._before_level = (
            _around_time(whole[: until - 1]) if times else (b"", whole[: until - 1])
        )

    def build(self, level: int, send_time: bytes) -> bytes:
        """Build profile, length and elements; empty when there is nothing to say.

        Args:
            level: The source's audio level byte or ``ABSENT``.
            send_time: What ``abs_send_time`` gave.
        """
        if level < 0 or not self._has_level:
            return self._silent_head + send_time + self._silent_tail if self._timed else b""
        if not self._timed:
            return self._before_level + LEVELS[level] + self._after_level
        return self._head + send_time + self._before_level + LEVELS[level] + self._after_level


def _around_time(block: bytes) -> tuple[bytes, bytes]:
    """Split a block around the three bytes of its first value."""
    at = 5 if block[:2] == ONE_BYTE_PROFILE.to_bytes(2, "big") else 6
    return block[:at], block[at + 3 :]
