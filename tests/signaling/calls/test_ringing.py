"""The plan itself, in any order of answers and time."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from signaling.calls.contract import Call, Offer
from signaling.calls.line import new_call
from signaling.calls.ringing import answered, plan
from signaling.calls.table import LATER_S, RING_AGAIN_S, RING_S, WANTED_S, Event, Illegal, step

PEOPLE = ("odile", "marc", "jeanne")
START = 1000.0


def waiting(wanted: str = "") -> Call:
    return new_call(app="test", ref="r", caller="lina", wanted=wanted, now=START)


def test_the_caller_is_never_rung():
    assert plan(waiting(), {}, ["lina", "odile"], START).offers == {"odile": Offer("ringing", START + RING_S)}


def test_the_one_asked_for_rings_on_with_the_others_for_a_whole_ring():
    call = waiting(wanted="marc")
    first = plan(call, {}, PEOPLE, START)
    assert first.offers == {"marc": Offer("ringing", START + WANTED_S + RING_S)}
    then = plan(call, first.offers, PEOPLE, START + WANTED_S)
    until = START + WANTED_S + RING_S
    assert then.offers == {person: Offer("ringing", until) for person in PEOPLE}


def test_a_plan_that_is_carried_out_changes_nothing_when_made_again():
    call = waiting(wanted="marc")
    once = plan(call, {}, PEOPLE, START)
    assert plan(call, once.offers, PEOPLE, START).offers == once.offers


@given(st.sampled_from(["later", "not_now"]))
def test_an_answer_given_twice_is_the_first(answer):
    once = answered({}, "odile", answer, START)
    assert answered(once, "odile", answer, START + 100) == once


class Evening(RuleBasedStateMachine):
    """Volunteers come, go and answer; time passes; nobody is rung who should be left in peace."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.state = waiting().state
        self.offers: dict[str, Offer] = {}
        self.free: list[str] = []
        self.refused: set[str] = set()
        self.missed_at: dict[str, float] = {}
        self.promised_at: dict[str, float] = {}

    def replan(self) -> None:
        before = self.offers
        call = waiting()
        object.__setattr__(call, "state", self.state)
        planned = plan(call, before, self.free, self.now)
        for person, offer in planned.offers.items():
            known = before.get(person)
            if offer.answer == "missed" and (known is None or known.answer != "missed"):
                self.missed_at[person] = self.now
            if offer.answer == "ringing" and known != offer:
                self.check_may_ring(person)
        self.offers = dict(planned.offers)
        if planned.event is not None:
            following = step(self.state, planned.event)
            assert not isinstance(following, Illegal)
            self.state = following

    def check_may_ring(self, person: str) -> None:
        assert person in self.free
        assert person not in self.refused
        assert self.now - self.missed_at.get(person, -1e9) >= RING_AGAIN_S
        assert self.now - self.promised_at.get(person, -1e9) >= LATER_S

    @rule(person=st.sampled_from(PEOPLE))
    def comes_or_goes(self, person):
        self.free = [p for p in self.free if p != person] if person in self.free else [*self.free, person]
        self.replan()

    @rule(seconds=st.sampled_from([0.5, 10, 29, 30, 60, 300]))
    def time_passes(self, seconds):
        self.now += seconds
        self.replan()

    @rule(person=st.sampled_from(PEOPLE), answer=st.sampled_from(["later", "not_now"]))
    def answers(self, person, answer):
        before = self.offers
        self.offers = answered(before, person, answer, self.now)
        if answer == "not_now":
            self.refused.add(person)
        elif before.get(person) != self.offers[person]:
            self.refused.discard(person)
            self.promised_at[person] = self.now
        event = Event.LATER if answer == "later" else Event.NOT_NOW
        assert not isinstance(step(self.state, event), Illegal)
        self.replan()

    @invariant()
    def it_is_offered_exactly_while_it_rings(self):
        rings = any(offer.answer == "ringing" for offer in self.offers.values())
        assert (self.state == "offered") == rings


TestEvening = Evening.TestCase
