"""Asking again for what is missing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.core.nack import MAX_GAP, MAX_TRIES, REORDER_S, Nacks
from sfu.dataplane.contract import StreamId

LAYER = StreamId(1)


def no_rtt(stream: StreamId) -> float | None:
    return None


def test_a_gap_is_asked_for_after_a_wait_for_reordering():
    nacks = Nacks()
    assert nacks.gap(LAYER, 5, 7, 1.0)
    assert nacks.deadline() == pytest.approx(1.0 + REORDER_S)
    assert nacks.due(1.01, no_rtt).requests == []
    nacks.filled(LAYER, 6)
    assert nacks.due(1.02, no_rtt).requests == [(LAYER, (5, 7))]


def test_it_is_repeated_once_per_round_trip_and_given_up():
    nacks = Nacks()
    nacks.gap(LAYER, 5, 5, 0.0)
    times = []
    now = 0.0
    given_up: list[StreamId] = []
    while (deadline := nacks.deadline()) is not None:
        now = deadline
        due = nacks.due(now, lambda _: 0.2)
        times += [now] * len(due.requests)
        given_up += due.given_up
    assert len(times) == MAX_TRIES
    assert all(later - earlier == pytest.approx(0.2) for earlier, later in pairwise(times))
    assert given_up == [LAYER]


def test_nothing_is_asked_for_when_everything_came():
    nacks = Nacks()
    nacks.gap(LAYER, 5, 6, 1.0)
    nacks.filled(LAYER, 5)
    nacks.filled(LAYER, 6)
    due = nacks.due(2.0, no_rtt)
    assert (due.requests, due.given_up) == ([], [])
    assert nacks.deadline() is None


def test_a_gap_too_large_is_refused_and_ends_what_was_asked_before():
    nacks = Nacks()
    nacks.gap(LAYER, 5, 6, 1.0)
    assert not nacks.gap(LAYER, 10, 10 + MAX_GAP, 1.0)
    assert nacks.due(2.0, no_rtt).requests == []


def test_a_layer_that_is_gone_is_forgotten():
    nacks = Nacks()
    nacks.gap(LAYER, 5, 6, 1.0)
    nacks.forget(LAYER)
    assert nacks.due(2.0, no_rtt).requests == []


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 300), st.floats(0, 1)), max_size=40))
def test_what_is_remembered_is_bounded(gaps):
    nacks = Nacks()
    now, first = 0.0, 0
    for ahead, length, later in gaps:
        now, first = now + later, first + ahead
        nacks.gap(LAYER, first, first + length, now)
        first += length + 1
        due = nacks.due(now, no_rtt)
        assert sum(len(sequences) for _, sequences in due.requests) <= 512 + MAX_GAP
