"""The life of a conversation, as a table. Pure: it does not know who may do what.

A draft becomes a conversation that waits, is open at an agent, may be put away for a while, and is closed. Writing
to a closed one opens it again: nothing that somebody writes is swallowed. A draft that was thrown away can be
submitted after all (the caller looks whether it was one). What is not in the table does not happen:
the person reads that things have moved on.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a conversation is; the values are those of ``ConversationView.state``."""

    DRAFT = "draft"
    WAITING = "waiting"
    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    REOPENED = "reopened"
    """Waits again; its former agent comes first."""


class Event(StrEnum):
    """What happens to a conversation."""

    SUBMIT = "submit"
    CLAIM = "claim"
    """An agent takes it, or is given it."""
    RELEASE = "release"
    """Back to the line: a transfer to a topic, or the agent has gone."""
    SNOOZE = "snooze"
    WAKE = "wake"
    """Its time has come."""
    WRITE = "write"
    """The citizen's side wrote."""
    CLOSE = "close"


IN_LINE = frozenset({State.WAITING, State.REOPENED})
HELD = frozenset({State.OPEN, State.SNOOZED})
"""An agent has it."""

TRANSITIONS = {
    (State.DRAFT, Event.SUBMIT): State.WAITING,
    (State.DRAFT, Event.CLOSE): State.CLOSED,
    (State.WAITING, Event.CLAIM): State.OPEN,
    (State.WAITING, Event.RELEASE): State.WAITING,
    (State.WAITING, Event.WRITE): State.WAITING,
    (State.WAITING, Event.CLOSE): State.CLOSED,
    (State.OPEN, Event.CLAIM): State.OPEN,
    (State.OPEN, Event.RELEASE): State.WAITING,
    (State.OPEN, Event.SNOOZE): State.SNOOZED,
    (State.OPEN, Event.WRITE): State.OPEN,
    (State.OPEN, Event.CLOSE): State.CLOSED,
    (State.SNOOZED, Event.CLAIM): State.OPEN,
    (State.SNOOZED, Event.RELEASE): State.WAITING,
    (State.SNOOZED, Event.SNOOZE): State.SNOOZED,
    (State.SNOOZED, Event.WAKE): State.OPEN,
    (State.SNOOZED, Event.WRITE): State.OPEN,
    (State.SNOOZED, Event.CLOSE): State.CLOSED,
    (State.CLOSED, Event.SUBMIT): State.WAITING,
    (State.CLOSED, Event.WRITE): State.REOPENED,
    (State.CLOSED, Event.CLOSE): State.CLOSED,
    (State.REOPENED, Event.CLAIM): State.OPEN,
    (State.REOPENED, Event.RELEASE): State.WAITING,
    (State.REOPENED, Event.WRITE): State.REOPENED,
    (State.REOPENED, Event.CLOSE): State.CLOSED,
}


def step(state: State, event: Event) -> State | None:
    """Return the state after `event`, None when this does not happen to a conversation in this state."""
    return TRANSITIONS.get((state, event))
