"""What is compared, and how it is told. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from load.bench.figure import Figure
from load.blaster.cost import Cost
from load.blaster.pattern import FAN_OUT, JANUS_CALL, Pattern

OURS, DEFAULT, TUNED = "ours.{}", "janus.{}.default", "janus.{}.tuned"
"""Figures' names, by server."""


@dataclass(frozen=True, slots=True)
class Case:
    """Rooms of one publisher."""

    name: str
    rooms: int
    receivers: int
    """In each."""
    pattern: Pattern
    mark: float
    """At most so much of the better Janus' CPU time ours is to take."""

    def figure(self, server: str) -> str:
        """Name the figure of a server."""
        return server.format(f"forward_cpu_us.{self.name}")

    def told(self) -> str:
        """Tell what is sent."""
        pattern = self.pattern
        return (
            f"{self.rooms} x one who sends a picture to {self.receivers}, bursts of {pattern.burst} VP8 packets of "
            f"{pattern.octets} B {pattern.rate} times a second, AES-GCM with 128 bits, retransmission and transport-wide "
            "feedback negotiated, receivers send no RTCP, all in one network namespace"
        )


CASES = (Case("1to1x60", 60, 1, JANUS_CALL, 0.5), Case("1to20", 1, 20, FAN_OUT, 1.0))
NAMES = tuple(case.figure(server) for case in CASES for server in (OURS, DEFAULT, TUNED))


@dataclass(slots=True)
class Measured:
    """Runs of one server."""

    server: str
    """As people call it."""
    costs: list[Cost] = field(default_factory=list)

    @property
    def cpu_us(self) -> float:
        """The median."""
        return median(cost.cpu_us for cost in self.costs)

    def told(self) -> str:
        """Tell all runs in short and the middle one in full."""
        ordered = sorted(self.costs, key=lambda cost: cost.cpu_us)
        late = sum(cost.outcome.generator.was_late for cost in ordered)
        void = f" - THE GENERATOR WAS LATE IN {late} OF {len(ordered)} RUNS: VOID" if late else ""
        return (
            f"CPU time of all threads over {ordered[0].outcome.generator.seconds:.0f} s, median of {len(ordered)} fresh servers in turn "
            f"[{ordered[0].cpu_us:.1f}..{ordered[-1].cpu_us:.1f}]{void}, the middle one: {ordered[len(ordered) // 2].told()}"
        )


def figures(case: Case, measured: Mapping[str, Measured], machine: str) -> list[Figure]:
    """Give the medians; the load of ours tells the ratio.

    Args:
        case: What was sent.
        measured: At least one run of each server, under its figure's name.
        machine: What is to be known about it.
    """
    ratio = measured[OURS].cpu_us / min(measured[DEFAULT].cpu_us, measured[TUNED].cpu_us)
    verdict = {OURS: f"; {ratio:.2f} of the better Janus, the mark is at most {case.mark:.2f}"}
    return [
        Figure(
            case.figure(server),
            each.cpu_us,
            "us CPU/packet sent",
            f"{each.server}{verdict.get(server, '')}; {case.told()}; {each.told()}; {machine}",
        )
        for server, each in measured.items()
    ]
