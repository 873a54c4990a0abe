"""Whoever reloads or loses the network comes back into the same call and lesson, and lost no word."""

import asyncio

import pytest

from classroom.tables import question as questions
from signaling.calls import tables
from tests.support.people import Person, School

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("who", ["pupil", "volunteer"])
async def test_after_a_lost_network_it_is_the_same_call_and_the_same_lesson(school: School, who: str) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await school.meet(ines, jeanne)
    lost, stays = (ines, jeanne) if who == "pupil" else (jeanne, ines)
    await lost.says("avant")
    call, lesson = lost.call, lost.lesson

    await lost.drops()
    await stays.sees_call("interrupted", within_s=15)
    assert stays.seen_call["grace_until"] > school.context.clock() + 60, "her place is kept"
    await stays.says("tu es là ?")

    await lost.returns()
    await lost.sees(
        lambda: (lost.room.get("call"), lost.room.get("lesson")) == (call, lesson), "where she was"
    )
    await comes_back(lost, stays)
    for person in (lost, stays):
        await person.reads("avant", "tu es là ?")
        await person.sees_event("resumed")
        assert [event.kind for event in person.events].count("interrupted") == 1
    (only,) = await school.rows(tables.call, caller=ines.id)
    assert (only["id"], only["outcome"]) == (call, "")


async def test_a_reload_interrupts_nothing(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await school.meet(ines, jeanne)
    await ines.drops()
    await ines.returns()
    await comes_back(ines, jeanne)
    await jeanne.says("encore là")
    await ines.reads("encore là")
    assert [event.kind for event in ines.events if event.kind != "said"] == ["began"]


async def test_both_lose_the_network_at_once_and_meet_again(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await school.meet(ines, jeanne)
    await asyncio.gather(ines.drops(), jeanne.drops())
    await asyncio.gather(ines.returns(), jeanne.returns())
    await asyncio.gather(ines.joins(), jeanne.joins())
    await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))
    await asyncio.gather(ines.sees_call("live"), jeanne.sees_call("live"))


async def test_who_does_not_come_back_keeps_her_place_in_line(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await school.meet(ines, jeanne)
    asked_at = (await school.rows(questions, pupil=ines.id))[0]["asked_at"]
    await ines.drops()
    await jeanne.sees_call("interrupted", within_s=15)
    await school.change(tables.call, {"id": jeanne.call}, grace_until=school.context.clock())
    await jeanne.sees_call("ended")
    assert jeanne.seen_call["outcome"] == "lost"
    await jeanne.is_back()
    assert jeanne.row(ines)["asked_at"] == asked_at
    await ines.returns()
    again = await ines.waits("ringing")
    assert (again["id"], again["asked_at"]) == (ines.question, asked_at)


async def comes_back(lost: Person, stays: Person) -> None:
    await lost.joins()
    await asyncio.gather(lost.meets(stays), stays.meets(lost))
    await asyncio.gather(lost.sees_call("live"), stays.sees_call("live"))
