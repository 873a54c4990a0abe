"""What a citizen is shown: where to begin, how long it takes, who is there; and what changes it."""

import msgspec
import pytest
from aiohttp import web

from helpdesk import tables, wire
from helpdesk.desk.wire import NoteDown
from signaling.api import LOGIN_OF, Login, Refusal
from signaling.wire import Code


async def test_a_live_chat_is_never_offered_when_nobody_is_there(desk, paul, claire, karim):
    """Zammad 4970, Chatwoot 273."""
    assert (await desk.sees(paul, "help")).topics["housing"].live
    await desk.goes(claire)
    await desk.comes(karim)
    assert (await desk.sees(paul, "help")).topics["housing"].live, "Karim is still here"
    await desk.goes(karim)
    topic = (await desk.sees(paul, "help")).topics["housing"]
    assert (topic.open, topic.live) == (True, False)
    started = await desk.asks(paul)
    waiting = (await desk.sees(paul, f"conversation:{started.conversation}")).waiting
    assert (waiting.live, waiting.ahead) == (False, 0)


async def test_outside_hours_the_request_is_taken_with_the_time_when_somebody_will_answer(desk, paul, claire):
    async with desk.context.database.write() as tx:
        await tx.execute(tables.hours.delete())
        await tx.insert_new(tables.hours, topic="housing", weekday=0, opens=9 * 60, closes=17 * 60)
    topic = (await desk.sees(paul, "help")).topics["housing"]
    monday_nine = 1_795_345_200.0 + 21 * 3600
    assert (topic.open, topic.live, topic.next) == (False, False, monday_nine)
    started = await desk.asks(paul)
    waiting = (await desk.sees(paul, f"conversation:{started.conversation}")).waiting
    assert (waiting.live, waiting.answers_from) == (False, monday_nine)


async def test_topics_are_named_in_the_persons_language(desk):
    async with desk.context.database.write() as tx:
        person = await desk.context.identity.create_person(
            tx, app="helpdesk", role="citizen", name="Ann", language="en"
        )
    login = type(await desk.add("citizen", "X"))(id="login-ann", person=person)
    assert (await desk.sees(login, "help")).topics["housing"].name == "housing (en)"


async def test_the_page_tells_how_many_are_before(desk, paul, claire):
    marie = await desk.add("citizen", "Marie")
    first = await desk.asks(marie)
    desk.now += 1
    mine = await desk.asks(paul)
    assert (await desk.sees(paul, f"conversation:{mine.conversation}")).waiting.ahead == 1
    assert "helpdesk" in await desk.topics(paul, f"conversation:{mine.conversation}")
    await desk.claims(claire, first.conversation)
    assert (await desk.sees(paul, f"conversation:{mine.conversation}")).waiting.ahead == 0
    await desk.claims(claire, mine.conversation)
    assert (await desk.sees(paul, f"conversation:{mine.conversation}")).waiting is None
    assert "helpdesk" not in await desk.topics(paul, f"conversation:{mine.conversation}")


async def test_people_of_a_talk_are_shown_with_presence(desk, paul, claire):
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    people = (await desk.sees(paul, f"conversation:{started.conversation}")).people
    assert {(row.name, row.role, row.presence) for row in people.values()} == {
        ("Paul Martin", "citizen", "here"),
        ("Claire Dubois", "agent", "here"),
    }
    await desk.goes(claire)
    row = (await desk.sees(paul, f"conversation:{started.conversation}")).people[claire.person.id]
    assert row.presence == "gone"


async def test_an_agent_sees_the_persons_other_conversations_that_are_hers_to_see(desk, paul, claire):
    school = await desk.asks(paul, topic="school")
    housing = await desk.asks(paul)
    nadia = await desk.add("agent", "Nadia", topics=("housing",))
    former = (await desk.sees(claire, f"conversation:{housing.conversation}")).former
    assert list(former) == [school.conversation]
    assert (await desk.sees(nadia, f"conversation:{housing.conversation}")).former == {}
    assert (await desk.sees(paul, f"conversation:{housing.conversation}")).former == {}


