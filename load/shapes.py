"""How many people are there, and what they may still begin: pure functions of the time since a run began."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise


class Shape(StrEnum):
    """How people come and go."""

    EVENING = "evening"
    """17:30 to 19:30, pressed into the run: they come one by one, most are there at six, they go one by one."""
    OPENING = "opening"
    """All of them within ten seconds."""
    STORM = "storm"
    """They are all there, and in the middle the web processes are started again."""
    STEADY = "steady"
    """They are all there."""


class Phase(StrEnum):
    """What may begin."""

    OPEN = "open"
    CLOSING = "closing"
    """Nobody asks any more; who answers goes on."""
    OVER = "over"
    """Who has ended her turn goes home."""


CLOSING_S = 25.0
"""The end of a run, in which turns end."""
CLOSING_SHARE_MOST = 0.4
"""Of a run so short that closing would be most of it."""
COMING_S = 10.0
"""Until all are there, unless that is much of the run."""
COMING_SHARE_MOST = 0.2
EVENING = ((0.0, 0.2), (0.2, 0.7), (0.35, 1.0), (0.7, 1.0), (1.0, 0.6))
"""Share of the run to share of the people: 17:30, 17:54, 18:12, 18:54 and 19:30."""


def present(shape: Shape, elapsed_s: float, duration_s: float, users: int) -> int:
    """Tell how many of ``users`` people are there; at least one."""
    if shape is Shape.EVENING:
        share = _between(EVENING, elapsed_s / duration_s)
    else:  # a tick comes once a second: what it decides is true a second later
        share = min(1.0, (elapsed_s + 1.0) / min(COMING_S, COMING_SHARE_MOST * duration_s))
    return max(1, round(share * users))


def phase(elapsed_s: float, duration_s: float) -> Phase:
    """Tell what may still begin."""
    if elapsed_s >= duration_s:
        return Phase.OVER
    closing_s = min(CLOSING_S, CLOSING_SHARE_MOST * duration_s)
    return Phase.CLOSING if elapsed_s >= duration_s - closing_s else Phase.OPEN


def restart_is_due(shape: Shape, elapsed_s: float, duration_s: float) -> bool:
    """Tell whether the web processes are to have been started again by now."""
    return shape is Shape.STORM and elapsed_s >= duration_s / 2


def _between(points: Sequence[tuple[float, float]], at: float) -> float:
    """Interpolate; before the first and after the last point their values hold."""
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * max(0.0, at - left) / (right - left)
    return points[-1][1]
