import asyncio
from functools import partial

import pytest
import sqlalchemy as sa

from signaling.database import Database
from signaling.errors import Refusal
from signaling.notices import store
from signaling.notices.contract import Notice, State
from signaling.notices.delivery import ATTEMPTS, CLAIM_S, Next
from signaling.notices.service import A_DAY_MOST, Notices
from signaling.notices.store import CONTACT_KEPT_S, NOTICE_KEPT_S, QUIET_S
from signaling.notices.tables import notice
from signaling.wire import Code
from tests.support.databases import Bell
from tests.support.mailbox import Mailbox
from tests.support.notices import ADDRESS, LINK, NOW, SECRET, Desk, settings

DUE = NOW + 60
WRITTEN = Notice(app="helpdesk", key="talk", kind="transcript", service="Métropole de Test", link=LINK)


async def test_an_answer_is_told_when_its_time_has_come_and_not_before(desk: Desk, mailbox: Mailbox) -> None:
    await desk.set_mail()
    assert await desk.answer() == 1
    assert await desk.notices.send(DUE - 1) == 0
    assert mailbox.mails == []
    assert await desk.notices.send(DUE) == 1
    assert mailbox.recipients == [ADDRESS]
    assert await desk.notices.send(DUE + 1) == 0
    assert await desk.states() == [State.SENT]


async def test_who_gave_no_address_is_not_told(desk: Desk) -> None:
    assert await desk.answer() == 0
    assert await desk.rows() == []


async def test_what_was_read_meanwhile_is_not_told(desk: Desk, mailbox: Mailbox) -> None:
    await desk.set_mail()
    await desk.answer()
    await desk.read()
    assert await desk.notices.send(DUE) == 0
    assert mailbox.mails == []
    assert await desk.states() == [State.SEEN]


async def test_the_same_event_is_never_told_twice_not_even_after_it_was_read(
    desk: Desk, mailbox: Mailbox
) -> None:
    await desk.set_mail()
    assert [await desk.answer(1), await desk.answer(1)] == [1, 0]
    await desk.notices.send(DUE)
    assert await desk.answer(1, now=NOW + 2 * QUIET_S) == 0
    await desk.read()
    assert await desk.answer(1, now=NOW + 2 * QUIET_S) == 0
    await desk.notices.send(NOW + 3 * QUIET_S)
    assert len(mailbox.mails) == 1


async def test_an_event_put_in_by_several_at_once_is_told_once(desk: Desk) -> None:
    await desk.set_mail()
    put = await asyncio.gather(*(desk.answer(1) for _ in range(5)))
    assert sorted(put) == [0, 0, 0, 0, 1]


async def test_five_answers_make_one_mail_until_she_has_read_them(desk: Desk, mailbox: Mailbox) -> None:
    await desk.set_mail()
    assert [await desk.answer(seq) for seq in range(1, 6)] == [1, 0, 0, 0, 0]
    await desk.notices.send(DUE)
    async with desk.database.read() as tx:
        would_tell = partial(desk.notices.would_tell, tx, "aicha", key="talk", now=DUE + 1)
        assert not await would_tell(kind="answer")
        assert await would_tell(kind="turn")
    assert await desk.answer(6, now=DUE + 1) == 0
    await desk.read()
    assert await desk.answer(7, now=DUE + 2) == 1
    await desk.notices.send(DUE + 62)
    assert len(mailbox.mails) == 2


async def test_after_an_hour_unread_a_new_answer_is_told_again(desk: Desk) -> None:
    await desk.set_mail()
    await desk.answer(1)
    await desk.notices.send(DUE)
    assert await desk.answer(2, now=DUE + QUIET_S - 1) == 0
    assert await desk.answer(3, now=DUE + QUIET_S) == 1


async def test_other_talks_kinds_and_persons_are_told_for_themselves(desk: Desk) -> None:
    await desk.set_mail()
    await desk.set_mail("leila", "leila@example.org")
    assert await desk.answer(1) == 1
    assert await desk.answer(1, key="another") == 1
    assert await desk.answer(2, kind="turn") == 1
    assert await desk.answer(1, person="leila") == 1


