"""Begun, put in line, answered later, closed, rated: as the citizen leads it."""

import pytest

from helpdesk import wire
from signaling.wire import Code
from tests.helpdesk.talk.talking import kinds, said

DAY_S = 86400.0


async def test_a_conversation_begins_once_for_its_client_id(desk, paul):
    start = wire.StartConversation(
        client_id="client-start",
        language="fr",
        page_title="Aide au logement",
        page_url="https://www.valmont.example/logement",
    )
    started = await desk.says(paul, start)
    assert await desk.says(paul, start) == started
    assert list((await desk.sees(paul, "help")).conversations) == [started.conversation]
    other = wire.StartConversation(client_id="client-start", language="fr", page_title="Autre page")
    assert await desk.refused(paul, other) is Code.REPEATED_DIFFERENTLY
    seen = await desk.sees(paul, f"conversation:{started.conversation}")
    assert (seen.state, seen.page_title, seen.page_url) == (
        "draft",
        "Aide au logement",
        "https://www.valmont.example/logement",
    )


async def test_it_has_a_number_that_can_be_said_aloud_and_a_receipt_for_each_message(desk, paul):
    started = await desk.start(paul)
    sent = await desk.submit(paul, started.conversation)
    left, right = started.number.split("-")
    assert (len(left), len(right), f"{left}{right}".isdigit()) == (4, 4, True)
    assert (sent.seq, sent.at) == (3, desk.now), "after started and submitted"


async def test_an_agent_never_sees_a_draft(desk, paul, claire, sylvie):
    started = await desk.start(paul)
    for login in (claire, sylvie):
        assert await desk.is_shut(login, f"conversation:{started.conversation}") is Code.NOT_FOUND
        assert await desk.reads_nothing(login, started.log_id) is Code.NOT_FOUND


async def test_submitting_puts_it_in_line_with_its_words_and_a_repeat_does_nothing_more(desk, paul, claire):
    started = await desk.start(paul)
    submit = wire.Submit(
        conversation=started.conversation, client_id="client-submit", topic="housing", words="Bonjour"
    )
    sent = await desk.says(paul, submit)
    assert await desk.says(paul, submit) == sent
    await desk.claims(claire, started.conversation)
    assert await desk.says(paul, submit) == sent, "also when it is not a draft any more"
    assert await said(desk, claire, started) == ["Bonjour"]
    assert (await kinds(desk, paul, started))[:3] == ["started", "submitted", "message"]


async def test_it_is_submitted_to_a_topic_that_exists_and_only_once(desk, paul):
    started = await desk.start(paul)
    unknown = wire.Submit(
        conversation=started.conversation, client_id="client-one", topic="nothing", words="Bonjour"
    )
    assert await desk.refused(paul, unknown) is Code.NOT_FOUND
    assert await kinds(desk, paul, started) == ["started"], "nothing is left of it"
    await desk.submit(paul, started.conversation)
    again = wire.Submit(
        conversation=started.conversation, client_id="client-two", topic="housing", words="Encore"
    )
    assert await desk.refused(paul, again) is Code.CONFLICT


async def test_a_guest_is_called_as_she_wants_and_a_personal_link_keeps_its_name(desk, paul, claire):
    async with desk.context.database.write() as tx:
        guest = await desk.part.admit(tx, "en")
    login = type(paul)(id="login-guest", person=guest)
    started = await desk.start(login)
    await desk.submit(login, started.conversation, name="  Aïcha  B. ")
    mine = await desk.asks(paul, name="Somebody else")
    for conversation, name in ((started.conversation, "Aïcha B."), (mine.conversation, "Paul Martin")):
        people = (await desk.sees(claire, f"conversation:{conversation}")).people
        assert name in [row.name for row in people.values() if row.role == "citizen"]


async def test_who_leaves_keeps_the_place_and_the_log_says_so_once(desk, paul, claire):
    marie = await desk.add("citizen", "Marie")
    started = await desk.asks(paul)
    desk.now += 5
    other = await desk.asks(marie)
    for later in (True, True):
        await desk.says(paul, wire.AnswerLater(conversation=started.conversation, later=later))
    await desk.goes(paul)
    await desk.comes(claire)
    seen = await desk.sees(claire, "desk")
    assert seen.ranks[started.conversation] < seen.ranks[other.conversation]
    assert seen.line[started.conversation].later
    assert (await kinds(desk, paul, started)).count("later") == 1


async def test_a_draft_that_was_thrown_away_takes_no_words_until_it_is_submitted(desk, paul, claire):
    started = await desk.start(paul)
    await desk.closes(paul, started.conversation)
    send = wire.Send(conversation=started.conversation, client_id="client-lost", text="Au secours")
    assert await desk.refused(paul, send) is Code.CONFLICT, "it stays in the outbox: nobody would read it"
    assert await desk.refused(paul, wire.Rate(conversation=started.conversation, rating=1)) is Code.CONFLICT
    await desk.submit(paul, started.conversation, "Au secours")
    assert started.conversation in (await desk.sees(claire, "desk")).line


async def test_who_changes_her_mind_all_the_time_does_not_fill_the_log(desk, paul):
    started = await desk.asks(paul)
    on, off = [wire.AnswerLater(conversation=started.conversation, later=later) for later in (True, False)]
    for later in (on, off):
        await desk.says(paul, later)
    assert await desk.refused(paul, on) is Code.TOO_MANY
    assert not (await desk.sees(paul, f"conversation:{started.conversation}")).later
    desk.now += 20
    await desk.says(paul, on)
    assert (await kinds(desk, paul, started)).count("later") == 3


