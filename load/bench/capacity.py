"""How many calls one core carries, found by adding calls until one limit is passed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from load.bench.figure import Benchmark, Figure
from load.blaster.cost import Cost, machine, measure
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
"""Calls that a further step has to add."""
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
    """Tell whether everything arrived in time and a part of the core was left."""
    outcome = cost.outcome
    whole = cost.complete and not (outcome.lost or outcome.foreign or outcome.disordered)
    return whole and cost.core <= MOST_CPU and outcome.delay_p99_ms <= MOST_DELAY_MS


def further(calls: int, core: float) -> int:
    """Say how many calls to try after so many took a share of the core; the same number when it is not worth it."""
    more = int((calls * MOST_CPU / core - calls) * CAUTION)
    return calls + min(more, calls) if more >= LEAST else calls


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
    present, wanted = 0, FIRST
    while wanted > present:
        await the.add_calls(worker, wanted - present, CALL)
        present = wanted
        steps.append(_step(worker.pid, the, present))
        if steps[-1].carried:
            wanted = further(present, steps[-1].cost.core)
    return steps


def _step(pid: int, the: Crowd, calls: int) -> Step:
    attempt = partial(measure, pid, the, warm_up_s=WARM_UP_S, measured_s=MEASURED_S)
    tries, cost = 1, attempt()
    while not carried(cost) and tries < TRIES:
        tries, cost = tries + 1, attempt()
    return Step(calls, cost, tries)


BENCHMARKS = (Benchmark(("calls_per_core.python",), _capacity),)
