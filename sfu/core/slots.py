"""Who is given which slot: a pure function, so that another policy (the loudest speakers) is another function.

Policy now: everybody receives everybody, first come stays. An occupant keeps its slot while it may publish; it loses
it only to somebody who sends while it has been idle. Microphone and camera of one participant get the same index
where possible, because those slots share a msid and browsers keep them in lip sync.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sfu.core.rooms import Occupant
from sfu.dataplane.contract import Media

PARTNER = {"microphone": "camera", "camera": "microphone"}


@dataclass(slots=True)
class Place:
    """A slot as it is."""

    source: str
    index: int
    takes: Collection[Media]
    occupant: Occupant | None = None


@dataclass(slots=True)
class Candidate:
    """Something published."""

    occupant: Occupant
    media: Media
    active: bool
    """It sends at present."""


def assign(places: Sequence[Place], candidates: Sequence[Candidate]) -> list[Occupant | None]:
    """Give the places to the candidates, who come in order of precedence; returns one occupant per place."""
    plan = _Plan(places, candidates)
    full: set[tuple[str, Media, bool]] = set()
    for candidate in candidates:
        # Places only fill up: where one found none, neither will another like it. In a large room most find none.
        alike = (candidate.occupant[1], candidate.media, candidate.active)
        if alike not in full and candidate.occupant not in plan.given and not plan.place(candidate):
            full.add(alike)
    return plan.given


class _Plan:
    def __init__(self, places: Sequence[Place], candidates: Sequence[Candidate]) -> None:
        self._places = places
        self._known = {candidate.occupant: candidate for candidate in candidates}
        self.given: list[Occupant | None] = [self._kept(place) for place in places]

    def place(self, candidate: Candidate) -> bool:
        """Find a free place, or for somebody active the place of somebody idle; tell whether there was one."""
        usable = self._usable(candidate)
        free = [number for number in usable if self.given[number] is None]
        if not free and candidate.active:
            free = [number for number in usable if not self._active(number)][-1:]
        if free:
            self.given[self._best(candidate, free)] = candidate.occupant
        return bool(free)

    def _kept(self, place: Place) -> Occupant | None:
        candidate = self._known.get(place.occupant) if place.occupant else None
        return candidate.occupant if candidate and candidate.media in place.takes else None

    def _usable(self, candidate: Candidate) -> list[int]:
        source = candidate.occupant[1]
        return [n for n, p in enumerate(self._places) if p.source == source and candidate.media in p.takes]

    def _active(self, number: int) -> bool:
        occupant = self.given[number]
        return occupant is not None and self._known[occupant].active

    def _best(self, candidate: Candidate, free: list[int]) -> int:
        peer, source = candidate.occupant
        partner = PARTNER.get(source)
        partners = {p.index: self.given[n] for n, p in enumerate(self._places) if p.source == partner}
        together = [n for n in free if partners.get(self._places[n].index) == (peer, partner)]
        # A partner that has no place yet follows into the same index when that is free.
        beside_nobody = [n for n in free if partners.get(self._places[n].index, partner) is None]
        return (together or beside_nobody or free)[0]