async def test_the_list_shows_the_latest_first_and_no_draft_that_was_given_up(desk, paul):
    draft = await desk.start(paul)
    desk.now += 1
    asked = await desk.asks(paul)
    desk.now += 1
    given_up = await desk.start(paul)
    await desk.closes(paul, given_up.conversation)
    rows = (await desk.sees(paul, "help")).conversations
    assert {id_: row.state for id_, row in rows.items()} == {
        asked.conversation: "waiting",
        draft.conversation: "draft",
    }
    topics = await desk.topics(paul, "help")
    assert {f"conversation:{asked.conversation}", f"person:{paul.person.id}", "helpdesk"} <= topics


async def test_help_is_for_citizens_and_helpers(desk, claire):
    assert await desk.is_shut(claire, "help") is Code.FORBIDDEN


async def test_how_one_can_be_told_is_on_the_page(desk, paul):
    async with desk.context.database.write() as tx:
        await desk.context.notices.set_mail(tx, paul.person.id, "paul@example.org", now=desk.now)
    seen = await desk.sees(paul, "help")
    assert (seen.mail, seen.ways, seen.scanned) == (True, ("mail",), False)
    assert seen.push_key


@pytest.fixture
async def get(desk, aiohttp_client):
    """Fetch from the app's own routes, as somebody who is signed in."""
    who: dict[str, Login] = {}

    async def login_of(request: web.Request) -> Login:
        return who["login"]

    @web.middleware
    async def refusals(request, handler):
        try:
            return await handler(request)
        except Refusal as refusal:
            return web.Response(status=404, text=refusal.code)

    application = web.Application(middlewares=[refusals])
    application[LOGIN_OF] = login_of
    application.add_routes(desk.part.routes)
    client = await aiohttp_client(application)

    async def get(path: str, login: Login | None = None):
        if login is not None:
            who["login"] = login
        return await client.get(path)

    return get


async def test_the_welcome_tells_what_is_open_to_somebody_of_whom_nothing_is_known(desk, claire, get):
    answer = await get("/api/helpdesk/welcome?language=en")
    welcome = msgspec.msgpack.decode(await answer.read(), type=wire.Welcome)
    assert (welcome.service, welcome.mail, welcome.scanned) == ("Métropole de Valmont", True, False)
    assert (welcome.topics["housing"].name, welcome.topics["housing"].live) == ("housing (en)", True)
    assert "Set-Cookie" not in answer.headers
    await desk.goes(claire)
    answer = await get("/api/helpdesk/welcome?language=en")
    assert not msgspec.msgpack.decode(await answer.read(), type=wire.Welcome).topics["housing"].live


async def test_the_transcript_stands_alone_and_holds_no_internal_note(desk, paul, claire, get):
    started = await desk.asks(paul, "Où est mon <b>dossier</b> ?")
    await desk.claims(claire, started.conversation)
    anne = await desk.helps(paul, started.conversation)
    await desk.writes(claire, started.conversation, "Il est complet.")
    note = NoteDown(conversation=started.conversation, client_id="client-note", text="SECRET du guichet")
    await desk.says(claire, note)
    path = f"/api/login/conversations/{started.conversation}/transcript"
    page = await get(path, paul)
    body = await page.text()
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Où est mon &lt;b&gt;dossier&lt;/b&gt; ?" in body
    assert f"{started.number}-3" in body, "the receipt"
    text = await get(f"{path}?as=text", paul)
    assert "attachment" in text.headers["Content-Disposition"]
    words = await text.text()
    for known in (
        "Paul Martin (usager) : Où est",
        "Claire Dubois (conseil) : Il est complet.",
        "22/11/2026 12:00",
    ):
        assert known in words
    for whole in (body, words):
        assert "SECRET" not in whole
    from_then_on = await (await get(f"{path}?as=text", anne)).text()
    assert "dossier" not in from_then_on
    assert "Il est complet." in from_then_on


async def test_a_transcript_is_nobody_elses(desk, paul, get):
    started = await desk.asks(paul)
    marie = await desk.add("citizen", "Marie")
    for id_ in (started.conversation, "0" * 32, "x"):
        assert (await get(f"/api/login/conversations/{id_}/transcript", marie)).status == 404
