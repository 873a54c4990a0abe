"""At whom the line rings. Pure: takes the line and the desk as they are, returns what has to change.

The line is ordered by place, and a place is kept. A conversation rings at one agent at a time: first at the person's
own advisor, for whom it is kept a short while when she is here, then at the one with the fewest open conversations,
of these the one who was given none for longest. Who is absent, pauses or has her hands full is never rung. Who let it
ring in vain comes again only when all others were asked, after a pause. Nobody waits for somebody who is not here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

RING_S = 45.0
"""How long it rings at one agent."""
FIRST_S = 120.0
"""How long, from its place in the line, it is kept for the person's own advisor."""
RING_AGAIN_S = 60.0
"""When everybody was asked in vain, the desk is left in peace for so long."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the desk who is here."""

    person: str
    topics: frozenset[str]
    room: int
    """How many more conversations may be offered to her; at most 0 when her hands are full or she pauses."""
    paused: bool = False
    open: int = 0
    given_at: float | None = None
    """When a conversation was last given to her, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Ring:
    """How it stands with the ringing of one conversation; columns of its row."""

    offered_to: str = ""
    offered_until: float | None = None
    """Of a ring: its end. With nobody rung: until when the desk is left in peace."""
    first_until: float | None = None
    """Kept for the person's own advisor until then."""
    rung: frozenset[str] = frozenset()
    """At whom it has rung in vain in this round."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One conversation of the line."""

    conversation: str
    topic: str
    place_at: float
    own: str = ""
    """The person's own advisor; empty for none."""
    ring: Ring = field(default_factory=Ring)


def order(line: Iterable[Entry]) -> list[Entry]:
    """Return the line, the longest in it first; equal places by id, so that all processes agree."""
    return sorted(line, key=lambda entry: (entry.place_at, entry.conversation))


def plan(
    line: Iterable[Entry], agents: Sequence[Agent], open_topics: frozenset[str], now: float
) -> dict[str, Ring]:
    """Decide where each conversation rings.

    Args:
        line: All conversations that wait.
        agents: Those of the desk who are here.
        open_topics: Topics with opening hours now.
        now: Unix seconds.

    Returns:
        Conversation to how its ringing should stand, for those where that differs.
    """
    desk = _Desk(agents, open_topics)
    entries = order(line)
    # What rings already counts against its agent before anything new is given out.
    standing = {entry.conversation: _standing(entry, desk, now) for entry in entries}
    changes = {}
    for entry in entries:
        ring = standing[entry.conversation]
        if entry.topic in open_topics and not ring.offered_to:
            ring = _next(entry, ring, desk, now)
        if ring != entry.ring:
            changes[entry.conversation] = ring
    return changes


def kept_until(entry: Entry, agents: Mapping[str, Agent], now: float) -> float | None:
    """Until when it is kept for the person's own advisor; None when it is not: she is absent, pauses, or it is over."""
    own, until = agents.get(entry.own), entry.place_at + FIRST_S
    return until if own is not None and not own.paused and now < until else None


class _Desk:
    """Who can take one more, while the plan gives them out."""

    def __init__(self, agents: Iterable[Agent], open_topics: frozenset[str]) -> None:
        self.agents = {agent.person: agent for agent in agents}
        self.open_topics = open_topics
        self._rings = dict.fromkeys(self.agents, 0)

    def ring(self, person: str) -> None:
        """Count one more that rings at her."""
        self._rings[person] += 1

    def can_take(self, entry: Entry, person: str) -> bool:
        """Whether it may ring there: she is here, does not pause, has room, and it is hers by topic or by person."""
        agent = self.agents.get(person)
        if agent is None or agent.paused or agent.room <= self._rings[person]:
            return False
        return entry.topic in agent.topics or person == entry.own

    def candidates(self, entry: Entry) -> list[str]:
        """All at whom it may ring, the first one first."""
        able = [agent for agent in self.agents.values() if self.can_take(entry, agent.person)]
        return [agent.person for agent in sorted(able, key=lambda agent: self._rank(agent, entry.own))]

    def _rank(self, agent: Agent, own: str) -> tuple[bool, int, float, str]:
        load = agent.open + self._rings[agent.person]
        return (agent.person != own, load, -inf if agent.given_at is None else agent.given_at, agent.person)


def _standing(entry: Entry, desk: _Desk, now: float) -> Ring:
    """Return the ring without what is over: rung out, nobody there any more, closed, or kept for another one now."""
    ring = entry.ring
    is_open = entry.topic in desk.open_topics
    first_until = kept_until(entry, desk.agents, now) if is_open else None
    if ring.offered_until is not None and ring.offered_until <= now:
        rung_out = ring.rung | {ring.offered_to} if ring.offered_to else frozenset[str]()
        return Ring(first_until=first_until, rung=rung_out)
    if not ring.offered_to:
        return replace(ring, first_until=first_until)
    kept_for_another = first_until is not None and ring.offered_to != entry.own
    if not is_open or kept_for_another or not desk.can_take(entry, ring.offered_to):
        return Ring(first_until=first_until, rung=ring.rung)
    desk.ring(ring.offered_to)
    return replace(ring, first_until=first_until)


def _next(entry: Entry, ring: Ring, desk: _Desk, now: float) -> Ring:
    """Ring at the next one, when there is one."""
    if ring.first_until is not None:
        candidates, until = [entry.own] if desk.can_take(entry, entry.own) else [], ring.first_until
    else:
        candidates, until = desk.candidates(entry), now + RING_S
    for person in candidates:
        if person not in ring.rung:
            desk.ring(person)
            return replace(ring, offered_to=person, offered_until=until)
    if not candidates or ring.offered_until is not None:
        return ring
    # Everybody who could was asked: a pause, after which it begins anew.
    return replace(ring, offered_until=now + RING_AGAIN_S)
