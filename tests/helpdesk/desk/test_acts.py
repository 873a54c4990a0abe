import asyncio

import pytest

from helpdesk.desk import wire
from signaling.api import Refusal
from signaling.wire import Code

HOUSING, SCHOOL = "housing", "school"


@pytest.fixture
async def taken(desk, paul, claire):
    """A conversation that Claire has."""
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    return asked


async def version(desk, login, asked):
    return (await desk.sees(login, f"conversation:{asked.conversation}")).version


async def transfer(desk, login, asked, **to):
    seen = await version(desk, login, asked)
    return wire.Transfer(conversation=asked.conversation, version=seen, **to)


async def kinds(desk, login, log_id):
    return [event.kind for event in await desk.reads(login, log_id)]


async def desk_log(desk, login, asked):
    log_id = (await desk.sees(login, f"conversation:{asked.conversation}")).desk_log
    return [(event.kind, event.payload) for event in await desk.reads(login, log_id)]


# --- claim --------------------------------------------------------------------------------------------------------


async def test_who_claims_has_it_and_the_citizen_reads_her_name(desk, paul, claire, taken):
    seen = await desk.sees(paul, f"conversation:{taken.conversation}")
    assert (seen.state, seen.agent, seen.waiting) == ("open", claire.person.id, None)
    assert seen.people[claire.person.id].name == "Claire Dubois"
    assert (await desk.sees(claire, "desk")).mine[taken.conversation].agent == claire.person.id
    assert (await kinds(desk, paul, taken.log_id))[-1] == "assigned"


async def test_claiming_twice_is_the_same_and_a_colleague_comes_too_late(desk, claire, karim, taken):
    before = await version(desk, claire, taken)
    await desk.claims(claire, taken.conversation)
    assert await version(desk, claire, taken) == before
    late = wire.Claim(conversation=taken.conversation, version=before)
    assert await desk.refused(karim, late) is Code.TAKEN


async def test_what_waits_is_taken_though_the_citizen_wrote_or_it_rang_elsewhere_meanwhile(
    desk, paul, claire
):
    asked = await desk.asks(paul)
    old = await version(desk, claire, asked)
    await desk.writes(paul, asked.conversation, "J’ajoute ceci")
    await desk.says(claire, wire.Claim(conversation=asked.conversation, version=max(0, old - 1)))


async def test_a_supervisor_takes_over_what_stood_on_the_screen_and_the_desk_reads_from_whom(
    desk, paul, claire, sylvie, taken
):
    old = await version(desk, sylvie, taken)
    await desk.says(claire, wire.Snooze(conversation=taken.conversation, version=old, until=desk.now + 60))
    late = wire.Claim(conversation=taken.conversation, version=old)
    assert await desk.refused(sylvie, late) is Code.CONFLICT
    await desk.claims(sylvie, taken.conversation)
    seen = await desk.sees(paul, f"conversation:{taken.conversation}")
    assert (seen.state, seen.agent) == ("open", sylvie.person.id)
    assert seen.people[claire.person.id].left
    assert await desk_log(desk, claire, taken) == [("taken_over", {"agent": claire.person.id})]
    assert taken.conversation not in (await desk.sees(claire, "desk")).mine


async def test_nobody_claims_what_is_closed_or_of_another_topic(desk, paul, claire, taken):
    stranger = await desk.add("agent", "Nora", topics=(SCHOOL,))
    await desk.comes(stranger)
    claim = wire.Claim(conversation=taken.conversation, version=1)
    assert await desk.refused(stranger, claim) is Code.NOT_FOUND
    assert await desk.refused(paul, claim) is Code.FORBIDDEN
    await desk.closes(claire, taken.conversation)
    assert await desk.refused(claire, claim) is Code.CONFLICT


# --- transfer -----------------------------------------------------------------------------------------------------


