"""Where an H264 keyframe begins (RFC 6184)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.dataplane.h264 import starts_keyframe


@pytest.mark.parametrize(
    ("payload", "begins"),
    [
        (b"", False),
        (b"\x65idr", True),
        (b"\x67sps", True),
        (b"\x68pps", False),
        (b"\x41inter", False),
        (b"\x7c\x85start of a fragmented IDR", True),
        (b"\x7c\x45end of a fragmented IDR", False),
        (b"\x7c\x81start of a fragmented inter picture", False),
        (b"\x7c", False),
        (b"\x78\x00\x02\x68p\x00\x02\x67s", True),
        (b"\x78\x00\x02\x68p\x00\x02\x41s", False),
        (b"\x78\x00\x09\x68p", False),
        (b"\x78\x00", False),
    ],
)
def test_keyframes_begin_at_parameter_sets_and_idr_pictures(payload: bytes, begins: bool):
    assert starts_keyframe(payload) is begins


@given(st.binary(max_size=40))
def test_arbitrary_payloads_never_raise(payload: bytes):
    starts_keyframe(payload)
