"""S3: the daughter writes the questions: by consent, named, from now on, and gone at once when her father says so."""

import uuid

import pytest

from helpdesk.wire import Send
from signaling.wire import Code
from tests.support.family import ends_help, helping, invited, lets_send, press_send
from tests.support.people import refusal
from tests.support.town_hall import TownHall

pytestmark = pytest.mark.processes


async def test_her_draft_is_seen_live_and_only_his_press_sends_it(hall: TownHall) -> None:
    paul, claire = await hall.citizen("Paul M."), await hall.agent()
    await hall.talk(paul, claire)
    anne = await helping(hall, paul, "Anne M.")
    writing = f"writing:{paul.conversation}"
    await paul.opens(writing)
    await claire.opens(writing)
    await anne.drafts("Bonjour, mon père ne trouve pas")

    def draft() -> str:
        return str(paul.client.views[writing]["people"].get(anne.id, {}).get("draft", ""))

    await paul.sees(lambda: draft() == "Bonjour, mon père ne trouve pas", "her words while she writes them")
    await anne.drafts("Bonjour, mon père ne trouve pas son avis d’imposition.")
    await paul.sees(lambda: draft().endswith("imposition."), "the rest of it")
    send = Send(conversation=paul.conversation, client_id=uuid.uuid4().hex, text="Bonjour")
    assert await refusal(anne.does(send)) is Code.FORBIDDEN
    assert await refusal(anne.does(press_send(paul, anne, "Bonjour"))) is Code.FORBIDDEN
    assert "imposition" not in str(claire.client.views), "the advisor reads nothing of it before"

    await paul.does(press_send(paul, anne, draft()))
    await claire.sees(lambda: claire.heard()[-1].endswith("imposition."), "the message")
    event = claire.events[-1]
    assert (event.author, event.payload["helper"]) == (paul.id, anne.id)
    assert claire.talk["people"][anne.id]["name"] == "Anne M."
    await paul.sees(lambda: draft() == "", "that the draft is sent")


async def test_she_comes_by_a_code_said_aloud_and_sees_nothing_from_before(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    await paul.writes("Mon numéro fiscal est 1234")
    anne = await invited(hall, paul, "Anne", by="code")
    assert anne.main["conversations"][paul.conversation]["state"] == "invited"
    await anne.joins_in(paul.conversation)
    await claire.writes("Bonjour à vous deux.")
    await anne.sees(lambda: anne.heard() == ["Bonjour à vous deux."], "what comes from now on")
    assert "1234" not in str((anne.client.views, anne.client.logs))
    await anne.client.close_log(anne.log)
    await anne.client.open_log(anne.log, 0)  # a page that asks for everything
    await claire.writes("Vous me lisez ?")
    await anne.sees(lambda: anne.client.logs[anne.log] is not None, "the log", 1)
    assert "1234" not in str(anne.client.logs)


async def test_consent_that_is_withdrawn_ends_an_open_page_at_once(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    anne = await helping(hall, paul)
    await lets_send(paul, anne, may_send=True)
    await anne.writes("Je suis sa fille.")
    await claire.sees(lambda: "Je suis sa fille." in claire.heard(), "what she wrote under her own name")
    assert claire.events[-1].author == anne.id
    await anne.drafts("Et encore")
    await ends_help(paul, anne)
    await anne.sees(lambda: anne.client.login_ended or anne.log in anne.client.ended, "the end of it")
    await claire.writes("SECRET entre nous")
    await paul.sees(lambda: "SECRET entre nous" in paul.heard(), "the answer")
    assert "SECRET" not in str((anne.client.logs, anne.client.views))
    send = Send(conversation=paul.conversation, client_id=uuid.uuid4().hex, text="Encore moi")
    assert await refusal(anne.client.post(send)) in (Code.NOT_SIGNED_IN, Code.NOT_FOUND)
    assert "Encore moi" not in paul.heard()
    await paul.sees(lambda: paul.talk["people"][anne.id]["left"], "that she has left")
    kinds = [event.kind for event in paul.events if event.kind.startswith("helper_")]
    assert kinds == ["helper_invited", "helper_joined", "helper_allowed", "helper_left"]
