"""What a run was: which steps it reached, how long they took, what failed, and whether the figures mean anything. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from load.steps import Step, needed, unit
from load.thresholds import (
    GENERATOR_CPU,
    GENERATOR_LAG_MS,
    GENERATOR_STRAINED,
    LIMITS,
    STORM_FAILED,
    UNANSWERED,
    Limit,
)

PASSED, FAILED, VOID = 0, 1, 2
"""Exit codes. A run that is void did not pass and did not fail, whatever was found."""
STEPS = tuple(Step)
COLUMNS = ("who", "step", "count", "failed", "median", "p95", "p99", "unit", "limit")


@dataclass(frozen=True, slots=True)
class Row:
    """One step of one role, as Locust counted it; values in the step's unit."""

    who: str
    step: str
    count: int
    failed: int
    median: float
    p95: float
    p99: float
    errors: Mapping[str, int] = field(default_factory=dict)
    """What was said about the failed ones, and how often."""


@dataclass(frozen=True, slots=True)
class Second:
    """How one Locust process and its driver did in one second."""

    driver_cpu: float
    """Share of one core, as the next."""
    locust_cpu: float
    lag_ms: float
    """How late the driver's loop came, at worst."""

    @property
    def strained(self) -> bool:
        """What was measured in it is the generator's own slowness."""
        return max(self.driver_cpu, self.locust_cpu) > GENERATOR_CPU or self.lag_ms > GENERATOR_LAG_MS

    @property
    def lasted_s(self) -> float:
        """Who comes late is asked late: a driver that stood still for six seconds answers once."""
        return max(1.0, self.lag_ms / 1000)


def limit_of(step: str, *, storm: bool) -> Limit:
    """Give what may be expected of a step; in a storm, what may be when nobody answers for a while."""
    limit = LIMITS.get(Step(step), Limit()) if step in STEPS else Limit()
    if not storm:
        return limit
    return Limit(median=limit.median, failed=STORM_FAILED if step in UNANSWERED else limit.failed)


def in_order(row: Row) -> tuple[str, int, str]:
    """Sort rows by this: a person's steps as she takes them."""
    return row.who, STEPS.index(row.step) if row.step in STEPS else len(STEPS), row.step


def complaints(rows: Collection[Row], roles: Collection[str], *, storm: bool) -> list[str]:
    """Say what a run did not do that it should have done.

    Args:
        rows: All steps that were reached.
        roles: Who was to come.
        storm: The web processes were started again, so that people had to come back.
    """
    found = [sentence for row in rows for sentence in _past_limit(row, limit_of(row.step, storm=storm))]
    for role, steps in needed(roles, storm=storm).items():
        reached = {row.step for row in rows if role in ("", row.who)}
        if missing := [f"'{step}'" for step in STEPS if step in steps - reached]:
            found.append(f"never reached by {f'any {role}' if role else 'anybody'}: {', '.join(missing)}")
    return found


def _past_limit(row: Row, limit: Limit) -> Iterable[str]:
    name = f"{row.who} '{row.step}'"
    if row.failed > limit.failed * row.count:
        said = "; ".join(f"{error} ({times})" for error, times in sorted(row.errors.items()))
        yield f"{name}: {row.failed} of {row.count} failed: {said}"
    if row.failed == row.count:  # how long each took to fail is no finding
        return
    for what, value, most in (("median", row.median, limit.median), ("p95", row.p95, limit.p95)):
        if most is not None and value > most:
            yield f"{name}: {what} {value:g} {unit(row.step)} is past its limit, {most:g}"


def strain(generators: Mapping[str, Sequence[Second]]) -> list[str]:
    """Say where the generator was the bottleneck; empty when it was not."""
    found = []
    for name, seconds in generators.items():
        if not seconds:
            found.append(f"{name} was not watched")
            continue
        lasted = sum(second.lasted_s for second in seconds)
        strained = sum(second.lasted_s for second in seconds if second.strained)
        if strained > GENERATOR_STRAINED * lasted:
            found.append(
                f"{name} was strained in {strained:.0f} of {lasted:.0f} seconds "
                f"(above {GENERATOR_CPU:.0%} of a core, or its loop late by more than {GENERATOR_LAG_MS:g} ms)"
            )
    return found


def told_about(name: str, seconds: Sequence[Second]) -> str:
    """Tell how a generator did, in a line."""
    if not seconds:
        return f"Generator {name}: not watched."
    driver = sum(second.driver_cpu for second in seconds) / len(seconds)
    locust = sum(second.locust_cpu for second in seconds) / len(seconds)
    lags = sorted(second.lag_ms for second in seconds)
    return (
        f"Generator {name}: driver {driver:.0%} of a core, Locust {locust:.0%}; the driver's loop late by "
        f"{lags[len(lags) // 2]:.0f} ms in the median second, {lags[-1]:.0f} ms in the worst of {len(lags)}."
    )


def code(found: Collection[str], strained: Collection[str]) -> int:
    """Give the exit code."""
    if strained:
        return VOID
    return FAILED if found else PASSED


def figures(row: Row, *, storm: bool) -> dict[str, Any]:
    """Give a row as a JSON object."""
    limit = limit_of(row.step, storm=storm)
    return {
        "step": row.step,
        "who": row.who,
        "count": row.count,
        "failed": row.failed,
        "median": row.median,
        "p95": row.p95,
        "p99": row.p99,
        "unit": unit(row.step),
        "limit": {"median": limit.median, "p95": limit.p95, "failed": limit.failed},
    }


def table(rows: Iterable[Row], *, storm: bool) -> str:
    """Lay out all rows for the screen."""
    lines = [COLUMNS, *(_cells(row, limit_of(row.step, storm=storm)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if name in ("who", "step", "unit", "limit") else cell.rjust(width)
            for name, cell, width in zip(COLUMNS, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _cells(row: Row, limit: Limit) -> tuple[str, ...]:
    most = ", ".join(
        f"{name} {value:g}"
        for name, value in (("median", limit.median), ("p95", limit.p95))
        if value is not None
    )
    values = (f"{value:g}" for value in (row.count, row.failed, row.median, row.p95, row.p99))
    return (row.who, row.step, *values, unit(row.step), most)
