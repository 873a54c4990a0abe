"""The life of a call, as a table. Pure: no I/O, no clock. It does not know who may do what; ``service`` does.

Theory of operation. A call waits in line (``queued``), rings at some people (``offered``), is taken by one of them
(``accepted``), negotiates (``connecting``), carries media (``live``), may lose one side for a while
(``interrupted``) and is over (``ended``). Every pair of state and event has one defined outcome: the next state in
``TRANSITIONS``, or an ``Illegal`` that names both and says what the person who asked is told. Whoever writes a
transition compares and sets the row's version, so of two events at once one finds the state the other has left.

Every deadline is a column of the call; ``DEADLINES`` says which one counts in which state and what it means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from signaling.wire import Code


class State(StrEnum):
    """Where a call is; the values are those of ``CallView.state``."""

    QUEUED = "queued"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CONNECTING = "connecting"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


class Event(StrEnum):
    """What happens to a call."""

    RING = "ring"
    """It rings at somebody."""
    RUNG_OUT = "rung_out"
    """It rang and nobody took it."""
    DECLINED = "declined"
    """Nobody is left at whom it rings: they said later, not now, or went away."""
    LATER = "later"
    NOT_NOW = "not_now"
    ACCEPT = "accept"
    CANCEL = "cancel"
    """The caller took it back, or the app did."""
    CONNECT = "connect"
    """Both sides have negotiated."""
    MEDIA = "media"
    """Both sides are connected, and what is sent is forwarded."""
    LOSE = "lose"
    """One side is gone or silent."""
    MOVE = "move"
    """The media worker is dead or draining: both sides join another one."""
    HANG_UP = "hang_up"
    REVOKE = "revoke"
    """One of the two is signed in nowhere any more."""
    CONNECT_OVER = "connect_over"
    GRACE_OVER = "grace_over"


class Outcome(StrEnum):
    """Why a call ended; the values are those of ``CallView.outcome``."""

    HUNG_UP = "hung_up"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    LOST = "lost"
    FAILED = "failed"


RING_S = 30.0
"""How long it rings at one person."""
WANTED_S = 20.0
"""How long it rings first at the person asked for, alone, when she is free."""
RING_AGAIN_S = 60.0
"""How long a person at whom it rang in vain is left in peace."""
LATER_S = 300.0
"""Answer "in five minutes"."""
CONNECT_S = 30.0
"""How long the two sides may take from Accept, and again from having negotiated, to media."""
GRACE_S = 90.0
"""How long the place of somebody who dropped out is kept."""

WAITING = (State.QUEUED, State.OFFERED)
TAKEN = (State.ACCEPTED, State.CONNECTING, State.LIVE, State.INTERRUPTED)

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.QUEUED, Event.RING): State.OFFERED,
    (State.QUEUED, Event.LATER): State.QUEUED,
    (State.QUEUED, Event.NOT_NOW): State.QUEUED,
    # The line is on every volunteer's screen: a question may be taken while it does not ring.
    (State.QUEUED, Event.ACCEPT): State.ACCEPTED,
    (State.QUEUED, Event.CANCEL): State.ENDED,
    (State.QUEUED, Event.MOVE): State.QUEUED,
    (State.OFFERED, Event.RING): State.OFFERED,
    (State.OFFERED, Event.RUNG_OUT): State.QUEUED,
    (State.OFFERED, Event.DECLINED): State.QUEUED,
    (State.OFFERED, Event.LATER): State.OFFERED,
    (State.OFFERED, Event.NOT_NOW): State.OFFERED,
    (State.OFFERED, Event.ACCEPT): State.ACCEPTED,
    (State.OFFERED, Event.CANCEL): State.ENDED,
    (State.OFFERED, Event.MOVE): State.OFFERED,
    (State.ACCEPTED, Event.CONNECT): State.CONNECTING,
    (State.ACCEPTED, Event.MOVE): State.ACCEPTED,
    (State.ACCEPTED, Event.HANG_UP): State.ENDED,
    (State.ACCEPTED, Event.REVOKE): State.ENDED,
    (State.ACCEPTED, Event.CONNECT_OVER): State.ENDED,
    (State.CONNECTING, Event.MEDIA): State.LIVE,
    (State.CONNECTING, Event.MOVE): State.ACCEPTED,
    (State.CONNECTING, Event.HANG_UP): State.ENDED,
    (State.CONNECTING, Event.REVOKE): State.ENDED,
    (State.CONNECTING, Event.CONNECT_OVER): State.ENDED,
    (State.LIVE, Event.LOSE): State.INTERRUPTED,
    (State.LIVE, Event.MOVE): State.INTERRUPTED,
    (State.LIVE, Event.HANG_UP): State.ENDED,
    (State.LIVE, Event.REVOKE): State.ENDED,
    (State.INTERRUPTED, Event.MEDIA): State.LIVE,
    (State.INTERRUPTED, Event.MOVE): State.INTERRUPTED,
    (State.INTERRUPTED, Event.HANG_UP): State.ENDED,
    (State.INTERRUPTED, Event.REVOKE): State.ENDED,
    (State.INTERRUPTED, Event.GRACE_OVER): State.ENDED,
}

OUTCOMES: Mapping[Event, Outcome] = {
    Event.CANCEL: Outcome.CANCELLED,
    Event.HANG_UP: Outcome.HUNG_UP,
    Event.REVOKE: Outcome.REVOKED,
    Event.CONNECT_OVER: Outcome.FAILED,
    Event.GRACE_OVER: Outcome.LOST,
}
"""Of the events that end a call."""

TOLD: Mapping[Event, Mapping[State, Code | None]] = {
    Event.ACCEPT: dict.fromkeys(TAKEN, Code.TAKEN) | {State.ENDED: Code.CONFLICT},
    Event.LATER: dict.fromkeys(TAKEN, Code.TAKEN) | {State.ENDED: Code.CONFLICT},
    # It does not ring any more, which is what was asked for.
    Event.NOT_NOW: dict.fromkeys((*TAKEN, State.ENDED)),
    # Taken a moment before: both are in the call now, and either may hang up.
    Event.CANCEL: dict.fromkeys(TAKEN, Code.CONFLICT) | {State.ENDED: None},
    # Both at once: the second one finds it done. While it waits the caller cancels.
    Event.HANG_UP: dict.fromkeys(WAITING, Code.CONFLICT) | {State.ENDED: None},
}
"""What a person is told whose act is illegal in this state; None: it is already so, answered as done."""

DEADLINES: Mapping[State, tuple[str, Event]] = {
    State.ACCEPTED: ("connect_until", Event.CONNECT_OVER),
    State.CONNECTING: ("connect_until", Event.CONNECT_OVER),
    State.INTERRUPTED: ("grace_until", Event.GRACE_OVER),
}
"""Column of the call and event when it has passed. Ringing has one deadline per person: ``call_offer.until``."""


@dataclass(frozen=True, slots=True)
class Illegal:
    """An event that the table has no transition for."""

    state: State
    event: Event
    code: Code | None
    """What the person is told; None when what was asked for is already so, or nobody asked."""

    def __str__(self) -> str:
        return f"{self.event} is not possible when a call is {self.state}"


def step(state: State, event: Event) -> State | Illegal:
    """Look up what an event does. Never raises; total over all states and events."""
    following = TRANSITIONS.get((state, event))
    if following is not None:
        return following
    return Illegal(state, event, TOLD.get(event, {}).get(state))


def mermaid() -> str:
    """Draw the table as a Mermaid state diagram, for docs/architecture.md."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, event), following in TRANSITIONS.items():
        arrows.setdefault((state, following), []).append(event.value)
    lines = ["stateDiagram-v2", f"    [*] --> {State.QUEUED}"]
    lines += [f"    {a} --> {b}: {', '.join(events)}" for (a, b), events in arrows.items()]
    return "\n".join([*lines, f"    {State.ENDED} --> [*]", ""])
