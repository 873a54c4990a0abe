"""What is forgotten, when, and what never is."""

from sqlalchemy import func, select

from helpdesk import tables, wire
from helpdesk.talk import purge as purge_module
from helpdesk.talk.purge import Purge
from signaling.notices.tables import contact
from signaling.notices.wire import SetMail
from signaling.wire import Code
from tests.helpdesk.talk.test_documents import attach, upload

DAY_S = 86400.0


async def rows(desk, table) -> int:
    async with desk.context.database.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


async def purge(desk, now) -> int:
    """Both sweeps, as the worker runs them."""
    return sum([await sweep.run(now) for sweep in Purge(desk.context).sweeps()])


async def close_long_ago(desk, count) -> None:
    """Conversations past their date; the first is the oldest."""
    log = desk.context.log
    async with desk.context.database.write() as tx:
        for number in range(count):
            await tx.insert_new(
                tables.conversation,
                id=f"{number:032x}",
                number=f"{number:09}",
                citizen=f"citizen-{number}",
                client_id="client-once",
                log_id=await log.create(tx, app="helpdesk", purge_at=None),
                desk_log=await log.create(tx, app="helpdesk", purge_at=None),
                state="closed",
                topic="housing",
                language="fr",
                created_at=1.0,
                last_at=1.0 + number,
                closed_at=2.0,
                purge_at=3.0 + number,
            )


async def exists(desk, person) -> bool:
    async with desk.context.database.read() as tx:
        return await desk.context.identity.person(tx, person) is not None


async def test_a_closed_conversation_goes_at_its_date_with_everything_that_is_in_it(desk, paul, claire):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    anne = await desk.helps(paul, started.conversation)
    file = await upload(desk, paul)
    await attach(desk, paul, started, file)
    desk_log = (await desk.sees(claire, f"conversation:{started.conversation}")).desk_log
    await desk.says(paul, wire.Rate(conversation=started.conversation, rating=3))
    await desk.closes(paul, started.conversation)
    assert await purge(desk, desk.now + 179 * DAY_S) == 0
    assert await purge(desk, desk.now + 180 * DAY_S) == 1
    for table in (tables.conversation, tables.participant, tables.document):
        assert await rows(desk, table) == 0
    for log_id in (started.log_id, desk_log):
        assert await desk.context.log.read(log_id, 0) == []
    async with desk.context.database.read() as tx:
        assert await desk.context.files.owner(tx, "helpdesk", file) is None
    assert not await exists(desk, anne.person.id)
    assert await exists(desk, paul.person.id), "who has a personal link stays"
    assert await desk.is_shut(paul, f"conversation:{started.conversation}") is Code.NOT_FOUND


async def test_what_is_open_or_waits_is_never_forgotten(desk, paul, claire):
    waits, opened = await desk.asks(paul), await desk.asks(paul)
    await desk.claims(claire, opened.conversation)
    assert await purge(desk, desk.now + 4000 * DAY_S) == 0
    assert {waits.conversation, opened.conversation} == set((await desk.sees(paul, "help")).conversations)


async def test_what_was_opened_again_stays(desk, paul, claire):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    await desk.closes(claire, started.conversation)
    await desk.writes(paul, started.conversation, "Encore une question")
    assert await purge(desk, desk.now + 181 * DAY_S) == 0


async def test_a_draft_goes_after_a_day(desk, paul):
    await desk.start(paul)
    assert await purge(desk, desk.now + DAY_S - 1) == 0
    assert await purge(desk, desk.now + DAY_S) == 1
    assert (await desk.sees(paul, "help")).conversations == {}


async def test_a_guest_goes_with_the_last_conversation_and_who_said_nothing_after_a_day(desk, paul):
    async with desk.context.database.write() as tx:
        talks, silent = await desk.part.admit(tx, "fr"), await desk.part.admit(tx, "fr")
    started = await desk.asks(type(paul)(id="login-guest", person=talks))
    assert await purge(desk, desk.now + DAY_S - 1) == 0
    assert await purge(desk, desk.now + DAY_S) == 1
    assert (await exists(desk, talks.id), await exists(desk, silent.id)) == (True, False)
    await desk.closes(type(paul)(id="login-guest", person=talks), started.conversation)
    assert await purge(desk, desk.now + 180 * DAY_S) == 2
    assert not await exists(desk, talks.id)


async def test_a_backlog_goes_in_one_run(desk):
    await close_long_ago(desk, 120)
    assert await purge(desk, desk.now) == 120


async def test_the_oldest_goes_first(desk, monkeypatch):
    await close_long_ago(desk, 4)
    monkeypatch.setattr(purge_module, "RUN_MOST", 3)
    assert await purge(desk, desk.now) == 3
    async with desk.context.database.read() as tx:
        left = (await tx.execute(select(tables.conversation.c.purge_at))).scalars().all()
    assert left == [6.0]


async def test_one_that_cannot_be_erased_holds_up_no_other(desk, monkeypatch, caplog):
    await close_long_ago(desk, 3)
    drop = desk.context.notices.drop

    async def fail_for_one(tx, person, key):
        if person == "citizen-0":
            raise ValueError("a bad row")
        await drop(tx, person, key)

    monkeypatch.setattr(desk.context.notices, "drop", fail_for_one)
    assert await purge(desk, desk.now) == 2
    assert "tried again" in caplog.text
    assert await rows(desk, tables.conversation) == 1


async def test_how_a_helper_is_told_goes_with_her_help(desk, paul):
    started = await desk.asks(paul)
    anne = await desk.helps(paul, started.conversation)
    await desk.says(anne, SetMail(address="anne@example.org"))
    await desk.closes(paul, started.conversation)
    assert await rows(desk, contact) == 0
    await desk.says(anne, SetMail(address="anne@example.org"))  # it was on its way when the help ended
    await purge(desk, desk.now + 180 * DAY_S)
    assert await rows(desk, contact) == 0
