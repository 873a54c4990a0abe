"""Makes tests/data/cameras.bin and what a subscriber should get of it; see tests/data/README.md."""

import sys
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np

from sfu.dataplane.extensions import abs_send_time
from tests.sfu.dataplane.capture import Records, load, play, save
from tests.sfu.dataplane.rig import IDS, Packet

WIDTH, HEIGHT, RATE, SECONDS = 240, 180, 30, 1.5
MAX_PAYLOAD = 1100


def pictures(seed: int) -> Iterator[bytes]:
    """Encode a square that moves over noise; a keyframe each half second."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(RATE), Fraction(1, RATE)
    encoder.bit_rate, encoder.gop_size = 350_000, RATE // 2
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"}
    ground = np.random.default_rng(seed).integers(0, 255, (HEIGHT // 6, WIDTH // 6, 3), dtype=np.uint8)
    for number in range(int(RATE * SECONDS)):
        image = np.kron(ground, np.ones((6, 6, 1), dtype=np.uint8))
        at = 4 * number % (WIDTH - 60)
        image[40:100, at : at + 60] = (250, 20 * seed, 5 * number % 255)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = number
        for packet in encoder.encode(frame):
            yield bytes(packet)


def camera(stream: int, sequence: int, timestamp: int, picture: int, start: float) -> Records:
    """Packetize a camera as libwebrtc does."""
    records: Records = []
    for number, frame in enumerate(pictures(stream)):
        count = -(-len(frame) // MAX_PAYLOAD)
        cuts = [len(frame) * part // count for part in range(count + 1)]
        when = start + number / RATE
        for part in range(count):
            counter = 0x8000 | (picture + number) & 0x7FFF
            descriptor = bytes((0x90 if part == 0 else 0x80, 0xE0)) + counter.to_bytes(2, "big")
            packet = Packet(
                1000 + stream,
                sequence,
                timestamp + 3000 * number,
                descriptor + bytes((number & 0xFF, 0x20)) + frame[cuts[part] : cuts[part + 1]],
                marker=part == count - 1,
                extensions=extensions(sequence, when),
            )
            records.append((when + 0.0005 * part, stream, bytes(packet)))
            sequence += 1
        if stream == 1 and number == 5:
            for probe in range(3):
                padding = Packet(1001, sequence, timestamp + 3000 * number, b"", padding=224)
                padding.extensions = extensions(sequence, when)
                records.append((when + 0.003 + 0.0002 * probe, stream, bytes(padding)))
                sequence += 1
    return records


def extensions(sequence: int, when: float) -> dict[int, bytes]:
    return {
        IDS.mid: b"1",
        IDS.abs_send_time: abs_send_time(when),
        IDS.transport_wide: (sequence & 0xFFFF).to_bytes(2, "big"),
    }


def microphone() -> Records:
    """Encode a tone in frames of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48000, "mono", "s16", 24000
    records: Records = []
    for number in range(int(50 * SECONDS)):
        times = np.arange(960 * number, 960 * (number + 1))
        tone = (8000 * np.sin(times * 2 * np.pi * 440 / 48000)).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, 960 * number
        for data in encoder.encode(frame):
            index = len(records)
            made = Packet(1003, 65500 + index, 960 * index, bytes(data), 111, marker=index == 0)
            made.extensions = extensions(index, index / 50) | {IDS.audio_level: b"\x8c"}
            records.append((0.001 + index / 50, 3, bytes(made)))
    return records


def troubled(records: Records) -> Records:
    """Lose one packet, swap two, delay one by 50 ms."""
    first = [index for index, (_, stream, _) in enumerate(records) if stream == 1]
    lost, late, swapped = first[20], first[12], first[30]
    when, stream, packet = records[late]
    records[swapped], records[swapped + 1] = (
        (records[swapped][0], *records[swapped + 1][1:]),
        (records[swapped + 1][0], *records[swapped][1:]),
    )
    records[late] = (when + 0.05, stream, packet)
    del records[lost]
    return sorted(records, key=lambda record: record[0])


if __name__ == "__main__":
    if "--expected" not in sys.argv:
        everything = (
            camera(1, 65530, 2**32 - 30000, 32760, 0.0) + camera(2, 7, 123456, 9, 0.011) + microphone()
        )
        save("cameras.bin", troubled(sorted(everything, key=lambda record: record[0])))
    save("cameras.expected.bin", play(load("cameras.bin")))
