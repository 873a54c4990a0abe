import os

import pytest

from signaling.notices.sealing import CannotOpen, Sealer, derive

OLD, NEW, SECRET = b"o" * 32, b"n" * 32, b"s" * 32
TEXT = b"aicha@example.org"


def test_what_is_sealed_opens_shows_nothing_and_is_never_the_same_twice() -> None:
    sealer = Sealer([OLD], SECRET)
    one, two = sealer.seal(TEXT, "a"), sealer.seal(TEXT, "a")
    assert TEXT not in one
    assert one != two
    assert sealer.open(one, "a") == sealer.open(two, "a") == TEXT


def test_after_a_rotation_what_is_older_still_opens() -> None:
    old = Sealer([OLD], SECRET).seal(TEXT, "a")
    both = Sealer([NEW, OLD], SECRET)
    assert both.open(old, "a") == TEXT
    with pytest.raises(CannotOpen, match="not among FILES_KEY"):
        Sealer([OLD], SECRET).open(both.seal(TEXT, "a"), "a")


def test_changed_cut_or_moved_bytes_do_not_open() -> None:
    sealer = Sealer([OLD], SECRET)
    sealed = sealer.seal(TEXT, "a")
    for broken in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:10], b"", os.urandom(60)):
        with pytest.raises(CannotOpen):
            sealer.open(broken, "a")
    with pytest.raises(CannotOpen):
        sealer.open(sealed, "b")


def test_a_digest_knows_an_address_again_and_tells_nothing_without_the_key() -> None:
    sealer = Sealer([OLD], SECRET)
    known = sealer.digest("mail", "a@b.fr")
    assert known == Sealer([NEW], SECRET).digest("mail", "a@b.fr")
    assert len({known, sealer.digest("push", "a@b.fr"), Sealer([OLD], NEW).digest("mail", "a@b.fr")}) == 3


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({derive(OLD, purpose) for purpose in (b"seal", b"digest", b"vapid")} | {OLD}) == 4
