"""Extension blocks: what is written is what the general writer writes, what is read is what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.core.rtp import write_extensions
from sfu.dataplane.contract import ExtensionIds
from sfu.dataplane.extensions import ABSENT, Block, abs_send_time, scan

ID = st.one_of(st.just(0), st.integers(1, 16))


@given(
    ids=st.builds(ExtensionIds, audio_level=ID, abs_send_time=ID),
    level=st.integers(ABSENT, 255),
    now=st.floats(0, 1e9),
)
def test_a_block_is_what_the_general_writer_gives(ids: ExtensionIds, level: int, now: float):
    sent_at = abs_send_time(now)
    elements = [(ids.abs_send_time, sent_at)] if ids.abs_send_time else []
    if level != ABSENT and ids.audio_level:
        elements.append((ids.audio_level, bytes((level,))))
    assert Block(ids).build(level, sent_at) == write_extensions(elements)


def test_the_send_time_is_6_18_fixed_point_that_wraps_every_64_seconds():
    assert abs_send_time(1.5) == abs_send_time(65.5) == (0x60000).to_bytes(3, "big")


@pytest.mark.parametrize("wide_id", [6, 20], ids=["one byte form", "two byte form"])
def test_level_and_transport_wide_sequence_are_read_among_others(wide_id: int):
    ids = ExtensionIds(mid=1, audio_level=4, transport_wide=wide_id)
    block = write_extensions([(1, b"mid"), (wide_id, b"\x01\x02"), (4, b"\x85"), (9, b"other")])
    assert scan(block, 4, len(block), ids) == (0x85, 0x0102)
    assert scan(block, 4, len(block), ExtensionIds()) == (ABSENT, ABSENT)
    assert scan(b"", 0, 0, ids) == (ABSENT, ABSENT)


@pytest.mark.parametrize(
    "elements",
    [[(6, b"\x01")], [(4, b"\x01\x02")], [(6, b"\x01"), (30, b"x")], [(4, b"\x01\x02"), (30, b"x")]],
)
def test_a_wrong_length_is_refused_in_both_forms(elements: list[tuple[int, bytes]]):
    block = write_extensions(elements)
    assert scan(block, 4, len(block), ExtensionIds(audio_level=4, transport_wide=6)) is None


def test_what_comes_after_id_15_or_a_false_padding_is_not_read():
    ids = ExtensionIds(transport_wide=6)
    for stop in ("f0", "03"):
        block = bytes.fromhex("bede0002" + stop + "ff" + "610102" + "000000")
        assert scan(block, 4, len(block), ids) == (ABSENT, ABSENT)
