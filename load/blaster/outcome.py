"""What came of a blast, read from clear headers only. No I/O.

A stream is what one receiver gets under one ssrc. The first packet of each was decrypted: its mark says whose packet
it is. From then on the outgoing sequence number minus the sender's is constant, which says when each was sent.
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from load.blaster.pattern import read_mark
from load.peer.packets import unwrap
from load.thresholds import GENERATOR_CPU

LATE_P99_MS = 4.0
"""How late the generator may send: above, packets came in other bursts than was said, and the run is void."""

_CLEAR = struct.Struct("!xxHII")


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent under one ssrc, by place; all four lists are as long as each other."""

    first: int
    """Number of the first."""
    timestamps: Sequence[int]
    """RTP, as sent."""
    sent_ns: Sequence[int]
    """CLOCK_REALTIME just before the send call; 0 where the kernel did not take it."""


@dataclass(slots=True)
class Stream:
    """What one receiver got under one ssrc."""

    opened: bytes
    """The first packet, decrypted; empty when that failed."""
    clear: list[bytes] = field(default_factory=list)
    """The first twelve octets of each packet, in order of arrival."""
    arrived_ns: list[int] = field(default_factory=list)
    """CLOCK_REALTIME when the kernel had it in the receiver's socket."""


@dataclass(frozen=True, slots=True)
class Generator:
    """How the blaster itself did between the callbacks."""

    seconds: float
    cpu_share: float
    """Of one core."""
    late_p99_ms: float
    """How late it sent."""
    unsent: int
    """Packets that its own kernel did not take."""

    @property
    def was_late(self) -> bool:
        """Tell whether the run is void."""
        return self.cpu_share > GENERATOR_CPU or self.late_p99_ms > LATE_P99_MS or self.unsent > 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The measured part of a blast: packets that were sent between the two callbacks, and what became of them."""

    generator: Generator
    streams: int
    """Receivers' streams that carried anything; compare it with what you expect, others are not counted as lost."""
    sent: int
    """Packets given to the server."""
    received: int
    """Packets of all streams together that arrived, each counted once."""
    lost: int
    """Packets that streams should have carried and did not."""
    disordered: int
    """Came after a later one, or twice."""
    foreign: int
    """Packets that nobody sent: undecipherable streams, and those whose timestamp is not their number's."""
    delays_ms: Sequence[float]
    """Of each received packet, from the send call to the receiver's socket; sorted."""
    gaps_ms: Mapping[int, float]
    """By the sender's ssrc: the longest time without a packet in any of its streams, from the first to the last sent."""

    @property
    def delay_p50_ms(self) -> float:
        """Median of the delays."""
        return self._delay(49)

    @property
    def delay_p99_ms(self) -> float:
        """The delay that one of a hundred packets exceeded."""
        return self._delay(98)

    def _delay(self, percentile: int) -> float:
        return quantiles(self.delays_ms, n=100)[percentile] if len(self.delays_ms) > 1 else float("nan")


def judge(
    sent: Mapping[int, Sent], streams: Iterable[Stream], window_ns: tuple[int, int], generator: Generator
) -> Outcome:
    """Compare what arrived with what was sent.

    Args:
        sent: By the sender's ssrc.
        streams: Of all receivers.
        window_ns: The measured part, CLOCK_REALTIME.
        generator: Goes into the outcome as it is.
    """
    begin, end = window_ns
    given = sum(begin <= at < end for each in sent.values() for at in each.sent_ns)
    count = lost = disordered = foreign = 0
    delays: list[float] = []
    gaps: dict[int, float] = {}
    for stream in streams:
        found = _sender(stream, sent)
        if found is None:
            foreign += len(stream.clear)
            continue
        ssrc, source, number = found
        reading = _read(stream, source, number, lambda at: begin <= at < end)
        gaps[ssrc] = max(gaps.get(ssrc, 0.0), reading.gap_ms)
        count += 1
        lost += reading.expected - len(reading.delays_ms)
        disordered += reading.disordered
        foreign += reading.foreign
        delays += reading.delays_ms
    return Outcome(generator, count, given, len(delays), lost, disordered, foreign, sorted(delays), gaps)


@dataclass(slots=True)
class _Reading:
    expected: int
    disordered: int = 0
    foreign: int = 0
    gap_ms: float = 0.0
    delays_ms: list[float] = field(default_factory=list)


def _sender(stream: Stream, sent: Mapping[int, Sent]) -> tuple[int, Sent, int] | None:
    """Find whose stream it is (ssrc and what was sent), and the number of its first packet."""
    if len(stream.opened) < 20:
        return None
    ssrc, number = read_mark(stream.opened)
    source = sent.get(ssrc)
    if source is None or not 0 <= number - source.first < len(source.sent_ns):
        return None
    return ssrc, source, number


def _read(stream: Stream, source: Sent, number: int, measured: Callable[[int], bool]) -> _Reading:
    sequence, timestamp, _ = _CLEAR.unpack(stream.clear[0])
    shift = sequence - number
    clock = (timestamp - source.timestamps[number - source.first]) & 0xFFFFFFFF
    highest, before_ns = number - 1, 0
    seen = bytearray(len(source.sent_ns))
    expected_ns = [sent_ns for sent_ns in source.sent_ns if measured(sent_ns)]
    reading = _Reading(len(expected_ns))
    for clear, arrived_ns in zip(stream.clear, stream.arrived_ns, strict=True):
        sequence, timestamp, _ = _CLEAR.unpack(clear)
        number = unwrap((sequence - shift) & 0xFFFF, highest)
        place = number - source.first
        if not 0 <= place < len(seen) or (timestamp - source.timestamps[place]) & 0xFFFFFFFF != clock:
            reading.foreign += 1
            continue
        reading.disordered += number <= highest
        highest = max(highest, number)
        if measured(source.sent_ns[place]) and not seen[place]:
            reading.delays_ms.append((arrived_ns - source.sent_ns[place]) / 1e6)
            reading.gap_ms = max(reading.gap_ms, (arrived_ns - before_ns) / 1e6 if before_ns else 0.0)
            before_ns = arrived_ns
        seen[place] = 1
    came = [sent_ns for sent_ns, here in zip(source.sent_ns, seen, strict=True) if here and measured(sent_ns)]
    reading.gap_ms = max(reading.gap_ms, _unheard_ns(expected_ns, came) / 1e6)
    return reading


def _unheard_ns(expected_ns: Sequence[int], came_ns: Sequence[int]) -> int:
    """Give how long a stream said nothing before its first packet or after its last one."""
    if not expected_ns:
        return 0
    begin, end = min(expected_ns), max(expected_ns)
    return max(min(came_ns) - begin, end - max(came_ns)) if came_ns else end - begin
