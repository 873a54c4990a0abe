"""A capture of two cameras and a microphone comes out as it did when it was looked at, and can be decoded."""

from itertools import pairwise

import av
from aiortc.codecs import get_decoder
from aiortc.codecs.vpx import vp8_depayload
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from tests.sfu.dataplane.capture import Records, load, play
from tests.sfu.dataplane.rig import Packet, parse


def test_the_capture_is_forwarded_as_expected():
    got, expected = play(load("cameras.bin")), load("cameras.expected.bin")
    assert len(got) == len(expected)
    for mine, looked_at in zip(got, expected, strict=True):
        assert mine == looked_at


def sent_to(slot: int, records: Records) -> list[Packet]:
    return [parse(data) for _, number, data in records if number == slot]


def test_the_pictures_of_both_cameras_are_decoded_after_one_another():
    packets = sorted(sent_to(1, load("cameras.expected.bin")), key=lambda p: (p.sequence - 32767) & 0xFFFF)
    numbers = [(p.sequence - 32767) & 0xFFFF for p in packets]
    missing = sorted(set(range(len(numbers) + 1)) - set(numbers))
    assert len(missing) == 1 < missing[0], "one packet was lost on the way, no number twice, no other hole"

    frames: dict[int, bytes] = {}
    for packet in packets:
        frames[packet.timestamp] = frames.get(packet.timestamp, b"") + vp8_depayload(packet.payload)
    decoder = get_decoder(RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90000))
    decoded = [
        frame
        for timestamp, data in frames.items()
        for frame in decoder.decode(JitterFrame(data=data, timestamp=timestamp))
    ]
    assert 40 < len(frames) - 1 <= len(decoded)
    assert all(
        isinstance(frame, av.VideoFrame) and (frame.width, frame.height) == (240, 180) for frame in decoded
    )


def test_time_runs_on_over_the_switch():
    packets = sent_to(1, load("cameras.expected.bin"))
    steps = {
        (later.timestamp - earlier.timestamp) & 0xFFFFFFFF
        for earlier, later in pairwise(packets)
        if later.sequence == (earlier.sequence + 1) & 0xFFFF
    }
    assert {0, 3000} < steps
    assert all(step < 9000 for step in steps)


def test_the_microphone_is_heard_without_a_hole():
    packets = sent_to(3, load("cameras.expected.bin"))
    assert [p.sequence for p in packets] == list(range(len(packets)))
    assert [p.timestamp for p in packets] == [960 * n for n in range(len(packets))]
    assert {p.extensions[4] for p in packets} == {b"\x8c"}
