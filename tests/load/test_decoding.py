"""Decoding finds whole pictures from the first keyframe on, repaired ones too, and refuses what is none."""

from collections.abc import Callable

import pytest

from load.peer import clips, packets
from load.peer.decoding import FRAMES_MOST, PACKETS_MOST, Pictures, decode
from load.peer.packets import Parsed
from load.peer.sending import Stream
from tests.load.test_peer_parts import make_stream


def packets_of(stream: Stream, frames: int) -> list[Parsed]:
    sent = [packet for _ in range(frames) for packet in stream.send(stream.next_due, 0)]
    return [packets.parse(packet, 0) for packet in sent]


def taken(arrived: list[Parsed]) -> Pictures:
    pictures = Pictures()
    for packet in arrived:
        pictures.take(packet.head.sequence, packet.head.timestamp, packet.payload)
    return pictures


@pytest.mark.parametrize("layer", list(clips.LAYERS))
def test_each_clip_is_decoded_with_its_stamps(layer: str) -> None:
    frames = clips.video(layer).frames
    assert decode([frame + b"PmS" + bytes(13) for frame in frames]) == len(frames)


def test_what_arrived_is_put_together_in_whatever_order_it_came() -> None:
    arrived = packets_of(make_stream(), 20)
    repaired = [*arrived[:15], *arrived[16:], arrived[15]]
    frames = taken(repaired).frames()
    assert frames == taken(arrived).frames()
    assert [len(frame) for frame in frames] == [len(frame) + 16 for frame in clips.video("f").frames[:19]]
    assert decode(frames) == 19


def test_it_ends_at_a_hole_and_begins_with_a_keyframe() -> None:
    stream = make_stream()
    before = packets_of(stream, 3)[-4:]
    stream.restart()
    key = packets_of(stream, 10)
    whole = taken([*before, *key]).frames()
    assert decode(whole) == 9
    assert decode(taken([*before, *key[:-5], *key[-4:]]).frames()) < 9
    assert taken(before).frames() == []


def test_it_is_a_sample() -> None:
    pictures = taken(packets_of(make_stream(), 300))
    assert len(pictures.frames()) <= FRAMES_MOST
    assert len(pictures._packets) == PACKETS_MOST


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frames: frames[1:],
        lambda frames: [frames[0][:300], *frames[1:]],
        lambda frames: [bytes([frames[0][0] | 1]) + frames[0][1:], *frames[1:]],
        lambda frames: [frames[0], frames[1][:200], *frames[2:]],
    ],
    ids=["without its keyframe", "a cut keyframe", "a keyframe that says it is none", "a cut frame"],
)
def test_what_is_no_picture_is_refused(spoil: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(ValueError, match="frame"):
        decode(spoil(list(clips.video("f").frames)))
