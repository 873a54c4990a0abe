"""Transport-wide feedback, against a decoder written from the draft."""

import struct
from dataclasses import dataclass
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from sfu.core.transport_wide import MAX_BYTES, Feedback

TICK = 0.00025


@dataclass
class Decoded:
    """One feedback packet."""

    ssrc: int
    media_ssrc: int
    base: int
    count: int
    """Feedback packet count."""
    ticks: list[int | None]
    """Arrival of each sequence from ``base`` on; None when it was not received."""


def decode(packet: bytes) -> Decoded:
    """Read draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1."""
    first, kind, words = struct.unpack_from("!BBH", packet)
    assert first >> 6 == 2
    assert (first & 0x1F, kind) == (15, 205)
    assert len(packet) == 4 * words + 4 <= MAX_BYTES + 4
    if first & 0x20:
        assert 1 <= packet[-1] <= 3
        packet = packet[: -packet[-1]]
    ssrc, media_ssrc, base, statuses, last = struct.unpack_from("!LLHHL", packet, 4)
    reference = last >> 8
    reference -= (reference & 0x800000) << 1
    symbols: list[int] = []
    position = 20
    while len(symbols) < statuses:
        (chunk,) = struct.unpack_from("!H", packet, position)
        position += 2
        if not chunk >> 15:
            symbols += [chunk >> 13 & 3] * (chunk & 0x1FFF)
        elif not chunk >> 14 & 1:
            symbols += [chunk >> 13 - n & 1 for n in range(14)]
        else:
            symbols += [chunk >> 12 - 2 * n & 3 for n in range(7)]
    assert not any(symbols[statuses:])
    time = reference * 256
    ticks: list[int | None] = []
    for symbol in symbols[:statuses]:
        assert symbol != 3
        if symbol == 0:
            ticks.append(None)
            continue
        form = "!B" if symbol == 1 else "!h"
        (delta,) = struct.unpack_from(form, packet, position)
        position += struct.calcsize(form)
        time += delta
        ticks.append(time)
    assert position == len(packet)
    return Decoded(ssrc, media_ssrc, base, last & 0xFF, ticks)


def received(packets: list[bytes]) -> dict[int, int | None]:
    """What several feedback packets say, by 16-bit sequence; each is reported once."""
    found: dict[int, int | None] = {}
    for packet in packets:
        decoded = decode(packet)
        for step, ticks in enumerate(decoded.ticks):
            sequence = (decoded.base + step) & 0xFFFF
            assert sequence not in found
            found[sequence] = ticks
    return found


def ticks(time: float) -> int:
    return round(time / TICK)


def test_arrivals_are_reported_with_their_times():
    arrivals = [(10, 5.0), (11, 5.01), (13, 5.02)]
    (packet,) = Feedback().build(arrivals, 1, 2)
    decoded = decode(packet)
    assert (decoded.ssrc, decoded.media_ssrc, decoded.base, decoded.count) == (1, 2, 10, 0)
    assert decoded.ticks == [ticks(5.0), ticks(5.01), None, ticks(5.02)]


def test_the_next_feedback_begins_where_the_last_ended():
    feedback = Feedback()
    feedback.build([(65534, 1.0)], 1, 2)
    (packet,) = feedback.build([(1, 1.1)], 1, 2)
    decoded = decode(packet)
    assert (decoded.base, decoded.count) == (65535, 1)
    assert decoded.ticks == [None, None, ticks(1.1)]


def test_a_packet_that_was_reported_missing_stays_missing():
    feedback = Feedback()
    feedback.build([(1, 1.0), (3, 1.0)], 1, 2)
    assert feedback.build([(2, 1.1)], 1, 2) == []


def test_a_repeated_sequence_counts_once():
    (packet,) = Feedback().build([(1, 1.0), (1, 1.5), (2, 1.6)], 1, 2)
    assert decode(packet).ticks == [ticks(1.0), ticks(1.6)]


def test_the_count_wraps():
    feedback = Feedback()
    counts = [decode(feedback.build([(n, n / 10)], 1, 2)[0]).count for n in range(300)]
    assert counts == [n & 0xFF for n in range(300)]


def test_after_a_jump_the_report_begins_anew():
    feedback = Feedback()
    feedback.build([(1, 1.0)], 1, 2)
    (packet,) = feedback.build([(2, 1.1), (20000, 1.2), (20001, 1.3)], 1, 2)
    assert decode(packet).base == 20000
    assert decode(packet).ticks == [ticks(1.2), ticks(1.3)]


def test_a_long_pause_takes_a_second_packet():
    packets = Feedback().build([(1, 1.0), (2, 20.0)], 1, 2)
    assert len(packets) == 2
    assert received(packets) == {1: ticks(1.0), 2: ticks(20.0)}


def test_many_arrivals_are_split():
    arrivals = [(n, 1.0 + 0.2 * (n % 2) + n * 0.001) for n in range(2000)]
    packets = Feedback().build(arrivals, 1, 2)
    assert len(packets) > 1
    assert received(packets) == {n: ticks(time) for n, time in arrivals}


@given(
    st.integers(0, 65535),
    st.lists(st.tuples(st.integers(1, 40), st.integers(-200, 40000)), max_size=80),
    st.lists(st.integers(0, 80), max_size=6),
)
def test_everything_that_arrives_in_order_of_time_is_reported(first, steps, cuts):
    """Sequences with gaps and reordering inside a collection; times in ticks."""
    arrivals: list[tuple[int, float]] = []
    sequence, time = first, 10**6
    for ahead, delta in steps:
        sequence, time = sequence + ahead, time + delta
        arrivals.append((sequence, time * TICK))
    feedback = Feedback()
    packets: list[bytes] = []
    bounds = [0, *sorted(cuts), len(arrivals)]
    for start, end in pairwise(bounds):
        batch = sorted(arrivals[start:end], key=lambda arrival: (arrival[1], arrival[0]))
        packets += feedback.build([(number & 0xFFFF, when) for number, when in batch], 1, 2)
    found = {sequence: when for sequence, when in received(packets).items() if when is not None}
    assert found == {number & 0xFFFF: round(when / TICK) for number, when in arrivals}


@given(
    st.integers(65000, 65535),
    st.integers(10**6, 10**6 + 300),
    st.lists(st.one_of(st.integers(0, 255), st.integers(-300, 40000)), min_size=1, max_size=600),
)
def test_what_came_in_order_is_written_as_if_it_had_not(first, time, deltas):
    """In order and without a gap there is a quicker way; the same arrivals told backwards do not take it."""
    ordered, mixed = Feedback(), Feedback()
    opening = [(first, time * TICK)]
    assert ordered.build(opening, 1, 2) == mixed.build(opening, 1, 2)
    times = list(accumulate(deltas, initial=time))[1:]
    arrivals = [((first + n) & 0xFFFF, at * TICK) for n, at in enumerate(times, start=1)]
    assert ordered.build(arrivals, 1, 2) == mixed.build(arrivals[::-1], 1, 2)
    following = [((first + len(times) + 1) & 0xFFFF, times[-1] * TICK)]
    assert ordered.build(following, 1, 2) == mixed.build(following, 1, 2)


@given(st.lists(st.tuples(st.integers(0, 65535), st.floats(0, 1e5)), max_size=60))
def test_any_sequences_give_packets_that_can_be_read(arrivals):
    for packet in Feedback().build(arrivals, 1, 2):
        decode(packet)
