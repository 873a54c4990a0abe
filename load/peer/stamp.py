"""A stamp inside the media, which survives the rewriting of headers: who sent it, which layer, and when.

It is the last sixteen bytes of a packet's payload: in Opus as padding of a code 3 packet (RFC 6716 section 3.2.5),
in VP8 behind the last partition of a frame, where decoders do not look. So a browser plays stamped media too.
The time is CLOCK_MONOTONIC, the same for all processes of one machine: delays are true there and nowhere else.
"""

import struct
from dataclasses import dataclass

_STAMP = struct.Struct("!3sBIQ")
_MAGIC = b"PmS"
LENGTH = _STAMP.size


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one frame carries."""

    source: int
    """The sending peer's ``stamp_id``."""
    layer: int
    """0 for the microphone and the screen, 1 to 3 for camera layers, smallest picture first."""
    sent_ns: int


def make(source: int, layer: int, now_ns: int) -> bytes:
    """Make the sixteen bytes."""
    return _STAMP.pack(_MAGIC, layer, source, now_ns)


def find(payload: bytes) -> Stamp | None:
    """Read the stamp at the end of a payload, if there is one."""
    if len(payload) < LENGTH or payload[-LENGTH : -LENGTH + 3] != _MAGIC:
        return None
    _, layer, source, sent_ns = _STAMP.unpack_from(payload, len(payload) - LENGTH)
    return Stamp(source, layer, sent_ns)


def into_opus(frame: bytes, stamp: bytes) -> bytes:
    """Turn a packet of one frame (code 0) into a code 3 packet whose padding is the stamp."""
    return bytes((frame[0] | 3, 0x41, len(stamp))) + frame[1:] + stamp
