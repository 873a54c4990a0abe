"""Reading and writing conversations and who is in them. No rules here: who may do what is decided by the callers."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import RowMapping, case, select, update
from sqlalchemy.sql import ColumnElement

from helpdesk import tables
from helpdesk.states import IN_LINE, Event, State, step
from signaling.api import Refusal, Transaction
from signaling.wire import Code

Value = str | float | bool | None
"""What a column holds."""
COUNTED = frozenset(
    {
        "messages", "last_seq", "last_at", "excerpt", "unanswered_since", "answered_at", "agent_seq", "agent_seq_by",
        "rating", "rating_words", "later",
    }
)  # fmt: skip
"""What changes without the version going up: who writes on does not make an agent's claim come late."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One row of ``helpdesk_conversation``; see there."""

    id: str
    number: str
    citizen: str
    client_id: str
    log_id: str
    desk_log: str
    state: State
    version: int
    topic: str
    language: str
    page_title: str
    page_url: str
    agent: str
    former_agent: str
    offered_to: str
    offered_until: float | None
    first_until: float | None
    rung: str
    place_at: float | None
    later: bool
    agent_gone_until: float | None
    snoozed_until: float | None
    created_at: float
    submitted_at: float | None
    answered_at: float | None
    messages: int
    last_seq: int
    last_at: float
    excerpt: str
    unanswered_since: float | None
    agent_seq: int
    agent_seq_by: str
    call: str
    call_by: str
    proposals: int
    proposals_since: float | None
    rating: int
    rating_words: str
    closed_at: float | None
    purge_at: float | None


@dataclass(frozen=True, slots=True)
class Participant:
    """One row of ``helpdesk_participant``."""

    conversation: str
    person: str
    role: str
    after: int
    joined_at: float | None
    left_at: float | None
    may_send: bool
    delivered: int
    read: int
    messages_read: int

    @property
    def present(self) -> bool:
        """Whether this person takes part now: came, and has not left."""
        return self.joined_at is not None and self.left_at is None


def _conversation(row: RowMapping) -> Conversation:
    values = {name: row[name] for name in Conversation.__slots__}
    return Conversation(**{**values, "state": State(row["state"])})


def _participant(row: RowMapping) -> Participant:
    return Participant(**{name: row[name] for name in Participant.__slots__})


async def conversations(
    tx: Transaction, *where: ColumnElement[bool], limit: int | None = 500, lock: bool = False
) -> list[Conversation]:
    """Those that match, longest in line first, then newest first; `limit` None only where the condition bounds them."""
    table = tables.conversation
    found = select(table).where(*where).order_by(table.c.place_at.asc().nulls_last(), table.c.last_at.desc())
    rows = await tx.execute((found.with_for_update() if lock else found).limit(limit))
    return [_conversation(row) for row in rows.mappings()]


async def conversation(tx: Transaction, conversation_id: str, *, lock: bool = False) -> Conversation:
    """Return one conversation; `lock` it before changing it.

    Raises:
        Refusal: ``NOT_FOUND``.
    """
    for found in await conversations(tx, tables.conversation.c.id == conversation_id, lock=lock):
        return found
    raise Refusal(Code.NOT_FOUND, "no such conversation")


async def change(tx: Transaction, before: Conversation, **values: Value) -> Conversation:
    """Change a conversation by compare-and-set on its version; touch what shows it.

    The version goes up unless all that changes is ``COUNTED``.

    Raises:
        Refusal: ``CONFLICT``: somebody was faster. Cannot happen to who has locked the row.
    """
    table = tables.conversation
    version = before.version + (0 if values.keys() <= COUNTED else 1)
    same = update(table).where(table.c.id == before.id, table.c.version == before.version)
    changed = await tx.execute(same.values(**values, version=version).returning(table))
    row = changed.mappings().first()
    if row is None:
        raise Refusal(Code.CONFLICT, "somebody was faster")
    after = _conversation(row)
    touch(tx, before, after)
    return after


async def move(tx: Transaction, before: Conversation, event: Event, **values: Value) -> Conversation:
    """Let `event` happen to a conversation, with other changes.

    Raises:
        Refusal: ``CONFLICT``: this does not happen to a conversation in its state, or somebody was faster.
    """
    state = step(before.state, event)
    if state is None:
        raise Refusal(Code.CONFLICT, f"{event} does not happen to a conversation that is {before.state}")
    return await change(tx, before, state=state, **values)


def touch(tx: Transaction, before: Conversation, after: Conversation) -> None:
    """Tell the views that show this conversation; the desk where the line moved; persons whose rights changed.

    A message touches no person: that would have all of her open logs looked at again.
    """
    tx.touch(f"conversation:{after.id}", *(f"desk:{row.agent}" for row in (before, after) if row.agent))
    if _on_every_desk(before) != _on_every_desk(after):
        tx.touch("helpdesk")
    if (before.agent, before.topic) != (after.agent, after.topic):
        tx.touch(*(f"person:{row.agent}" for row in (before, after) if row.agent))


