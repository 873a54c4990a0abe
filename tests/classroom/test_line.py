from hypothesis import given
from hypothesis import strategies as st

from classroom.line import Waiting, order

waiting = st.builds(
    Waiting,
    question=st.uuids().map(str),
    lessons_today=st.integers(0, 5),
    asked_at=st.floats(0, 1e9),
)


def test_who_had_no_lesson_today_comes_before_who_had_one_however_long_she_waits():
    ranks = order([Waiting("had one, waits long", 1, 100.0), Waiting("had none, just asked", 0, 900.0)])
    assert ranks == {"had none, just asked": 1, "had one, waits long": 2}


def test_among_equals_the_longest_wait_comes_first():
    assert list(order([Waiting("late", 0, 20.0), Waiting("early", 0, 10.0)])) == ["early", "late"]


@given(st.lists(waiting, unique_by=lambda w: w.question))
def test_every_question_has_one_rank_whatever_order_they_are_read_in(entries):
    ranks = order(entries)
    assert sorted(ranks.values()) == list(range(1, len(entries) + 1))
    assert order(reversed(entries)) == ranks


@given(st.lists(waiting, min_size=1, unique_by=lambda w: w.question))
def test_waiting_longer_never_costs_a_place(entries):
    first, *others = entries
    sooner = Waiting(first.question, first.lessons_today, first.asked_at - 60)
    assert order([sooner, *others])[first.question] <= order(entries)[first.question]
