"""What a room means for its call; pure."""

from dataclasses import replace

import pytest

from sfu.control import PeerState, RoomState
from signaling.calls.line import new_call
from signaling.calls.rooms import GONE_S, UNKNOWN_S, judge
from signaling.calls.table import Event, State
from tests.support.scripted_worker import here

NOW = 1000.0
CALL = replace(
    new_call(app="test", ref="r", caller="lina", wanted="", now=0.0),
    callee="odile",
    worker="w",
    epoch=1,
    joins=4,
    caller_join=1,
    callee_join=2,
)


def in_state(state: State, **changes):
    return replace(CALL, state=state, **changes)


def room(*peers: PeerState) -> RoomState:
    return RoomState(room=CALL.id, worker="w", version=1, peers=peers)


BOTH = room(here("caller", 1), here("callee", 2))
STILL = room(here("caller", 1, receiving=False), here("callee", 2, receiving=False))
ALONE = room(here("callee", 2))


def test_it_is_live_when_both_are_connected_and_media_is_forwarded():
    assert judge(in_state(State.CONNECTING), BOTH, NOW) == (Event.MEDIA, None)
    assert judge(in_state(State.CONNECTING), STILL, NOW) == (None, None)
    assert judge(in_state(State.CONNECTING), ALONE, NOW) == (None, None)


@pytest.mark.parametrize("sign", [{"caller_ready": True}, {"caller_media": 0, "callee_media": 0}])
def test_it_is_live_when_a_client_says_so_or_nothing_is_to_be_sent(sign):
    assert judge(in_state(State.CONNECTING, **sign), STILL, NOW) == (Event.MEDIA, None)


def test_a_peer_of_an_older_join_does_not_count():
    old = room(here("caller", 1), here("callee", 2))
    assert judge(in_state(State.CONNECTING, callee_join=3), old, NOW) == (None, None)
    newer = room(here("caller", 1), here("callee", 4))
    assert judge(in_state(State.CONNECTING), newer, NOW) == (Event.MEDIA, None)


def test_a_reload_does_not_interrupt():
    assert judge(in_state(State.LIVE), ALONE, NOW) == (None, NOW)
    assert judge(in_state(State.LIVE, missing_since=NOW), ALONE, NOW + GONE_S - 0.1) == (None, NOW)
    assert judge(in_state(State.LIVE, missing_since=NOW), BOTH, NOW + 3) == (None, None)


def test_who_is_gone_for_five_seconds_or_silent_interrupts():
    assert judge(in_state(State.LIVE, missing_since=NOW), ALONE, NOW + GONE_S) == (Event.LOSE, NOW)
    silent = room(here("caller", 1), PeerState(peer="callee", epoch=2, connection="silent"))
    assert judge(in_state(State.LIVE), silent, NOW) == (Event.LOSE, NOW)


def test_a_room_that_is_not_shown_is_given_time():
    assert judge(in_state(State.LIVE), None, NOW) == (None, NOW)
    assert judge(in_state(State.LIVE, missing_since=NOW), None, NOW + UNKNOWN_S - 1) == (None, NOW)
    assert judge(in_state(State.LIVE, missing_since=NOW), None, NOW + UNKNOWN_S) == (Event.LOSE, NOW)


def test_who_comes_back_resumes():
    assert judge(in_state(State.INTERRUPTED), STILL, NOW) == (Event.MEDIA, None)
    assert judge(in_state(State.INTERRUPTED), ALONE, NOW) == (None, None)
