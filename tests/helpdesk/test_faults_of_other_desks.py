"""What users of other help desks report (facts gathered before this one was built), and what happens here instead."""

import asyncio
from itertools import pairwise

from sqlalchemy import delete, select

from helpdesk import tables
from helpdesk.desk import wire as desk_wire
from helpdesk.line.drops import GONE_S
from helpdesk.line.offering import FIRST_S, RING_S
from signaling.api import Refusal
from signaling.wire import Code

HOUSING, SCHOOL = "housing", "school"


async def test_of_two_agents_who_claim_at_once_one_has_it_and_the_other_is_told(desk, paul, claire, karim):
    """Chatwoot 775, 11062: two agents on one conversation."""
    asked = await desk.asks(paul)
    claims = [desk.claims(agent, asked.conversation) for agent in (claire, karim)]
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, Refusal)
    assert refused.code is Code.TAKEN
    winner = (claire, karim)[outcomes.index(None)]
    seen = await desk.sees(paul, f"conversation:{asked.conversation}")
    assert (seen.state, seen.agent) == ("open", winner.person.id)
    kinds = [event.kind for event in await desk.reads(paul, asked.log_id)]
    assert kinds.count("assigned") == 1


async def test_a_conversation_does_not_stay_with_an_agent_who_went_away(desk, paul, claire, karim):
    """Chatwoot 4158, 14508; Rocket.Chat 20965: tied to somebody who is offline, for months."""
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    await desk.writes(paul, asked.conversation, "Vous êtes là ?")
    await desk.goes(claire)
    await desk.comes(karim)
    seen = await desk.sees(paul, f"conversation:{asked.conversation}")
    assert seen.agent_gone_until is not None
    await desk.later(GONE_S)
    await desk.comes(karim)
    await desk.later(3)
    row = (await desk.sees(karim, "desk")).line[asked.conversation]
    assert (row.state, row.offered) == ("waiting", True)


async def test_a_conversation_that_comes_back_is_not_given_to_its_agent_who_is_absent(
    desk, paul, claire, karim
):
    """Chatwoot 4158: a returning conversation goes back to an agent who is offline."""
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    await desk.closes(claire, asked.conversation)
    await desk.goes(claire)
    await desk.comes(karim)
    await desk.writes(paul, asked.conversation, "Encore une question")
    row = (await desk.sees(karim, "desk")).line[asked.conversation]
    assert (row.state, row.offered) == ("reopened", True)
    waiting = (await desk.sees(paul, f"conversation:{asked.conversation}")).waiting
    assert (waiting.absent, waiting.first_for) == ("Claire Dubois", "")


async def test_what_an_agent_has_open_is_counted_and_never_remembered(desk, paul, claire, karim):
    """Rocket.Chat 13134: the number of conversations of an agent drifts, and routing with it."""
    for _ in range(2):
        await desk.claims(claire, (await desk.asks(paul)).conversation)
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    version = (await desk.sees(claire, f"conversation:{asked.conversation}")).version
    give = desk_wire.Transfer(conversation=asked.conversation, version=version, agent=karim.person.id)
    await desk.says(claire, give)
    await desk.closes(karim, asked.conversation)
    colleagues = (await desk.sees(claire, "desk")).colleagues
    assert {row.name: row.open for row in colleagues.values()} == {"Claire Dubois": 2, "Karim Haddad": 0}


async def test_a_live_chat_is_not_offered_when_nobody_would_answer(desk, paul, claire):
    """Zammad 4970: the button stays after the last agent has left."""

    async def live() -> bool:
        return bool((await desk.sees(paul, "help")).topics[HOUSING].live)

    assert await live()
    await desk.says(claire, desk_wire.SetPaused(paused=True))
    assert not await live(), "she pauses"
    await desk.says(claire, desk_wire.SetPaused(paused=False))
    assert await live()
    async with desk.context.database.write() as tx:
        await tx.execute(delete(tables.hours))
    assert not await live(), "it is closed"
    await desk.open_all_day(HOUSING)
    await desk.goes(claire)
    assert not await live(), "she has gone"


async def test_everybody_of_the_topic_sees_who_waits_also_when_it_rings_elsewhere(
    desk, paul, claire, karim, sylvie
):
    """Rocket.Chat 22202, 18637: a conversation is in no queue that anybody sees."""
    await desk.says(karim, desk_wire.SetPaused(paused=True))
    asked = await desk.asks(paul)
    for login in (claire, karim, sylvie):
        assert asked.conversation in (await desk.sees(login, "desk")).line
    assert asked.conversation in (await desk.sees(sylvie, "supervision")).conversations
    await desk.goes(claire)
    await desk.comes(karim, sylvie)
    await desk.later(RING_S)
    for login in (claire, karim, sylvie):
        assert asked.conversation in (await desk.sees(login, "desk")).line, (
            "nobody rings, and it is still there"
        )


