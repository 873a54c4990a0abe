"""What waiting was like lately, from waits that ended with an answer. Pure.

Not a forecast: half of those counted waited at most the usual time, nine in ten at most the long one. Those who gave
up are not among them (nobody knows how long they would have waited), so where many give up the figures are too
kind; the supervisor's view shows how many there were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.wire import Estimate

RECENT_S = 14 * 86400.0
"""Older waits say nothing about now."""
MOST = 30
FEWEST = 5
"""With fewer than that nothing is told."""
HOURS_AROUND = 2
"""Evenings are not like mornings: waits that ended at about this time of day are preferred."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait that ended with an answer."""

    ended_at: float
    """Unix seconds."""
    waited_s: float
    """Of opening hours only: a night is not a wait."""


def estimate(waits: Sequence[Wait], now: float, zone: ZoneInfo) -> Estimate | None:
    """Tell what waiting was like.

    Args:
        waits: Of one topic, in any order.
        now: Unix seconds.
        zone: In which the time of day counts.

    Returns:
        From the last 30 waits of 14 days that ended within two hours of this time of day, or, where these are
        fewer than 5, from the last 30 of all; None when those are fewer than 5 too.
    """
    recent = sorted((w for w in waits if now - RECENT_S < w.ended_at <= now), key=lambda w: -w.ended_at)
    at_this_hour = [wait for wait in recent if _hours_apart(wait.ended_at, now, zone) <= HOURS_AROUND]
    chosen = (at_this_hour if len(at_this_hour) >= FEWEST else recent)[:MOST]
    if len(chosen) < FEWEST:
        return None
    ordered = sorted(wait.waited_s for wait in chosen)
    return Estimate(usual_s=_share(ordered, 50), long_s=_share(ordered, 90), sample=len(ordered))


def _share(ordered: Sequence[float], percent: int) -> float:
    """Return the smallest value that this share of them does not exceed (nearest rank)."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _hours_apart(one: float, other: float, zone: ZoneInfo) -> float:
    moments = (datetime.fromtimestamp(at, zone) for at in (one, other))
    first, second = (moment.hour + moment.minute / 60 for moment in moments)
    apart = abs(first - second)
    return min(apart, 24 - apart)
