"""Make the clips that synthetic peers loop: ``python -m load.peer.encode``. Needed only to change them."""

import random
from fractions import Fraction
from pathlib import Path

import av

from load.peer.clips import FOLDER, LAYERS, write

SECONDS = 2
SAMPLES = 960


def video(width: int, height: int, rate: int, bit_rate: int) -> list[bytes]:
    """Encode a moving pattern with some noise as VP8; only the first frame is a keyframe."""
    codec = av.codec.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, rate), Fraction(rate, 1)
    codec.bit_rate, codec.gop_size = bit_rate, 100_000
    codec.options = {"deadline": "realtime", "cpu-used": "8", "error-resilient": "1", "lag-in-frames": "0"}
    noise = random.Random(1)
    packets = []
    for number in range(SECONDS * rate):
        frame = av.VideoFrame(width, height, "yuv420p")
        frame.pts = number
        for index, plane in enumerate(frame.planes):
            plane.update(_plane(plane.line_size, plane.height, number * (4 - index), noise))
        packets += codec.encode(frame)
    return [bytes(packet) for packet in packets]


def audio() -> list[bytes]:
    """Encode a warble of noise as Opus in frames of 20 ms."""
    codec = av.codec.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = 48000, "mono", "s16"
    codec.bit_rate = 24_000
    codec.options = {"application": "voip", "frame_duration": "20"}
    noise = random.Random(2)
    packets = []
    for number in range(SECONDS * 50):
        frame = av.AudioFrame("s16", "mono", SAMPLES)
        frame.sample_rate, frame.pts = 48000, number * SAMPLES
        samples = (noise.randrange(-3000, 3000) for _ in range(SAMPLES))
        frame.planes[0].update(b"".join(s.to_bytes(2, "little", signed=True) for s in samples))
        packets += codec.encode(frame)
    return [bytes(packet) for packet in packets]


def _plane(line: int, height: int, shift: int, noise: random.Random) -> bytes:
    ramp = bytes(abs(x % 256 - 128) + 64 for x in range(line + 512))
    rows = [bytearray(ramp[(shift + y // 2) % 256 :][:line]) for y in range(height)]
    for _ in range(height // 8):
        row, start = noise.randrange(height), noise.randrange(max(1, line - 16))
        rows[row][start : start + 16] = noise.randbytes(16)
    return b"".join(rows)


def main() -> None:
    """Write all clips."""
    for name, layer in LAYERS.items():
        frames = video(layer.width, layer.height, layer.rate, layer.bit_rate)
        write(Path(FOLDER) / f"{name}.ivf", b"VP80", (layer.width, layer.height), layer.rate, frames)
    write(Path(FOLDER) / "voice.ivf", b"OPUS", (0, 0), 50, audio())


if __name__ == "__main__":
    main()
