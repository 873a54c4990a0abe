"""Nothing that somebody writes is lost, doubled or put in another's mouth."""

import asyncio

import pytest

from helpdesk import wire
from helpdesk.desk.wire import Snooze
from helpdesk.talk.coming_in import citizen_row
from signaling.wire import Code
from tests.helpdesk.talk.talking import kinds, said


@pytest.fixture
async def talk(desk, paul, claire):
    """Paul's conversation, open at Claire."""
    started = await desk.asks(paul, "Où en est mon dossier ?")
    await desk.claims(claire, started.conversation)
    return started


async def test_a_repeat_gets_the_first_answer_and_is_there_once(desk, paul, talk):
    send = wire.Send(conversation=talk.conversation, client_id="client-hello", text="Bonjour")
    sent = await desk.says(paul, send)
    desk.now += 5
    assert await desk.says(paul, send) == sent
    assert (await said(desk, paul, talk)).count("Bonjour") == 1


async def test_a_repeat_is_answered_the_same_after_the_agent_has_closed(desk, paul, claire, talk):
    send = wire.Send(conversation=talk.conversation, client_id="client-thanks", text="Merci")
    sent = await desk.says(paul, send)
    await desk.closes(claire, talk.conversation)
    assert await desk.says(paul, send) == sent
    assert (await desk.sees(paul, f"conversation:{talk.conversation}")).state == "closed", (
        "nothing reopened it"
    )


async def test_other_words_under_the_same_client_id_are_refused_and_not_stored(desk, paul, talk):
    await desk.writes(paul, talk.conversation, "Oui", client_id="client-same")
    other = wire.Send(conversation=talk.conversation, client_id="client-same", text="Non")
    assert await desk.refused(paul, other) is Code.REPEATED_DIFFERENTLY
    assert "Non" not in await said(desk, paul, talk)


async def test_what_the_citizen_writes_after_the_agent_closed_is_not_lost_and_opens_it_again(
    desk, paul, claire, talk
):
    """Zammad 2559: the citizen keeps writing, and the text is gone."""
    await desk.closes(claire, talk.conversation)
    await desk.writes(paul, talk.conversation, "Encore une question")
    seen = await desk.sees(paul, f"conversation:{talk.conversation}")
    assert (seen.state, seen.agent) == ("reopened", "")
    assert (await said(desk, claire, talk))[-1] == "Encore une question"
    assert (await kinds(desk, paul, talk))[-3:] == ["closed", "reopened", "message"]


async def test_a_conversation_that_is_opened_again_goes_to_somebody_who_is_here(
    desk, paul, claire, karim, talk
):
    """Chatwoot 4158: it goes back to an agent who has left, and stays there."""
    await desk.closes(claire, talk.conversation)
    await desk.goes(claire)
    await desk.comes(karim, paul)
    await desk.writes(paul, talk.conversation, "Vous êtes là ?")
    await desk.later(1)
    row = (await desk.sees(karim, "desk")).line[talk.conversation]
    assert row.offered
    assert (await desk.sees(paul, f"conversation:{talk.conversation}")).waiting.absent == "Claire Dubois"


async def test_a_conversation_that_is_opened_again_comes_to_its_former_agent_first(
    desk, paul, claire, karim, talk
):
    await desk.closes(claire, talk.conversation)
    await desk.writes(paul, talk.conversation, "Encore une question")
    await desk.comes(claire, karim)
    await desk.later(1)
    assert (await desk.sees(claire, "desk")).line[talk.conversation].offered
    assert not (await desk.sees(karim, "desk")).line[talk.conversation].offered


async def test_two_messages_of_the_same_words_are_two_messages(desk, paul, talk):
    """Chatwoot 946: doubles are found by their client id, never by their words."""
    for _ in range(2):
        await desk.writes(paul, talk.conversation, "Oui")
    assert (await said(desk, paul, talk)).count("Oui") == 2


