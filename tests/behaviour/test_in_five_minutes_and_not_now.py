""" "In five minutes" promises and rings again then; "not now" is left in peace; the pupil reads who promised."""

import pytest

from signaling.calls import tables
from signaling.wire import Code
from tests.support.people import School, refusal

pytestmark = pytest.mark.processes


async def test_in_five_minutes_is_a_promise_that_the_pupil_reads_and_that_rings_again(school: School) -> None:
    jeanne, ines = await school.volunteer("Jeanne P."), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    await jeanne.promises(ines)
    promised = await ines.waits("promised")
    assert promised["promised_by"] == "Jeanne P."
    assert 290 < promised["promised_at"] - school.context.clock() <= 300
    await jeanne.sees(lambda: not jeanne.row(ines)["ringing"], "that it is quiet here")
    assert jeanne.row(ines)["callback_at"] == promised["promised_at"]

    await jeanne.promises(ines)
    assert jeanne.row(ines)["callback_at"] == promised["promised_at"], (
        "the promise that stands keeps its time"
    )
    await school.change(tables.call_offer, {"call": ines.call}, until=school.context.clock())
    await jeanne.hears(ines)
    await jeanne.accepts(ines)
    await ines.enters_lesson()


async def test_not_now_stops_it_here_and_nowhere_else(school: School) -> None:
    jeanne, paul, ines = await school.volunteer(), await school.volunteer(), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    await paul.hears(ines)
    await jeanne.declines(ines)
    await jeanne.sees(lambda: not jeanne.row(ines)["ringing"], "that it is quiet here")
    assert paul.row(ines)["ringing"]
    await jeanne.rests()
    await jeanne.is_free_again()
    await paul.declines(ines)
    await paul.sees(lambda: not paul.row(ines)["ringing"], "that it is quiet here too")
    assert not jeanne.row(ines)["ringing"], "not for this question any more"
    assert (await ines.waits("nobody_yet"))["id"] == ines.question, "it stays in line"
    await ines.cancels()
    await ines.asks()
    await jeanne.hears(ines)


async def test_another_may_take_what_one_has_promised(school: School) -> None:
    jeanne, paul, ines = await school.volunteer(), await school.volunteer("Paul P."), await school.pupil()
    await ines.asks()
    await jeanne.hears(ines)
    await jeanne.promises(ines)
    await paul.accepts(ines)
    assert await refusal(jeanne.promises(ines)) is Code.TAKEN
    assert await refusal(jeanne.accepts(ines)) is Code.TAKEN
    await jeanne.sees_taken(ines, "Paul P.")
