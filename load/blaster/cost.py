"""What a blast costs a server: any process, ours or another."""

from dataclasses import dataclass

from load.bench.cpu import cpu_seconds
from load.blaster.blast import blast, prepare
from load.blaster.crowd import Crowd
from load.blaster.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Cost:
    """One measured span."""

    outcome: Outcome
    cpu_s: float
    """Of all threads of the server."""
    complete: bool
    """All streams that were expected carried something."""

    @property
    def cpu_us(self) -> float:
        """CPU time in microseconds for each packet sent out; what was lost on the way is not counted as sent."""
        return self.cpu_s / max(1, self.outcome.received) * 1e6

    @property
    def core(self) -> float:
        """Share of one core."""
        return self.cpu_s / self.outcome.generator.seconds

    def told(self) -> str:
        """Tell how it went on both sides."""
        outcome, generator = self.outcome, self.outcome.generator
        return (
            f"{outcome.sent / generator.seconds:.0f} packets/s in, {outcome.received / generator.seconds:.0f} out, "
            f"{outcome.lost} lost, {outcome.disordered} out of order, through the server in {outcome.delay_p50_ms:.1f} ms (p50), "
            f"{outcome.delay_p99_ms:.1f} ms (p99), server at {self.core:.0%} of a core, generator at {generator.cpu_share:.0%}, "
            f"{generator.late_p99_ms:.1f} ms late (p99)"
            f"{' - THE GENERATOR WAS LATE: VOID' if generator.was_late else ''}"
        )


def measure(pid: int, crowd: Crowd, *, warm_up_s: float, measured_s: float) -> Cost:
    """Blast once and read the CPU time of a process meanwhile; blocks."""
    publications = [prepare(leg, source, warm_up_s + measured_s) for leg, source in crowd.publishers]
    used: list[float] = []

    def note() -> None:
        used.append(cpu_seconds(pid))

    outcome = blast(
        publications,
        crowd.receivers,
        warm_up_s=warm_up_s,
        measured_s=measured_s,
        at_start=note,
        at_end=note,
    )
    return Cost(outcome, used[1] - used[0], outcome.streams == crowd.streams)