async def test_a_transfer_to_a_colleague_comes_with_its_note_and_all_that_was_said(
    desk, paul, claire, karim, taken
):
    give = await transfer(
        desk, claire, taken, agent=karim.person.id, note="Il attend une réponse pour demain."
    )
    await desk.says(claire, give)
    row = (await desk.sees(karim, "desk")).mine[taken.conversation]
    assert (row.agent, row.unread) == (karim.person.id, 1)
    assert await desk_log(desk, karim, taken) == [
        ("transferred", {"agent": karim.person.id, "note": "Il attend une réponse pour demain."})
    ]
    event = (await desk.reads(paul, taken.log_id))[-1]
    assert (event.kind, event.payload) == ("transferred", {"agent": karim.person.id})
    await desk.says(claire, give)  # repeated: it is there already
    assert (await kinds(desk, paul, taken.log_id)).count("transferred") == 1


async def test_the_citizen_never_reads_the_note(desk, paul, claire, karim, taken):
    await desk.says(claire, await transfer(desk, claire, taken, agent=karim.person.id, note="Difficile"))
    seen = await desk.sees(paul, f"conversation:{taken.conversation}")
    assert seen.desk_log == ""
    hidden = (await desk.sees(claire, f"conversation:{taken.conversation}")).desk_log
    assert await desk.reads_nothing(paul, hidden) is Code.NOT_FOUND
    assert "Difficile" not in str(await desk.reads(paul, taken.log_id))


async def test_a_transfer_to_a_topic_keeps_the_place(desk, claire, karim, taken):
    lea = await desk.add("citizen", "Léa")
    await desk.later(60)
    await desk.comes(claire, karim)
    other = await desk.asks(lea, topic=SCHOOL)
    give = await transfer(desk, claire, taken, topic=SCHOOL)
    await desk.says(claire, give)
    await desk.says(claire, give)
    view = await desk.sees(karim, "desk")
    assert view.line[taken.conversation].topic == SCHOOL
    assert view.ranks == {taken.conversation: 1, other.conversation: 2}
    assert taken.conversation not in (await desk.sees(claire, "desk")).mine


async def test_a_supervisor_gives_what_waits_to_an_agent(desk, paul, claire, karim, sylvie):
    asked = await desk.asks(paul)
    await desk.says(sylvie, await transfer(desk, sylvie, asked, agent=karim.person.id))
    assert (await desk.sees(karim, "desk")).mine[asked.conversation].state == "open"


async def test_a_transfer_names_one_place_that_exists(desk, paul, claire, karim, taken):
    for to, code in (
        ({}, Code.BAD_MESSAGE),
        ({"agent": karim.person.id, "topic": SCHOOL}, Code.BAD_MESSAGE),
        ({"agent": "nobody"}, Code.NOT_FOUND),
        ({"agent": paul.person.id}, Code.NOT_FOUND),
        ({"topic": "nothing"}, Code.NOT_FOUND),
    ):
        assert await desk.refused(claire, await transfer(desk, claire, taken, **to)) is code
    not_hers = await transfer(desk, karim, taken, topic=SCHOOL)
    assert await desk.refused(karim, not_hers) is Code.CONFLICT


async def test_of_two_transfers_at_once_one_happens(desk, claire, karim, sylvie, taken):
    seen = await version(desk, claire, taken)
    acts = [
        desk.says(
            claire, wire.Transfer(conversation=taken.conversation, version=seen, agent=karim.person.id)
        ),
        desk.says(sylvie, wire.Transfer(conversation=taken.conversation, version=seen, topic=SCHOOL)),
    ]
    outcomes = await asyncio.gather(*acts, return_exceptions=True)
    assert [isinstance(each, Refusal) and each.code for each in outcomes].count(Code.CONFLICT) == 1


# --- note, snooze, follow, pause ----------------------------------------------------------------------------------


async def test_a_note_is_written_once_for_its_client_id_and_read_by_the_desk(desk, claire, karim, taken):
    note = wire.NoteDown(conversation=taken.conversation, client_id="client-note", text="A rappeler")
    assert await desk.says(claire, note) == await desk.says(claire, note)
    assert await desk_log(desk, karim, taken) == [("note", {"text": "A rappeler"})]


