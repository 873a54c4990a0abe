"""The door of a conversation, for each role."""

import pytest

from helpdesk import store
from helpdesk.access import access_conversation, access_log, desk_only
from helpdesk.desk.wire import Transfer
from signaling.api import Refusal
from signaling.wire import Code


async def passes(desk, login, conversation) -> bool:
    async with desk.context.database.read() as tx:
        try:
            await access_conversation(tx, login, conversation)
        except Refusal as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
            return False
        return True


async def test_a_citizen_enters_her_own_and_a_stranger_none(desk, paul):
    started = await desk.asks(paul)
    marie = await desk.add("citizen", "Marie")
    stranger = await desk.add("booth", "Borne")
    assert [await passes(desk, login, started.conversation) for login in (paul, marie, stranger)] == [
        True,
        False,
        False,
    ]


async def test_an_agent_enters_those_of_her_topics_and_those_that_she_was_in(desk, paul, claire, sylvie):
    nadia = await desk.add("agent", "Nadia", topics=("school",))
    await desk.comes(nadia)
    started = await desk.asks(paul)
    assert [await passes(desk, login, started.conversation) for login in (claire, nadia, sylvie)] == [
        True,
        False,
        True,
    ]
    await desk.claims(claire, started.conversation)
    await desk.claims(sylvie, started.conversation)
    assert await passes(desk, claire, started.conversation)


async def test_who_gave_it_to_a_topic_of_others_does_not_enter_any_more(desk, paul, claire):
    nadia = await desk.add("agent", "Nadia", topics=("school",))
    await desk.comes(nadia)
    started = await desk.asks(paul, topic="school")
    await desk.claims(nadia, started.conversation)
    seen = await desk.sees(nadia, f"conversation:{started.conversation}")
    to_housing = Transfer(conversation=started.conversation, version=seen.version, topic="housing")
    await desk.says(nadia, to_housing)
    assert not await passes(desk, nadia, started.conversation)
    await desk.claims(claire, started.conversation)
    await desk.closes(claire, started.conversation)
    assert [await passes(desk, login, started.conversation) for login in (nadia, claire)] == [False, True]


async def test_who_closed_it_looks_back_until_a_colleague_has_it(desk, paul, karim):
    nadia = await desk.add("agent", "Nadia", topics=())
    await desk.comes(nadia)
    started = await desk.asks(paul)
    await desk.claims(karim, started.conversation)
    seen = await desk.sees(karim, f"conversation:{started.conversation}")
    to_nadia = Transfer(conversation=started.conversation, version=seen.version, agent=nadia.person.id)
    await desk.says(karim, to_nadia)
    await desk.closes(nadia, started.conversation)
    async with desk.context.database.write() as tx:
        await store.set_referent(tx, paul.person.id, karim.person.id, desk.now)
    assert await passes(desk, nadia, started.conversation)
    await desk.writes(paul, started.conversation, "Encore une question")
    assert await passes(desk, nadia, started.conversation)
    desk.now += 121  # it was kept for Nadia
    await desk.claims(karim, started.conversation)
    assert not await passes(desk, nadia, started.conversation)


async def test_the_desk_does_not_enter_what_was_never_submitted_also_when_it_is_closed(
    desk, paul, claire, sylvie
):
    started = await desk.start(paul)
    await desk.closes(paul, started.conversation)
    for login in (claire, sylvie):
        assert not await passes(desk, login, started.conversation)


async def test_a_helper_enters_from_her_coming_until_her_end(desk, paul):
    started = await desk.asks(paul)
    anne = await desk.helper(paul, started.conversation)
    assert not await passes(desk, anne, started.conversation)
    joined = await desk.helps(paul, started.conversation, "Marc")
    assert await passes(desk, joined, started.conversation)


async def test_the_desk_log_is_for_the_desk_and_the_talk_has_a_floor_for_helpers(desk, paul, claire):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    anne = await desk.helps(paul, started.conversation)
    desk_log = (await desk.sees(claire, f"conversation:{started.conversation}")).desk_log
    async with desk.context.database.read() as tx:
        assert await access_log(tx, claire, desk_log) == 0
        assert await access_log(tx, paul, started.log_id) == 0
        assert await access_log(tx, anne, started.log_id) == 5, "started, submitted, words, assigned, invited"
        for login, log_id in ((paul, desk_log), (anne, desk_log), (paul, "nothing")):
            with pytest.raises(Refusal):
                await access_log(tx, login, log_id)


async def test_what_is_the_desks_is_the_desks(desk, paul, claire, sylvie):
    desk_only(claire)
    desk_only(sylvie)
    with pytest.raises(Refusal) as refusal:
        desk_only(paul)
    assert refusal.value.code is Code.FORBIDDEN
