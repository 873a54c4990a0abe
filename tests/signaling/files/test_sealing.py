import os

import pytest

from signaling.files.sealing import CannotOpen, Sealed, Sealer

OLD, NEW = b"o" * 32, b"n" * 32
TEXT = b"the exercise on page 42" * 10


def test_what_is_sealed_opens_and_shows_nothing() -> None:
    sealed = Sealer([OLD]).seal(TEXT, "a")
    assert TEXT[:16] not in sealed.data
    assert Sealer([OLD]).open(sealed, "a") == TEXT


def test_two_files_share_neither_key_nor_bytes() -> None:
    one, two = Sealer([OLD]).seal(TEXT, "a"), Sealer([OLD]).seal(TEXT, "a")
    assert one.wrapped_key != two.wrapped_key
    assert one.data != two.data


def test_after_a_rotation_older_files_still_open_and_new_ones_use_the_new_key() -> None:
    old = Sealer([OLD]).seal(TEXT, "a")
    both = Sealer([NEW, OLD])
    assert both.open(old, "a") == TEXT
    assert Sealer([NEW]).open(both.seal(TEXT, "b"), "b") == TEXT
    with pytest.raises(CannotOpen, match="not among FILES_KEY"):
        Sealer([NEW]).open(old, "a")


def test_changed_bytes_another_name_or_another_files_key_do_not_open() -> None:
    sealer = Sealer([OLD])
    sealed, other = sealer.seal(TEXT, "a"), sealer.seal(TEXT, "b")
    changed = Sealed(sealed.key_id, sealed.wrapped_key, sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    swapped = Sealed(sealed.key_id, other.wrapped_key, sealed.data)
    cut = Sealed(sealed.key_id, sealed.wrapped_key, sealed.data[:5])
    unwrapped = Sealed(sealed.key_id, os.urandom(3), sealed.data)
    for broken in (changed, swapped, cut, unwrapped):
        with pytest.raises(CannotOpen):
            sealer.open(broken, "a")
    with pytest.raises(CannotOpen):
        sealer.open(sealed, "b")
