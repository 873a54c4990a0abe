"""A pupil's question rings at every free volunteer, or first at the one asked for; the first Accept wins."""

import pytest

from signaling.calls import tables
from signaling.wire import Code
from tests.support.people import School, refusal

pytestmark = pytest.mark.processes


async def test_it_rings_at_all_with_name_and_subject_and_the_others_read_who_is_with_her(
    school: School,
) -> None:
    jeanne, paul, monique = [await school.volunteer(name) for name in ("Jeanne M.", "Paul L.", "Monique H.")]
    await monique.rests()
    ines = await school.pupil("Inès M.")
    await ines.asks("Les divisions", subject="maths")
    for volunteer in (jeanne, paul):
        row = await volunteer.hears(ines)
        assert (row["subject"], row["words"], row["pupil"]) == ("maths", "Les divisions", ines.id)
        assert volunteer.pupil(ines)["name"] == "Inès M."
        assert volunteer.pupil(ines)["question"] == ines.question
    await monique.sees(lambda: monique.row(ines), "the question in line")
    assert not monique.row(ines)["ringing"], "she rests"
    await ines.waits("ringing")

    await paul.accepts(ines)
    assert await refusal(jeanne.accepts(ines)) is Code.TAKEN
    for volunteer in (jeanne, monique):
        await volunteer.sees_taken(ines, "Paul L.")
        assert not volunteer.row(ines)["ringing"]
        assert volunteer.pupil(ines)["with_name"] == "Paul L."
    assert (await ines.enters_lesson())["volunteer_name"] == "Paul L."
    await ines.sees_call("accepted")


async def test_it_rings_first_at_the_volunteer_asked_for_and_then_at_all(school: School) -> None:
    jeanne, paul = await school.volunteer("Jeanne A."), await school.volunteer("Paul A.")
    ines = await school.pupil()
    await ines.asks(of=jeanne)
    row = await jeanne.hears(ines)
    assert row["for_me"]
    assert (await ines.waits("ringing"))["ringing_for"] == "Jeanne A."
    await paul.sees(lambda: paul.row(ines), "the question in line")
    assert not paul.row(ines)["ringing"]

    await school.change(tables.call, {"id": ines.call}, wanted_until=school.context.clock())
    await paul.hears(ines)
    assert not paul.row(ines)["for_me"]
    assert jeanne.row(ines)["ringing"], "she may still take it"


async def test_who_becomes_free_is_rung_at_once(school: School) -> None:
    jeanne = await school.volunteer()
    await jeanne.rests()
    ines = await school.pupil()
    await ines.asks()
    await ines.waits("waiting")
    await jeanne.is_free_again()
    await jeanne.hears(ines)
    late = await school.volunteer()
    await late.hears(ines)


async def test_a_repeated_press_on_ask_is_one_question(school: School) -> None:
    jeanne = await school.volunteer()
    ines = await school.pupil()
    first = await ines.asks(client_id="pressed-twice")
    assert await ines.asks(client_id="pressed-twice") == first
    assert await refusal(ines.asks(subject="french")) is Code.CONFLICT, "one open question each"
    await jeanne.hears(ines)
    assert [row["pupil"] for row in jeanne.room["line"].values()].count(ines.id) == 1
