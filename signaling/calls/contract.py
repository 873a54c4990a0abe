"""What a call is to the outside: the row, the offers, and what an app brings to decide about them. Types only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from signaling.calls.table import TAKEN, State
from signaling.database import Transaction
from signaling.identity.service import Login

CALLER, CALLEE = "caller", "callee"
"""The two roles; also the names of the peers in the worker's room."""

MICROPHONE, CAMERA, SCREEN = 1, 2, 4
"""Bits of ``Call.caller_media`` and ``Call.callee_media``."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was read. Times are Unix seconds, None where there is none."""

    id: str
    app: str
    ref: str
    """The app's own reference."""
    caller: str
    callee: str
    """Person who took it; empty before."""
    wanted: str
    """Person asked for; empty for anybody."""
    state: State
    version: int
    created_at: float
    rung: int
    """How many times it rang and nobody took it."""
    worker: str
    epoch: int
    """Counts placements: a client that joined with a lower one joins again."""
    joins: int
    """Counts joins of either side: the worker's epoch."""
    caller_join: int
    callee_join: int
    caller_ready: bool
    callee_ready: bool
    caller_media: int
    callee_media: int
    wanted_until: float | None
    connect_until: float | None
    grace_until: float | None
    missing_since: float | None
    """Since when one side has not been seen in the room."""
    media_lost_at: float | None
    """When a client first said that no media arrives from this placement."""
    live_at: float | None
    ended_at: float | None
    purge_at: float | None
    outcome: str
    ended_by: str
    """``caller`` or ``callee`` when one of them ended it."""

    def role_of(self, person: str) -> str:
        """Tell who this person is in the call: ``caller``, ``callee`` or empty."""
        if person == self.caller:
            return CALLER
        return CALLEE if person and person == self.callee else ""

    def join_of(self, role: str) -> int:
        """Return the number of the join that counts for this side; 0 for none."""
        return self.caller_join if role == CALLER else self.callee_join

    @property
    def taken(self) -> bool:
        """Whether two persons are in it."""
        return self.state in TAKEN


@dataclass(frozen=True, slots=True)
class Offer:
    """One person at whom a call rings, rang, or who has answered."""

    answer: str
    """``ringing``, ``later``, ``not_now``, or ``missed``: it rang here in vain a moment ago."""
    until: float | None
    """Ringing: until when. Later: when it rings again. Missed: until when it does not ring here."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Something happened to a call; told to its app in the same transaction."""

    call: Call
    """After it."""
    old: str
    """State before; may be the same."""
    event: str
    """Of ``table.Event``."""
    at: float


class CallPolicy(Protocol):
    """What an app decides about its calls."""

    async def ring_for(self, tx: Transaction, call: Call, now: float) -> Sequence[str]:
        """List the persons whom this call may ring at now: present, free, allowed.

        Those who answered and those at whom it has just rung in vain are left out by the engine. May be called in
        a read transaction, every second or so for each waiting call.
        """
        ...

    async def may_accept(self, tx: Transaction, login: Login, call: Call, now: float) -> None:
        """The app's door before accept and later.

        Raises:
            Refusal: This login may not take this call now.
        """
        ...

    async def may_watch(self, tx: Transaction, login: Login, call: Call) -> bool:
        """Tell whether somebody who is not in the call may open its view."""
        ...

    async def on_transition(self, tx: Transaction, transition: Transition) -> None:
        """Follow what happened, in the same transaction; raising undoes it.

        When the call has ended its persons are free again: another call may be queued here.
        """
        ...
