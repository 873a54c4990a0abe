"""Whether a microphone speaks, from the levels that the sender writes beside each packet (RFC 6464).

Smoothed, because each change wakes every browser of the room: a threshold with hysteresis, and at most one change
in 300 ms.
"""

from dataclasses import dataclass

SILENCE = 127
"""-dBov; also when nothing came."""
LOUD_DBOV, QUIET_DBOV = 50, 56
"""-dBov (RFC 6464): speech begins at or above the first, and ends below the second."""
BEGINS_AFTER = 2
"""Loud collections of 100 ms in a row: a knock on the table is not speech."""
ENDS_AFTER_S = 0.8
CHANGE_S = 0.3


@dataclass(slots=True)
class Speech:
    """Whether one microphone speaks."""

    speaking: bool = False
    loud: int = 0
    last_loud_at: float = float("-inf")
    changed_at: float = float("-inf")

    def hear(self, level: int, now: float) -> bool:
        """Take the loudest level of a collection (127 when nothing came); returns whether it speaks."""
        self.loud = self.loud + 1 if level <= LOUD_DBOV else 0
        if level <= (QUIET_DBOV if self.speaking else LOUD_DBOV):
            self.last_loud_at = now
        wanted = now - self.last_loud_at <= ENDS_AFTER_S if self.speaking else self.loud >= BEGINS_AFTER
        if wanted != self.speaking and now - self.changed_at >= CHANGE_S:
            self.speaking, self.changed_at = wanted, now
        return self.speaking