async def test_nobody_answers_later_what_was_never_asked_or_is_closed(desk, paul):
    started = await desk.start(paul)
    later = wire.AnswerLater(conversation=started.conversation, later=True)
    assert await desk.refused(paul, later) is Code.CONFLICT
    await desk.closes(paul, started.conversation)
    assert await desk.refused(paul, later) is Code.CONFLICT


@pytest.mark.parametrize("by", ["citizen", "agent"])
async def test_either_closes_it_and_closing_twice_is_the_same(desk, paul, claire, by):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    who = {"citizen": paul, "agent": claire}[by]
    for _ in range(2):
        await desk.closes(who, started.conversation)
    event = (await desk.reads(paul, started.log_id))[-1]
    assert (event.kind, event.payload) == ("closed", {"by": by})
    seen = await desk.sees(claire, f"conversation:{started.conversation}")
    assert (seen.state, seen.agent) == ("closed", "")
    assert (await kinds(desk, paul, started)).count("closed") == 1


async def test_an_agent_closes_only_what_is_hers(desk, paul, claire, karim):
    started = await desk.asks(paul)
    close = wire.CloseConversation(conversation=started.conversation)
    assert await desk.refused(karim, close) is Code.FORBIDDEN, "it waits"
    await desk.claims(claire, started.conversation)
    assert await desk.refused(karim, close) is Code.FORBIDDEN


async def test_who_takes_the_question_back_is_not_in_line_any_more(desk, paul, claire, sylvie):
    started = await desk.asks(paul)
    await desk.closes(paul, started.conversation)
    assert (await desk.sees(claire, "desk")).line == {}
    assert (await desk.sees(sylvie, "supervision")).topics["housing"].given_up_today == 1


async def test_a_closed_conversation_comes_back_at_the_end_of_the_line(desk, paul, claire):
    marie = await desk.add("citizen", "Marie")
    mine = await desk.asks(paul)
    await desk.claims(claire, mine.conversation)
    await desk.closes(claire, mine.conversation)
    desk.now += 5
    hers = await desk.asks(marie)
    desk.now += 5
    await desk.writes(paul, mine.conversation, "Encore une question")
    ranks = (await desk.sees(claire, "desk")).ranks
    assert ranks[hers.conversation] < ranks[mine.conversation]


async def test_one_tap_says_how_it_was_and_the_last_tap_counts(desk, paul, claire):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    await desk.closes(claire, started.conversation)
    for rating, words in ((1, ""), (3, "Merci à Claire"), (3, "Merci à Claire")):
        await desk.says(paul, wire.Rate(conversation=started.conversation, rating=rating, words=words))
    seen = await desk.sees(claire, f"conversation:{started.conversation}")
    assert seen.rating == 3
    rated = [e.payload for e in await desk.reads(claire, seen.desk_log) if e.kind == "rated"]
    assert rated == [{"rating": 1, "words": ""}, {"rating": 3, "words": "Merci à Claire"}]
    assert "rated" not in await kinds(desk, paul, started), "it is for the desk"
    rate = wire.Rate(conversation=started.conversation, rating=3)
    assert await desk.refused(claire, rate) is Code.FORBIDDEN


async def test_twenty_conversations_a_day_are_the_most(desk, paul):
    for _ in range(20):
        await desk.start(paul)
    start = wire.StartConversation(client_id="client-many", language="fr")
    assert await desk.refused(paul, start) is Code.TOO_MANY
    desk.now += DAY_S + 1
    await desk.says(paul, start)


async def test_the_desk_begins_no_conversation(desk, claire):
    start = wire.StartConversation(client_id="client-start", language="fr")
    assert await desk.refused(claire, start) is Code.FORBIDDEN


# --- coming in ------------------------------------------------------------------------------------------------------


async def test_a_code_brings_the_same_person_in_on_another_device_once_and_for_ten_minutes(desk, paul):
    started = await desk.asks(paul)
    made = await desk.says(paul, wire.MakeCode())
    assert made.expires_at == desk.now + 600
    login, _ = await desk.context.identity.sign_in(made.code, now=desk.now + 599)
    assert list((await desk.sees(login, "help")).conversations) == [started.conversation]


async def test_a_second_coming_of_a_guest_erases_nothing(desk, paul):
    """Rocket.Chat 32042: a guest who registered again lost what was written before."""
    async with desk.context.database.write() as tx:
        guest = await desk.part.admit(tx, "fr")
    first = type(paul)(id="login-first", person=guest)
    started = await desk.asks(first, "Où en est mon dossier ?")
    made = await desk.says(first, wire.MakeCode())
    second, _ = await desk.context.identity.sign_in(made.code, now=desk.now)
    async with desk.context.database.write() as tx:
        await desk.part.admit(tx, "fr")  # and another guest is another person
    await desk.start(second)
    await desk.writes(second, started.conversation, "Je suis sur mon téléphone")
    assert await said(desk, first, started) == ["Où en est mon dossier ?", "Je suis sur mon téléphone"]
    assert await said(desk, second, started) == await said(desk, first, started)


async def test_a_guest_takes_over_the_language_in_which_she_asks(desk, paul):
    async with desk.context.database.write() as tx:
        guest = await desk.part.admit(tx, "fr")
    await desk.start(type(paul)(id="login-guest", person=guest), language="ar")
    async with desk.context.database.read() as tx:
        assert (await desk.context.identity.person(tx, guest.id)).language == "ar"
