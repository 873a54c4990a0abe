"""S10: the user is never lost: one thread and one number across pages, devices, networks, video and time."""

import uuid

import pytest

from helpdesk.wire import Send, StartConversation, Submit
from tests.support.family import guest, on_another_device, transcript
from tests.support.town_hall import TownHall, Visitor

pytestmark = pytest.mark.processes


async def hears(visitor: Visitor, words: list[str]) -> None:
    """Wait until she has read these messages, each once, in this order."""
    await visitor.sees(lambda: visitor.heard() == words, "everything, in order")


async def test_the_page_from_which_help_was_opened_comes_along_without_its_secrets(hall: TownHall) -> None:
    claire, paul = await hall.agent(), await hall.citizen()
    start = StartConversation(
        client_id=uuid.uuid4().hex,
        language="fr",
        page_title="Demande d’aide au logement, étape 3",
        page_url="https://www.valmont.example/logement/etape-3",
    )
    started = await paul.does(start)
    submit = Submit(
        conversation=started["conversation"],
        client_id=uuid.uuid4().hex,
        topic=hall.topic,
        words="Où cliquer ?",
    )
    await paul.does(submit)
    await paul.looks_at(started["conversation"])
    await claire.claims(paul)
    assert claire.talk["page_title"] == "Demande d’aide au logement, étape 3"
    assert claire.talk["page_url"] == "https://www.valmont.example/logement/etape-3"


async def test_a_draft_is_still_there_after_a_reload(hall: TownHall) -> None:
    paul = await guest(hall)
    started = await paul.does(StartConversation(client_id=uuid.uuid4().hex, language="fr"))
    await paul.drops()
    await paul.returns()
    await paul.sees(
        lambda: paul.main["conversations"].get(started["conversation"], {}).get("state") == "draft",
        "the draft",
    )


async def test_chat_video_a_blocked_network_another_device_and_a_reopening_are_one_thread(
    hall: TownHall,
) -> None:
    claire, paul = await hall.agent(), await hall.citizen()
    await hall.talk(paul, claire)
    number = paul.talk["number"]
    await hall.go_over_to_video(paul, claire)
    await paul.writes("Je vous vois.")
    await paul.hangs_up()
    await claire.sees(lambda: any(e.kind == "call_ended" for e in claire.events), "the end of the call")

    blocked = Send(conversation=paul.conversation, client_id=uuid.uuid4().hex, text="Par l’autre réseau.")
    await paul.client.post(blocked)  # WebSockets are blocked where he is now
    telephone = await on_another_device(hall, paul)
    await telephone.looks_at(paul.conversation)
    await telephone.writes("De mon téléphone.")
    await claire.closes()
    await telephone.writes("Encore une question.")
    await claire.claims(telephone)

    words = [
        "Bonjour, une question.",
        "Je vous vois.",
        "Par l’autre réseau.",
        "De mon téléphone.",
        "Encore une question.",
    ]
    for person in (paul, telephone, claire):
        await hears(person, words)
        assert person.talk["number"] == number
    kinds = [event.kind for event in claire.events]
    assert [
        kind for kind in kinds if kind in ("call_proposed", "call_began", "call_ended", "closed", "reopened")
    ] == [
        "call_proposed",
        "call_began",
        "call_ended",
        "closed",
        "reopened",
    ]
    status, record = await transcript(telephone)
    assert status == 200
    for text in (*words, number, "Appel vidéo commencé."):
        assert text in record
    status, page = await transcript(telephone, "html")
    assert status == 200
    assert page.startswith("<!doctype html>")
