"""Going over to video: either side proposes, the other accepts, and the chat goes on beside it.

Implements ``signaling.api.CallPolicy``. A call hangs on a conversation by two columns and writes in its log; nothing
else of the conversation depends on it, so that a video that fails takes nothing away. Rows are locked in the order
call, conversation, log: who holds a conversation never asks for a call that exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk import store, tables
from helpdesk.access import HELPER, access_conversation
from helpdesk.line.one_by_one import one_of_many
from helpdesk.line.picture import APP
from helpdesk.states import State
from helpdesk.store import Conversation
from helpdesk.wire import DeclineCall, ProposeCall, Proposed
from signaling.api import Call, Context, Login, Refusal, Sweep, Transaction, Transition
from signaling.wire import Code, Done

PROPOSALS_MOST, PROPOSALS_S = 6, 600.0
"""Of one conversation within ten minutes: each rings at somebody."""
PROPOSED_S = 120.0
"""A proposal that nobody answers ends by itself."""
WAITING = ("queued", "offered")


def ending(call: Call, at: float) -> tuple[str, dict[str, str]]:
    """Say how a call ended, as kind and payload of the log's event. Pure."""
    if call.outcome != "cancelled":
        return "call_ended", {"outcome": call.outcome}
    if call.ended_by:
        return "call_ended", {"outcome": "cancelled"}
    if at - call.created_at >= PROPOSED_S:
        return "call_ended", {"outcome": "unanswered"}
    return "call_declined", {}


def other_side(conversation: Conversation, person: str) -> str:
    """Return whom this person would call: the agent who has it, or its citizen; empty for nobody."""
    if conversation.state is not State.OPEN or not conversation.agent:
        return ""
    return {conversation.citizen: conversation.agent, conversation.agent: conversation.citizen}.get(
        person, ""
    )


