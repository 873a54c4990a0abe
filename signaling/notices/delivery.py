"""What follows from an attempt to send: pure, the outbox only writes it down."""

from dataclasses import dataclass

from signaling.notices.contract import Outcome, State

CLAIM_S = 120.0
"""Longer than a worker needs for a batch; after it another worker takes the notice."""
BACK_OFF_S = (30.0, 120.0, 480.0, 1800.0, 7200.0, 14400.0, 28800.0)
"""Waits between attempts: 15 hours in all, a night without the mail server."""
ATTEMPTS = len(BACK_OFF_S) + 1


@dataclass(frozen=True, slots=True)
class Next:
    """What the outbox writes."""

    state: State
    due_at: float


def after(outcome: Outcome, attempts: int, now: float) -> Next:
    """Return what follows from the outcome of an attempt.

    Args:
        outcome: Of this attempt.
        attempts: How many there were, this one included, so at least 1.
        now: Unix seconds.
    """
    if outcome is Outcome.SENT:
        return Next(State.SENT, now)
    if outcome is Outcome.LATER and attempts < ATTEMPTS:
        return Next(State.DUE, now + BACK_OFF_S[attempts - 1])
    return Next(State.FAILED, now)
