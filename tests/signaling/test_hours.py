from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from signaling.hours import Timetable, Window, start_of_day

PARIS = ZoneInfo("Europe/Paris")
EVENINGS = tuple(Window(weekday, 17 * 60 + 30, 19 * 60 + 30) for weekday in (0, 1, 3))


def paris(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()


@pytest.fixture
def evenings() -> Timetable:
    return Timetable(EVENINGS, frozenset({date(2026, 11, 24)}), PARIS)


def test_before_the_opening_it_says_when_it_opens(evenings):
    hours = evenings.at(paris("2026-11-23T12:00"))
    assert (hours.open, hours.next) == (False, paris("2026-11-23T17:30"))


def test_during_the_opening_it_says_until_when(evenings):
    hours = evenings.at(paris("2026-11-23T18:00"))
    assert (hours.open, hours.until) == (True, paris("2026-11-23T19:30"))


def test_the_opening_begins_at_its_first_second_and_not_before(evenings):
    assert evenings.at(paris("2026-11-23T17:30")).open
    assert not evenings.at(paris("2026-11-23T17:30") - 0.001).open
    assert not evenings.at(paris("2026-11-23T19:30")).open


def test_a_day_of_closure_is_skipped(evenings):
    hours = evenings.at(paris("2026-11-23T20:00"))
    assert hours.next == paris("2026-11-26T17:30"), "Tuesday the 24th is closed, Thursday is next"


def test_the_wall_clock_counts_when_the_clocks_change():
    every_day = Timetable(tuple(Window(d, 17 * 60, 18 * 60) for d in range(7)), frozenset(), PARIS)
    saturday, sunday = paris("2026-10-24T17:00"), paris("2026-10-25T17:00")
    assert every_day.at(saturday - 60).next == saturday
    assert every_day.at(saturday + 3600).next == sunday
    assert sunday - saturday == 25 * 3600


def test_open_all_day_has_no_end():
    always = Timetable(tuple(Window(d, 0, 1440) for d in range(7)), frozenset(), PARIS)
    hours = always.at(paris("2026-11-23T23:59"))
    assert (hours.open, hours.until) == (True, None)


def test_an_evening_that_runs_past_midnight_is_one_opening():
    late = Timetable((Window(4, 20 * 60, 1440), Window(5, 0, 60)), frozenset(), PARIS)
    assert late.at(paris("2026-11-27T21:00")).until == paris("2026-11-28T01:00")


def test_without_any_window_there_is_no_next():
    hours = Timetable((), frozenset(), PARIS).at(paris("2026-11-23T12:00"))
    assert (hours.open, hours.until, hours.next) == (False, None, None)


def test_only_the_time_when_it_was_open_counts_as_waiting(evenings):
    asked, answered = paris("2026-11-23T19:20"), paris("2026-11-26T17:35")
    assert evenings.open_seconds(asked, answered) == 15 * 60, "ten minutes of Monday, five of Thursday"
    assert evenings.open_seconds(asked, asked) == 0
    assert evenings.open_seconds(paris("2026-11-23T12:00"), paris("2026-11-23T13:00")) == 0


def test_the_day_begins_at_midnight_in_paris():
    assert start_of_day(paris("2026-11-23T00:30"), PARIS) == paris("2026-11-23T00:00")
