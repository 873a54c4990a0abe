from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.line.estimates import FEWEST, MOST, RECENT_S, Wait, estimate

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=PARIS).timestamp()
HOUR = 3600.0


def waits(*seconds: float, ago: float = HOUR) -> list[Wait]:
    return [Wait(NOW - ago - number, waited) for number, waited in enumerate(seconds)]


def told(found: list[Wait]) -> tuple[float, float, int] | None:
    known = estimate(found, NOW, PARIS)
    return None if known is None else (known.usual_s, known.long_s, known.sample)


def test_half_waited_at_most_the_usual_time_and_nine_in_ten_the_long_one():
    assert told(waits(*range(10, 110, 10))) == (50, 90, 10)


def test_with_fewer_than_five_nothing_is_told():
    assert told(waits(10, 20, 30, 40)) is None
    assert told(waits(10, 20, 30, 40, 50)) == (30, 50, 5)


def test_only_the_last_thirty_count():
    old, new = waits(*[1000.0] * 50, ago=2000), waits(*[10.0] * MOST, ago=0)
    assert told(old + new) == (10, 10, MOST)


def test_waits_older_than_two_weeks_do_not_count():
    assert told(waits(10, 20, 30, 40, 50, ago=RECENT_S)) is None


def test_evenings_are_told_from_evenings_when_there_are_enough():
    mornings = waits(*[600.0] * 20, ago=11 * HOUR)
    evenings = waits(*[60.0] * FEWEST, ago=24 * HOUR)
    assert told(mornings + evenings) == (60, 60, FEWEST)
    assert told(mornings + evenings[1:]) == (600, 600, 24), "too few evenings: all hours count"


def test_the_hours_around_midnight_are_near_each_other():
    midnight = datetime(2026, 11, 24, 0, 30, tzinfo=PARIS).timestamp()
    before = [Wait(midnight - 2 * HOUR + number, 60) for number in range(5)]
    noon = [Wait(midnight - 12 * HOUR + number, 600) for number in range(20)]
    found = estimate([*before, *noon], midnight, PARIS)
    assert found is not None
    assert found.usual_s == 60


@given(st.lists(st.floats(0, 1e5, allow_nan=False), min_size=5, max_size=MOST))
def test_the_share_that_is_told_is_the_share_that_is_so(seconds):
    found = estimate(waits(*seconds), NOW, PARIS)
    assert found is not None
    assert sum(each <= found.usual_s for each in seconds) * 2 >= len(seconds)
    assert sum(each <= found.long_s for each in seconds) * 10 >= len(seconds) * 9
    assert found.usual_s <= found.long_s
    assert {found.usual_s, found.long_s} <= set(seconds)
