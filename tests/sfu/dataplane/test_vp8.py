"""The VP8 payload descriptor, against aiortc's reading of it."""

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from sfu.dataplane.vp8 import (
    NO_NUMBERS,
    NO_OFFSETS,
    continuing,
    latest,
    numbers,
    positions,
    shift,
    starts_keyframe,
)

DESCRIPTORS = st.builds(
    VpxPayloadDescriptor,
    partition_start=st.integers(0, 1),
    partition_id=st.integers(0, 7),
    picture_id=st.none() | st.integers(0, 0x7FFF),
    tl0picidx=st.none() | st.integers(0, 255),
    tid=st.none() | st.tuples(st.integers(0, 3), st.integers(0, 1)),
    keyidx=st.none() | st.integers(0, 31),
)
OFFSETS = st.tuples(*[st.integers(-70000, 70000)] * 3)


@given(descriptor=DESCRIPTORS, frame=st.binary(max_size=4), offsets=OFFSETS)
def test_counters_are_read_and_shifted_as_aiortc_reads_them(
    descriptor: VpxPayloadDescriptor, frame: bytes, offsets: tuple[int, int, int]
):
    payload = bytes(descriptor) + frame
    counters = (descriptor.picture_id, descriptor.tl0picidx, descriptor.keyidx)
    assert numbers(payload) == counters
    begins = descriptor.partition_start and not descriptor.partition_id and frame and not frame[0] & 1
    assert starts_keyframe(payload) == bool(begins)

    moved, rest = VpxPayloadDescriptor.parse(shift(payload, offsets))
    wraps = (0x8000, 0x100, 0x20)
    expected = [None if c is None else (c + o) % w for c, o, w in zip(counters, offsets, wraps, strict=True)]
    assert [moved.picture_id, moved.tl0picidx, moved.keyidx] == expected
    assert (moved.tid, moved.partition_start, moved.partition_id) == (
        descriptor.tid,
        descriptor.partition_start,
        descriptor.partition_id,
    )
    assert rest == frame


def test_a_short_picture_id_stays_short_and_wraps_at_128():
    assert shift(b"\x90\x80\x7e\x00", (3, 0, 0)) == b"\x90\x80\x01\x00"


def test_reserved_bits_and_the_non_reference_bit_are_kept():
    assert shift(b"\xf8\xff\x80\x01\x02\xe3?", (1, 1, 1)) == b"\xf8\xff\x80\x02\x03\xe4?"


@pytest.mark.parametrize(
    "payload", [b"", b"\x80", b"\x80\x80", b"\x80\x80\x80", b"\x80\x40", b"\x90\xf0\x80\x01\x02"]
)
def test_a_truncated_descriptor_is_left_as_it_is(payload: bytes):
    assert positions(payload) is None
    assert not starts_keyframe(payload)
    assert numbers(payload) == NO_NUMBERS
    assert shift(payload, (1, 1, 1)) == payload


@given(st.binary(max_size=8), OFFSETS)
def test_arbitrary_payloads_never_raise_and_keep_their_size(payload: bytes, offsets: tuple[int, int, int]):
    starts_keyframe(payload)
    assert len(shift(payload, offsets)) == len(payload)


def test_a_new_occupant_follows_the_last_counters_where_both_have_them():
    assert continuing((32767, 5, None), (700, None, 3)) == (32768 - 700, 0, 0)
    assert continuing(NO_NUMBERS, (700, 1, 3)) is NO_OFFSETS
    assert latest((1, 2, 3), (9, None, None)) == (9, 2, 3)
