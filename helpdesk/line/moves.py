"""A conversation comes to an agent or goes back to the line: the columns that follow, and what the log says."""

from typing import Any

from sqlalchemy import update

from helpdesk import store, tables
from helpdesk.line.waits import note_wait
from helpdesk.states import Event
from helpdesk.store import Conversation
from signaling.api import Context, Transaction


async def give(tx: Transaction, before: Conversation, agent: str, now: float) -> Conversation:
    """Let an agent have it from now on; she sees all of it. The place is kept for the case that it goes back.

    Raises:
        Refusal: ``CONFLICT``.
    """
    await note_wait(tx, before, now=now, answered=True)
    after = await store.move(
        tx,
        before,
        Event.CLAIM,
        agent=agent,
        agent_gone_until=None,
        snoozed_until=None,
        **_NOT_RINGING,
    )
    if before.agent != agent:
        await _leave(tx, before, now)
    await store.seat(tx, after.id, agent, role="agent", joined_at=now, left_at=None)
    column = tables.agent.c
    await tx.execute(update(tables.agent).where(column.person == agent).values(given_at=now))
    return after


async def put_back(tx: Transaction, before: Conversation, now: float, *, topic: str = "") -> Conversation:
    """Put it back in line at its old place, under `topic` when one is given.

    Raises:
        Refusal: ``CONFLICT``.
    """
    after = await store.move(
        tx,
        before,
        Event.RELEASE,
        agent="",
        former_agent=before.agent or before.former_agent,
        topic=topic or before.topic,
        place_at=before.place_at or before.unanswered_since or now,
        agent_gone_until=None,
        snoozed_until=None,
        **_NOT_RINGING,
    )
    await _leave(tx, before, now)
    return after


async def tell(  # noqa: PLR0913, PLR0917 - an event has these parts
    context: Context,
    tx: Transaction,
    after: Conversation,
    kind: str,
    payload: dict[str, Any],
    now: float,
    author: str = "",
) -> None:
    """Write in the talk what happened to the conversation; its version makes the act one of its own."""
    await context.log.append(
        tx,
        after.log_id,
        author=author,
        client_id=f"{kind}-{after.version}",
        kind=kind,
        payload=payload,
        now=now,
    )


_NOT_RINGING: dict[str, Any] = {"offered_to": "", "offered_until": None, "first_until": None, "rung": ""}


async def _leave(tx: Transaction, before: Conversation, now: float) -> None:
    if before.agent:
        await store.seat(tx, before.id, before.agent, left_at=now)