async def test_everybody_reads_the_same_order_also_after_a_reload(desk, paul, claire, talk):
    """Zammad 277: another order after the page was loaded again."""
    for number in range(4):
        desk.now -= 1  # a clock that is set back does not change the order
        await desk.writes(paul if number % 2 else claire, talk.conversation, f"message {number}")
    first = await desk.reads(paul, talk.log_id)
    assert [event.seq for event in first] == list(range(1, len(first) + 1))
    assert await desk.reads(claire, talk.log_id) == first == await desk.reads(paul, talk.log_id)
    assert (await said(desk, paul, talk))[-4:] == [f"message {number}" for number in range(4)]


async def test_a_reply_to_what_a_colleague_has_answered_meanwhile_is_refused_and_not_stored(
    desk, paul, claire, karim, sylvie, talk
):
    await desk.writes(paul, talk.conversation, "Et maintenant ?")
    seen = (await desk.reads(sylvie, talk.log_id))[-1].seq
    answered = await desk.writes(claire, talk.conversation, "Nous l’avons reçu.")
    await desk.claims(sylvie, talk.conversation)
    stale = wire.Send(conversation=talk.conversation, client_id="client-stale", text="Pas encore.", seen=seen)
    assert await desk.refused(sylvie, stale) is Code.STALE
    assert "Pas encore." not in await said(desk, paul, talk)
    now = wire.Send(
        conversation=talk.conversation, client_id="client-stale", text="Pas encore.", seen=answered.seq
    )
    await desk.says(sylvie, now)
    assert (await said(desk, paul, talk))[-1] == "Pas encore."


async def test_an_agent_who_does_not_have_it_claims_it_first(desk, paul, claire, karim, talk):
    send = wire.Send(conversation=talk.conversation, client_id="client-karim", text="Bonjour")
    assert await desk.refused(karim, send) is Code.CONFLICT


async def test_nobody_else_reads_or_writes(desk, paul, talk):
    marie = await desk.add("citizen", "Marie")
    send = wire.Send(conversation=talk.conversation, client_id="client-marie", text="Bonjour")
    assert await desk.refused(marie, send) is Code.NOT_FOUND
    assert await desk.reads_nothing(marie, talk.log_id) is Code.NOT_FOUND
    assert await desk.is_shut(marie, f"conversation:{talk.conversation}") is Code.NOT_FOUND
    stranger = await desk.add("agent", "Nadia", topics=("school",))
    assert await desk.reads_nothing(stranger, talk.log_id) is Code.NOT_FOUND


async def test_a_draft_takes_no_messages(desk, paul):
    started = await desk.start(paul)
    send = wire.Send(conversation=started.conversation, client_id="client-early", text="Bonjour")
    assert await desk.refused(paul, send) is Code.CONFLICT


async def test_what_is_put_away_comes_up_when_the_citizen_writes(desk, paul, claire, talk):
    seen = await desk.sees(claire, f"conversation:{talk.conversation}")
    await desk.says(
        claire, Snooze(conversation=talk.conversation, version=seen.version, until=desk.now + 3600)
    )
    await desk.writes(paul, talk.conversation, "J’ai retrouvé le papier")
    seen = await desk.sees(claire, f"conversation:{talk.conversation}")
    assert (seen.state, seen.agent, seen.snoozed_until) == ("open", claire.person.id, None)
    assert (await kinds(desk, paul, talk))[-2:] == ["woken", "message"]


async def test_a_citizen_who_writes_on_does_not_make_a_claim_come_late(desk, paul, claire):
    started = await desk.asks(paul)
    before = await desk.sees(claire, f"conversation:{started.conversation}")
    await desk.writes(paul, started.conversation, "Il est urgent")
    assert (await desk.sees(claire, f"conversation:{started.conversation}")).version == before.version


async def test_whoever_answers_first_is_the_persons_own_advisor_and_stays_it(
    desk, paul, claire, sylvie, talk
):
    await desk.writes(claire, talk.conversation, "Bonjour")
    assert (await desk.sees(claire, f"conversation:{talk.conversation}")).follows == claire.person.id
    await desk.claims(sylvie, talk.conversation)
    await desk.writes(sylvie, talk.conversation, "Bonjour")
    assert (await desk.sees(claire, f"conversation:{talk.conversation}")).follows == claire.person.id


