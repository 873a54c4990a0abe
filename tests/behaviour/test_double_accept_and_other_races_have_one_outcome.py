"""Whatever two people press at the same moment, both and everybody else see one and the same outcome."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from classroom import tables
from load.client import Refused
from signaling.wire import Code
from tests.support.people import Person, School, refusal

pytestmark = pytest.mark.processes
ROUNDS = range(5)


async def outcome(act: Awaitable[Any]) -> Code | None:
    """The code of a refusal; None when it was done."""
    try:
        await act
    except Refused as refused:
        return refused.code
    return None


async def test_two_volunteers_accept_at_once(school: School) -> None:
    jeanne, paul, ines = await school.volunteer(), await school.volunteer(), await school.pupil()
    for _ in ROUNDS:
        await ines.asks()
        told = await asyncio.gather(outcome(jeanne.accepts(ines)), outcome(paul.accepts(ines)))
        assert sorted(map(str, told)) == ["None", "taken"]
        winner = (jeanne, paul)[told.index(None)]
        lesson = await ines.enters_lesson()
        assert lesson["volunteer_id"] == winner.id
        assert len(await school.rows(tables.lesson, question=ines.question)) == 1
        await ines.hangs_up()
        await ines.is_back()


async def test_the_pupil_cancels_while_a_volunteer_accepts(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    for _ in ROUNDS:
        await ines.asks()
        accepted, cancelled = await asyncio.gather(outcome(jeanne.accepts(ines)), outcome(ines.cancels()))
        (question,) = await school.rows(tables.question, id=ines.question)
        lessons = await school.rows(tables.lesson, question=ines.question)
        if accepted is None:
            assert cancelled is Code.CONFLICT
            assert (question["state"], len(lessons)) == ("taken", 1)
            await ines.hangs_up()
        else:
            assert (accepted, cancelled) == (Code.CONFLICT, None)
            assert (question["state"], lessons) == ("cancelled", [])
        await ines.sees(lambda: not ines.room["lesson"] and "question" not in ines.room, "nothing open")


async def test_accept_after_cancel_and_cancel_after_accept(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    await ines.cancels()
    await ines.cancels()
    assert await refusal(jeanne.accepts(ines)) is Code.CONFLICT
    await ines.asks()
    await jeanne.accepts(ines)
    await jeanne.accepts(ines)
    assert await refusal(ines.cancels()) is Code.CONFLICT


async def test_both_hang_up_at_once(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    for _ in range(3):
        await school.meet(ines, jeanne)
        told = await asyncio.gather(outcome(ines.hangs_up()), outcome(jeanne.hangs_up()))
        assert list(told) == [None, None]
        for person in (ines, jeanne):
            await ended_once(person)
        assert ines.seen_call["ended_by"] == jeanne.seen_call["ended_by"]
        await jeanne.notes("")
        assert await outcome(ines.hangs_up()) is None, "an ended call stays ended"


async def ended_once(person: Person) -> None:
    await person.sees_call("ended")
    assert person.seen_call["outcome"] == "hung_up"
    await person.is_back()
    await person.sees_event("ended")
    assert [event.kind for event in person.events].count("ended") == 1


async def test_one_volunteer_takes_two_questions_at_once(school: School) -> None:
    jeanne = await school.volunteer()
    pages = [await school.pupil(), await school.pupil()]
    for pupil in pages:
        await pupil.asks()
    told = await asyncio.gather(*(outcome(jeanne.accepts(pupil)) for pupil in pages))
    assert sorted(map(str, told)) == ["None", "busy"]
    other = pages[told.index(Code.BUSY)]
    assert other.room["question"]["state"] != "taken", "she keeps her place"


async def test_the_same_words_sent_twice_stand_there_once(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    await jeanne.accepts(ines)
    await ines.enters_lesson()
    await jeanne.enters_lesson()
    first, second = await asyncio.gather(
        ines.says("Bonjour", "client-id-1"), ines.says("Bonjour", "client-id-1")
    )
    assert first == second
    assert await refusal(ines.says("autre chose", "client-id-1")) is Code.REPEATED_DIFFERENTLY
    for person in (ines, jeanne):
        await person.reads("Bonjour")
