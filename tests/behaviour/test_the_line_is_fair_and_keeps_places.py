"""Fewest lessons today first, then the longest wait; a place is kept through drops and changed words."""

import pytest

from classroom import tables
from classroom.wire import ChangeQuestion
from tests.support.people import Pupil, School, Volunteer

pytestmark = pytest.mark.processes


def line(volunteer: Volunteer, *pupils: Pupil) -> list[str]:
    """Names of these pupils in the order of the line."""
    ranks = {pupil.name: volunteer.row(pupil).get("rank", 0) for pupil in pupils}
    return sorted(ranks, key=lambda name: ranks[name])


async def test_who_had_no_lesson_today_comes_before_who_had_one_and_then_who_waits_longest(
    school: School,
) -> None:
    jeanne = await school.volunteer()
    again = await school.pupil("Deuxième leçon")
    await school.meet(again, jeanne)
    await again.hangs_up()
    await jeanne.is_back()
    await jeanne.rests()

    first, second = await school.pupil("Première"), await school.pupil("Seconde")
    for pupil in (again, first, second):
        await pupil.asks()
    everybody = (again, first, second)
    expected = ["Première", "Seconde", "Deuxième leçon"]
    await jeanne.sees(lambda: line(jeanne, *everybody) == expected, f"the line {expected}")
    assert jeanne.row(again)["lessons_today"] == 1
    await second.sees(lambda: second.room["question"]["ahead"] == 1, "one question before hers")
    await again.sees(lambda: again.room["question"]["ahead"] == 2, "two questions before hers")
    await first.cancels()
    await second.sees(lambda: second.room["question"]["ahead"] == 0, "that she is next")


async def test_a_place_is_kept_through_a_drop_and_other_words(school: School) -> None:
    jeanne = await school.volunteer()
    await jeanne.rests()
    first, second = await school.pupil("Avant"), await school.pupil("Après")
    await first.asks()
    await second.asks()
    asked_at = first.room["question"]["asked_at"]
    await first.drops()
    await jeanne.sees(lambda: not jeanne.row(first)["here"], "that her page is closed")
    assert line(jeanne, first, second) == ["Avant", "Après"]
    await first.returns()
    await jeanne.sees(lambda: jeanne.row(first)["here"], "that she is back")
    await change_words(first, "Autrement dit")
    await jeanne.sees(lambda: jeanne.row(first)["words"] == "Autrement dit", "the other words")
    assert jeanne.row(first)["asked_at"] == asked_at
    assert line(jeanne, first, second) == ["Avant", "Après"]


async def test_a_volunteer_who_gives_a_question_back_before_they_met_leaves_it_at_its_place(
    school: School,
) -> None:
    jeanne, paul = await school.volunteer(), await school.volunteer()
    await paul.rests()
    first, second = await school.pupil("Avant"), await school.pupil("Après")
    await first.asks()
    await second.asks()
    call = first.call
    await jeanne.accepts(first)
    await jeanne.hangs_up()
    await paul.sees(lambda: paul.row(first).get("call", call) != call, "her question in line again")
    assert line(paul, first, second) == ["Avant", "Après"]
    (question,) = await school.rows(tables.question, id=first.question)
    assert question["state"] == "open"


async def change_words(pupil: Pupil, words: str) -> None:
    await pupil.does(ChangeQuestion(question=pupil.question, words=words))
