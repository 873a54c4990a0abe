"""The door of a conversation: who may read it, write in it, work on it. The only one; all else asks here."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk import store, tables
from helpdesk.states import State
from helpdesk.store import Conversation, Participant
from signaling.api import Login, Person, Refusal, Transaction
from signaling.wire import Code

CITIZEN, HELPER, AGENT, SUPERVISOR = "citizen", "helper", "agent", "supervisor"
"""Roles of persons of this app."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What one person is to one conversation."""

    conversation: Conversation
    role: str
    """``citizen``, ``helper``, ``agent`` or ``supervisor``."""
    parts: Mapping[str, Participant]
    """Everybody who takes, took or may take part, by person."""
    person: str
    """Who sits here."""

    @property
    def part(self) -> Participant | None:
        """Return this person's part; None for an agent or a supervisor who is not in it."""
        return self.parts.get(self.person)

    @property
    def after(self) -> int:
        """The log is open to this person from the next seq on."""
        return self.part.after if self.role == HELPER and self.part else 0

    @property
    def works_here(self) -> bool:
        """Whether this is somebody of the desk."""
        return self.role in (AGENT, SUPERVISOR)


async def access_conversation(
    tx: Transaction, login: Login, conversation_id: str, *, lock: bool = False
) -> Seat:
    """The door.

    A citizen's own conversations; a helper's while the citizen wants her; an agent's own, those of her topics and of
    the people whose own advisor she is; all of them for a supervisor. For these two: what was submitted.

    Raises:
        Refusal: ``NOT_FOUND``, also for those who may not know that it exists.
    """
    found = await store.conversation(tx, conversation_id, lock=lock)
    parts = await store.participants(tx, found.id)
    if not await _may(tx, login.person, found, parts.get(login.person.id)):
        raise Refusal(Code.NOT_FOUND, "no such conversation of this person")
    return Seat(found, login.person.role, parts, login.person.id)


async def access_log(tx: Transaction, login: Login, log_id: str) -> int:
    """The door of a conversation's two logs; returns the seq after which this person may read.

    Raises:
        Refusal: ``NOT_FOUND``.
    """
    column = tables.conversation.c
    for found in await store.conversations(tx, (column.log_id == log_id) | (column.desk_log == log_id)):
        seat = await access_conversation(tx, login, found.id)
        if found.log_id == log_id or seat.works_here:
            return seat.after
    raise Refusal(Code.NOT_FOUND, "no such log of this person")


def desk_only(login: Login) -> None:
    """Let agents and supervisors through.

    Raises:
        Refusal: ``FORBIDDEN``.
    """
    if login.person.role not in (AGENT, SUPERVISOR):
        raise Refusal(Code.FORBIDDEN, "this is the desk's")


def has_it(found: Conversation, part: Participant | None, agent: str) -> bool:
    """Whether an agent has this conversation, or had it until it was closed; not who gave it away or lost it."""
    if found.state in (State.CLOSED, State.REOPENED):
        return found.former_agent == agent and part is not None and part.present
    return found.agent == agent


async def _may(tx: Transaction, person: Person, found: Conversation, part: Participant | None) -> bool:
    match person.role:
        case "citizen":
            return found.citizen == person.id
        case "helper":
            return part is not None and part.present
        case "agent":
            submitted = found.submitted_at is not None
            return submitted and (has_it(found, part, person.id) or await _serves(tx, person.id, found))
        case "supervisor":
            return found.submitted_at is not None
        case _:
            return False


async def _serves(tx: Transaction, agent: str, found: Conversation) -> bool:
    """Whether she answers for this topic, or is this person's own advisor, whatever it is about."""
    if found.topic in await store.topics_of(tx, agent):
        return True
    return (await store.referents(tx, [found.citizen])).get(found.citizen) == agent
