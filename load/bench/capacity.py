"""How many calls one core carries: calls are added until a limit is passed, then the number is halved in."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from load.bench.cpu import machine
from load.bench.figure import Benchmark, Figure
from load.blaster.cost import Cost, measure
from load.blaster.crowd import Crowd, crowd
from load.blaster.pattern import CALL
from load.system.sfu import SfuWorker, running_alone

MOST_CPU = 0.7
"""Share of one core."""
MOST_DELAY_MS = 10.0
"""The 99th percentile."""
FIRST = 20
"""Calls."""
CAUTION = 0.6
"""Of the way to where the CPU's limit seems to be; a core that is fuller takes less for each packet."""
LEAST = 4
"""So near, in calls, the answer is looked for."""
TRIES = 3
"""A limit counts as passed when it was passed so often in a row: other processes take the core away too."""
WARM_UP_S = 2.0
MEASURED_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """So many calls, and how it went the last time."""

    calls: int
    cost: Cost
    tries: int

    @property
    def carried(self) -> bool:
        """Tell whether no limit was passed."""
        return carried(self.cost)

    def told(self) -> str:
        """Tell it in the load field."""
        return f"{self.calls} calls {'carried' if self.carried else 'not carried'} (try {self.tries}: {self.cost.told()})"


def carried(cost: Cost) -> bool:
    """Tell whether everything arrived in time and a part of the core was left.

    Not when the generator was late: what it did not send in time, nobody had to carry.
    """
    outcome = cost.outcome
    whole = cost.complete and not (outcome.lost or outcome.foreign or outcome.disordered)
    whole = whole and not outcome.generator.was_late
    return whole and cost.core <= MOST_CPU and outcome.delay_p99_ms <= MOST_DELAY_MS


def next_calls(most: int, least: int | None, core: float) -> int:
    """Say how many calls to try next.

    Args:
        most: Calls that were carried.
        least: Calls that were not; None so far.
        core: Share that the most took, where nothing failed so far.

    Returns:
        0 when the answer is near enough.
    """
    if least is not None:
        return (most + least) // 2 if least - most > LEAST else 0
    more = int((most * MOST_CPU / core - most) * CAUTION)
    return most + min(more, most) if more >= LEAST else 0


async def _capacity() -> Iterable[Figure]:
    async with running_alone() as worker, crowd() as the:
        steps = await _climb(worker, the)
    most = max((step.calls for step in steps if step.carried), default=0)
    void = any(not step.carried and step.cost.outcome.generator.was_late for step in steps)
    load = (
        "1:1 calls on one worker process, each way bursts of 3 VP8 packets of 834 B 30 times a second and 50 Opus packets/s, all "
        "with transport-wide numbers, sender reports and REMB each second, no loss repaired; loopback; limits: "
        f"{MOST_CPU:.0%} of a core, p99 {MOST_DELAY_MS:.0f} ms, nothing lost, each tried up to {TRIES} times; {MEASURED_S:.0f} s "
        f"each: {'; '.join(step.told() for step in steps)}; {machine()}"
        f"{'; THE GENERATOR WAS LATE WHEN A LIMIT WAS PASSED: AT LEAST SO MANY' if void else ''}"
    )
    return [Figure("calls_per_core.python", most, "calls", load)]


async def _climb(worker: SfuWorker, the: Crowd) -> list[Step]:
    steps: list[Step] = []
    most, least = 0, None
    present, wanted = 0, FIRST
    while wanted:
        if wanted > present:
            await the.add_calls(worker, wanted - present, CALL)
        else:
            await the.end_calls(present - wanted, CALL)
        present = wanted
        steps.append(step := _step(worker.pid, the, present))
        if step.carried:
            most = present
        else:
            least = present
        wanted = next_calls(most, least, step.cost.core)
    return steps


def _step(pid: int, the: Crowd, calls: int) -> Step:
    attempt = partial(measure, pid, the, warm_up_s=WARM_UP_S, measured_s=MEASURED_S)
    tries, cost = 1, attempt()
    while not carried(cost) and tries < TRIES:
        tries, cost = tries + 1, attempt()
    return Step(calls, cost, tries)


BENCHMARKS = (Benchmark(("calls_per_core.python",), _capacity),)
