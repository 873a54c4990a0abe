"""What is forgotten, when, and what never is."""

from sqlalchemy import func, select

from helpdesk import tables, wire
from helpdesk.talk.purge import Purge
from signaling.wire import Code
from tests.helpdesk.talk.test_documents import attach, upload

DAY_S = 86400.0


async def rows(desk, table) -> int:
    async with desk.context.database.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


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
    purge = Purge(desk.context)
    assert await purge.run(desk.now + 179 * DAY_S) == 0
    assert await purge.run(desk.now + 180 * DAY_S) == 1
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
    assert await Purge(desk.context).run(desk.now + 4000 * DAY_S) == 0
    assert {waits.conversation, opened.conversation} == set((await desk.sees(paul, "help")).conversations)


async def test_what_was_opened_again_stays(desk, paul, claire):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    await desk.closes(claire, started.conversation)
    await desk.writes(paul, started.conversation, "Encore une question")
    assert await Purge(desk.context).run(desk.now + 181 * DAY_S) == 0


async def test_a_draft_goes_after_a_day(desk, paul):
    await desk.start(paul)
    purge = Purge(desk.context)
    assert await purge.run(desk.now + DAY_S - 1) == 0
    assert await purge.run(desk.now + DAY_S) == 1
    assert (await desk.sees(paul, "help")).conversations == {}


async def test_a_guest_goes_with_the_last_conversation_and_who_said_nothing_after_a_day(desk, paul):
    async with desk.context.database.write() as tx:
        talks, silent = await desk.part.admit(tx, "fr"), await desk.part.admit(tx, "fr")
    started = await desk.asks(type(paul)(id="login-guest", person=talks))
    purge = Purge(desk.context)
    assert await purge.run(desk.now + DAY_S - 1) == 0
    assert await purge.run(desk.now + DAY_S) == 1
    assert (await exists(desk, talks.id), await exists(desk, silent.id)) == (True, False)
    await desk.closes(type(paul)(id="login-guest", person=talks), started.conversation)
    assert await purge.run(desk.now + 180 * DAY_S) == 2
    assert not await exists(desk, talks.id)
