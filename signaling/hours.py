"""Opening hours: a weekly timetable with days of closure, in a time zone. Pure.

Windows of one day do not overlap; one that ends at 1440 joins the next day's that begins at 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Window:
    """One opening: minutes after midnight, ``closes`` at most 1440."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Opening:
    """How it stands at one moment; Unix seconds."""

    open: bool
    until: float | None = None
    """When open: closing time; None when no end is in sight."""
    next: float | None = None
    """When closed: the next opening; None when none is in sight."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The week, and the days on which it does not count."""

    windows: tuple[Window, ...]
    closures: frozenset[date]
    zone: ZoneInfo

    def at(self, now: float) -> Opening:
        """Tell whether it is open and until when, or when it opens next.

        Args:
            now: Unix seconds.

        Returns:
            ``until`` is None when it is open for the next 60 days without a break; ``next`` is None when it is
            closed for as long.
        """
        closes: float | None = None
        for begins, ends in self._spans(now):
            if closes is None:
                if begins > now:
                    return Opening(open=False, next=begins)
                closes = ends
            elif begins > closes:
                return Opening(open=True, until=closes)
            else:
                closes = ends
        if closes is None:
            return Opening(open=False)
        endless = closes >= now + (LOOK_AHEAD_DAYS - 1) * 86400
        return Opening(open=True, until=None if endless else closes)

    def open_seconds(self, begins: float, ends: float) -> float:
        """Return how long it was open between two moments; of what is longer than 60 days, the first 60."""
        return sum(max(0.0, min(ends, b) - max(begins, a)) for a, b in self._spans(begins))

    def _spans(self, now: float) -> Iterator[tuple[float, float]]:
        """Openings that have not ended, in order, as Unix seconds."""
        today = datetime.fromtimestamp(now, self.zone).date()
        for ahead in range(LOOK_AHEAD_DAYS):
            day = today + timedelta(days=ahead)
            if day in self.closures:
                continue
            for window in sorted(self._of(day.weekday()), key=lambda w: w.opens):
                begins, ends = self._moment(day, window.opens), self._moment(day, window.closes)
                if ends > now:
                    yield begins, ends

    def _of(self, weekday: int) -> Iterable[Window]:
        return (window for window in self.windows if window.weekday == weekday)

    def _moment(self, day: date, minutes: int) -> float:
        # Wall-clock arithmetic first, so that 17:00 stays 17:00 on the days when the clocks change.
        day, minutes = day + timedelta(days=minutes // 1440), minutes % 1440
        wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=self.zone)
        return wall.timestamp()


def start_of_day(now: float, zone: ZoneInfo) -> float:
    """Midnight of the day of ``now`` in a time zone, in Unix seconds."""
    return datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
