"""Encoded media that synthetic peers loop, in IVF files beside this module; load/peer/encode.py made them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("clips")

_HEADER = struct.Struct("<4sHH4sHHIIII")
_FRAME = struct.Struct("<IQ")


@dataclass(frozen=True, slots=True)
class Layer:
    """One size of picture."""

    width: int
    height: int
    rate: int
    """Frames a second."""
    bit_rate: int
    """Bits a second asked of the encoder."""


LAYERS = {
    "q": Layer(160, 120, 15, 80_000),
    "h": Layer(320, 240, 30, 200_000),
    "f": Layer(640, 480, 30, 600_000),
}


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames to loop; a video clip starts with its only keyframe."""

    frames: tuple[bytes, ...]
    rate: int
    """Frames a second."""


@cache
def video(name: str) -> Clip:
    """Read the clip of one of ``LAYERS``."""
    return _read(FOLDER / f"{name}.ivf")


@cache
def voice() -> Clip:
    """Read the Opus clip, 20 ms a frame."""
    return _read(FOLDER / "voice.ivf")


def write(path: Path, codec: bytes, size: tuple[int, int], rate: int, frames: Sequence[bytes]) -> None:
    """Write an IVF file."""
    parts = [_HEADER.pack(b"DKIF", 0, _HEADER.size, codec, *size, rate, 1, len(frames), 0)]
    for number, frame in enumerate(frames):
        parts += (_FRAME.pack(len(frame), number), frame)
    path.write_bytes(b"".join(parts))


def _read(path: Path) -> Clip:
    data = path.read_bytes()
    rate = _HEADER.unpack_from(data)[6]
    frames = []
    position = _HEADER.size
    while position < len(data):
        length, _ = _FRAME.unpack_from(data, position)
        position += _FRAME.size
        frames.append(data[position : position + length])
        position += length
    return Clip(tuple(frames), rate)
