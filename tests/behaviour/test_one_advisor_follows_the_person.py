"""S4: one advisor follows a person from one conversation to the next, with relief when absent. Nobody waits for the absent."""

import pytest

from helpdesk.desk.wire import Claim
from helpdesk.line.offering import FIRST_S
from signaling.wire import Code
from tests.support.people import refusal
from tests.support.town_hall import TownHall

pytestmark = pytest.mark.processes


async def test_the_next_conversation_rings_first_at_the_advisor_who_answered_the_last_one(
    hall: TownHall,
) -> None:
    paul, claire, karim = await hall.citizen(), await hall.agent("Claire D."), await hall.agent()
    await hall.talk(paul, claire)
    await claire.writes("Bonjour, je m’en occupe.")
    await claire.closes()

    await paul.asks(hall.topic, "C’est encore moi.")
    await claire.hears(paul)
    assert claire.row(paul.conversation)["for_me"]
    await paul.sees(lambda: paul.waiting.get("first_for") == "Claire D.", "for whom it is kept")
    assert paul.waiting["first_until"] <= hall.context.clock() + FIRST_S
    await karim.sees(lambda: karim.row(paul.conversation), "that somebody waits")
    assert not karim.row(paul.conversation)["offered"]
    claim = Claim(conversation=paul.conversation, version=1)
    assert await refusal(karim.does(claim)) is Code.KEPT
    await claire.claims(paul)
    await paul.sees_talk("who has it", agent=claire.id)


async def test_it_is_kept_for_her_two_minutes_and_then_a_colleague_takes_it(hall: TownHall) -> None:
    paul, claire, karim = await hall.citizen(), await hall.agent(), await hall.agent()
    await hall.talk(paul, claire)
    await claire.follows()
    await claire.closes()
    await paul.asks(hall.topic)
    await claire.hears(paul)
    now = hall.context.clock()
    await hall.change(paul.conversation, place_at=now - FIRST_S, offered_until=now, first_until=now)
    await karim.hears(paul)
    await paul.sees(lambda: not paul.waiting.get("first_for"), "that it is kept no longer")
    await karim.claims(paul)


async def test_when_she_is_absent_a_colleague_is_rung_at_once_and_it_is_said(hall: TownHall) -> None:
    paul, claire, karim = await hall.citizen(), await hall.agent("Claire A."), await hall.agent()
    await hall.talk(paul, claire)
    await claire.follows()
    await claire.closes()
    await claire.shuts_her_page()
    await karim.sees(lambda: karim.main["colleagues"][claire.id]["presence"] == "gone", "that she has gone")
    await paul.asks(hall.topic)
    await karim.hears(paul)
    assert paul.waiting["absent"] == "Claire A."
    assert paul.waiting["live"]
    await karim.claims(paul)

    await karim.closes()
    await claire.comes()
    await karim.sees(lambda: karim.main["colleagues"][claire.id]["presence"] == "here", "that she is back")
    await paul.asks(hall.topic)
    await claire.hears(paul)  # the relief did not take her person away


async def test_a_closed_conversation_that_is_written_to_comes_back_to_who_had_it(hall: TownHall) -> None:
    paul, claire, karim = await hall.citizen(), await hall.agent(), await hall.agent()
    await hall.talk(paul, karim)
    await karim.closes()
    await paul.sees_talk("that it is closed", state="closed")
    await paul.writes("J’oubliais quelque chose.")
    await karim.hears(paul)
    await claire.sees(lambda: claire.row(paul.conversation), "that somebody waits")
    assert not claire.row(paul.conversation)["offered"]
    assert paul.heard()[-1] == "J’oubliais quelque chose."


async def test_an_advisor_who_drops_out_is_shown_as_gone_and_a_colleague_takes_over_all_of_it(
    hall: TownHall,
) -> None:
    paul, claire, karim = await hall.citizen(), await hall.agent(), await hall.agent()
    await hall.talk(paul, claire)
    await paul.writes("Vous êtes là ?")
    await claire.shuts_her_page()
    await paul.sees(lambda: paul.talk.get("agent_gone_until"), "that she has gone, and until when it is kept")
    await hall.change(paul.conversation, agent_gone_until=hall.context.clock())
    await karim.hears(paul)
    await paul.sees_talk("that it waits again", state="waiting")
    await karim.claims(paul)
    assert karim.heard() == ["Bonjour, une question.", "Vous êtes là ?"]
    await karim.writes("Je prends la suite.")
    await paul.sees(lambda: paul.heard()[-1] == "Je prends la suite.", "the colleague's answer")
    kinds = [event.kind for event in paul.events]
    assert [kind for kind in kinds if kind in ("agent_gone", "released")] == ["agent_gone", "released"]


async def test_a_transfer_goes_with_its_note_to_a_colleague_who_is_here(hall: TownHall) -> None:
    paul, claire, karim = await hall.citizen(), await hall.agent(), await hall.agent()
    await hall.talk(paul, claire)
    await karim.pauses()
    await claire.sees(lambda: claire.main["colleagues"][karim.id]["paused"], "that he pauses")
    assert await refusal(claire.gives(agent=karim.id)) is Code.ABSENT
    await karim.is_back_at_work()
    await claire.gives("Sa demande date de mardi.", agent=karim.id)
    await paul.sees_talk("who has it now", agent=karim.id)
    await karim.looks_at(paul.conversation)
    desk_log = karim.talk["desk_log"]
    await karim.client.open_log(desk_log)
    await karim.sees(lambda: karim.client.logs.get(desk_log), "the note")
    assert karim.client.logs[desk_log][0].payload["note"] == "Sa demande date de mardi."
    assert "Sa demande" not in str([event.payload for event in paul.events])
