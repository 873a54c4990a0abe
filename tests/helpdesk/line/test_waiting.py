"""What somebody in line is told, from real rows: position, estimate, whose it is, when somebody will answer."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from helpdesk import tables
from helpdesk.desk import wire as desk_wire
from helpdesk.line.offering import FIRST_S
from helpdesk.line.topics import ZONE
from helpdesk.line.waits import KEPT_S
from helpdesk.wire import AnswerLater
from signaling.ids import new_id
from signaling.wire import Code

HOUSING, SCHOOL = "housing", "school"


async def waiting(desk, citizen, asked):
    return (await desk.sees(citizen, f"conversation:{asked.conversation}")).waiting


async def follows(desk, citizen, agent):
    async with desk.context.database.write() as tx:
        mine = tables.citizen.c.person == citizen.person.id
        await tx.execute(update(tables.citizen).where(mine).values(referent=agent.person.id))


async def opens(desk, topic, *windows):
    """Open at these minutes of every day only."""
    async with desk.context.database.write() as tx:
        await tx.execute(delete(tables.hours).where(tables.hours.c.topic == topic))
        for weekday in range(7):
            for opens, closes in windows:
                await tx.insert_new(tables.hours, topic=topic, weekday=weekday, opens=opens, closes=closes)


async def waited(desk, *seconds, topic=HOUSING, answered=True, ago=60.0):
    async with desk.context.database.write() as tx:
        for each in seconds:
            row = {"id": new_id(), "topic": topic, "waited_s": each, "answered": answered}
            await tx.insert_new(tables.wait, **row, ended_at=desk.now - ago)


@pytest.fixture
async def lea(desk):
    login = await desk.add("citizen", "Léa")
    await desk.comes(login)
    return login


async def test_the_position_counts_those_of_the_same_topic_who_came_before(desk, paul, lea):
    await desk.asks(paul, topic=SCHOOL)
    first = await desk.asks(paul)
    await desk.later(1)
    second = await desk.asks(lea)
    assert (await waiting(desk, paul, first)).ahead == 0
    assert (await waiting(desk, lea, second)).ahead == 1
    assert (await desk.sees(lea, "help")).topics[HOUSING].waiting == 2


async def test_the_estimate_comes_from_answered_waits_of_the_topic_and_is_absent_when_there_are_few(
    desk, paul
):
    asked = await desk.asks(paul)
    await waited(desk, 10, 20, 30, 40)
    await waited(desk, 1000, 1000, 1000, answered=False)
    await waited(desk, 1000, 1000, 1000, topic=SCHOOL)
    assert (await waiting(desk, paul, asked)).estimate is None
    await waited(desk, 50)
    estimate = (await waiting(desk, paul, asked)).estimate
    assert (estimate.usual_s, estimate.long_s, estimate.sample) == (30, 50, 5)


async def test_a_busy_topic_does_not_push_the_estimate_of_a_quiet_one_out(desk, paul):
    await waited(desk, *[1] * 300, topic=SCHOOL)
    await waited(desk, *[60] * 5, ago=3600)
    topics = (await desk.sees(paul, "help")).topics
    assert (topics[SCHOOL].estimate.usual_s, topics[HOUSING].estimate.usual_s) == (1, 60)


async def test_while_it_is_kept_for_the_own_advisor_it_is_said_until_when(desk, paul, claire, karim):
    await follows(desk, paul, claire)
    asked = await desk.asks(paul)
    told = await waiting(desk, paul, asked)
    assert (told.first_for, told.first_until, told.absent) == ("Claire Dubois", desk.now + FIRST_S, "")
    assert not (await desk.sees(karim, "desk")).line[asked.conversation].offered


async def test_when_she_is_absent_it_is_said_that_a_colleague_answers(desk, paul, claire, karim):
    await follows(desk, paul, claire)
    await desk.goes(claire)
    await desk.comes(karim, paul)
    asked = await desk.asks(paul)
    told = await waiting(desk, paul, asked)
    assert (told.first_for, told.first_until, told.absent, told.live) == ("", None, "Claire Dubois", True)
    assert (await desk.sees(karim, "desk")).line[asked.conversation].offered


async def test_a_supervisor_who_answers_is_nobodys_own_advisor(desk, paul, claire, sylvie):
    """Nothing rings at her: nobody shall wait for her, or read that she is absent."""
    asked = await desk.asks(paul)
    await desk.claims(sylvie, asked.conversation)
    await desk.writes(sylvie, asked.conversation, "Bonjour")
    follow = desk_wire.Follow(conversation=asked.conversation, follow=True)
    assert await desk.refused(sylvie, follow) is Code.FORBIDDEN
    await desk.closes(sylvie, asked.conversation)
    await desk.writes(paul, asked.conversation, "Encore une question")
    again = await desk.asks(paul)
    for each in (asked, again):
        assert (await waiting(desk, paul, each)).absent == ""
    await desk.claims(claire, again.conversation)
    await desk.writes(claire, again.conversation, "Bonjour")
    assert (await desk.sees(claire, f"conversation:{again.conversation}")).follows == claire.person.id


async def test_outside_hours_it_is_taken_with_the_time_when_somebody_will_answer(desk, paul, claire):
    await opens(desk, HOUSING, (9 * 60, 11 * 60))
    topic = (await desk.sees(paul, "help")).topics[HOUSING]
    tomorrow = datetime.fromtimestamp(desk.now, ZONE).replace(hour=9, minute=0) + timedelta(days=1)
    assert (topic.open, topic.live, topic.next) == (False, False, tomorrow.timestamp())
    asked = await desk.asks(paul)
    told = await waiting(desk, paul, asked)
    assert (told.live, told.answers_from) == (False, tomorrow.timestamp())
    assert not (await desk.sees(claire, "desk")).line[asked.conversation].offered
    desk.now = tomorrow.timestamp()
    await desk.comes(claire)
    await desk.later(3)
    assert (await desk.sees(claire, "desk")).line[asked.conversation].offered, "at the opening it rings"


async def test_a_day_of_closure_is_not_a_day_on_which_somebody_answers(desk, paul, claire):
    today = datetime.fromtimestamp(desk.now, ZONE).date()
    async with desk.context.database.write() as tx:
        for days in (0, 1):
            await tx.insert_new(tables.closure, day=(today + timedelta(days=days)).isoformat())
    asked = await desk.asks(paul)
    after = datetime(today.year, today.month, today.day, tzinfo=ZONE) + timedelta(days=2)
    assert (await waiting(desk, paul, asked)).answers_from == after.timestamp()


async def test_a_night_is_not_a_wait(desk, paul, claire):
    await opens(desk, HOUSING, (9 * 60, 11 * 60))
    asked = await desk.asks(paul)
    nine = datetime.fromtimestamp(desk.now, ZONE).replace(hour=9, minute=0) + timedelta(days=1)
    desk.now = nine.timestamp() + 90
    await desk.comes(claire)
    await desk.claims(claire, asked.conversation)
    async with desk.context.database.read() as tx:
        (wait,) = await tx.execute(tables.wait.select())
    assert (wait.waited_s, wait.answered, wait.topic) == (90, True, HOUSING)


async def test_who_gives_up_is_counted_as_that_and_never_as_answered(desk, paul, sylvie):
    asked = await desk.asks(paul)
    await desk.later(30)
    await desk.closes(paul, asked.conversation)
    topic = (await desk.sees(sylvie, "supervision")).topics[HOUSING]
    assert (topic.answered_today, topic.given_up_today, topic.waiting) == (0, 1, 0)


async def test_waits_of_long_ago_are_forgotten(desk):
    await waited(desk, 10, ago=KEPT_S + 1)
    await waited(desk, 20)
    await desk.later(1)
    async with desk.context.database.read() as tx:
        assert [row.waited_s for row in await tx.execute(tables.wait.select())] == [20]


async def test_who_is_answered_later_keeps_her_place_and_is_rung_for_like_the_others(desk, paul, lea, claire):
    first = await desk.asks(paul)
    await desk.says(paul, AnswerLater(conversation=first.conversation, later=True))
    await desk.later(1)
    await desk.asks(lea)
    await desk.goes(paul)
    await desk.comes(claire)
    await desk.later(3)
    view = await desk.sees(claire, "desk")
    assert view.ranks[first.conversation] == 1
    assert (view.line[first.conversation].later, view.line[first.conversation].offered) == (True, True)