async def test_what_is_put_away_comes_up_at_its_time(desk, paul, claire, taken):
    until = desk.now + 600
    away = wire.Snooze(
        conversation=taken.conversation, version=await version(desk, claire, taken), until=until
    )
    await desk.says(claire, away)
    await desk.says(claire, away)
    row = (await desk.sees(claire, "desk")).mine[taken.conversation]
    assert (row.state, row.snoozed_until) == ("snoozed", until)
    await desk.later(599)
    await desk.comes(claire)
    await desk.later(1)
    row = (await desk.sees(claire, "desk")).mine[taken.conversation]
    assert (row.state, row.snoozed_until) == ("open", None)
    assert (await kinds(desk, paul, taken.log_id))[-2:] == ["snoozed", "woken"]


async def test_what_is_put_away_comes_up_when_the_citizen_writes(desk, paul, claire, taken):
    away = wire.Snooze(
        conversation=taken.conversation, version=await version(desk, claire, taken), until=desk.now + 600
    )
    await desk.says(claire, away)
    await desk.writes(paul, taken.conversation, "J’ai retrouvé le papier")
    row = (await desk.sees(claire, "desk")).mine[taken.conversation]
    assert (row.state, row.unanswered) == ("open", True)


async def test_it_is_put_away_for_at_most_thirty_days_and_by_who_has_it(desk, claire, karim, taken):
    seen = await version(desk, claire, taken)
    for until in (desk.now, desk.now + 31 * 86400):
        away = wire.Snooze(conversation=taken.conversation, version=seen, until=until)
        assert await desk.refused(claire, away) is Code.BAD_MESSAGE
    away = wire.Snooze(conversation=taken.conversation, version=seen, until=desk.now + 60)
    assert await desk.refused(karim, away) is Code.CONFLICT


async def test_who_follows_a_person_is_rung_first_the_next_time(desk, paul, claire, karim, taken):
    await desk.says(claire, wire.Follow(conversation=taken.conversation, follow=True))
    await desk.says(claire, wire.Follow(conversation=taken.conversation, follow=True))
    assert (await desk.sees(karim, f"conversation:{taken.conversation}")).follows == claire.person.id
    again = await desk.asks(paul)
    row = (await desk.sees(claire, "desk")).line[again.conversation]
    assert (row.for_me, row.offered) == (True, True)
    assert not (await desk.sees(karim, "desk")).line[again.conversation].offered
    await desk.says(claire, wire.Follow(conversation=taken.conversation, follow=False))
    assert (await desk.sees(karim, f"conversation:{taken.conversation}")).follows == ""
    assert await desk_log(desk, karim, taken) == [
        ("followed", {"follow": True}),
        ("followed", {"follow": False}),
    ]


async def test_nobody_follows_a_person_she_has_never_answered_or_unfollows_for_another(
    desk, claire, karim, taken
):
    assert (
        await desk.refused(karim, wire.Follow(conversation=taken.conversation, follow=True)) is Code.CONFLICT
    )
    await desk.says(claire, wire.Follow(conversation=taken.conversation, follow=True))
    await desk.says(karim, wire.Follow(conversation=taken.conversation, follow=False))
    assert (await desk.sees(claire, f"conversation:{taken.conversation}")).follows == claire.person.id


async def test_pausing_rings_at_the_next_one_at_once(desk, paul, claire, karim):
    asked = await desk.asks(paul)
    first, second = claire, karim
    if not (await desk.sees(claire, "desk")).line[asked.conversation].offered:
        first, second = karim, claire
    await desk.says(first, wire.SetPaused(paused=True))
    view = await desk.sees(first, "desk")
    assert (view.paused, view.line[asked.conversation].offered) == (True, False)
    assert (await desk.sees(second, "desk")).line[asked.conversation].offered
    await desk.claims(first, asked.conversation)  # she may still take what she wants


async def test_a_supervisor_or_citizen_has_nothing_to_pause(desk, paul, sylvie):
    for login in (paul, sylvie):
        assert await desk.refused(login, wire.SetPaused(paused=True)) is Code.FORBIDDEN
