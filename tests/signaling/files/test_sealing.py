import os

import pytest

from signaling.files.sealing import OVERHEAD, PIECE, CannotOpen, Keys, Seal, WrappedKey, seal_whole

OLD, NEW = b"o" * 32, b"n" * 32
TEXT = b"the exercise on page 42" * 10


def seal(name: str = "a") -> Seal:
    return Seal(b"k" * 32, name)


def test_what_is_sealed_opens_and_shows_nothing() -> None:
    closed = seal().close(0, TEXT, last=True)
    assert TEXT[:16] not in closed
    assert len(closed) == len(TEXT) + OVERHEAD
    assert seal().open(0, closed, last=True) == TEXT


def test_two_files_share_neither_key_nor_bytes() -> None:
    keys = Keys([OLD])
    one, two = keys.new(), keys.new()
    assert one.wrapped != two.wrapped
    assert keys.open(one, "a").close(0, TEXT, last=True) != keys.open(one, "a").close(0, TEXT, last=True)
    with pytest.raises(CannotOpen):
        keys.open(two, "a").open(0, keys.open(one, "a").close(0, TEXT, last=True), last=True)


def test_a_piece_opens_at_its_place_only() -> None:
    middle = seal().close(1, TEXT, last=False)
    assert seal().open(1, middle, last=False) == TEXT
    for name, number, last in (
        ("a", 2, False),
        ("a", 0, False),
        ("a", 1, True),
        ("b", 1, False),
        ("a", 0, True),
    ):
        with pytest.raises(CannotOpen):
            seal(name).open(number, middle, last=last)


def test_a_file_that_was_cut_off_or_made_longer_does_not_open() -> None:
    whole = seal_whole(seal(), bytes(PIECE) + TEXT)
    first, second = whole[: PIECE + OVERHEAD], whole[PIECE + OVERHEAD :]
    assert seal().open(0, first, last=False) + seal().open(1, second, last=True) == bytes(PIECE) + TEXT
    with pytest.raises(CannotOpen):
        seal().open(0, first, last=True)
    with pytest.raises(CannotOpen):
        seal().open(1, second, last=False)


@pytest.mark.parametrize("broken", [b"", b"short", os.urandom(200)])
def test_changed_bytes_do_not_open(broken: bytes) -> None:
    closed = seal().close(0, TEXT, last=True)
    for data in (broken, closed[:-1] + bytes([closed[-1] ^ 1]), bytes([closed[0] ^ 1]) + closed[1:]):
        with pytest.raises(CannotOpen):
            seal().open(0, data, last=True)


def test_after_a_rotation_older_files_still_open_and_new_ones_use_the_new_key() -> None:
    old = Keys([OLD]).new()
    closed = Keys([OLD]).open(old, "a").close(0, TEXT, last=True)
    both = Keys([NEW, OLD])
    assert both.open(old, "a").open(0, closed, last=True) == TEXT
    assert both.new().key_id == both.newest == Keys([NEW]).newest
    again = both.rewrap(old)
    assert Keys([NEW]).open(again, "a").open(0, closed, last=True) == TEXT, "the bytes stay as they are"
    with pytest.raises(CannotOpen, match="not among FILES_KEY"):
        Keys([NEW]).open(old, "a")


@pytest.mark.parametrize("wrapped", [b"", b"abc", bytes(40)])
def test_a_key_that_is_no_key_does_not_open(wrapped: bytes) -> None:
    keys = Keys([OLD])
    with pytest.raises(CannotOpen):
        keys.open(WrappedKey(keys.newest, wrapped), "a")
