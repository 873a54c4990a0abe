import asyncio
from dataclasses import replace

import pytest

from helpdesk.desk import wire as desk_wire
from helpdesk.video import PROPOSALS_MOST, PROPOSALS_S, PROPOSED_S, ending
from helpdesk.wire import DeclineCall, ProposeCall
from signaling.api import Refusal
from signaling.calls import store
from signaling.calls.table import Event
from signaling.calls.wire import Accept, HangUp
from signaling.wire import Code


@pytest.fixture
async def taken(desk, paul, claire):
    """A conversation in which Paul and Claire talk."""
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    return asked


async def proposes(desk, login, asked):
    return (await desk.says(login, ProposeCall(conversation=asked.conversation))).call


async def told(desk, login, asked):
    """The log's events about video: kind and what else than the call."""
    events = await desk.reads(login, asked.log_id)
    return [(event.kind, event.payload.get("outcome")) for event in events if event.kind.startswith("call_")]


async def call_of(desk, call_id):
    async with desk.context.database.read() as tx:
        return await desk.context.calls.get(tx, call_id)


async def rings_at(desk, call_id):
    async with desk.context.database.read() as tx:
        return set((await desk.context.calls.offers(tx, [call_id])).get(call_id, {}))


@pytest.mark.parametrize(("caller", "callee"), [("paul", "claire"), ("claire", "paul")])
async def test_either_side_proposes_and_the_other_accepts(desk, paul, claire, taken, caller, callee):
    people = {"paul": paul, "claire": claire}
    first, second = people[caller], people[callee]
    call = await proposes(desk, first, taken)
    assert await rings_at(desk, call) == {second.person.id}
    for login in (first, second):
        seen = await desk.sees(login, f"conversation:{taken.conversation}")
        assert (seen.call, seen.call_by) == (call, first.person.id)
    assert (await desk.sees(claire, "desk")).mine[taken.conversation].call == call
    await desk.says(second, Accept(call=call))
    assert await told(desk, paul, taken) == [("call_proposed", None), ("call_began", None)]
    await desk.says(first, HangUp(call=call))
    assert (await told(desk, paul, taken))[-1] == ("call_ended", "hung_up")
    seen = await desk.sees(paul, f"conversation:{taken.conversation}")
    assert (seen.call, seen.call_by, seen.state) == ("", "", "open")


async def test_proposing_again_is_the_same_call_and_both_at_once_make_one(desk, paul, claire, taken):
    call = await proposes(desk, paul, taken)
    assert await proposes(desk, paul, taken) == call
    assert await desk.refused(claire, ProposeCall(conversation=taken.conversation)) is Code.CONFLICT
    await desk.says(paul, DeclineCall(conversation=taken.conversation, call=call))
    both = await asyncio.gather(
        proposes(desk, paul, taken), proposes(desk, claire, taken), return_exceptions=True
    )
    assert [isinstance(each, Refusal) for each in both].count(True) == 1


async def test_a_proposal_is_declined_or_taken_back_and_the_log_says_which(desk, paul, claire, taken):
    call = ""
    for who in (claire, paul):
        call = await proposes(desk, paul, taken)
        for _ in range(2):
            await desk.says(who, DeclineCall(conversation=taken.conversation, call=call))
    ends = [each for each in await told(desk, paul, taken) if each[0] != "call_proposed"]
    assert ends == [("call_declined", None), ("call_ended", "cancelled")]
    assert await desk.refused(claire, Accept(call=call)) is Code.CONFLICT


async def test_nobody_is_rung_at_without_end(desk, paul, claire, taken):
    for _ in range(PROPOSALS_MOST):
        call = await proposes(desk, paul, taken)
        assert await proposes(desk, paul, taken) == call, "a repeat is not one more"
        await desk.says(paul, DeclineCall(conversation=taken.conversation, call=call))
    for login in (paul, claire):
        assert await desk.refused(login, ProposeCall(conversation=taken.conversation)) is Code.TOO_MANY
    desk.now += PROPOSALS_S
    await desk.comes(paul, claire)
    await proposes(desk, paul, taken)


async def test_what_was_accepted_is_not_declined_any_more(desk, paul, claire, taken):
    call = await proposes(desk, paul, taken)
    await desk.says(claire, Accept(call=call))
    late = DeclineCall(conversation=taken.conversation, call=call)
    assert await desk.refused(paul, late) is Code.CONFLICT


async def test_a_proposal_that_nobody_answers_ends_by_itself(desk, paul, claire, taken):
    await proposes(desk, paul, taken)
    for _ in range(4):
        await desk.later(PROPOSED_S / 4)
        await desk.comes(paul, claire)
    assert (await told(desk, paul, taken))[-1] == ("call_ended", "unanswered")
    assert (await desk.sees(paul, f"conversation:{taken.conversation}")).call == ""


