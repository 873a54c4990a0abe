import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from signaling.calls.table import (
    DEADLINES,
    OUTCOMES,
    TAKEN,
    TOLD,
    TRANSITIONS,
    WAITING,
    Event,
    Illegal,
    State,
    mermaid,
    step,
)
from signaling.wire import Code

PERSONS_ACTS = (Event.ACCEPT, Event.LATER, Event.NOT_NOW, Event.CANCEL, Event.HANG_UP)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_pair_has_one_defined_outcome(state, event):
    outcome = step(state, event)
    if isinstance(outcome, Illegal):
        assert (outcome.state, outcome.event) == (state, event)
        assert state in str(outcome)
        assert event in str(outcome)
        if event in PERSONS_ACTS:
            assert state in TOLD[event], "a person who asked has to be told something"
    else:
        assert outcome is TRANSITIONS[state, event]


def test_nothing_leaves_ended():
    assert not [pair for pair in TRANSITIONS if pair[0] is State.ENDED]


def test_every_event_that_ends_a_call_names_the_outcome():
    ending = {event for (_, event), state in TRANSITIONS.items() if state is State.ENDED}
    assert ending == set(OUTCOMES)


def test_a_deadline_is_a_transition_of_its_state():
    for state, (_, event) in DEADLINES.items():
        assert step(state, event) is State.ENDED


@pytest.mark.parametrize("state", TAKEN)
def test_who_comes_second_reads_that_it_is_taken(state):
    assert step(state, Event.ACCEPT) == Illegal(state, Event.ACCEPT, Code.TAKEN)
    assert step(state, Event.LATER) == Illegal(state, Event.LATER, Code.TAKEN)
    assert step(state, Event.NOT_NOW) == Illegal(state, Event.NOT_NOW, None)


def test_accept_after_cancel_is_a_conflict_and_a_second_hang_up_is_done():
    assert step(State.ENDED, Event.ACCEPT) == Illegal(State.ENDED, Event.ACCEPT, Code.CONFLICT)
    assert step(State.ENDED, Event.HANG_UP) == Illegal(State.ENDED, Event.HANG_UP, None)
    assert step(State.ENDED, Event.CANCEL) == Illegal(State.ENDED, Event.CANCEL, None)


def test_the_diagram_shows_every_transition():
    drawn = mermaid()
    for (state, event), following in TRANSITIONS.items():
        arrow = next(line for line in drawn.splitlines() if line.startswith(f"    {state} --> {following}:"))
        assert event in arrow


class Life(RuleBasedStateMachine):
    """Any order of events: one way through, never back into the line once taken, never out of ended."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.QUEUED
        self.taken = False
        self.was_live = False

    @rule(event=st.sampled_from(Event))
    def happens(self, event):
        before, outcome = self.state, step(self.state, event)
        if isinstance(outcome, Illegal):
            return
        self.state = outcome
        self.taken = self.taken or outcome in TAKEN
        self.was_live = self.was_live or outcome is State.LIVE
        if outcome is State.ENDED:
            assert event in OUTCOMES
            assert (event is Event.CANCEL) == (before in WAITING)

    @invariant()
    def a_taken_call_never_returns_to_the_line(self):
        assert not (self.taken and self.state in WAITING)

    @invariant()
    def only_a_call_that_was_live_is_interrupted(self):
        assert self.state is not State.INTERRUPTED or self.was_live


TestLife = Life.TestCase