async def test_a_supervisor_who_answers_and_closes_is_nobodys_own_advisor(desk, paul, sylvie, karim):
    started = await desk.asks(paul)
    await desk.claims(sylvie, started.conversation)
    await desk.writes(sylvie, started.conversation, "Bonjour")
    await desk.closes(sylvie, started.conversation)
    async with desk.context.database.write() as tx:
        assert (await citizen_row(tx, paul.person.id, desk.now)).referent == ""


async def test_a_message_touches_its_conversation_and_its_agent_and_no_other_desk(
    desk, paul, claire, talk, touched
):
    await desk.writes(paul, talk.conversation, "Bonjour")
    assert touched[-1] == {f"conversation:{talk.conversation}", f"desk:{claire.person.id}"}


# --- delivered and read ---------------------------------------------------------------------------------------------


async def test_watermarks_go_up_only_and_never_past_what_was_written(desk, paul, claire, talk):
    sent = await desk.writes(paul, talk.conversation, "Bonjour")

    async def marks(delivered: int, read: int) -> tuple[int, int]:
        await desk.says(claire, wire.Mark(conversation=talk.conversation, delivered=delivered, read=read))
        row = (await desk.sees(paul, f"conversation:{talk.conversation}")).people[claire.person.id]
        return row.delivered, row.read

    assert await marks(sent.seq, 0) == (sent.seq, 0)
    assert await marks(sent.seq, sent.seq) == (sent.seq, sent.seq)
    assert await marks(1, 1) == (sent.seq, sent.seq)
    assert await marks(10**6, 10**6) == (sent.seq, sent.seq)


async def test_a_thread_is_unread_until_its_last_message_was_on_the_screen(desk, paul, claire, talk):
    assert not (await desk.sees(paul, "help")).conversations[talk.conversation].unread
    sent = await desk.writes(claire, talk.conversation, "Bonjour")
    assert (await desk.sees(paul, "help")).conversations[talk.conversation].unread
    await desk.says(paul, wire.Mark(conversation=talk.conversation, delivered=sent.seq, read=sent.seq - 1))
    assert (await desk.sees(paul, "help")).conversations[talk.conversation].unread
    await desk.says(paul, wire.Mark(conversation=talk.conversation, delivered=sent.seq, read=sent.seq))
    assert not (await desk.sees(paul, "help")).conversations[talk.conversation].unread


async def test_a_supervisor_who_looks_on_leaves_no_mark(desk, paul, sylvie, talk):
    await desk.says(sylvie, wire.Mark(conversation=talk.conversation, delivered=2, read=2))
    people = (await desk.sees(paul, f"conversation:{talk.conversation}")).people
    assert sylvie.person.id not in people


# --- at the same time -----------------------------------------------------------------------------------------------


async def test_ten_at_once_are_ten_and_a_repeat_at_the_same_time_is_one(desk, paul, claire, talk):
    same = wire.Send(conversation=talk.conversation, client_id="client-same", text="Bonjour ?")
    sent = await asyncio.gather(
        *(desk.says(paul, same) for _ in range(5)),
        *(desk.writes(paul if n % 2 else claire, talk.conversation, f"message {n}") for n in range(10)),
    )
    assert {answer.seq for answer in sent[:5]} == {sent[0].seq}
    assert len({answer.seq for answer in sent}) == 11
    words = await said(desk, paul, talk)
    assert sorted(words[1:]) == sorted(["Bonjour ?", *(f"message {n}" for n in range(10))])
    seqs = [event.seq for event in await desk.reads(paul, talk.log_id)]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_who_writes_while_the_agent_closes_is_heard_whoever_is_faster(desk, paul, claire):
    for number in range(4):
        talk = await desk.asks(paul)
        await desk.claims(claire, talk.conversation)
        send = desk.writes(paul, talk.conversation, f"au moment même {number}")
        close = desk.closes(claire, talk.conversation)
        await asyncio.gather(*((send, close) if number % 2 else (close, send)))
        assert f"au moment même {number}" in await said(desk, paul, talk)
        order = [kind for kind in await kinds(desk, paul, talk) if kind in ("closed", "reopened", "message")]
        seen = await desk.sees(paul, f"conversation:{talk.conversation}")
        assert (seen.state, order[1:]) in [
            ("closed", ["message", "closed"]),
            ("reopened", ["closed", "reopened", "message"]),
        ]
