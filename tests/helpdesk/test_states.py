"""The table of a conversation's life: every state and event, and that nothing which is written is swallowed."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.states import HELD, IN_LINE, TRANSITIONS, Event, State, step


@pytest.mark.parametrize("state", [state for state in State if state is not State.DRAFT])
def test_who_writes_is_heard_in_every_state_but_a_draft(state):
    assert step(state, Event.WRITE) in IN_LINE | {State.OPEN}


def test_a_draft_is_submitted_or_given_up_and_nothing_else():
    assert {event for state, event in TRANSITIONS if state is State.DRAFT} == {Event.SUBMIT, Event.CLOSE}


@pytest.mark.parametrize("state", list(State))
def test_everything_can_be_closed(state):
    assert step(state, Event.CLOSE) is State.CLOSED


def test_only_what_is_in_line_or_held_is_claimed_or_released():
    for state, event in product(State, (Event.CLAIM, Event.RELEASE)):
        assert (step(state, event) is not None) == (state in IN_LINE | HELD)


@given(st.lists(st.sampled_from(list(Event))))
def test_from_anywhere_the_citizen_can_write_and_an_agent_can_take_it(events):
    state = State.WAITING
    for event in events:
        state = step(state, event) or state
    heard = step(state, Event.WRITE)
    assert heard is not None
    assert step(heard, Event.CLAIM) is State.OPEN