async def test_a_proposal_ends_when_the_conversation_changes_hands_or_is_closed(
    desk, paul, claire, karim, taken
):
    call = await proposes(desk, claire, taken)
    version = (await desk.sees(claire, f"conversation:{taken.conversation}")).version
    give = desk_wire.Transfer(conversation=taken.conversation, version=version, agent=karim.person.id)
    await desk.says(claire, give)
    assert await desk.refused(karim, Accept(call=call)) is Code.FORBIDDEN
    await desk.later(3)
    assert (await call_of(desk, call)).outcome == "cancelled"
    await proposes(desk, karim, taken)
    await desk.closes(paul, taken.conversation)
    await desk.later(3)
    assert (await desk.sees(paul, f"conversation:{taken.conversation}")).call == ""


async def test_nobody_is_called_who_is_not_here(desk, paul, claire, taken):
    await desk.goes(paul)
    await desk.comes(claire)
    assert await desk.refused(claire, ProposeCall(conversation=taken.conversation)) is Code.ABSENT


async def test_nobody_calls_while_no_agent_has_the_conversation(desk, paul, claire):
    asked = await desk.asks(paul)
    propose = ProposeCall(conversation=asked.conversation)
    for login in (paul, claire):
        assert await desk.refused(login, propose) is Code.CONFLICT


async def test_a_colleague_neither_proposes_accepts_declines_nor_watches(
    desk, paul, claire, karim, sylvie, taken
):
    assert await desk.refused(karim, ProposeCall(conversation=taken.conversation)) is Code.CONFLICT
    call = await proposes(desk, paul, taken)
    for login in (karim, sylvie):
        assert await desk.refused(login, Accept(call=call)) is Code.FORBIDDEN
        decline = DeclineCall(conversation=taken.conversation, call=call)
        assert await desk.refused(login, decline) is Code.FORBIDDEN
        with pytest.raises(Refusal):
            await desk.context.calls.views()["call"].open(login, call)
    await desk.context.calls.views()["call"].open(claire, call)


async def test_a_call_of_another_conversation_is_not_declined_here(desk, paul, claire, taken):
    other = await desk.asks(paul)
    await desk.claims(claire, other.conversation)
    call = await proposes(desk, paul, taken)
    wrong = DeclineCall(conversation=other.conversation, call=call)
    assert await desk.refused(paul, wrong) is Code.NOT_FOUND


async def test_one_person_is_in_one_call_at_a_time(desk, paul, claire, taken):
    lea = await desk.add("citizen", "Léa")
    await desk.comes(lea)
    other = await desk.asks(lea)
    await desk.claims(claire, other.conversation)
    first, second = await proposes(desk, paul, taken), await proposes(desk, lea, other)
    await desk.says(claire, Accept(call=first))
    assert await rings_at(desk, second) == set()
    assert await desk.refused(claire, Accept(call=second)) is Code.BUSY


async def test_when_video_fails_the_chat_goes_on(desk, paul, claire, taken):
    call = await proposes(desk, paul, taken)
    await desk.says(claire, Accept(call=call))
    before = await desk.sees(claire, f"conversation:{taken.conversation}")
    for _ in range(4):
        await desk.later(10)  # no media worker comes
        await desk.comes(paul, claire)
    assert (await told(desk, paul, taken))[-1] == ("call_ended", "failed")
    await desk.writes(paul, taken.conversation, "La vidéo ne marche pas, continuons ici.")
    await desk.writes(claire, taken.conversation, "Bien sûr.")
    after = await desk.sees(claire, f"conversation:{taken.conversation}")
    assert (after.state, after.agent) == (before.state, before.agent) == ("open", claire.person.id)
    await proposes(desk, claire, taken)  # and it may be tried again


async def test_a_lost_call_says_so(desk, paul, claire, taken):
    call = await proposes(desk, paul, taken)
    await desk.says(claire, Accept(call=call))
    async with desk.context.database.write() as tx:
        for event in (Event.CONNECT, Event.MEDIA, Event.LOSE, Event.GRACE_OVER):
            row = await store.lock(tx, call)
            await desk.context.calls._transitions.move(tx, row, event, desk.now)
    assert (await told(desk, paul, taken))[-1] == ("call_ended", "lost")


async def test_the_end_of_a_call_is_told_from_the_call_alone(desk, paul, claire, taken):
    call = replace(await call_of(desk, await proposes(desk, paul, taken)), outcome="cancelled")
    at = call.created_at + 1
    assert ending(replace(call, outcome="revoked", ended_by="caller"), at) == (
        "call_ended",
        {"outcome": "revoked"},
    )
    assert ending(replace(call, ended_by="caller"), at) == ("call_ended", {"outcome": "cancelled"})
    assert ending(call, at) == ("call_declined", {})
    assert ending(call, call.created_at + PROPOSED_S) == ("call_ended", {"outcome": "unanswered"})
