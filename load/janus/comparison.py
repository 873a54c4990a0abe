"""What is compared, and how it is told. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from load.bench.figure import Figure
from load.blaster.outcome import Outcome
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


CASES = (Case("1to1x60", 60, 1, JANUS_CALL, 0.5), Case("1to20", 1, 20, FAN_OUT, 1.0))
NAMES = tuple(case.figure(server) for case in CASES for server in (OURS, DEFAULT, TUNED))


@dataclass(frozen=True, slots=True)
class Run:
    """One measured span."""

    server: str
    """As people call it."""
    cpu_s: float
    """Of all threads of the server."""
    outcome: Outcome

    @property
    def cpu_us(self) -> float:
        """Per packet sent out; one that was lost on the way to its receiver does not count as sent."""
        return self.cpu_s / self.outcome.received * 1e6


def figures(case: Case, runs: Mapping[str, Sequence[Run]], machine: str) -> list[Figure]:
    """Give the medians; the load of ours tells the ratio.

    Args:
        case: What was sent.
        runs: At least one of each server, under its figure's name.
        machine: What is to be known about it.
    """
    middle = {server: median(run.cpu_us for run in each) for server, each in runs.items()}
    ratio = middle[OURS] / min(middle[DEFAULT], middle[TUNED])
    verdict = {OURS: f"; {ratio:.2f} of the better Janus, the mark is at most {case.mark:.2f}"}
    return [
        Figure(
            case.figure(server),
            middle[server],
            "us CPU/packet sent",
            f"{each[0].server}{verdict.get(server, '')}; {_sent(case, each)}; {_spread(each)}; {_generator(each)}; {machine}",
        )
        for server, each in runs.items()
    ]


def _sent(case: Case, runs: Sequence[Run]) -> str:
    pattern = case.pattern
    out = median(run.outcome.received / run.outcome.generator.seconds for run in runs)
    return (
        f"{case.rooms} x one who sends a picture to {case.receivers}, {pattern.rate} bursts/s of {pattern.burst} packets of "
        f"{pattern.octets} B, {out:.0f} packets/s sent out, {sum(run.outcome.lost for run in runs)} lost; AES-GCM with 128 bits, "
        "retransmission and transport-wide feedback negotiated, receivers send no RTCP"
    )


def _spread(runs: Sequence[Run]) -> str:
    costs = [run.cpu_us for run in runs]
    p50, p99 = (
        median(getattr(run.outcome, name) for run in runs) for name in ("delay_p50_ms", "delay_p99_ms")
    )
    seconds = runs[0].outcome.generator.seconds
    return (
        f"CPU time of all threads by the scheduler over {seconds:.0f} s, median of {len(runs)} fresh servers "
        f"[{min(costs):.1f}..{max(costs):.1f}]; through the server in {p50:.2f} ms (p50), {p99:.2f} ms (p99)"
    )


def _generator(runs: Sequence[Run]) -> str:
    generators = [run.outcome.generator for run in runs]
    void = " - THE GENERATOR WAS THE BOTTLENECK, VOID" if any(each.was_late for each in generators) else ""
    return (
        f"generator at {max(each.cpu_share for each in generators):.0%} of a core, "
        f"{max(each.late_p99_ms for each in generators):.1f} ms late (p99){void}"
    )
