"""Transport-wide feedback to a publisher: which packets arrived, and when.

Not the estimator: the browser at the other end has it. Source: draft-holmer-rmcat-transport-wide-cc-extensions-01
section 3.1. Each feedback is a packet of its own, because Chrome mishandles it beside other RTCP. A packet is
reported once; one that arrives after its number was reported as missing stays missing.
"""

from collections.abc import Sequence
from operator import sub
from struct import Struct

from sfu.core.seqnum import MASK16, difference16

FORMAT = 15
PACKET_TYPE = 205
MAX_BYTES = 1150
TICK_S = 0.00025
TICKS_PER_REFERENCE = 256
"""64 ms."""
MAX_JUMP = 4000
"""Sequence numbers; after a larger step the report begins anew instead of listing what nobody sent."""
MAX_STATUSES = 0xFFFF
MAX_WHOLE = 512
"""Statuses that certainly fit one packet when each takes one byte."""
RUN = 0x1FFF

MISSING, SMALL, LARGE = 0, 1, 2

_HEADER = Struct("!BBHLLHH")
_WORD = Struct("!H")
_SIGNED = Struct("!h")

Status = tuple[int, int]
"""(symbol, delta in ticks)."""


class Feedback:
    """What one publisher's transport is owed."""

    def __init__(self) -> None:
        self._next: int | None = None
        """The first unwrapped sequence that was not reported."""
        self._count = 0

    def build(self, arrivals: Sequence[tuple[int, float]], ssrc: int, media_ssrc: int) -> list[bytes]:
        """Report what arrived.

        Args:
            arrivals: (16-bit sequence, monotonic seconds) since the last call.
            ssrc: of the worker.
            media_ssrc: any that the publisher sends: browsers drop feedback about others.

        Returns:
            RTCP packets, to be sent each by itself.
        """
        whole = self._whole(arrivals, (ssrc, media_ssrc))
        if whole is not None:
            return [whole]
        times = self._unwrap(arrivals)
        if not times:
            return []
        packets: list[bytes] = []
        last = max(times)
        while self._next is not None and self._next <= last:
            # The first one that arrived may come after some that are missing: it sets the reference time.
            start = times[min(number for number in times if number >= self._next)]
            packet, self._next = self._packet(times, self._next, last, start, (ssrc, media_ssrc))
            packets.append(packet)
        return packets

    def _whole(self, arrivals: Sequence[tuple[int, float]], ssrcs: tuple[int, int]) -> bytes | None:
        """Write what is owed most of the time, at a fifth of the cost: all came, in order and without a pause.

        None where that is not so.
        """
        count = len(arrivals)
        if self._next is None or not 0 < count <= MAX_WHOLE:
            return None
        first = self._next & MASK16
        if [wire for wire, _ in arrivals] != list(range(first, first + count)):
            return None
        ticks = [round(time / TICK_S) for _, time in arrivals]
        reference = ticks[0] // TICKS_PER_REFERENCE
        try:
            deltas = bytes(map(sub, ticks, [reference * TICKS_PER_REFERENCE, *ticks[:-1]]))
        except ValueError:
            # A delta is not within an octet.
            return None
        self._next += count
        return self._write(_WORD.pack(SMALL << 13 | count) + deltas, (first, count), reference, ssrcs)

    def _unwrap(self, arrivals: Sequence[tuple[int, float]]) -> dict[int, int]:
        """Return arrival times in ticks by unwrapped sequence, first arrival only, without what was reported."""
        times: dict[int, int] = {}
        if not arrivals:
            return times
        if self._next is None:
            # The first to arrive may have overtaken some.
            first = arrivals[0][0]
            self._next = first + min(difference16(wire, first) for wire, _ in arrivals)
        newest = self._next - 1
        for wire, time in arrivals:
            # As seqnum.unwrap16, written out: this runs for each packet of every publisher.
            ahead = ((wire - newest + 0x8000) & MASK16) - 0x8000
            if ahead > 0:
                newest += ahead
                if ahead > MAX_JUMP:
                    times.clear()
                    self._next = newest
                times[newest] = round(time / TICK_S)
            elif newest + ahead >= self._next:
                times.setdefault(newest + ahead, round(time / TICK_S))
        return times

    def _packet(
        self, times: dict[int, int], first: int, last: int, start: int, ssrcs: tuple[int, int]
    ) -> tuple[bytes, int]:
        """Write one feedback from ``first`` on; returns it with the first sequence that did not fit."""
        reference = start // TICKS_PER_REFERENCE
        before = reference * TICKS_PER_REFERENCE
        statuses: list[Status] = []
        room = MAX_BYTES - _HEADER.size - 4
        sequence = first
        while sequence <= last and len(statuses) < MAX_STATUSES and room > 4:
            time = times.get(sequence)
            status = _status(None if time is None else time - before)
            if status is None:
                break
            symbol = status[0]
            # Two bits of a vector each, at worst two octets per seven, and the delta.
            room -= symbol + (0 if len(statuses) % 7 else 2)
            statuses.append(status)
            before = before if time is None else time
            sequence += 1
        chunks = _chunks([symbol for symbol, _ in statuses])
        deltas = b"".join(_delta(symbol, delta) for symbol, delta in statuses)
        return self._write(chunks + deltas, (first & MASK16, len(statuses)), reference, ssrcs), sequence

    def _write(
        self, statuses: bytes, covered: tuple[int, int], reference: int, ssrcs: tuple[int, int]
    ) -> bytes:
        """Put the header around statuses and deltas; ``covered`` is the first sequence and how many they are."""
        body = ((reference & 0xFFFFFF) << 8 | self._count).to_bytes(4, "big") + statuses
        self._count = self._count + 1 & 0xFF
        padding = -len(body) % 4
        if padding:
            body += bytes(padding - 1) + bytes((padding,))
        words = (_HEADER.size + len(body)) // 4 - 1
        first_octet = 0x80 | (0x20 if padding else 0) | FORMAT
        return _HEADER.pack(first_octet, PACKET_TYPE, words, *ssrcs, *covered) + body


def _status(delta: int | None) -> Status | None:
    """Return symbol and delta; None when the delta needs a feedback with another reference time."""
    if delta is None:
        return MISSING, 0
    if 0 <= delta <= 0xFF:
        return SMALL, delta
    return (LARGE, delta) if -0x8000 <= delta <= 0x7FFF else None


def _delta(symbol: int, delta: int) -> bytes:
    if symbol == MISSING:
        return b""
    return bytes((delta,)) if symbol == SMALL else _SIGNED.pack(delta)


def _chunks(symbols: list[int]) -> bytes:
    """Write run-length chunks for runs of at least seven, else vectors of seven two-bit symbols (3.1.3, 3.1.4)."""
    chunks = b""
    position = 0
    while position < len(symbols):
        symbol = symbols[position]
        end = position + 1
        while end < len(symbols) and symbols[end] == symbol and end - position < RUN:
            end += 1
        if end - position >= 7 or end == len(symbols):
            chunks += _WORD.pack(symbol << 13 | end - position)
            position = end
            continue
        vector = 0b11 << 14
        for place, one in enumerate(symbols[position : position + 7]):
            vector |= one << 12 - 2 * place
        chunks += _WORD.pack(vector)
        position += 7
    return chunks
