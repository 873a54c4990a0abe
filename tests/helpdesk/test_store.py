"""Rows of the help desk: compare-and-set, and what a change tells."""

import pytest

from helpdesk import store
from helpdesk.states import Event
from signaling.api import Refusal
from signaling.wire import Code


async def row(desk, started):
    async with desk.context.database.read() as tx:
        return await store.conversation(tx, started.conversation)


async def test_who_comes_late_changes_nothing(desk, paul):
    started = await desk.asks(paul)
    before = await row(desk, started)
    async with desk.context.database.write() as tx:
        await store.change(tx, before, agent="claire")
    with pytest.raises(Refusal) as refusal:
        async with desk.context.database.write() as tx:
            await store.change(tx, before, agent="karim")
    assert refusal.value.code is Code.CONFLICT
    assert (await row(desk, started)).agent == "claire"


async def test_what_is_counted_leaves_the_version_and_what_is_decided_moves_it(desk, paul):
    started = await desk.asks(paul)
    before = await row(desk, started)
    async with desk.context.database.write() as tx:
        counted = await store.change(tx, before, messages=7, later=True)
        decided = await store.change(tx, counted, topic="school")
    assert (counted.version, decided.version) == (before.version, before.version + 1)


async def test_a_change_tells_the_desk_only_when_the_line_moved(desk, paul, touched):
    started = await desk.asks(paul)
    talk = f"conversation:{started.conversation}"
    before = await row(desk, started)
    async with desk.context.database.write() as tx:
        after = await store.change(tx, before, rating=3)
    assert touched[-1] == {talk}
    async with desk.context.database.write() as tx:
        await store.change(tx, after, agent="claire")
    assert touched[-1] == {talk, "helpdesk", "desk:claire", "person:claire"}


async def test_what_is_written_is_told_to_every_desk_only_while_it_waits(desk, paul, claire, touched):
    started = await desk.asks(paul)
    touched.clear()
    await desk.writes(paul, started.conversation, "Encore un mot")
    assert any("helpdesk" in topics for topics in touched)
    row = (await desk.sees(claire, "desk")).line[started.conversation]
    assert (row.excerpt, row.unread) == ("Encore un mot", 2)
    await desk.claims(claire, started.conversation)
    await desk.writes(claire, started.conversation, "Bonjour")  # she is Paul's own advisor now
    touched.clear()
    await desk.writes(paul, started.conversation, "Merci")
    await desk.writes(claire, started.conversation, "Je regarde")
    assert touched
    assert not any("helpdesk" in topics for topics in touched)


async def test_what_is_not_in_the_table_does_not_happen(desk, paul):
    started = await desk.start(paul)
    with pytest.raises(Refusal) as refusal:
        async with desk.context.database.write() as tx:
            await store.move(tx, await store.conversation(tx, started.conversation), Event.CLAIM)
    assert refusal.value.code is Code.CONFLICT


async def test_watermarks_go_up_whoever_moves_them(desk, paul):
    started = await desk.asks(paul)
    async with desk.context.database.write() as tx:
        part = (await store.participants(tx, started.conversation))[paul.person.id]
        await store.mark(tx, part, 9, 8, 2)
        await store.mark(tx, part, 7, 9, 1)
        part = (await store.participants(tx, started.conversation))[paul.person.id]
    assert (part.delivered, part.read, part.messages_read) == (9, 9, 2)
