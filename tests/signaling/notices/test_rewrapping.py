"""Rotation of ``FILES_KEY``: when it was run, the old key opens nothing that is still needed."""

import pytest

from signaling.database import Database
from signaling.notices import rewrapping
from signaling.notices.sealing import CannotOpen
from signaling.notices.service import Notices
from tests.support.mailbox import Mailbox
from tests.support.notices import ADDRESS, NOW, Desk, settings

OLD, NEW = b"f" * 32, b"n" * 32


def with_keys(database: Database, mailbox: Mailbox, *keys: bytes) -> Desk:
    return Desk(database, Notices(database, settings(mailbox.port, files_keys=keys), lambda: NOW))


async def test_what_waits_and_whom_to_tell_are_sealed_by_the_new_key_alone(
    database: Database, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    old, both, new = (with_keys(database, mailbox, *keys) for keys in ((OLD,), (NEW, OLD), (NEW,)))
    for number in range(3):
        await old.set_mail(f"person-{number}", f"{number}-{ADDRESS}")
    await old.set_mail()
    await old.answer()
    await old.answer(key="read")
    await old.read(key="read")
    sealed = 3 + 1 + 1  # contacts and the letter that waits; nothing is left of the one that was read
    assert [await both.notices.rewrap(), await both.notices.rewrap()] == [sealed, 0]
    assert await new.notices.send(NOW + 60) == 1
    assert mailbox.recipients == [ADDRESS]
    assert await new.answer(key="later", now=NOW + 61) == 1


async def test_what_no_key_opens_is_said(database: Database, mailbox: Mailbox) -> None:
    await with_keys(database, mailbox, OLD).set_mail()
    with pytest.raises(CannotOpen, match="not among FILES_KEY"):
        await with_keys(database, mailbox, NEW).notices.rewrap()