@dataclass(frozen=True, slots=True)
class Video:
    """Handlers of the two commands, the call policy, and its sweep."""

    context: Context

    # --- what the two sides say -------------------------------------------------------------------------------

    async def propose(self, login: Login, command: ProposeCall) -> Proposed:
        """Ring at the other side; one proposal at a time, and a repeat is answered with the same call."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            found = seat.conversation
            if seat.role == HELPER:
                raise Refusal(Code.FORBIDDEN, "the citizen or the agent proposes a call")
            if found.call:
                if found.call_by == me:
                    return Proposed(call=found.call)
                raise Refusal(Code.CONFLICT, "the other side has proposed one: accept it")
            other = other_side(found, me)
            if not other:
                raise Refusal(Code.CONFLICT, "no agent has this conversation now, or another one")
            if other not in await self.context.presence.of(APP):
                raise Refusal(Code.ABSENT, "the other side is not here")
            counted = _one_more(found, now)
            call = await self.context.calls.queue(tx, app=APP, ref=found.id, caller=me, now=now)
            after = await store.change(tx, found, call=call, call_by=me, **counted)
            await self._write(tx, after, "call_proposed", call, now, author=me)
        return Proposed(call=call)

    async def decline(self, login: Login, command: DeclineCall) -> Done:
        """No, or take it back; nothing to do when it is over. One that was accepted is hung up instead."""
        me = login.person.id
        async with self.context.database.write() as tx:
            # Not locked here: the call is locked first.
            found = (await access_conversation(tx, login, command.conversation)).conversation
            call = await self.context.calls.get(tx, command.call)
            if call is None or call.app != APP or call.ref != found.id:
                raise Refusal(Code.NOT_FOUND, "no such call of this conversation")
            if me not in (call.caller, other_side(found, call.caller)):
                raise Refusal(Code.FORBIDDEN, "only its two persons decide about a call")
            await self.context.calls.cancel(tx, call.id, by=me, now=self.context.clock())
        return Done()

    # --- what the call engine asks ----------------------------------------------------------------------------

    async def ring_for(self, tx: Transaction, call: Call, now: float) -> Sequence[str]:
        """The other side, when she is here and in no call."""
        other = await self._other(tx, call)
        if not other or other not in await self.context.presence.of(APP):
            return ()
        return () if await self.context.calls.current(tx, APP, other) else (other,)

    async def may_accept(self, tx: Transaction, login: Login, call: Call, now: float) -> None:
        """Only the one to whom it was proposed."""
        if login.person.id != await self._other(tx, call):
            raise Refusal(Code.FORBIDDEN, "this call was proposed to somebody else")

    async def may_watch(self, tx: Transaction, login: Login, call: Call) -> bool:
        """The other side may look at it before answering; nobody watches a talk of two."""
        return login.person.id == await self._other(tx, call)

    async def on_transition(self, tx: Transaction, transition: Transition) -> None:
        """Write in the conversation's log when a call begins and how it ends."""
        call, at = transition.call, transition.at
        if transition.event != "accept" and call.state != "ended":
            return
        found = await self._conversation(tx, call, lock=True)
        if found is None:
            return
        if transition.event == "accept":
            await self._write(tx, found, "call_began", call.id, at, author=call.callee)
            tx.touch(f"conversation:{found.id}")
            return
        if found.call == call.id:
            found = await store.change(tx, found, call="", call_by="")
        kind, more = ending(call, at)
        author = other_side(found, call.caller) if kind == "call_declined" else ""
        await self._write(tx, found, kind, call.id, at, author=author, more=more)

    # --- while time passes ------------------------------------------------------------------------------------

    def sweeps(self) -> list[Sweep]:
        """What the worker runs."""
        return [Sweep("helpdesk.proposals", self.sweep, every_s=2.0)]

    async def sweep(self, now: float) -> int:
        """End proposals that nobody answered, or whose conversation was closed or has changed hands."""
        column = tables.conversation.c
        async with self.context.database.read() as tx:
            proposed = await store.conversations(tx, column.call != "")
            calls = [(found, await self.context.calls.get(tx, found.call)) for found in proposed]
        over = [call.id for found, call in calls if call is not None and _is_over(found, call, now)]
        for call_id in over:
            with one_of_many("helpdesk.proposals", call_id):
                async with self.context.database.write() as tx:
                    await self.context.calls.cancel(tx, call_id, by="", now=now)
        return len(over)

    async def _conversation(self, tx: Transaction, call: Call, *, lock: bool = False) -> Conversation | None:
        for found in await store.conversations(tx, tables.conversation.c.id == call.ref, lock=lock):
            return found
        return None

    async def _other(self, tx: Transaction, call: Call) -> str:
        found = await self._conversation(tx, call)
        return other_side(found, call.caller) if found is not None else ""

    async def _write(  # noqa: PLR0913 - an event has these parts
        self,
        tx: Transaction,
        found: Conversation,
        kind: str,
        call: str,
        at: float,
        *,
        author: str,
        more: dict[str, Any] | None = None,
    ) -> None:
        await self.context.log.append(
            tx,
            found.log_id,
            author=author,
            client_id=f"{kind}-{call}"[:64],
            kind=kind,
            payload={"call": call, **(more or {})},
            now=at,
        )


def _one_more(found: Conversation, now: float) -> dict[str, float]:
    """Count a proposal, or refuse it."""
    if found.proposals_since is None or found.proposals_since <= now - PROPOSALS_S:
        return {"proposals": 1, "proposals_since": now}
    if found.proposals >= PROPOSALS_MOST:
        raise Refusal(
            Code.TOO_MANY, f"{PROPOSALS_MOST} calls were proposed within ten minutes: write instead"
        )
    return {"proposals": found.proposals + 1}


def _is_over(found: Conversation, call: Call, now: float) -> bool:
    if call.state not in WAITING:
        return False
    return now - call.created_at >= PROPOSED_S or not other_side(found, call.caller)
