"""NTP time, and the offset between a publisher's clock and the worker's.

One offset serves everything that a publisher sends, so that its voice and its picture stay together.
"""

from dataclasses import dataclass

NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
DRIFT_S = 0.001
"""The offset grows by at most so much per sender report: a single delayed one must not shift the sound."""
STEP_S = 5.0
"""A difference that is a clock that was set, not a delay."""


@dataclass(slots=True)
class ClockOffset:
    """Worker's clock minus publisher's clock, with the least delay that was seen."""

    seconds: float | None = None

    def learn(self, sample: float) -> None:
        """Take the offset at the arrival of a sender report."""
        if self.seconds is None or sample < self.seconds or sample - self.seconds > STEP_S:
            self.seconds = sample
        else:
            self.seconds = min(sample, self.seconds + DRIFT_S)


def ntp_of(wall: float) -> int:
    """Unix seconds as 32.32 fixed point since 1900."""
    return int((wall + NTP_EPOCH) * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF


def seconds_of(ntp: int) -> float:
    """The inverse of ``ntp_of``."""
    return ntp / (1 << 32) - NTP_EPOCH
