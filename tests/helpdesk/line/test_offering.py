"""The rules of ringing, on a line and a desk made by hand or by hypothesis; time is a number."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.line.offering import FIRST_S, RING_AGAIN_S, RING_S, Agent, Entry, Ring, order, plan

OPEN = frozenset({"housing", "school"})
NOW = 1000.0


def agent(person: str, *, topics: str = "housing school", room: int = 4, **more: Any) -> Agent:
    return Agent(person, frozenset(topics.split()), room, **more)


def entry(conversation: str, place_at: float = NOW, *, topic: str = "housing", own: str = "") -> Entry:
    return Entry(conversation, topic, place_at, own)


class Line:
    """A line whose ringing is carried out as planned, while time passes."""

    def __init__(self, *entries: Entry) -> None:
        self.now = NOW
        self.entries = {each.conversation: each for each in entries}

    def settle(self, *agents: Agent, is_open: frozenset[str] = OPEN) -> dict[str, str]:
        """Carry out the plan; who is rung, by conversation."""
        changes = plan(self.entries.values(), agents, is_open, self.now)
        for conversation, ring in changes.items():
            self.entries[conversation] = replace(self.entries[conversation], ring=ring)
        return {id_: each.ring.offered_to for id_, each in self.entries.items() if each.ring.offered_to}

    def after(self, seconds: float, *agents: Agent, is_open: frozenset[str] = OPEN) -> dict[str, str]:
        self.now += seconds
        return self.settle(*agents, is_open=is_open)

    def ring(self, conversation: str) -> Ring:
        return self.entries[conversation].ring


def test_it_rings_at_the_least_loaded_and_of_these_at_who_has_rested_longest():
    line = Line(entry("a"))
    busy, lately = agent("busy", open=2), agent("lately", open=1, given_at=900.0)
    rested = agent("rested", open=1, given_at=100.0)
    assert line.settle(busy, lately, rested) == {"a": "rested"}
    assert line.ring("a").offered_until == NOW + RING_S


def test_who_was_given_nothing_yet_comes_first():
    assert Line(entry("a")).settle(agent("one", given_at=1.0), agent("two")) == {"a": "two"}


def test_two_who_wait_ring_at_two_agents():
    line = Line(entry("a", 1.0), entry("b", 2.0))
    assert line.settle(agent("one"), agent("two")) == {"a": "one", "b": "two"}


def test_who_waits_longest_is_served_first_when_there_is_room_for_one():
    line = Line(entry("late", 2.0), entry("early", 1.0))
    assert line.settle(agent("one", room=1)) == {"early": "one"}


def test_it_rings_at_one_agent_at_a_time_then_at_the_next():
    line = Line(entry("a"))
    desk = (agent("one"), agent("two", open=1))
    assert line.settle(*desk) == {"a": "one"}
    assert line.after(RING_S - 1, *desk) == {"a": "one"}
    assert line.after(1, *desk) == {"a": "two"}


def test_when_all_were_asked_there_is_a_pause_and_it_begins_anew():
    line = Line(entry("a"))
    assert line.settle(agent("one")) == {"a": "one"}
    assert line.after(RING_S, agent("one")) == {}
    assert line.after(RING_AGAIN_S - 1, agent("one")) == {}
    assert line.after(1, agent("one")) == {"a": "one"}


def test_who_comes_in_the_pause_is_asked_at_once():
    line = Line(entry("a"))
    line.settle(agent("one"))
    line.after(RING_S, agent("one"))
    assert line.after(1, agent("one"), agent("two")) == {"a": "two"}


def test_a_ring_ends_when_its_agent_goes_pauses_or_fills_up_and_goes_on_at_another():
    for changed in ([], [agent("one", paused=True)], [agent("one", room=0)]):
        line = Line(entry("a"))
        line.settle(agent("one"))
        assert line.after(1, *changed, agent("two")) == {"a": "two"}


def test_a_ring_ends_when_the_topic_closes():
    line = Line(entry("a"))
    line.settle(agent("one"))
    assert line.after(1, agent("one"), is_open=frozenset()) == {}
    assert line.after(1, agent("one")) == {"a": "one"}


def test_only_who_has_the_topic_is_rung():
    assert Line(entry("a")).settle(agent("one", topics="school")) == {}


# --- the person's own advisor -------------------------------------------------------------------------------------


def test_the_own_advisor_is_rung_first_and_alone_for_two_minutes():
    line = Line(entry("a", own="own"))
    desk = (agent("own", open=3), agent("other"))
    assert line.settle(*desk) == {"a": "own"}
    assert line.ring("a").first_until == NOW + FIRST_S
    assert line.after(FIRST_S - 1, *desk) == {"a": "own"}
    assert line.after(1, *desk) == {"a": "other"}
    assert line.ring("a").first_until is None


def test_while_she_has_her_hands_full_it_is_kept_for_her_but_no_longer_than_two_minutes():
    line = Line(entry("a", own="own"))
    desk = (agent("own", room=0), agent("other"))
    assert line.settle(*desk) == {}
    assert line.ring("a").first_until == NOW + FIRST_S
    assert line.after(60, agent("own"), agent("other")) == {"a": "own"}
    assert line.after(60, *desk) == {"a": "other"}


def test_when_she_is_absent_or_pauses_others_are_rung_at_once():
    for own in ([], [agent("own", paused=True)]):
        line = Line(entry("a", own="own"))
        assert line.settle(*own, agent("other")) == {"a": "other"}
        assert line.ring("a").first_until is None


def test_when_she_goes_it_is_not_kept_any_longer():
    line = Line(entry("a", own="own"))
    line.settle(agent("own"), agent("other"))
    assert line.after(10, agent("other")) == {"a": "other"}


def test_when_she_comes_within_the_two_minutes_it_is_hers():
    line = Line(entry("a", own="own"))
    assert line.settle(agent("other")) == {"a": "other"}
    assert line.after(10, agent("own"), agent("other")) == {"a": "own"}


def test_nobody_who_has_waited_longer_waits_again_for_her():
    line = Line(entry("a", NOW - FIRST_S, own="own"))
    assert line.settle(agent("own", room=0), agent("other")) == {"a": "other"}


def test_she_is_rung_also_when_the_topic_is_not_hers():
    line = Line(entry("a", own="own"))
    assert line.settle(agent("own", topics="school"), agent("other")) == {"a": "own"}


# --- whatever happens ---------------------------------------------------------------------------------------------

PEOPLE = ("one", "two", "three")
moments = st.floats(0, 500, allow_nan=False)
topics = st.sampled_from(["housing", "school", "closed"])
agents = st.builds(
    Agent,
    person=st.sampled_from(PEOPLE),
    topics=st.frozensets(topics),
    room=st.integers(-1, 3),
    paused=st.booleans(),
    open=st.integers(0, 4),
    given_at=st.none() | moments,
)
desks = st.lists(agents, max_size=3, unique_by=lambda each: each.person)
lines = st.lists(
    st.builds(
        Entry,
        conversation=st.sampled_from("abcdefgh"),
        topic=topics,
        place_at=st.floats(NOW - 500, NOW, allow_nan=False),
        own=st.sampled_from(["", *PEOPLE]),
    ),
    max_size=8,
    unique_by=lambda each: each.conversation,
)
steps = st.lists(st.tuples(st.floats(0.5, 130, allow_nan=False), desks), max_size=12)


@given(lines, steps)
def test_nobody_is_rung_who_is_absent_pauses_has_no_room_or_not_the_topic(entries, happening):
    line = Line(*entries)
    for seconds, desk in happening:
        rings = line.after(seconds, *desk)
        here = {each.person: each for each in desk}
        for conversation, person in rings.items():
            rung, waiting = here[person], line.entries[conversation]
            assert not rung.paused
            assert waiting.topic in rung.topics or waiting.own == person
            assert waiting.topic in OPEN
            assert sum(other == person for other in rings.values()) <= rung.room


@given(lines, steps)
def test_what_is_kept_for_the_own_advisor_rings_at_nobody_else_and_only_while_she_is_here(entries, happening):
    line = Line(*entries)
    for seconds, desk in happening:
        rings = line.after(seconds, *desk)
        here = {each.person for each in desk if not each.paused}
        for conversation, waiting in line.entries.items():
            if waiting.ring.first_until is not None:
                assert waiting.own in here
                assert line.now < waiting.ring.first_until <= waiting.place_at + FIRST_S
                assert rings.get(conversation, waiting.own) == waiting.own


@given(lines, steps)
def test_the_plan_is_settled_after_one_step_and_keeps_the_order(entries, happening):
    line = Line(*entries)
    before = [each.conversation for each in order(entries)]
    for seconds, desk in happening:
        line.after(seconds, *desk)
        assert plan(line.entries.values(), desk, OPEN, line.now) == {}
    assert [each.conversation for each in order(line.entries.values())] == before


@given(lines.filter(bool), steps)
def test_everybody_in_line_is_offered_when_agents_come_who_have_room(entries, happening):
    line = Line(*entries)
    for seconds, desk in happening:
        line.after(seconds, *desk)
    everybody = [agent(person, topics="housing school", room=10) for person in PEOPLE]
    waiting = {each.conversation for each in entries if each.topic in OPEN}
    offered = set(line.settle(*everybody))
    for _ in range(6):
        offered |= set(line.after(RING_S, *everybody))
    assert offered == waiting


@given(st.integers(1, 6))
def test_everybody_at_the_desk_is_asked_before_anybody_is_asked_twice(size):
    line, asked = Line(entry("a")), []
    desk = [agent(f"agent-{number}", open=number) for number in range(size)]
    line.settle(*desk)
    for _ in desk:
        asked.append(line.ring("a").offered_to)
        line.after(RING_S, *desk)
    assert asked == [each.person for each in desk]
