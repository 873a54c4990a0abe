"""RTP views agree with aiortc's parser on good packets and answer None on bad ones."""

import pytest
from aiortc.rtp import unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from sfu.core.rtp import payload_bounds, read_extensions, write_extensions

FIXED = bytes.fromhex("806f0001000000020000000a")


def test_a_bare_packet_has_an_empty_extension_and_its_payload():
    assert payload_bounds(FIXED + b"abc") == (12, 12, 12, 15)


def test_csrcs_extension_and_padding_are_stepped_over():
    packet = b"\xb2" + FIXED[1:] + bytes(8) + bytes.fromhex("bede0001") + b"\x10\x07\x00\x00" + b"abc\x00\x02"
    assert payload_bounds(packet) == (24, 28, 28, 31)
    assert read_extensions(packet, 24, 28) == {1: b"\x07"}


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        FIXED[:11],
        b"\x40" + FIXED[1:],
        b"\x81" + FIXED[1:],
        b"\x90" + FIXED[1:],
        b"\x90" + FIXED[1:] + bytes.fromhex("bede0001"),
        b"\xa0" + FIXED[1:] + b"\x00",
        b"\xa0" + FIXED[1:] + b"\x02",
    ],
    ids=["empty", "short", "version", "csrc", "no block", "short block", "padding 0", "padding too long"],
)
def test_a_broken_packet_has_no_bounds(packet: bytes):
    assert payload_bounds(packet) is None


@pytest.mark.parametrize("block", ["bede000113000000", "1000000101040000", "1000000101010001"])
def test_an_element_that_leaves_its_block_is_refused(block: str):
    packet = bytes.fromhex(block)
    assert read_extensions(packet, 4, len(packet)) is None


def test_id_15_stops_the_one_byte_form_and_unknown_profiles_are_ignored():
    assert read_extensions(bytes.fromhex("bede00021007f0ff20090000"), 4, 12) == {1: b"\x07"}
    assert read_extensions(bytes.fromhex("abcd000110070000"), 4, 8) == {}


@given(st.dictionaries(st.integers(1, 255), st.binary(min_size=1, max_size=16), max_size=6))
def test_what_is_written_is_read_by_us_and_by_aiortc(elements: dict[int, bytes]):
    block = write_extensions(list(elements.items()))
    assert read_extensions(block, min(4, len(block)), len(block)) == elements
    profile = int.from_bytes(block[:2], "big")
    assert dict(unpack_header_extensions(profile, block[4:])) == elements


@given(st.binary(max_size=80))
def test_arbitrary_bytes_never_raise(packet: bytes):
    bounds = payload_bounds(packet)
    if bounds is not None:
        start, end, payload, payload_end = bounds
        assert 12 <= start <= end <= payload <= payload_end <= len(packet)
        read_extensions(packet, start, end)
