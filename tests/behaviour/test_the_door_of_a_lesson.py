"""Enrolled, consent on file, vetted until a date in the future, open: what is missing is refused by its own code."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy

from classroom import tables
from signaling.wire import Code
from tests.support.people import School, refusal

pytestmark = pytest.mark.processes
DAY_S = 86400.0
HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"enrolled_until": None}, Code.NOT_ENROLLED),
        ({"enrolled_until": time.time() - DAY_S}, Code.NOT_ENROLLED),
        ({"consent_at": None}, Code.NO_CONSENT),
        ({"consent_until": time.time() - HOUR_S}, Code.NO_CONSENT),
        ({"consent_at": time.time() + DAY_S}, Code.NO_CONSENT),
    ],
)
async def test_a_pupil_without_enrolment_or_consent_asks_nothing(
    school: School, columns: dict[str, Any], code: Code
) -> None:
    ines = await school.pupil(**columns)
    assert ines.room["may_ask"] == code, "the page says it before she tries"
    assert await refusal(ines.asks()) is code
    assert await school.rows(tables.question, pupil=ines.id) == []


@pytest.mark.parametrize("vetted_until", [None, time.time() - DAY_S])
async def test_a_volunteer_who_is_not_vetted_is_not_rung_and_takes_nothing(
    school: School, vetted_until: float | None
) -> None:
    jeanne = await school.volunteer(vetted_until=vetted_until)
    paul, ines = await school.volunteer(), await school.pupil()
    assert jeanne.room["may_take"] == Code.NOT_VETTED
    await ines.asks()
    await paul.hears(ines)
    await jeanne.sees(lambda: jeanne.row(ines), "the line")
    assert not jeanne.row(ines)["ringing"]
    assert await refusal(jeanne.accepts(ines)) is Code.NOT_VETTED
    assert await school.rows(tables.lesson, pupil=ines.id) == []


@pytest.mark.parametrize(
    ("table", "columns", "code"),
    [
        ("pupil", {"consent_until": 1.0}, Code.NO_CONSENT),
        ("pupil", {"enrolled_until": 1.0}, Code.NOT_ENROLLED),
        ("volunteer", {"vetted_until": 1.0}, Code.NOT_VETTED),
    ],
)
async def test_what_ends_while_a_question_waits_closes_the_door(
    school: School, table: str, columns: dict[str, float], code: Code
) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    if table == "pupil":
        await school.change(tables.pupil, {"person": ines.id}, **columns)
    else:
        await school.change(tables.volunteer, {"person": jeanne.id}, **columns)
    assert await refusal(jeanne.accepts(ines)) is code
    assert await school.rows(tables.lesson, pupil=ines.id) == []


async def test_outside_opening_hours_nobody_asks_takes_or_is_rung_and_all_read_when_it_opens(
    school: School,
) -> None:
    jeanne, ines, tom = await school.volunteer(), await school.pupil(), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    async with closed_today(school):
        for person, may in ((tom, "may_ask"), (jeanne, "may_take")):
            await says_closed(person, may)
        assert await refusal(tom.asks()) is Code.CLOSED_NOW
        assert await refusal(jeanne.accepts(ines)) is Code.CLOSED_NOW
        await jeanne.sees(lambda: not jeanne.row(ines)["ringing"], "that it does not ring")
        assert jeanne.row(ines), "the question keeps its place"
    await jeanne.hears(ines)


async def says_closed(person: Any, may: str) -> None:
    await person.sees(lambda: not person.room["hours"]["open"], "that it is closed")
    assert person.room[may] == Code.CLOSED_NOW
    assert person.room["hours"]["next"] > time.time()


@asynccontextmanager
async def closed_today(school: School) -> AsyncIterator[None]:
    """Close yesterday, today and tomorrow, so that midnight and time zones do not matter."""
    days = [(date.today() + timedelta(days=n)).isoformat() for n in (-1, 0, 1)]  # noqa: DTZ011 - any zone will do
    async with school.context.database.write() as tx:
        for day in days:
            await tx.insert_new(tables.closure, day=day)
        tx.touch("classroom")
    try:
        yield
    finally:
        async with school.context.database.write() as tx:
            await tx.execute(sqlalchemy.delete(tables.closure).where(tables.closure.c.day.in_(days)))
            tx.touch("classroom")


async def test_nobody_else_comes_into_a_lesson(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    paul, tom = await school.volunteer(), await school.pupil()
    await school.meet(ines, jeanne)
    for stranger in (paul, tom):
        assert await refusal(stranger.opens(f"call:{ines.call}")) is Code.FORBIDDEN
        assert await refusal(stranger.opens(f"lesson:{ines.lesson}")) is Code.NOT_FOUND
        assert await refusal(stranger.client.open_log(ines.log)) is Code.NOT_FOUND
        stranger.call = ines.call
        stranger.lesson = ines.lesson
        assert await refusal(stranger.says("bonjour")) is Code.NOT_FOUND
        assert await refusal(stranger.joins()) is Code.FORBIDDEN
        assert await refusal(stranger.hangs_up()) is Code.FORBIDDEN
    assert ines.heard() == []


async def test_a_coordinator_sees_every_lesson_and_says_nothing_in_it(school: School) -> None:
    jeanne, ines, claire = await school.volunteer(), await school.pupil(), await school.coordinator()
    await school.meet(ines, jeanne)
    await ines.says("Bonjour")
    await claire.follows_call(ines.call)
    assert claire.seen_call["state"] == "live"
    claire.lesson, claire.log = ines.lesson, ines.log
    assert (await claire.opens(f"lesson:{ines.lesson}"))["pupil_name"] == ines.name
    await claire.client.open_log(ines.log)
    await claire.reads("Bonjour")
    assert await refusal(claire.says("bonjour")) is Code.FORBIDDEN
