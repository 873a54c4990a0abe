"""Which missing packets a publisher is asked for again (generic NACK, RFC 4585 section 6.2.1).

After a short wait for reordering, then once per round trip, a limited number of times. What is given up is reported,
because a video picture that lacks it needs a keyframe.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sfu.dataplane.contract import StreamId

REORDER_S = 0.02
DEFAULT_RTT_S = 0.1
SHORTEST_REPEAT_S = 0.03
MAX_TRIES = 10
MAX_GAP = 256
"""Packets; with more missing at once a keyframe costs less."""
WINDOW = 512
"""Packets behind the newest gap."""


@dataclass(slots=True)
class _Missing:
    next_at: float
    tries: int = 0


@dataclass(slots=True)
class Due:
    """What has to be done now."""

    requests: list[tuple[StreamId, tuple[int, ...]]] = field(default_factory=list)
    """Unwrapped sequences, ascending."""
    given_up: list[StreamId] = field(default_factory=list)


class Nacks:
    """The missing packets of all layers."""

    def __init__(self) -> None:
        self._missing: dict[StreamId, dict[int, _Missing]] = {}
        self._next: dict[StreamId, float] = {}
        """When each stream with missing packets has to be looked at."""

    def gap(self, stream: StreamId, first: int, last: int, now: float) -> bool:
        """Note a gap; False when it is too large to be asked for."""
        missing = self._missing.setdefault(stream, {})
        for sequence in [sequence for sequence in missing if sequence <= last - WINDOW]:
            del missing[sequence]
        if not 0 <= last - first < MAX_GAP:
            self.forget(stream)
            return False
        due = now + REORDER_S
        for sequence in range(first, last + 1):
            missing[sequence] = _Missing(due)
        self._next[stream] = min(self._next.get(stream, due), due)
        return True

    def filled(self, stream: StreamId, sequence: int) -> None:
        """A packet came after all."""
        missing = self._missing.get(stream)
        if missing and missing.pop(sequence, None) and not missing:
            self.forget(stream)

    def due(self, now: float, rtt: Callable[[StreamId], float | None]) -> Due:
        """List what to ask for now; it counts as asked."""
        due = Due()
        for stream in [stream for stream, next_at in self._next.items() if next_at <= now]:
            missing = self._missing[stream]
            repeat = max(SHORTEST_REPEAT_S, rtt(stream) or DEFAULT_RTT_S)
            sequences = self._take(missing, now, repeat)
            given_up = [sequence for sequence, one in missing.items() if one.tries > MAX_TRIES]
            for sequence in given_up:
                del missing[sequence]
            if given_up:
                due.given_up.append(stream)
            if sequences:
                due.requests.append((stream, tuple(sorted(sequences))))
            if missing:
                self._next[stream] = min(one.next_at for one in missing.values())
            else:
                self.forget(stream)
        return due

    def deadline(self) -> float | None:
        """Say when ``due`` has something."""
        return min(self._next.values(), default=None)

    def forget(self, stream: StreamId) -> None:
        """Nothing of the layer is asked for any more."""
        self._missing.pop(stream, None)
        self._next.pop(stream, None)

    @staticmethod
    def _take(missing: dict[int, _Missing], now: float, repeat: float) -> list[int]:
        sequences = []
        for sequence, one in missing.items():
            if one.next_at <= now:
                one.tries += 1
                one.next_at = now + repeat
                if one.tries <= MAX_TRIES:
                    sequences.append(sequence)
        return sequences
