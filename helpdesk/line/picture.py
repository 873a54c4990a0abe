"""The line and the desk as they are now, read once in a fixed number of statements: what views and ringing go by."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk import store, tables
from helpdesk.line import offering
from helpdesk.line.estimates import estimate
from helpdesk.line.places import count_line, read_line
from helpdesk.line.topics import ZONE, Topic, read_topics
from helpdesk.line.waits import read_waits
from helpdesk.states import State
from helpdesk.store import Conversation
from helpdesk.wire import Estimate, TopicRow, Waiting
from signaling.api import Context, Opening, Transaction

APP = "helpdesk"


@dataclass(frozen=True, slots=True)
class AgentState:
    """One agent, here or not."""

    topics: frozenset[str]
    capacity: int
    paused: bool
    open: int
    """Conversations that are open at her now, counted, not remembered."""
    given_at: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Data only; persons are ids."""

    now: float
    topics: Mapping[str, Topic]
    openings: Mapping[str, Opening]
    """Of each topic."""
    agents: Mapping[str, AgentState]
    names: Mapping[str, str]
    """Of agents, and of whoever has a conversation or is somebody's own advisor."""
    presence: Mapping[str, str]
    """Person to ``here`` or ``away`` (the page is hidden); the others are gone."""
    line: tuple[Conversation, ...]
    """The first of each topic, in order."""
    in_line: Mapping[str, int]
    """How many wait for each topic, all of them; none for topics that are not named."""
    referents: Mapping[str, str]
    """Of those in line: citizen to own advisor."""
    estimates: Mapping[str, Estimate]

    def at_desk(self, person: str) -> bool:
        """Whether this agent is here and does not pause."""
        agent = self.agents.get(person)
        return agent is not None and person in self.presence and not agent.paused

    def agents_here(self, topic: str) -> int:
        """How many would answer."""
        return sum(topic in agent.topics and self.at_desk(person) for person, agent in self.agents.items())

    def is_open(self, topic: str) -> bool:
        """Whether the topic has opening hours now."""
        opening = self.openings.get(topic)
        return opening is not None and opening.open

    def is_live(self, topic: str) -> bool:
        """Whether a live chat may be offered: it is open, and somebody is there who will answer."""
        return self.is_open(topic) and self.agents_here(topic) > 0

    def own_advisor(self, conversation: Conversation, referent: str | None = None) -> str:
        """Who comes first: who had it, when it was reopened and she is here; else the person's own advisor."""
        own = self.referents.get(conversation.citizen, "") if referent is None else referent
        former = conversation.former_agent
        if conversation.state is not State.REOPENED or former not in self.agents:
            return own
        return former if former in self.presence or not own else own

    @property
    def watched(self) -> frozenset[str]:
        """The topics that change it: the line and the desk, and an agent who comes or goes. Citizens come and go a lot."""
        return frozenset({APP, *(f"person:{person}" for person in self.agents)})

    def entries(self) -> list[offering.Entry]:
        """The line, as far as ringing goes."""
        return [self._entry(conversation) for conversation in self.line]

    def agents_to_ring(self) -> list[offering.Agent]:
        """Those who are here, those whose page is in sight first."""
        here = [person for person in self.agents if person in self.presence]
        here.sort(key=lambda person: self.presence[person] != "here")
        return [self._agent(person) for person in here]

    def topic_rows(self, language: str) -> dict[str, TopicRow]:
        """The topics for somebody who thinks of asking."""
        return {
            id_: TopicRow(
                name=topic.name(language),
                position=topic.position,
                open=self.openings[id_].open,
                until=self.openings[id_].until,
                next=self.openings[id_].next,
                live=self.is_live(id_),
                waiting=self.in_line.get(id_, 0),
                estimate=self.estimates.get(id_),
            )
            for id_, topic in self.topics.items()
        }

    def waiting(self, conversation: Conversation, referent: str, ahead: int) -> Waiting:
        """The truth about waiting, for somebody in line.

        Args:
            conversation: In line.
            referent: The person's own advisor, empty for none.
            ahead: How many of the same topic came before.
        """
        own, topic = self.own_advisor(conversation, referent), conversation.topic
        opening = self.openings.get(topic)
        kept = conversation.first_until is not None and conversation.first_until > self.now
        return Waiting(
            ahead=ahead,
            live=self.is_live(topic),
            answers_from=opening.next if opening is not None and not opening.open else None,
            estimate=self.estimates.get(topic),
            first_for=self.names.get(own, "") if kept else "",
            first_until=conversation.first_until if kept else None,
            absent="" if not own or self.at_desk(own) else self.names.get(own, ""),
        )

    def _entry(self, conversation: Conversation) -> offering.Entry:
        ring = offering.Ring(
            conversation.offered_to,
            conversation.offered_until,
            conversation.first_until,
            frozenset(conversation.rung.split()),
        )
        place_at = self.now if conversation.place_at is None else conversation.place_at
        own = self.own_advisor(conversation)
        return offering.Entry(conversation.id, conversation.topic, place_at, own, ring)

    def _agent(self, person: str) -> offering.Agent:
        agent = self.agents[person]
        return offering.Agent(
            person, agent.topics, agent.capacity - agent.open, agent.paused, agent.open, agent.given_at
        )


async def read_picture(tx: Transaction, context: Context, now: float, *, estimates: bool = True) -> Picture:
    """Read everything in one transaction; `estimates` may be left out where nobody waits for them.

    Raises:
        Refusal: ``UNAVAILABLE``: who is here is not known.
    """
    topics = await read_topics(tx)
    line = await read_line(tx)
    referents = await store.referents(tx, (conversation.citizen for conversation in line)) if line else {}
    agents = await _agents(tx)
    former = (conversation.former_agent for conversation in line)
    people = await context.identity.people(tx, {*agents, *referents.values(), *former})
    waits = await read_waits(tx, now) if estimates else {}
    told = {topic: estimate(found, now, ZONE) for topic, found in waits.items()}
    return Picture(
        now=now,
        topics=topics,
        openings={id_: topic.timetable.at(now) for id_, topic in topics.items()},
        agents=agents,
        names={id_: person.name for id_, person in people.items()},
        presence=await context.presence.of(APP),
        line=tuple(line),
        in_line=await count_line(tx),
        referents=referents,
        estimates={topic: found for topic, found in told.items() if found is not None},
    )


async def _agents(tx: Transaction) -> dict[str, AgentState]:
    topics: dict[str, set[str]] = {}
    for row in await tx.execute(select(tables.agent_topic)):
        topics.setdefault(row.person, set()).add(row.topic)
    column = tables.conversation.c
    counted = select(column.agent, func.count().label("open")).where(column.state == State.OPEN)
    loads = {row.agent: row.open for row in await tx.execute(counted.group_by(column.agent))}
    return {
        row.person: AgentState(
            topics=frozenset(topics.get(row.person, ())),
            capacity=row.capacity,
            paused=row.paused,
            open=loads.get(row.person, 0),
            given_at=row.given_at,
        )
        for row in await tx.execute(select(tables.agent).order_by(tables.agent.c.person))
    }
