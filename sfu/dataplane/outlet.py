"""What all parts of one data plane share while a batch is worked on: the time, the way out, events, drop counts."""

from collections import Counter

from sfu.dataplane.contract import Emit, Event
from sfu.dataplane.extensions import abs_send_time


class Outlet:
    """One per data plane. Time and events belong to the batch, the drop counts to the whole life."""

    __slots__ = ("dropped", "emit", "events", "now", "send_time")

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.dropped: Counter[str] = Counter()
        self.events: list[Event] = []
        self.now = 0.0
        self.send_time = b"\0\0\0"

    def begin(self, now: float) -> list[Event]:
        """Start a batch at ``now`` and give the list that its events will be in."""
        self.now = now
        self.send_time = abs_send_time(now)
        self.events = []
        return self.events
