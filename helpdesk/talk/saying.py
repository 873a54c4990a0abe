"""Words and documents come into a talk: numbered, counted, and never swallowed. Everything that is said goes through here."""

from dataclasses import dataclass
from typing import Any

from helpdesk import store
from helpdesk.access import HELPER, Seat
from helpdesk.line.moves import tell
from helpdesk.states import Event, State, step
from helpdesk.store import Conversation
from helpdesk.talk.telling import Telling
from helpdesk.wire import Sent
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code

EXCERPT_MOST = 120
HOUR_S = 3600.0
AN_HOUR_MOST = 600
"""Events by which a log grows before its citizen's side waits: ten a minute, all an hour long."""


@dataclass(frozen=True, slots=True)
class Said:
    """One act of somebody who says something."""

    client_id: str
    kind: str
    """``message`` or ``document``."""
    payload: dict[str, Any]
    excerpt: str
    """For who sees many conversations at a glance."""


def message(client_id: str, text: str, helper: str = "") -> Said:
    """A message; `helper` is who wrote the draft that the citizen sends."""
    return Said(client_id, "message", {"text": text, "helper": helper}, text)


def check_may_speak(seat: Seat, login: Login, seen: int | None = None) -> None:
    """Let through who may say something here now; `seen` is the last agent's seq on an agent's screen.

    Raises:
        Refusal: ``FORBIDDEN`` for a helper whom the citizen lets write drafts only; ``CONFLICT`` for an agent who does not
            have it; ``STALE`` when a colleague wrote what she has not seen.
    """
    found, me = seat.conversation, login.person.id
    if seat.role == HELPER and not (seat.part and seat.part.may_send):
        raise Refusal(Code.FORBIDDEN, "the citizen presses Send")
    if not seat.works_here:
        return
    if found.agent != me:
        raise Refusal(Code.CONFLICT, "claim it first")
    if seen is not None and seen < found.agent_seq and found.agent_seq_by != me:
        raise Refusal(Code.STALE, "a colleague has answered meanwhile")


def check_helps(seat: Seat, helper: str) -> None:
    """Let through who names somebody that helps to write here now.

    Raises:
        Refusal: ``NOT_FOUND``.
    """
    part = seat.parts.get(helper)
    if part is None or part.role != HELPER or not part.present:
        raise Refusal(Code.NOT_FOUND, "this person does not help here")


async def check_pace(context: Context, tx: Transaction, log_id: str, head: int, now: float) -> None:
    """Let through what the citizen's side adds to a log that does not grow without measure.

    Raises:
        Refusal: ``TOO_MANY``.
    """
    if head > AN_HOUR_MOST and await context.log.written_at(tx, log_id, head - AN_HOUR_MOST) > now - HOUR_S:
        raise Refusal(Code.TOO_MANY, f"{AN_HOUR_MOST} entries within an hour: write again in some minutes")


async def follow_first(tx: Transaction, found: Conversation, agent: str, now: float) -> None:
    """Whoever answers somebody without an advisor of their own is their advisor from now on; nothing rings at supervisors."""
    if not await store.referents(tx, [found.citizen]) and await store.desk_person(tx, agent) is not None:
        await store.set_referent(tx, found.citizen, agent, now)


@dataclass(frozen=True, slots=True)
class Saying:
    """Says; in the caller's transaction, under the conversation's lock."""

    context: Context
    telling: Telling

    async def said_before(self, tx: Transaction, found: Conversation, author: str, said: Said) -> Sent | None:
        """Return the first answer to an act that came before, whatever the conversation is now.

        Raises:
            Refusal: ``REPEATED_DIFFERENTLY``.
        """
        event = await self.context.log.repeated(
            tx, found.log_id, author=author, client_id=said.client_id, kind=said.kind, payload=said.payload
        )
        return None if event is None else Sent(seq=event.seq, at=event.at)

    async def say(self, tx: Transaction, seat: Seat, author: str, said: Said) -> tuple[Sent, Conversation]:
        """Store what is said; a closed conversation is opened again by it, one that was put away is taken out.

        Raises:
            Refusal: ``CONFLICT`` for what was never submitted; ``TOO_MANY``.
        """
        now = self.context.clock()
        before = seat.conversation
        if not seat.works_here:
            await check_pace(self.context, tx, before.log_id, before.last_seq, now)
            before = await self._wake(tx, before, now)
        event = await self.context.log.append(
            tx,
            before.log_id,
            author=author,
            client_id=said.client_id,
            kind=said.kind,
            payload=said.payload,
            now=now,
        )
        after = await store.change(
            tx,
            before,
            messages=before.messages + 1,
            last_seq=event.seq,
            last_at=now,
            excerpt=" ".join(said.excerpt.split())[:EXCERPT_MOST],
            **_answered(seat, before, author, event.seq, now),
        )
        if seat.works_here:
            await follow_first(tx, after, author, now)
            await self.telling.tell_answer(tx, after, event.seq, now)
        if seat.part is not None:
            up_to_date = seat.part.messages_read >= seat.conversation.messages
            await store.mark(tx, seat.part, event.seq, event.seq, after.messages if up_to_date else 0)
        return Sent(seq=event.seq, at=event.at), after

    async def _wake(self, tx: Transaction, before: Conversation, now: float) -> Conversation:
        """The citizen's side writes: what that does to the conversation, before the words."""
        if step(before.state, Event.WRITE) is before.state:
            return before
        if before.submitted_at is None:  # no topic, no place in line: nobody would read it
            raise Refusal(Code.CONFLICT, "submit it first")
        if before.state is State.SNOOZED:
            after = await store.move(tx, before, Event.WRITE, snoozed_until=None)
            await tell(self.context, tx, after, "woken", {}, now)
            return after
        after = await store.move(
            tx, before, Event.WRITE, place_at=now, closed_at=None, purge_at=None, rating=0, rating_words=""
        )
        await tell(self.context, tx, after, "reopened", {}, now)
        return after


def _answered(seat: Seat, before: Conversation, author: str, seq: int, now: float) -> dict[str, store.Value]:
    """Since when the citizen waits for an answer, and who answered last."""
    if not seat.works_here:
        waits_since = now if before.unanswered_since is None else before.unanswered_since
        return {"unanswered_since": waits_since}
    answered_at = now if before.answered_at is None else before.answered_at
    return {"unanswered_since": None, "answered_at": answered_at, "agent_seq": seq, "agent_seq_by": author}
