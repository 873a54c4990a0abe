"""A step past its limit, a step never reached and a strained generator are each said, and decide the exit status."""

from dataclasses import replace

import pytest

from load import verdict
from load.driver.__main__ import ROLES as PERSONS
from load.steps import NEEDED, Step, needed
from load.thresholds import GENERATOR_LAG_MS, LIMITS
from load.verdict import Row, Second

ROLES = ("visitor",)
GOOD = Row("visitor", Step.LOADER, count=100, failed=0, median=3.0, p95=9.0, p99=12.0)
CALM = Second(driver_cpu=0.2, locust_cpu=0.05, lag_ms=4.0)
LATE = replace(CALM, lag_ms=GENERATOR_LAG_MS + 1)


def complaints(*rows: Row, storm: bool = False) -> list[str]:
    return verdict.complaints(rows, ROLES, storm=storm)


def test_a_run_in_which_everything_was_reached_in_time_passes() -> None:
    assert complaints(GOOD) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"median": 301.0}, "visitor 'loader': median 301 ms is past its limit, 300"),
        ({"p95": 1501.0}, "visitor 'loader': p95 1501 ms is past its limit, 1500"),
        (
            {"failed": 3, "errors": {"refused": 2, "gone": 1}},
            "visitor 'loader': 3 of 100 failed: gone (1); refused (2)",
        ),
    ],
)
def test_what_is_past_its_limit_is_said(change: dict[str, float], sentence: str) -> None:
    assert complaints(replace(GOOD, **change)) == [sentence]  # type: ignore[arg-type]


def test_a_step_that_was_never_reached_is_said() -> None:
    assert complaints() == ["never reached by any visitor: 'loader'"]
    other = replace(GOOD, who="pupil")
    assert complaints(other) == ["never reached by any visitor: 'loader'"]


def test_in_a_storm_what_waited_for_the_restart_may_be_slow_and_may_not_be_lost() -> None:
    waited = replace(GOOD, p95=9000.0, failed=20)
    assert complaints(waited, storm=True) == []
    written = replace(waited, step=Step.CHAT_ACKNOWLEDGEMENT)
    assert [sentence.partition(":")[0] for sentence in complaints(GOOD, written, storm=True)] == [
        "visitor 'chat acknowledgement'"
    ]


def test_whoever_hangs_up_somebody_has_to_and_a_storm_needs_everybody_back() -> None:
    calm, storm = (needed(["pupil", "visitor"], storm=storm) for storm in (False, True))
    assert calm == {
        "": {Step.HANG_UP, Step.HANG_UP_SCREEN, Step.DECODING},
        "pupil": NEEDED["pupil"],
        "visitor": NEEDED["visitor"],
    }
    assert storm["pupil"] - calm["pupil"] == {Step.RECONNECT}
    assert storm["visitor"] == calm["visitor"]


def test_roles_that_have_needs_are_roles_that_come() -> None:
    assert set(NEEDED) <= set(PERSONS)


def test_a_generator_that_was_late_too_often_makes_the_run_void() -> None:
    assert verdict.strain({"of this run": [CALM] * 9 + [LATE]}) == []
    assert verdict.strain({"worker 0": [], "worker 1": [CALM]}) == ["worker 0 was not watched"]
    stood_still = Second(driver_cpu=0.1, locust_cpu=0.1, lag_ms=6000.0)
    (sentence,) = verdict.strain({"of this run": [CALM] * 30 + [stood_still]})
    assert "6 of 36 seconds" in sentence
    (sentence,) = verdict.strain({"worker 0": [CALM] * 10, "worker 1": [CALM] * 8 + [LATE] * 2})
    assert sentence.startswith("worker 1 was strained in 2 of 10 seconds")
    busy = (replace(CALM, driver_cpu=0.9), replace(CALM, locust_cpu=0.9))
    assert all(second.strained for second in busy)


@pytest.mark.parametrize(
    ("found", "strained", "code"), [([], [], 0), (["x"], [], 1), ([], ["y"], 2), (["x"], ["y"], 2)]
)
def test_void_is_neither_passed_nor_failed(found: list[str], strained: list[str], code: int) -> None:
    assert verdict.code(found, strained) == code


def test_figures_and_table_name_unit_and_limit() -> None:
    lost = Row("agent", Step.LOSS, count=2, failed=0, median=0.5, p95=1.0, p99=1.0)
    assert verdict.figures(lost, storm=False) == {
        "step": "loss",
        "who": "agent",
        "count": 2,
        "failed": 0,
        "median": 0.5,
        "p95": 1.0,
        "p99": 1.0,
        "unit": "per mille",
        "limit": {"median": 1, "p95": 10.0, "failed": 0.0},
    }
    head, line, _ = verdict.table([lost, GOOD], storm=False).splitlines()
    assert head.split()[:4] == ["who", "step", "count", "failed"]
    assert " ".join(line.split()) == "agent loss 2 0 0.5 1 1 per mille median 1, p95 10"


def test_rows_stand_in_the_order_in_which_a_person_takes_her_steps() -> None:
    rows = [
        replace(GOOD, who=who, step=step) for who in "ba" for step in (Step.HANG_UP, "driver", Step.SIGN_IN)
    ]
    assert [(row.who, row.step) for row in sorted(rows, key=verdict.in_order)] == [
        (who, step) for who in "ab" for step in (Step.SIGN_IN, Step.HANG_UP, "driver")
    ]


def test_only_known_steps_have_limits() -> None:
    assert set(LIMITS) <= set(Step)
    assert verdict.limit_of("driver", storm=False).failed == 0.0
