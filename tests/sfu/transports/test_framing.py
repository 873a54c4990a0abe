"""Packets over a stream (RFC 4571)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.transports.framing import MAX_FRAME, Deframer, FrameError, frame


@given(st.lists(st.binary(min_size=1, max_size=MAX_FRAME), max_size=5), st.lists(st.integers(0, 5000)))
def test_however_the_stream_is_cut_the_packets_are_the_same(packets: list[bytes], cuts: list[int]):
    stream = b"".join(frame(packet) for packet in packets)
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    deframer = Deframer()
    found = [packet for start, end in pairwise(bounds) for packet in deframer.feed(stream[start:end])]
    assert found == packets


@given(st.lists(st.binary(max_size=300)))
def test_rubbish_gives_packets_or_an_end(pieces: list[bytes]):
    deframer = Deframer()
    for piece in pieces:
        try:
            packets = deframer.feed(piece)
        except FrameError:
            return
        assert all(0 < len(packet) <= MAX_FRAME for packet in packets)


def test_a_frame_longer_than_any_packet_ends_the_connection():
    with pytest.raises(FrameError):
        Deframer().feed((MAX_FRAME + 1).to_bytes(2, "big"))


def test_an_empty_frame_is_skipped():
    assert Deframer().feed(b"\x00\x00" + frame(b"x")) == [b"x"]
