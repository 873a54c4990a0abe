"""Numbers that wrap compare and unwrap the short way round."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.core.seqnum import difference16, difference32, unwrap16, unwrap16_below


def test_a_difference_takes_the_short_way_round():
    assert difference16(2, 65534) == 4
    assert difference16(65534, 2) == -4
    assert difference16(0x8000, 0) == -0x8000
    assert difference32(1, 0xFFFF_FFFF) == 2


@given(reference=st.integers(-(2**20), 2**48), step=st.integers(-0x8000, 0x7FFF))
def test_unwrapping_finds_the_nearest_integer(reference: int, step: int):
    assert unwrap16((reference + step) & 0xFFFF, reference) == reference + step


@given(highest=st.integers(0, 2**48), back=st.integers(0, 0xFFFF))
def test_unwrapping_below_never_looks_ahead(highest: int, back: int):
    assert unwrap16_below((highest - back) & 0xFFFF, highest) == highest - back
