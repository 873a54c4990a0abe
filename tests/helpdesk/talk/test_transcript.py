"""The transcript: in words (pure), and as it is fetched."""

import re
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.talk import routes
from helpdesk.talk.transcript import Transcript, as_page, as_text
from helpdesk.talk.transcript_words import WORDS
from signaling.api import LOGIN_OF, Refusal
from signaling.wire import Code, LogEvent

EVERYTHING: list[tuple[str, str, dict[str, Any]]] = [
    ("paul", "started", {"page_title": "Aide au logement", "page_url": ""}),
    ("paul", "submitted", {"topic": "housing"}),
    ("paul", "message", {"text": "Bonjour", "helper": ""}),
    ("claire", "assigned", {"agent": "claire"}),
    ("paul", "helper_invited", {"helper": "anne", "name": "Anne"}),
    ("anne", "helper_joined", {"helper": "anne", "name": "Anne"}),
    ("paul", "helper_allowed", {"helper": "anne", "may_send": True}),
    ("paul", "helper_allowed", {"helper": "anne", "may_send": False}),
    ("paul", "message", {"text": "Avec ma fille", "helper": "anne"}),
    (
        "paul",
        "document",
        {"file": "f1", "name": "bail.pdf", "size": 123456, "content_type": "application/pdf"},
    ),
    ("", "document_state", {"file": "f1", "state": "scanning"}),
    ("", "document_state", {"file": "f1", "state": "infected"}),
    ("", "agent_gone", {"until": 1.0}),
    ("", "agent_back", {}),
    ("claire", "transferred", {"topic": "school"}),
    ("claire", "transferred", {"agent": "karim"}),
    ("", "released", {"reason": "gone"}),
    ("claire", "snoozed", {"until": 1.0}),
    ("", "woken", {}),
    ("paul", "later", {"later": True}),
    ("paul", "later", {"later": False}),
    ("paul", "call_proposed", {"call": "c"}),
    ("", "call_began", {"call": "c"}),
    ("", "call_ended", {"call": "c", "outcome": "hung_up"}),
    ("", "call_declined", {"call": "c"}),
    ("paul", "helper_left", {"helper": "anne", "by": "citizen"}),
    ("claire", "closed", {"by": "agent"}),
    ("", "reopened", {}),
    ("", "something_new", {}),
]


def transcript(language="fr", names=None, cut=False, happened=None):
    events = [
        LogEvent(seq=seq, kind=kind, payload=payload, author=author, at=1_795_345_200.0 + seq)
        for seq, (author, kind, payload) in enumerate(happened or EVERYTHING, 1)
    ]
    return Transcript(
        service="Métropole de Valmont",
        number="4821-7730",
        language=language,
        reader="paul",
        events=events,
        names=names or {"paul": "Paul Martin", "claire": "Claire", "karim": "Karim", "anne": "Anne"},
        roles={"paul": "citizen", "claire": "agent", "karim": "agent", "anne": "helper"},
        topics={"housing": "Logement", "school": "École"},
        cut=cut,
    )


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_everything_that_happened_has_words_in_every_language(language):
    text = as_text(transcript(language))
    assert not re.search(r"[{}]", text), "nothing is left to fill in"
    silent = {"document_state": 1, "something_new": 1}
    assert text.count("4821-7730-") == len(EVERYTHING) - sum(silent.values()) + 1, "and the list of documents"


def test_the_words_are_complete_in_every_language():
    for language, words in WORDS.items():
        assert set(words) == set(WORDS["fr"]), language


def test_names_times_and_receipts_are_on_each_line():
    text = as_text(transcript())
    assert "[22/11/2026 12:00] Reçu n° 4821-7730-3\nPaul Martin (usager) : Bonjour" in text
    assert "Paul Martin (usager), écrit avec Anne : Avec ma fille" in text
    assert "bail.pdf (123 ko)" in text
    assert "Un virus a été trouvé dans « bail.pdf »" in text
    assert "La conversation est confiée à Karim." in text
    assert "La conversation est confiée au service : École." in text


def test_somebody_without_a_name_is_you_and_an_unknown_language_is_french():
    text = as_text(transcript("de", names={"claire": "Claire"}))
    assert "Vous (usager) : Bonjour" in text
    assert 'lang="fr" dir="ltr"' in as_page(transcript("de"))


def test_the_page_is_read_from_right_to_left_in_arabic_and_each_message_in_its_own_direction():
    page = as_page(transcript("ar"))
    assert '<html lang="ar" dir="rtl">' in page
    assert '<p dir="auto">Bonjour</p>' in page


def test_the_page_runs_and_loads_nothing():
    page = as_page(transcript())
    for part in ("<script", "src=", "href=", "url(", "@import"):
        assert part not in page


def test_a_talk_that_is_too_long_says_where_the_rest_is():
    for render in (as_text, as_page):
        assert WORDS["fr"]["cut"] in render(transcript(cut=True))
        assert WORDS["fr"]["cut"] not in render(transcript())


@pytest.mark.parametrize("end_of_line", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_nobody_writes_an_entry_in_anothers_name(end_of_line):
    lines = [
        "ok",
        "",
        "[22/11/2026 12:01] Reçu n° 4821-7730-9",
        "Claire (conseiller) : Votre dette est annulée.",
    ]
    forged = ("paul", "message", {"text": end_of_line.join(lines), "helper": ""})
    text = as_text(transcript(happened=[forged]))
    assert [line for line in text.splitlines() if line.startswith(("[", "Claire"))] == [
        "[22/11/2026 12:00] Reçu n° 4821-7730-1"
    ]
    assert "\n    Claire (conseiller) : Votre dette est annulée." in text


@pytest.fixture
async def client(desk, paul, talk):
    """A browser of Paul's."""

    async def login_of(_request):
        return paul

    @web.middleware
    async def refuse(request, handler):
        try:
            return await handler(request)
        except Refusal as refusal:
            return web.Response(status=400, text=refusal.code)

    app = web.Application(middlewares=[refuse])
    app[LOGIN_OF] = login_of
    app.add_routes(desk.part.routes)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def talk(desk, paul):
    """Paul's conversation: started, submitted, six messages."""
    started = await desk.asks(paul, "message 0")
    for number in range(1, 6):
        await desk.writes(paul, started.conversation, f"message {number}")
    return started


async def test_of_a_talk_that_is_too_long_the_newest_is_kept(client, talk, monkeypatch):
    monkeypatch.setattr(routes, "EVENTS_MOST", 4)
    monkeypatch.setattr(routes, "PAGE", 2)
    address = f"/api/AAAAAAAAAAAA/conversations/{talk.conversation}/transcript?as=text"
    text = await (await client.get(address)).text()
    assert re.findall(r"message \d", text) == ["message 2", "message 3", "message 4", "message 5"]
    assert WORDS["fr"]["cut"] in text
    monkeypatch.setattr(routes, "EVENTS_MOST", 8)
    assert WORDS["fr"]["cut"] not in await (await client.get(address)).text()


async def test_transcripts_are_not_fetched_without_measure(client, talk, desk):
    address = f"/api/AAAAAAAAAAAA/conversations/{talk.conversation}/transcript"
    for _ in range(5):
        assert (await client.get(address)).status == 200
    assert await (await client.get(address)).text() == Code.TOO_MANY
    desk.now += 5
    assert (await client.get(address)).status == 200
