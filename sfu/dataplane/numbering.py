"""Which source sequence number goes out under which outgoing one, for one slot.

Theory of operation. Outgoing sequence numbers are unwrapped integers; ``highest`` is the greatest that is
allotted, sent or not: the number of a packet that has not arrived stays reserved for it. A *range* says
"sequences first to last of this occupancy go out as sequence + offset". The newest range of an occupied slot is
open. It is closed at ``highest`` when the occupant changes, when a packet is left out (padding) or when the
source jumps too far; the next range begins above ``highest``, so ranges never share a number. A source packet is
placed once because its stream refuses duplicates. Hence no (ssrc, rollover, sequence) is protected twice.

The last eight ranges are kept, for packets that arrive late and to find out what a subscriber's NACK means.
"""

from sfu.core.seqnum import unwrap16_below
from sfu.dataplane import vp8
from sfu.dataplane.stream import Stream

MAX_RANGES = 8
WINDOW = 512
"""A packet so far below ``highest`` is too late, however young its source says it is."""
OPEN = 1 << 62


class Occupancy:
    """A stream's stay in a slot: what is added to all of its packets."""

    __slots__ = ("counters", "payload_type", "rtx_payload_type", "stream", "timestamp_offset")

    def __init__(self, stream: Stream, payload_type: int, rtx_payload_type: int) -> None:
        self.stream = stream
        self.payload_type = payload_type
        self.rtx_payload_type = rtx_payload_type
        self.timestamp_offset = 0
        self.counters = vp8.NO_OFFSETS

    def is_like(self, other: "Occupancy") -> bool:
        """Tell whether both mean the same stream under the same payload types."""
        return (
            self.stream is other.stream
            and self.payload_type == other.payload_type
            and self.rtx_payload_type == other.rtx_payload_type
        )


class Range:
    """Sequences ``first`` to ``last`` of an occupancy, which go out as sequence + ``offset``."""

    __slots__ = ("first", "last", "occupancy", "offset")

    def __init__(self, occupancy: Occupancy, first: int, offset: int) -> None:
        self.occupancy = occupancy
        self.first = first
        self.last = OPEN
        self.offset = offset


class Numbering:
    """The ranges of one slot, oldest first, and the greatest number allotted."""

    __slots__ = ("_ranges", "highest", "offset")

    def __init__(self, first: int) -> None:
        self.highest = first - 1
        self.offset = 0
        """Of the open range, when there is one."""
        self._ranges: list[Range] = []

    def open(self, occupancy: Occupancy, sequence: int) -> None:
        """Begin an occupancy: ``sequence`` gets the number after ``highest``. The range before must be closed."""
        self._append(Range(occupancy, sequence, self.highest + 1 - sequence))

    def close(self) -> None:
        """End the open range at what is allotted; numbers that it never used are given away again."""
        current = self._ranges[-1]
        current.last = self.highest - current.offset
        if current.last < current.first:
            self._ranges.pop()

    def leave_out(self, sequence: int) -> None:
        """Close the sequence over a packet, newer than all before, that is not forwarded."""
        current = self._ranges[-1]
        self.highest = max(self.highest, sequence - 1 + current.offset)
        if current.first == sequence:
            current.first = sequence + 1
            current.offset = self.offset = current.offset - 1
            return
        self.close()
        self._append(Range(current.occupancy, sequence + 1, self.highest - sequence))

    def jump(self, sequence: int) -> None:
        """Follow a source that went too far ahead: one number stays empty, which tells the subscriber of a loss."""
        current = self._ranges[-1]
        self.close()
        self.highest += 1
        self._append(Range(current.occupancy, sequence, self.highest + 1 - sequence))

    def place(self, stream: Stream, sequence: int) -> tuple[Occupancy, int] | None:
        """Find the number of a packet that is late, None when it has none."""
        for candidate in reversed(self._ranges):
            if candidate.occupancy.stream is stream and candidate.first <= sequence <= candidate.last:
                number = sequence + candidate.offset
                return (candidate.occupancy, number) if number > self.highest - WINDOW else None
        return None

    def source(self, number: int) -> tuple[Occupancy, int] | None:
        """Find what went out under a 16-bit number: its occupancy and its sequence in the stream."""
        unwrapped = unwrap16_below(number, self.highest)
        for candidate in reversed(self._ranges):
            sequence = unwrapped - candidate.offset
            if candidate.first <= sequence <= candidate.last:
                return candidate.occupancy, sequence
        return None

    def knows(self, stream: Stream) -> bool:
        """Tell whether a range of this stream is still kept."""
        return any(r.occupancy.stream is stream for r in self._ranges)

    def forget(self, stream: Stream | None = None) -> None:
        """Drop the closed ranges of a stream, or of all."""
        self._ranges = [] if stream is None else [r for r in self._ranges if r.occupancy.stream is not stream]

    def _append(self, added: Range) -> None:
        self.offset = added.offset
        self._ranges.append(added)
        del self._ranges[:-MAX_RANGES]