async def test_a_waiting_citizen_is_rung_again_and_again_until_somebody_answers(desk, paul, claire):
    """Rocket.Chat 9760, 10074: agents are not alerted, hundreds of chats unanswered."""
    asked = await desk.asks(paul)
    rang = []
    for _ in range(10):
        rang.append((await desk.sees(claire, "desk")).line[asked.conversation].offered)
        await desk.comes(claire, paul)
        await desk.later(20)
    assert rang[0]
    assert rang.count(True) >= 4
    assert any(not before and after for before, after in pairwise(rang)), "it rang anew"


async def test_an_agent_who_writes_without_having_seen_a_colleagues_answer_is_stopped(
    desk, paul, claire, sylvie
):
    """Chatwoot 14934, 12079: a colleague's reply is missed and answered on top of."""
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    seen = await desk.writes(claire, asked.conversation, "Bonjour, je regarde.")
    version = (await desk.sees(sylvie, f"conversation:{asked.conversation}")).version
    await desk.says(sylvie, desk_wire.Claim(conversation=asked.conversation, version=version))
    answered = await desk.writes(sylvie, asked.conversation, "Votre dossier est complet.", seen=seen.seq)
    version = (await desk.sees(claire, f"conversation:{asked.conversation}")).version
    give = desk_wire.Transfer(conversation=asked.conversation, version=version, agent=claire.person.id)
    await desk.says(sylvie, give)
    with_old_screen = desk.writes(claire, asked.conversation, "Il manque une pièce.", seen=seen.seq)
    assert await refusal(with_old_screen) is Code.STALE
    await desk.writes(claire, asked.conversation, "Je confirme.", seen=answered.seq)


async def test_nobody_is_transferred_to_an_agent_who_is_not_here_or_pauses(desk, paul, claire, karim):
    """Rocket.Chat PR 13008, Zammad 1137. The remedy is the topic: it rings at whoever is here."""
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    version = (await desk.sees(claire, f"conversation:{asked.conversation}")).version
    give = desk_wire.Transfer(conversation=asked.conversation, version=version, agent=karim.person.id)
    await desk.says(karim, desk_wire.SetPaused(paused=True))
    assert await desk.refused(claire, give) is Code.ABSENT
    await desk.says(karim, desk_wire.SetPaused(paused=False))
    await desk.goes(karim)
    await desk.comes(claire)
    version = (await desk.sees(claire, f"conversation:{asked.conversation}")).version
    give = desk_wire.Transfer(conversation=asked.conversation, version=version, agent=karim.person.id)
    assert await desk.refused(claire, give) is Code.ABSENT
    assert (await desk.sees(claire, f"conversation:{asked.conversation}")).agent == claire.person.id
    to_topic = desk_wire.Transfer(conversation=asked.conversation, version=version, topic=SCHOOL)
    await desk.says(claire, to_topic)
    assert (await desk.sees(claire, "desk")).line[asked.conversation].topic == SCHOOL


async def test_who_takes_somebody_out_of_turn_does_it_where_the_desk_can_read_it(desk, paul, claire, karim):
    """Live Helper Chat 1337: agents bypass the queue to boost their statistics, and nobody sees."""
    lea = await desk.add("citizen", "Léa")
    await desk.comes(lea)
    first = await desk.asks(paul)
    await desk.later(5)
    second = await desk.asks(lea)
    line = (await desk.sees(claire, "desk")).line
    assert [line[each.conversation].offered for each in (first, second)] != [True, True], "it rings in order"
    out_of_turn = claire if not line[second.conversation].offered else karim
    await desk.claims(out_of_turn, second.conversation)
    talk = await desk.reads(out_of_turn, second.log_id)
    assert [event.kind for event in talk].count("assigned") == 1
    desk_log = (await desk.sees(out_of_turn, f"conversation:{second.conversation}")).desk_log
    (claimed,) = await desk.reads(karim, desk_log)
    assert (claimed.kind, claimed.payload, claimed.author) == ("claimed", {"ahead": 1}, out_of_turn.person.id)
    waits = select(tables.wait.c.answered)
    async with desk.context.database.read() as tx:
        assert [row.answered for row in await tx.execute(waits)] == [True]


async def test_before_the_delay_is_over_only_the_own_advisor_or_a_supervisor_takes_it(
    desk, paul, claire, karim, sylvie
):
    """The other way round: it is not the fastest who has it, but the advisor who knows the person."""
    async with desk.context.database.write() as tx:
        await tx.execute(tables.citizen.update().values(referent=claire.person.id))
    asked = await desk.asks(paul)
    claim = desk_wire.Claim(conversation=asked.conversation, version=1)
    assert await desk.refused(karim, claim) is Code.KEPT
    await desk.later(FIRST_S / 3)
    await desk.comes(claire, karim, paul)
    await desk.later(FIRST_S / 3)
    await desk.comes(claire, karim, paul)
    assert await desk.refused(karim, claim) is Code.KEPT
    await desk.later(FIRST_S / 3)
    await desk.says(karim, claim)
    other = await desk.asks(paul)
    await desk.says(sylvie, desk_wire.Claim(conversation=other.conversation, version=1))


async def refusal(act):
    try:
        await act
    except Refusal as refused:
        return refused.code
    raise AssertionError("not refused")
