"""S2: a citizen asks in the evening, waits knowing the truth, leaves, and finds the answer in the same thread."""

import asyncio
import re
import uuid
from pathlib import Path

import msgspec
import pytest
import sqlalchemy

from helpdesk import tables
from helpdesk.wire import Mark, Send, Welcome
from load.client import Client
from load.system.whole import running
from signaling.notices.tables import notice
from signaling.notices.wire import SetMail
from tests.support.family import guest, on_another_device, transcript
from tests.support.mailbox import Mailbox, mail_server
from tests.support.people import WITHIN_S
from tests.support.town_hall import TownHall, town_hall_of

pytestmark = pytest.mark.processes


async def test_a_guest_asks_leaves_and_finds_the_answer_on_another_device(hall: TownHall) -> None:
    claire, paul = await hall.agent("Claire V."), await guest(hall)
    await paul.asks(hall.topic, "Quel papier faut-il joindre ?")
    await paul.leaves_it()
    telephone = await on_another_device(hall, paul)
    await paul.drops()
    await claire.claims(paul)
    await claire.writes("L’avis d’imposition de cette année.")
    row = telephone.main["conversations"][paul.conversation]
    await telephone.sees(
        lambda: telephone.main["conversations"][paul.conversation]["unread"], "that an answer is there"
    )
    await telephone.looks_at(paul.conversation)
    await telephone.sees(lambda: len(telephone.heard()) == 2, "question and answer")
    assert telephone.heard() == ["Quel papier faut-il joindre ?", "L’avis d’imposition de cette année."]
    assert row["number"] == telephone.talk["number"]


async def test_a_live_chat_is_offered_only_while_somebody_is_there(hall: TownHall) -> None:
    claire, paul = await hall.agent(), await hall.citizen()

    def live() -> bool:
        return bool(paul.main["topics"][hall.topic]["live"])

    await paul.sees(live, "that a live chat is offered")
    await claire.pauses()
    await paul.sees(lambda: not live(), "that none is offered while she pauses")
    await claire.is_back_at_work()
    await paul.sees(live, "that it is offered again")
    await claire.leaves()
    await paul.sees(lambda: not live(), "that nobody is there")
    await paul.asks(hall.topic, "Je laisse ma question")
    await paul.sees(lambda: paul.waiting.get("live") is False, "the truth about waiting")


async def test_outside_hours_the_question_is_taken_and_the_time_of_an_answer_is_said(hall: TownHall) -> None:
    claire, paul = await hall.agent(), await hall.citizen()
    async with hall.context.database.write() as tx:
        await tx.execute(tables.hours.delete().where(tables.hours.c.topic == hall.topic))
        # Open for one minute a day, and not the one of this test.
        minute = 30 if hall.context.clock() % 3600 >= 2700 or hall.context.clock() % 3600 < 900 else 0
        for weekday in range(7):
            row = {
                "topic": hall.topic,
                "weekday": weekday,
                "opens": 60 * 3 + minute,
                "closes": 60 * 3 + minute + 1,
            }
            await tx.insert_new(tables.hours, **row)
        tx.touch("helpdesk")
    await paul.sees(lambda: not paul.main["topics"][hall.topic]["open"], "that it is closed")
    await paul.asks(hall.topic, "Il est 21 heures")
    await paul.sees(lambda: paul.waiting.get("answers_from"), "when somebody will answer")
    assert paul.waiting["answers_from"] == paul.main["topics"][hall.topic]["next"]
    assert paul.waiting["answers_from"] > hall.context.clock()
    assert not claire.row(paul.conversation).get("offered"), "nothing rings"


async def test_the_welcome_needs_no_login_and_leaves_no_cookie(hall: TownHall) -> None:
    paul = await hall.citizen()
    session = paul.client._session
    async with session.get(f"{hall.system.base}/api/helpdesk/welcome?language=fr") as answer:
        welcome = msgspec.msgpack.decode(await answer.read(), type=Welcome)
        assert "Set-Cookie" not in answer.headers
    assert hall.topic in welcome.topics


async def test_what_is_sent_twice_over_two_ways_because_the_network_broke_is_there_once(
    hall: TownHall,
) -> None:
    claire, paul = await hall.agent(), await hall.citizen()
    await hall.talk(paul, claire)
    send = Send(conversation=paul.conversation, client_id=uuid.uuid4().hex, text="Vous êtes là ?")
    answers = await asyncio.gather(paul.does(send), *(paul.client.post(send) for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    await paul.drops()
    await claire.writes("Oui.")
    await paul.returns()
    await paul.sees(lambda: "Oui." in paul.heard(), "what came meanwhile")
    assert paul.heard().count("Vous êtes là ?") == 1
    assert [event.seq for event in paul.events] == list(range(1, len(paul.events) + 1))


async def test_what_is_written_after_the_agent_closed_opens_the_talk_again(hall: TownHall) -> None:
    claire, paul = await hall.agent(), await hall.citizen()
    await hall.talk(paul, claire)
    await claire.closes()
    await paul.sees_talk("that it is closed", state="closed")
    await paul.writes("Encore une chose")
    await claire.hears(paul)
    await claire.claims(paul)
    await claire.sees(lambda: "Encore une chose" in claire.heard(), "what was written")
    status, record = await transcript(paul)
    assert status == 200
    assert "Encore une chose" in record


async def test_who_is_told_by_mail_comes_back_into_the_thread_by_its_link(tmp_path: Path) -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        start = running(
            tmp_path,
            apps=("helpdesk.app:app",),
            MAIL_URL=f"smtp://127.0.0.1:{port}?starttls=0",
            MAIL_FROM="Aide <aide@valmont.example>",
        )
        with start as system:
            async with town_hall_of(system) as hall:
                await _is_told(hall, box)


async def _is_told(hall: TownHall, box: Mailbox) -> None:
    claire, paul = await hall.agent(), await hall.citizen()
    await hall.talk(paul, claire)
    await paul.does(SetMail(address="paul@example.org"))
    await paul.leaves_it()
    await paul.drops()
    await claire.writes("Votre dossier est complet.")
    async with hall.context.database.write() as tx:  # a minute passes
        await tx.execute(sqlalchemy.update(notice).values(due_at=hall.context.clock()))
    async with asyncio.timeout(WITHIN_S):
        await box.came.wait()
    text = box.mails[0].get_body(("plain",))
    assert text is not None
    words = text.get_content()
    assert "dossier" not in words
    found = re.search(r"/entrer#(\S+)", words)
    assert found
    async with await Client.sign_in(hall.system.base, found[1]) as page:
        await page.connect()
        thread = (await page.open_view("help"))["conversations"][paul.conversation]
        assert thread["unread"]
        await page.open_log(thread["log_id"])
        await page.wait_for(
            lambda: any(
                e.payload.get("text") == "Votre dossier est complet." for e in page.logs[thread["log_id"]]
            )
        )
        read = page.last(thread["log_id"])
        await page.send(Mark(conversation=paul.conversation, delivered=read, read=read))
