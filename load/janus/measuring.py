"""CPU per packet of our server and of Janus, each with the same packets at the same moments; inside of the namespace."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from load.bench.cpu import cpu_seconds
from load.blaster import crowd as blaster_crowd
from load.blaster.blast import blast, prepare
from load.blaster.crowd import Crowd
from load.blaster.outcome import Outcome
from load.blaster.pattern import FAN_OUT, JANUS_CALL, Pattern
from load.janus import rooms, server
from load.system.sfu import running_alone

RUNS = 3
WARM_UP_S = 2.0
MEASURED_S = 4.0


@dataclass(frozen=True, slots=True)
class Case:
    """Rooms of one publisher."""

    name: str
    rooms: int
    receivers: int
    pattern: Pattern


ONE_TO_ONE = Case("1to1x60", 60, 1, JANUS_CALL)
FANNED_OUT = Case("1to20", 1, 20, FAN_OUT)


@dataclass(frozen=True, slots=True)
class Server:
    """A process under load."""

    pid: int
    crowd: Crowd


@asynccontextmanager
async def ours(case: Case) -> AsyncIterator[Server]:
    """One worker of our server."""
    async with running_alone() as worker, blaster_crowd.crowd() as crowd:
        for _ in range(case.rooms):
            await crowd.add_fan_out(worker, case.receivers, case.pattern)
        yield Server(worker.pid, crowd)


@asynccontextmanager
async def janus(case: Case, event_loops: int) -> AsyncIterator[Server]:
    """One process of Janus; 0 event loops is its default, one for each connection."""
    with (
        tempfile.TemporaryDirectory(prefix="janus-") as folder,
        server.running(Path(folder), event_loops=event_loops) as running,
    ):
        async with rooms.crowd(running.path, case.rooms, case.receivers, case.pattern) as crowd:
            yield Server(running.pid, crowd)


@dataclass(frozen=True, slots=True)
class Run:
    """One measured span."""

    cpu_s: float
    """Of all threads of the server."""
    outcome: Outcome

    @property
    def cpu_us(self) -> float:
        """Per packet sent out; what was lost on the way is not counted as sent."""
        return self.cpu_s / self.outcome.received * 1e6


def run(under_load: Server) -> Run:
    """Warm up and measure once.

    Raises:
        RuntimeError: Nothing came, or not in all streams.
    """
    crowd = under_load.crowd
    publications = [prepare(leg, source, WARM_UP_S + MEASURED_S) for leg, source in crowd.publishers]
    used: list[float] = []

    def note() -> None:
        used.append(cpu_seconds(under_load.pid))

    outcome = blast(
        publications,
        crowd.receivers,
        warm_up_s=WARM_UP_S,
        measured_s=MEASURED_S,
        at_start=note,
        at_end=note,
    )
    if outcome.streams != crowd.streams or not outcome.received:
        raise RuntimeError(f"{outcome.streams} of {crowd.streams} streams carried anything")
    return Run(used[1] - used[0], outcome)