async def test_a_rolled_back_transaction_tells_nothing(desk: Desk) -> None:
    await desk.set_mail()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block is the transaction
        async with desk.database.write() as tx:
            await desk.notices.put(tx, "aicha", WRITTEN, event="talk:1", not_before=NOW, now=NOW)
            raise ZeroDivisionError
    assert await desk.rows() == []


async def test_several_workers_send_each_notice_once(
    desk: Desk, database: Database, mailbox: Mailbox
) -> None:
    for person in range(30):
        await desk.set_mail(f"p{person}", f"p{person}@example.org")
        await desk.answer(1, person=f"p{person}")
    workers = [Notices(database, settings(mailbox.port), lambda: NOW) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(worker.send(DUE) for worker in workers))
    assert sorted(mailbox.recipients) == sorted(f"p{person}@example.org" for person in range(30))
    assert {row.attempts for row in await desk.rows()} == {1}


async def test_what_a_dead_worker_had_claimed_is_sent_by_another_when_the_claim_lapses(
    desk: Desk, mailbox: Mailbox
) -> None:
    await desk.set_mail()
    await desk.answer()
    async with desk.database.write() as tx:
        (claimed,) = await store.claim(tx, DUE, 10)
    assert await desk.notices.send(DUE + CLAIM_S - 1) == 0
    assert await desk.notices.send(DUE + CLAIM_S) == 1
    assert len(mailbox.mails) == 1
    async with desk.database.write() as tx:  # the first one was only slow: it changes nothing any more
        assert not await store.settle(tx, claimed, Next(State.DUE, DUE))
    assert await desk.states() == [State.SENT]


async def test_a_notice_that_kills_its_workers_is_given_up(desk: Desk) -> None:
    await desk.set_mail()
    await desk.answer()
    at = DUE
    for _ in range(ATTEMPTS):
        async with desk.database.write() as tx:
            assert len(await store.claim(tx, at, 10)) == 1
        at += CLAIM_S
    async with desk.database.write() as tx:
        assert list(await store.claim(tx, at, 10)) == []
    assert await desk.states() == [State.FAILED]


async def test_what_was_read_while_it_was_being_sent_is_not_tried_again(desk: Desk, mailbox: Mailbox) -> None:
    await desk.set_mail()
    await desk.answer()
    async with desk.database.write() as tx:
        (claimed,) = await store.claim(tx, DUE, 10)
    await desk.read()
    async with desk.database.write() as tx:
        assert not await store.settle(tx, claimed, Next(State.DUE, DUE + 30))
    assert await desk.notices.send(DUE + 2 * CLAIM_S) == 0
    assert mailbox.mails == []


async def test_a_later_worker_without_the_mail_server_leaves_the_notice_for_another_try(
    desk: Desk, database: Database, mailbox: Mailbox
) -> None:
    await desk.set_mail()
    await desk.answer()
    without = Notices(database, settings(), lambda: NOW)
    assert not without.offers("mail")
    assert await without.send(DUE) == 1
    assert await desk.states() == [State.DUE]
    assert await desk.notices.send(DUE + 30) == 1
    assert len(mailbox.mails) == 1


async def test_nothing_at_rest_shows_an_address_or_a_link_and_nothing_sealed_outlives_its_use(
    desk: Desk, database: Database
) -> None:
    endpoint = "http://127.0.0.1:9/w/her-browser"
    await desk.set_mail()
    await desk.add_push(endpoint)
    await desk.answer(1)
    await desk.answer(1, key="another")
    stored = repr([*await desk.contacts(), *await desk.rows()])
    sealed = b"".join(row.sealed for row in [*await desk.contacts(), *await desk.rows()])
    for secret in (ADDRESS, ADDRESS.split("@")[0], "her-browser", SECRET, "Métropole"):
        assert secret not in stored
        assert secret.encode() not in sealed
    await desk.notices.send(DUE)
    await desk.read()
    async with database.write() as tx:
        await desk.notices.forget(tx, "aicha")
    assert [row.sealed for row in await desk.rows()] == [b""] * 4
    assert await desk.contacts() == []


