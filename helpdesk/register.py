"""Topics, opening hours and the people of the desk from a file: ``python -m signaling.admin load helpdesk.app:app FILE``.

The file is the whole truth: hours and days of closure are replaced, a topic that it does not name is closed, an agent
whom it does not name is offered nothing any more (``admin revoke`` ends her logins). It is loaded in one transaction,
and as often as you like::

    closed = [2026-12-25, 2027-01-01]

    [[topics]]
    id = "logement"
    names = { fr = "Aides au logement", en = "Housing benefits" }
    hours = ["mon-fri 9:00-12:30", "mon-fri 13:30-17:00", "sat 9:00-12:00"]

    [[agents]]
    name = "Claire Dubois"
    topics = ["logement"]
    capacity = 4

    [[supervisors]]
    name = "Sylvie Laurent"
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec
from sqlalchemy import delete, update

from helpdesk import tables
from helpdesk.access import AGENT, SUPERVISOR
from helpdesk.line.picture import APP
from signaling.api import BadSetting, Context, DemoPerson, Person, Transaction

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
LINK_S = 300 * 86400.0
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]{1,64}$")]


class TopicEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people come for, and when."""

    id: Key
    names: dict[str, Name]
    hours: list[str]


class AgentEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who answers."""

    name: Name
    topics: list[Key]
    capacity: Annotated[int, msgspec.Meta(ge=1, le=50)] = 4


class SupervisorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who supervises."""

    name: Name


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    topics: list[TopicEntry]
    agents: list[AgentEntry] = []
    supervisors: list[SupervisorEntry] = []
    closed: list[date] = []


def read_register(text: str) -> Register:
    """Read and check a file.

    Raises:
        BadSetting: With the sentence for the operator.
    """
    try:
        register = msgspec.toml.decode(text, type=Register)
    except msgspec.DecodeError as error:  # ValidationError too
        raise BadSetting(f"The file cannot be read: {error}.") from error
    known = {topic.id for topic in register.topics}
    for topic in register.topics:
        if "fr" not in topic.names:
            raise BadSetting(f"The topic {topic.id} has no French name: add fr to its names.")
        for (day, _, closes), (other, opens, _) in pairwise(sorted(windows(topic))):
            if day == other and opens < closes:
                raise BadSetting(f"Two of the hours of {topic.id} overlap on {DAYS[day]}: write them as one.")
    for agent in register.agents:
        if unknown := set(agent.topics) - known:
            raise BadSetting(
                f"{agent.name} has topics that are not in the file: {', '.join(sorted(unknown))}."
            )
    return register


def windows(topic: TopicEntry) -> Iterator[tuple[int, int, int]]:
    """Give the opening windows of a topic: weekday (Monday is 0), minutes of opening and of closing.

    Raises:
        BadSetting: With the sentence for the operator.
    """
    for text in topic.hours:
        match = HOURS.fullmatch(text.strip().lower())
        first, last = (match[1], match[2] or match[1]) if match else ("", "")
        if match is None or first not in DAYS or last not in DAYS or DAYS.index(last) < DAYS.index(first):
            raise BadSetting(f"The hours {text!r} of {topic.id}: write them as 'mon-fri 9:00-12:30'.")
        opens, closes = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
        if not opens < closes <= 1440:
            raise BadSetting(f"The hours {text!r} of {topic.id} do not end after they begin, by 24:00.")
        for weekday in range(DAYS.index(first), DAYS.index(last) + 1):
            yield weekday, opens, closes


async def load(context: Context, text: str) -> list[DemoPerson]:
    """Bring the desk to what the file says; return those who are new, with their links.

    Raises:
        BadSetting: With the sentence for the operator; nothing has changed.
    """
    register = read_register(text)
    async with context.database.write() as tx:
        await _topics(tx, register)
        new = await _agents(tx, context, register.agents)
        for entry in register.supervisors:
            person, is_new = await _person(tx, context, SUPERVISOR, entry.name)
            new += [person] if is_new else []
        tx.touch(APP)
        expires_at = context.clock() + LINK_S
        return [
            DemoPerson(
                name=person.name,
                role=person.role,
                token=await context.identity.make_link(tx, person.id, expires_at=expires_at),
            )
            for person in new
        ]


async def _topics(tx: Transaction, register: Register) -> None:
    await tx.execute(delete(tables.hours))
    await tx.execute(delete(tables.closure))
    for position, topic in enumerate(register.topics):
        values = {"names": topic.names, "position": position}
        if not await tx.insert_new(tables.topic, id=topic.id, **values):
            same = update(tables.topic).where(tables.topic.c.id == topic.id)
            await tx.execute(same.values(values))
        for weekday, opens, closes in windows(topic):
            row = {"topic": topic.id, "weekday": weekday, "opens": opens, "closes": closes}
            await tx.insert_new(tables.hours, **row)
    for day in register.closed:
        await tx.insert_new(tables.closure, day=day.isoformat())


async def _agents(tx: Transaction, context: Context, entries: list[AgentEntry]) -> list[Person]:
    new, named = [], []
    await tx.execute(delete(tables.agent_topic))
    for entry in entries:
        person, is_new = await _person(tx, context, AGENT, entry.name)
        new += [person] if is_new else []
        named.append(person.id)
        if not await tx.insert_new(tables.agent, person=person.id, capacity=entry.capacity):
            same = update(tables.agent).where(tables.agent.c.person == person.id)
            await tx.execute(same.values(capacity=entry.capacity))
        for topic in entry.topics:
            await tx.insert_new(tables.agent_topic, person=person.id, topic=topic)
        tx.touch(f"person:{person.id}")
    await tx.execute(delete(tables.agent).where(tables.agent.c.person.not_in(named)))
    return new


async def _person(tx: Transaction, context: Context, role: str, name: str) -> tuple[Person, bool]:
    known = await context.identity.find_person(tx, app=APP, role=role, name=name)
    if known is not None:
        return known, False
    return await context.identity.create_person(tx, app=APP, role=role, name=name), True
