"""How many people are there at each moment of a run, and what they may still begin."""

import pytest

from load.shapes import Phase, Shape, phase, present, restart_is_due


def numbers(shape: Shape, duration_s: int, users: int) -> list[int]:
    return [present(shape, float(second), float(duration_s), users) for second in range(duration_s)]


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(("duration_s", "users"), [(30, 1), (180, 24), (3600, 500)])
def test_all_come_once_and_nobody_more(shape: Shape, duration_s: int, users: int) -> None:
    there = numbers(shape, duration_s, users)
    assert max(there) == users
    assert min(there) >= 1


def test_in_the_evening_people_come_and_go() -> None:
    there = numbers(Shape.EVENING, 180, 100)
    assert there[0] == 20
    full = [second for second, number in enumerate(there) if number == 100]
    assert there[: full[0]] == sorted(there[: full[0]])
    assert there[full[-1] :] == sorted(there[full[-1] :], reverse=True)
    assert there[-1] < 65


def test_at_the_opening_all_are_there_within_ten_seconds() -> None:
    there = numbers(Shape.OPENING, 60, 100)
    assert there[0] < 20
    assert there[9:] == [100] * 51


@pytest.mark.parametrize("shape", [Shape.STORM, Shape.STEADY])
def test_nobody_leaves_before_the_end(shape: Shape) -> None:
    there = numbers(shape, 60, 100)
    assert there == sorted(there)


def test_only_a_storm_restarts_and_only_from_the_middle_on() -> None:
    assert not restart_is_due(Shape.STORM, 29.9, 60.0)
    assert restart_is_due(Shape.STORM, 30.0, 60.0)
    assert not any(restart_is_due(shape, 59.0, 60.0) for shape in Shape if shape is not Shape.STORM)


@pytest.mark.parametrize(
    ("elapsed_s", "duration_s", "expected"),
    [
        (0.0, 180.0, Phase.OPEN),
        (154.9, 180.0, Phase.OPEN),
        (155.0, 180.0, Phase.CLOSING),
        (180.0, 180.0, Phase.OVER),
        (17.9, 30.0, Phase.OPEN),
        (18.0, 30.0, Phase.CLOSING),
    ],
)
def test_the_last_seconds_are_for_ending_turns(elapsed_s: float, duration_s: float, expected: Phase) -> None:
    assert phase(elapsed_s, duration_s) is expected
