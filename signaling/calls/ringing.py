"""At whom a waiting call rings. Pure: takes the offers as they are and the candidates, returns them as they should be.

It rings first at the person asked for, alone, when she is free; then at everybody who is free. Nobody is rung
longer than ``RING_S``; who let it ring in vain is left in peace for ``RING_AGAIN_S``; who said "in five minutes" is
rung again when they are over; who said "not now" is not rung again for this call. Somebody who becomes free is
rung at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signaling.calls.contract import Call, Offer
from signaling.calls.table import LATER_S, RING_AGAIN_S, RING_S, Event, State

RINGING, LATER, NOT_NOW, MISSED = "ringing", "later", "not_now", "missed"


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done."""

    offers: Mapping[str, Offer]
    """As they should be."""
    event: Event | None
    """For the call's table; None when the state stays."""


def plan(call: Call, offers: Mapping[str, Offer], candidates: Sequence[str], now: float) -> Plan:
    """Decide who is rung now.

    Args:
        call: Waiting: queued or offered.
        offers: Of this call, by person.
        candidates: Persons who may be rung now, by the app's judgement.
        now: Unix seconds.
    """
    after = {
        person: kept
        for person, offer in offers.items()
        if (kept := _keep(offer, now, is_candidate=person in candidates)) is not None
    }
    missed = any(
        offer.answer == MISSED and offers[person].answer == RINGING for person, offer in after.items()
    )
    new = [person for person in _targets(call, after, candidates, now) if person not in after]
    until = now + RING_S
    if _is_alone(call, after, candidates, now) and call.wanted_until is not None:
        until = call.wanted_until + RING_S
    after.update({person: Offer(RINGING, until) for person in new})
    return Plan(after, _event(call, after, rings_more=bool(new), missed=missed))


def answered(offers: Mapping[str, Offer], person: str, answer: str, now: float) -> dict[str, Offer]:
    """Note that somebody said later or not now. A promise that stands keeps its time: repeats change nothing."""
    known = offers.get(person)
    if known is not None and known.answer == answer:
        return dict(offers)
    return {**offers, person: Offer(answer, now + LATER_S if answer == LATER else None)}


def _keep(offer: Offer, now: float, *, is_candidate: bool) -> Offer | None:
    over = offer.until is not None and offer.until <= now
    match offer.answer:
        case "ringing":
            if over:
                return Offer(MISSED, now + RING_AGAIN_S)
            return offer if is_candidate else None
        case "later" | "missed":
            return None if over else offer
        case _:
            return offer


def _is_alone(call: Call, after: Mapping[str, Offer], candidates: Sequence[str], now: float) -> bool:
    """Whether the time of the person asked for runs, and she can still take it."""
    if not call.wanted or call.wanted_until is None or now >= call.wanted_until:
        return False
    offer = after.get(call.wanted)
    return call.wanted in candidates and (offer is None or offer.answer == RINGING)


def _targets(call: Call, after: Mapping[str, Offer], candidates: Sequence[str], now: float) -> list[str]:
    if _is_alone(call, after, candidates, now):
        return [call.wanted]
    return [person for person in dict.fromkeys(candidates) if person != call.caller]


def _event(call: Call, after: Mapping[str, Offer], *, rings_more: bool, missed: bool) -> Event | None:
    if rings_more:
        return Event.RING
    rings = any(offer.answer == RINGING for offer in after.values())
    if rings or call.state is not State.OFFERED:
        return None
    return Event.RUNG_OUT if missed else Event.DECLINED