def _on_every_desk(row: Conversation) -> tuple[Value, ...]:
    """What everybody of the desk sees of it: its place, and what is said while it waits."""
    place = (
        row.state,
        row.topic,
        row.agent,
        row.place_at,
        row.offered_to,
        row.offered_until,
        row.first_until,
    )
    return (*place, row.messages, row.later) if row.state in IN_LINE else place


async def participants(tx: Transaction, conversation_id: str) -> dict[str, Participant]:
    """Everybody who takes, took or may take part, by person."""
    column = tables.participant.c
    rows = await tx.execute(select(tables.participant).where(column.conversation == conversation_id))
    return {row["person"]: _participant(row) for row in rows.mappings()}


async def seats(tx: Transaction, person: str, among: Iterable[str] | None = None) -> dict[str, Participant]:
    """This person's part in each of her conversations, or in each of those named, by conversation."""
    column = tables.participant.c
    mine = select(tables.participant).where(column.person == person)
    rows = await tx.execute(mine if among is None else mine.where(column.conversation.in_(set(among))))
    return {row["conversation"]: _participant(row) for row in rows.mappings()}


async def helped(tx: Transaction, ids: Iterable[str]) -> set[str]:
    """Which of these conversations somebody helps to write now."""
    column = tables.participant.c
    found = select(column.conversation).where(
        column.conversation.in_(set(ids)),
        column.role == "helper",
        column.joined_at.is_not(None),
        column.left_at.is_(None),
    )
    return {row.conversation for row in await tx.execute(found)}


async def seat(tx: Transaction, conversation_id: str, person: str, **values: Value) -> None:
    """Add this person or change her part; her open logs and views are looked at again."""
    added = await tx.insert_new(
        tables.participant, **{"conversation": conversation_id, "person": person, "role": "agent", **values}
    )
    if not added:
        column = tables.participant.c
        mine = update(tables.participant).where(
            column.conversation == conversation_id, column.person == person
        )
        await tx.execute(mine.values(**values))
    tx.touch(f"conversation:{conversation_id}", f"person:{person}")


async def mark(tx: Transaction, part: Participant, delivered: int, read: int, messages_read: int) -> None:
    """Move somebody's watermarks up, never down, whoever else moves them at the same time."""
    column = tables.participant.c
    mine = update(tables.participant).where(
        column.conversation == part.conversation, column.person == part.person
    )
    marks = {"delivered": delivered, "read": read, "messages_read": messages_read}
    higher = {name: case((column[name] < value, value), else_=column[name]) for name, value in marks.items()}
    await tx.execute(mine.values(higher))
    tx.touch(f"conversation:{part.conversation}")
    if part.role == "agent":
        tx.touch(f"desk:{part.person}")


async def topics_of(tx: Transaction, person: str) -> frozenset[str]:
    """Topics of an agent; none for anybody else."""
    column = tables.agent_topic.c
    rows = await tx.execute(select(column.topic).where(column.person == person))
    return frozenset(row.topic for row in rows)


async def topic_names(tx: Transaction, language: str) -> dict[str, str]:
    """Names of all topics, for somebody who reads this language."""
    column = tables.topic.c
    rows = await tx.execute(select(column.id, column.names))
    return {row.id: row.names.get(language) or row.names.get("fr", row.id) for row in rows}


async def topic_exists(tx: Transaction, topic: str) -> bool:
    """Whether there is such a topic."""
    found = await tx.execute(select(tables.topic.c.id).where(tables.topic.c.id == topic))
    return found.first() is not None


async def desk_person(tx: Transaction, person: str) -> tuple[bool, int] | None:
    """Return (paused, capacity) of an agent, None for somebody who is not one."""
    column = tables.agent.c
    row = (await tx.execute(select(column.paused, column.capacity).where(column.person == person))).first()
    return None if row is None else (row.paused, row.capacity)


async def referents(tx: Transaction, citizens: Iterable[str]) -> dict[str, str]:
    """Their own advisors, by citizen; those without one are left out.

    Only an agent is one: nothing rings at a supervisor who answered, or at who has left the desk.
    """
    column = tables.citizen.c
    known = select(column.person, column.referent).join(
        tables.agent, tables.agent.c.person == column.referent
    )
    rows = await tx.execute(known.where(column.person.in_(set(citizens))))
    return {row.person: row.referent for row in rows}


async def set_referent(tx: Transaction, citizen: str, referent: str, now: float) -> None:
    """Make somebody this citizen's own advisor; an empty `referent`: nobody."""
    if not await tx.insert_new(tables.citizen, person=citizen, referent=referent, created_at=now):
        table = tables.citizen
        await tx.execute(update(table).where(table.c.person == citizen).values(referent=referent))
    tx.touch(f"person:{citizen}", "helpdesk")
