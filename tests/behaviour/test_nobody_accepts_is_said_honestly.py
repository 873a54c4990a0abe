"""When it rang and nobody took it, the pupil is told so, and her question stays in line and rings again."""

import pytest

from signaling.calls import tables
from signaling.wire import Code
from tests.support.people import School, refusal

pytestmark = pytest.mark.processes


async def test_the_pupil_reads_that_nobody_took_it_and_stays_in_line_until_somebody_does(
    school: School,
) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    ringing_until = jeanne.row(ines)["ring_until"]
    assert 20 < ringing_until - school.context.clock() <= 30
    await school.change(tables.call_offer, {"call": ines.call}, until=school.context.clock())
    told = await ines.waits("nobody_yet")
    assert (told["id"], told["ahead"]) == (ines.question, 0)
    await jeanne.sees(lambda: not jeanne.row(ines)["ringing"], "that she is left in peace")
    assert jeanne.row(ines)["rank"] == 1

    await school.change(tables.call_offer, {"call": ines.call}, until=school.context.clock())
    await jeanne.hears(ines)
    await ines.waits("ringing")


async def test_a_question_that_does_not_ring_any_more_can_still_be_taken(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    await school.change(tables.call_offer, {"call": ines.call}, until=school.context.clock())
    await ines.waits("nobody_yet")
    await jeanne.accepts(ines)
    await ines.enters_lesson()


async def test_without_any_free_volunteer_the_pupil_is_not_told_that_it_rings(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await jeanne.rests()
    await ines.asks()
    await ines.waits("waiting")
    row = ines.room["volunteers"][jeanne.id]
    assert row["presence"] == "resting", "she sees who is here, and that she rests"


async def test_a_pupil_who_left_rings_nobody_and_is_not_called(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    await ines.drops()
    await jeanne.sees(lambda: not jeanne.row(ines)["ringing"], "that it rings no more")
    await jeanne.sees(lambda: not jeanne.row(ines)["here"], "that her page is closed")
    assert await refusal(jeanne.accepts(ines)) is Code.CONFLICT
    await ines.returns()
    await jeanne.hears(ines)
