"""Opening hours: a weekly timetable with days of closure, in the class's time zone. Pure.

Windows of one day do not overlap; one that ends at 1440 joins the next day's that begins at 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from classroom.wire import Hours

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Window:
    """One opening: minutes after midnight, ``closes`` at most 1440."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """The week, and the days on which it does not count."""

    windows: tuple[Window, ...]
    closures: frozenset[date]
    zone: ZoneInfo

    def at(self, now: float) -> Hours:
        """Tell whether the class is open and until when, or when it opens next.

        Args:
            now: Unix seconds.

        Returns:
            ``until`` is absent when the class is open for the next 60 days without a break; ``next`` is absent
            when it is closed for as long.
        """
        closes: float | None = None
        for begins, ends in self._spans(now):
            if closes is None:
                if begins > now:
                    return Hours(open=False, next=begins)
                closes = ends
            elif begins > closes:
                return Hours(open=True, until=closes)
            else:
                closes = ends
        if closes is None:
            return Hours(open=False)
        endless = closes >= now + (LOOK_AHEAD_DAYS - 1) * 86400
        return Hours(open=True, until=None if endless else closes)

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
    """Midnight of the day of ``now`` in the class's time zone, in Unix seconds."""
    return datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
