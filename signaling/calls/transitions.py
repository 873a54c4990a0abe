"""Carries an event out on a call's row: the table decides, the columns follow, the app is told, all in one transaction.

The only writer of ``call.state``.
"""

from collections.abc import Mapping
from typing import Any

from signaling.calls import store
from signaling.calls.contract import Call, CallPolicy, Transition
from signaling.calls.table import CONNECT_S, GRACE_S, OUTCOMES, WAITING, Event, Illegal, State, step
from signaling.database import Transaction
from signaling.errors import Refusal
from signaling.wire import Code

KEPT_S = 30 * 86400.0
"""How long an ended call is kept: who talked with whom, for the safety of both. The app keeps what it needs itself."""


class Transitions:
    """Holds the apps' policies."""

    def __init__(self) -> None:
        self._policies: Mapping[str, CallPolicy] = {}

    def set_policies(self, policies: Mapping[str, CallPolicy]) -> None:
        """Register the policy of each app, by its name; once, before the first call."""
        self._policies = policies

    def policy(self, app: str) -> CallPolicy:
        """Return an app's policy.

        Raises:
            Refusal: ``NOT_FOUND``: this process does not serve that app.
        """
        policy = self._policies.get(app)
        if policy is None:
            raise Refusal(Code.NOT_FOUND, f"the app {app} is not served here")
        return policy

    def serves(self, call: Call) -> bool:
        """Whether this process knows the app of the call."""
        return call.app in self._policies

    async def move(self, tx: Transaction, call: Call, event: Event, now: float, **changes: Any) -> Call:  # noqa: ANN401 - columns
        """Carry out an event on a call whose row is held.

        Args:
            tx: The transaction.
            call: As it is read in this transaction.
            event: What happens.
            now: Unix seconds.
            changes: Columns that change besides those that follow from the state.

        Returns:
            The call after it; the same one when what was asked for is already so.

        Raises:
            Refusal: The event is not possible now; the code says what the person is told.
        """
        state = step(call.state, event)
        if isinstance(state, Illegal):
            if state.code is None:
                return call
            raise Refusal(state.code, str(state))
        following = _following(call, state, event, now) | changes
        after = await store.change(tx, call, state=state, **following)
        touch(tx, after)
        if call.state in WAITING and state not in WAITING:
            tx.touch(*(f"person:{person}" for person in await store.close_offers(tx, call.id)))
        if state is State.ENDED:
            await store.stand_up(tx, call.id)
        await self.policy(call.app).on_transition(tx, Transition(after, call.state, event, now))
        return after


def touch(tx: Transaction, call: Call) -> None:
    """Have the views of a call, of its two persons and of its app made anew."""
    tx.touch(
        f"call:{call.id}", call.app, *(f"person:{person}" for person in (call.caller, call.callee) if person)
    )


def _following(call: Call, state: State, event: Event, now: float) -> dict[str, Any]:
    """Columns that follow from entering a state."""
    changes: dict[str, Any] = {}
    if event is Event.MOVE:
        # An epoch of 0 means: was never placed, nobody has to join again.
        changes |= {"worker": "", "epoch": call.epoch + 1 if call.epoch else 0, "media_lost_at": None}
        changes |= {"caller_join": 0, "callee_join": 0, "caller_ready": False, "callee_ready": False}
    if event is Event.RUNG_OUT:
        changes["rung"] = call.rung + 1
    match state:
        case State.QUEUED | State.OFFERED:
            pass
        case State.ACCEPTED | State.CONNECTING:
            changes |= {"connect_until": now + CONNECT_S}
        case State.LIVE:
            changes |= {
                "connect_until": None,
                "grace_until": None,
                "missing_since": None,
                "media_lost_at": None,
            }
            changes["live_at"] = call.live_at or now
        case State.INTERRUPTED:
            changes["grace_until"] = call.grace_until or now + GRACE_S
        case State.ENDED:
            changes |= {"connect_until": None, "grace_until": None, "wanted_until": None}
            changes |= {"ended_at": now, "outcome": OUTCOMES[event].value, "purge_at": now + KEPT_S}
    return changes