async def test_who_is_forgotten_is_told_nothing_any_more(desk: Desk, bell: Bell, mailbox: Mailbox) -> None:
    await desk.set_mail()
    await desk.answer()
    assert await desk.ways() == {"mail"}
    async with desk.database.write() as tx:
        await desk.notices.forget(tx, "aicha")
    assert await desk.notices.send(DUE) == 0
    assert await desk.ways() == frozenset()
    assert mailbox.mails == []
    assert bell.topics[-1] == {"person:aicha"}


async def test_another_address_takes_the_place_of_the_first_also_for_what_waits(
    desk: Desk, mailbox: Mailbox
) -> None:
    await desk.set_mail()
    await desk.answer(1)
    await desk.set_mail(address="Aicha@NEW.example.org")
    await desk.set_mail(address="Aicha@new.example.org")
    assert len(await desk.contacts()) == 1
    await desk.notices.send(DUE)
    assert mailbox.recipients == []
    await desk.answer(2)
    await desk.notices.send(DUE)
    assert mailbox.recipients == ["Aicha@new.example.org"]


async def test_one_mail_may_go_to_an_address_that_is_not_kept(desk: Desk, mailbox: Mailbox) -> None:
    async with desk.database.write() as tx:
        await desk.notices.mail_once(tx, "aicha", ADDRESS, WRITTEN, event="talk:record:1", now=NOW)
    assert await desk.contacts() == []
    await desk.notices.send(NOW)
    assert mailbox.recipients == [ADDRESS]
    assert [row.sealed for row in await desk.rows()] == [b""]


async def test_nobody_floods_a_mailbox(desk: Desk) -> None:
    async with desk.database.write() as tx:
        for number in range(A_DAY_MOST):
            await desk.notices.mail_once(tx, f"p{number}", ADDRESS, WRITTEN, event=f"e{number}", now=NOW)
        with pytest.raises(Refusal) as caught:
            await desk.notices.mail_once(tx, "other", ADDRESS, WRITTEN, event="one more", now=NOW)
    assert caught.value.code is Code.TOO_MANY
    await desk.set_mail()
    assert await desk.answer(now=NOW + 86399) == 0
    assert await desk.answer(now=NOW + 86401) == 1


async def test_after_a_rotation_of_the_keys_what_waits_is_sent_and_with_a_lost_key_it_is_given_up(
    desk: Desk, database: Database, mailbox: Mailbox
) -> None:
    await desk.set_mail()
    await desk.answer(1)
    await desk.answer(1, key="another")
    rotated = Notices(database, settings(mailbox.port, files_keys=(b"n" * 32, b"f" * 32)), lambda: NOW)
    async with database.write() as tx:
        await tx.execute(sa.update(notice).where(notice.c.key == "another").values(due_at=DUE + 10))
    assert await rotated.send(DUE) == 1
    lost = Notices(database, settings(mailbox.port, files_keys=(b"x" * 32,)), lambda: NOW)
    assert await lost.send(DUE + 10) == 1
    assert sorted(await desk.states()) == [State.FAILED, State.SENT]
    assert len(mailbox.mails) == 1
    assert await Desk(database, lost).answer(9, now=NOW + 99) == 0


async def test_everything_goes_on_its_date(desk: Desk) -> None:
    await desk.set_mail()
    await desk.answer()
    assert await desk.notices.purge(NOW + NOTICE_KEPT_S - 1) == 0
    assert await desk.notices.purge(NOW + NOTICE_KEPT_S) == 1
    assert await desk.notices.purge(NOW + CONTACT_KEPT_S) == 1
    assert [*await desk.rows(), *await desk.contacts()] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"link": "https://evil.example.org/"},
        {"link": "//evil.example.org/"},
        {"link": "/\\evil.example.org/"},
        {"link": "/a b"},
        {"link": "/a\n"},
        {"link": "/" + "x" * 500},
        {"service": "two\nlines"},
        {"service": ""},
        {"service": "x" * 81},
        {"key": ""},
        {"key": "x" * 65},
    ],
)
def test_a_notice_out_of_bounds_is_our_own_mistake(wrong: dict[str, str]) -> None:
    right = {"app": "helpdesk", "key": "talk", "service": "Test", "link": LINK}
    with pytest.raises(ValueError, match="of a notice"):
        Notice(**{**right, **wrong}, kind="answer")
