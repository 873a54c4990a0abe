"""Acts that meet in the database: all lock in one order, so none is a victim, and none judges by what is over."""

import asyncio

import pytest
from sqlalchemy import select, text

from helpdesk import wire
from helpdesk.desk.wire import Claim
from helpdesk.talk.documents import KEPT_S
from helpdesk.talk.purge import Purge
from helpdesk.talk.telling import Telling
from signaling.notices.tables import notice
from signaling.notices.wire import SetMail
from tests.helpdesk.talk.test_documents import attach, upload

# SQLite has one writer at a time.
pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
WAITS = text(
    "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1"
)


async def somebody_waits(desk) -> None:
    """Until a transaction waits for another's lock."""
    async with asyncio.timeout(5):
        while True:
            async with desk.context.database.read() as tx:
                if (await tx.execute(WAITS)).first() is not None:
                    return
            await asyncio.sleep(0.01)


@pytest.fixture
async def talk(desk, paul, claire):
    """Paul's conversation, open at Claire."""
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    return started


@pytest.mark.parametrize("act", ["end", "allow", "take over"])
async def test_reading_never_makes_another_act_fail(desk, paul, claire, talk, monkeypatch, act):
    sylvie = await desk.add("supervisor", "Sylvie Laurent")
    id_ = talk.conversation
    helper = await desk.helps(paul, id_)
    sent = await desk.writes(paul, id_, "Bonjour")
    version = (await desk.sees(sylvie, f"conversation:{id_}")).version
    reader, other, command = {
        "end": (helper, paul, wire.EndHelp(conversation=id_, helper=helper.person.id)),
        "allow": (helper, paul, wire.AllowHelper(conversation=id_, helper=helper.person.id, may_send=True)),
        "take over": (claire, sylvie, Claim(conversation=id_, version=version)),
    }[act]
    head, locked = desk.context.log.head, asyncio.Event()

    async def slow(tx, log_id):
        last = await head(tx, log_id)
        if not locked.is_set():
            locked.set()
            await somebody_waits(desk)
        return last

    monkeypatch.setattr(desk.context.log, "head", slow)
    mark = wire.Mark(conversation=id_, delivered=sent.seq, read=sent.seq)
    reads = asyncio.ensure_future(desk.says(reader, mark))
    await locked.wait()
    await asyncio.gather(reads, desk.says(other, command))


async def test_an_answer_that_comes_while_the_one_before_is_read_is_told_of(
    desk, paul, claire, talk, monkeypatch
):
    await desk.says(paul, SetMail(address="paul@example.org"))
    first = await desk.writes(claire, talk.conversation, "un")
    tell, inside = Telling.tell_answer, asyncio.Event()

    async def slow(*args):
        inside.set()
        await somebody_waits(desk)
        await tell(*args)

    monkeypatch.setattr(Telling, "tell_answer", slow)
    second = asyncio.ensure_future(desk.writes(claire, talk.conversation, "deux"))
    await inside.wait()
    await desk.says(paul, wire.Mark(conversation=talk.conversation, delivered=first.seq, read=first.seq))
    await second
    async with desk.context.database.read() as tx:
        states = (await tx.execute(select(notice.c.state))).scalars().all()
    assert "due" in states


async def test_a_purge_and_a_finding_of_the_scanner_do_not_wait_for_each_other(desk, paul, talk):
    file = await upload(desk, paul)
    await attach(desk, paul, talk, file)
    await desk.closes(paul, talk.conversation)
    files, later = desk.context.files, desk.now + 181 * 86400
    async with desk.context.database.write() as tx:
        await files.keep_until(tx, "helpdesk", file, later + KEPT_S)  # holds the file, as the scanner does
        purge = asyncio.ensure_future(Purge(desk.context).conversations(later))
        await somebody_waits(desk)
        await desk.part.on_document(tx, await files.document(tx, "helpdesk", file))
    assert await purge == 1
