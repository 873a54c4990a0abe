"""CPU per packet of our server and of Janus, each with the same packets at the same moments.

Runs inside of the namespace. Each run has a fresh server, and the servers take turns: what else the machine does meanwhile
is shared fairly.
"""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from load.bench.cpu import machine
from load.bench.figure import Figure
from load.blaster import crowd as blaster_crowd
from load.blaster.cost import Cost, measure
from load.blaster.crowd import Crowd
from load.janus import rooms, server
from load.janus.comparison import DEFAULT, OURS, TUNED, Case, Measured, figures
from load.system.sfu import running_alone

RUNS = 3
REPEATS = 2
EVENT_LOOPS = 2
WARM_UP_S = 2.0
MEASURED_S = 4.0


@dataclass(frozen=True, slots=True)
class Server:
    """A process under load."""

    name: str
    pid: int
    crowd: Crowd


@asynccontextmanager
async def ours(case: Case) -> AsyncIterator[Server]:
    """One worker of our server."""
    async with running_alone() as worker, blaster_crowd.crowd() as crowd:
        for _ in range(case.rooms):
            await crowd.add_fan_out(worker, case.receivers, case.pattern)
        yield Server("our worker", worker.pid, crowd)


@asynccontextmanager
async def janus(case: Case, event_loops: int) -> AsyncIterator[Server]:
    """One process of Janus; 0 event loops is its default, one for each connection."""
    threads = f"event_loops={event_loops}" if event_loops else "a thread for each connection"
    with (
        tempfile.TemporaryDirectory(prefix="janus-") as folder,
        server.running(Path(folder), event_loops=event_loops) as running,
    ):
        async with rooms.crowd(running.url, case.rooms, case.receivers, case.pattern) as crowd:
            yield Server(f"Debian's Janus {running.version}, {threads}", running.pid, crowd)


SERVERS: dict[str, Callable[[Case], AbstractAsyncContextManager[Server]]] = {
    OURS: ours,
    DEFAULT: partial(janus, event_loops=0),
    TUNED: partial(janus, event_loops=EVENT_LOOPS),
}


def run(under_load: Server, *, warm_up_s: float = WARM_UP_S, measured_s: float = MEASURED_S) -> Cost:
    """Warm up and measure; again when the generator was late, at most twice. Blocks.

    Raises:
        RuntimeError: Not all streams carried something.
    """
    once = partial(measure, under_load.pid, under_load.crowd, warm_up_s=warm_up_s, measured_s=measured_s)
    cost = once()
    for _ in range(REPEATS):
        if cost.outcome.generator.was_late:
            cost = once()
    if not cost.complete:
        raise RuntimeError(
            f"{under_load.name} carried {cost.outcome.streams} of {under_load.crowd.streams} streams"
        )
    return cost


async def compare(case: Case) -> list[Figure]:
    """Measure all three."""
    measured: dict[str, Measured] = {}
    for _ in range(RUNS):
        for name, start in SERVERS.items():
            async with start(case) as under_load:
                measured.setdefault(name, Measured(under_load.name)).costs.append(run(under_load))
    return figures(case, measured, machine())
