from dataclasses import dataclass, replace

import pytest

from classroom import store
from classroom.projections import pupil_view, volunteer_view
from classroom.room import Room
from classroom.wire import Hours
from signaling.api import Person

NOW = 1_000_000.0
LINA, ADAM = "lina", "adam"
JEANNE, PAUL = "jeanne", "paul"


@dataclass(frozen=True)
class Rung:
    """Stands for signaling's offer of a call to one volunteer."""

    answer: str
    until: float


def question(id_: str, pupil: str, **changes) -> store.Question:
    blank = store.Question(
        id=id_,
        pupil=pupil,
        client_id="c",
        subject="maths",
        words="",
        photo="",
        wanted="",
        state=store.OPEN,
        call=f"call-{id_}",
        asked_at=NOW - 60,
    )
    return replace(blank, **changes)


def lesson(**changes) -> store.Lesson:
    blank = store.Lesson(
        id="lesson",
        question="q",
        pupil=LINA,
        volunteer=JEANNE,
        call="call-q",
        log_id="log",
        subject="maths",
        started_at=NOW - 600,
        ended_at=None,
        outcome="",
        note="",
        note_at=None,
    )
    return replace(blank, **changes)


@pytest.fixture
def room() -> Room:
    return Room(
        now=NOW,
        hours=Hours(open=True),
        names={LINA: "Lina B.", ADAM: "Adam K.", JEANNE: "Jeanne", PAUL: "Paul"},
        presence={LINA: "here", JEANNE: "here", PAUL: "away"},
        pupils={LINA: "6e", ADAM: "CM2"},
        volunteers={JEANNE: True, PAUL: True},
        running={},
        open_questions=(),
        just_taken=(),
        lessons_today={},
        ranks={},
        offers={},
        last_seen={ADAM: NOW - 3600},
    )


def person(id_: str, role: str) -> Person:
    return Person(id=id_, app="classroom", role=role, name=id_.title(), language="fr")


def seen_by_jeanne(room: Room, *, met=None, last=None):
    return volunteer_view(room, person(JEANNE, "volunteer"), met or {}, last, "")


def seen_by_lina(room: Room, *, with_=None, last=None):
    return pupil_view(room, person(LINA, "pupil"), with_ or {}, last, may_ask="", checked=True)


def test_the_volunteer_sees_the_names_of_all_enrolled_pupils_and_who_is_here(room):
    pupils = seen_by_jeanne(room).pupils
    assert {row.name: row.presence for row in pupils.values()} == {"Lina B.": "here", "Adam K.": "gone"}
    assert pupils[ADAM].last_seen == NOW - 3600
    assert pupils[LINA].last_seen is None, "who is here was not last seen some time ago"


def test_a_question_stands_beside_its_pupil_and_in_the_line(room):
    room = replace(room, open_questions=(question("q1", LINA),), ranks={"q1": 1}, lessons_today={LINA: 2})
    view = seen_by_jeanne(room)
    assert view.pupils[LINA].question == "q1"
    assert (view.line["q1"].rank, view.line["q1"].lessons_today) == (1, 2)


def test_it_rings_only_where_it_was_offered(room):
    offers = {"call-q1": {JEANNE: Rung("ringing", NOW + 20), PAUL: Rung("not_now", NOW)}}
    room = replace(room, open_questions=(question("q1", LINA),), ranks={"q1": 1}, offers=offers)
    assert seen_by_jeanne(room).line["q1"].ringing
    assert seen_by_jeanne(room).line["q1"].ring_until == NOW + 20
    paul = volunteer_view(room, person(PAUL, "volunteer"), {}, None, "")
    assert not paul.line["q1"].ringing


def test_the_others_read_who_is_with_her(room):
    running = {p: lesson(started_at=NOW - 3) for p in (LINA, JEANNE)}
    room = replace(room, running=running, just_taken=(question("q", LINA, state=store.TAKEN),))
    paul = volunteer_view(room, person(PAUL, "volunteer"), {}, None, "")
    assert paul.pupils[LINA].presence == "lesson"
    assert paul.pupils[LINA].with_name == "Jeanne"
    assert paul.line["q"].taken_by == "Jeanne"
    assert paul.lesson == "", "it is not Paul's lesson"
    assert seen_by_jeanne(room).call == "call-q"


def test_what_they_share_is_shown_beside_the_name(room):
    met = {LINA: store.Met(6, NOW - 86400, "maths", "fractions")}
    row = seen_by_jeanne(room, met=met).pupils[LINA]
    assert row.familiarity is not None
    assert (row.familiarity.lessons, row.familiarity.note) == (6, "fractions")
    assert seen_by_jeanne(room, met=met).pupils[ADAM].familiarity is None


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"ended_at": NOW - 60, "outcome": "hung_up"}, True),
        ({"ended_at": NOW - 60, "outcome": "hung_up", "note_at": NOW - 5}, False),
        ({"ended_at": NOW - 60, "outcome": "lost"}, False),
        ({"ended_at": NOW - 5 * 3600, "outcome": "hung_up"}, False),
        ({}, False),
    ],
)
def test_two_lines_are_asked_for_after_a_lesson_and_only_once(room, changes, wanted):
    assert (seen_by_jeanne(room, last=lesson(**changes)).note_wanted is not None) is wanted


def test_the_pupil_sees_the_volunteers_who_are_here_and_whom_she_knows(room):
    room = replace(room, presence={JEANNE: "here"}, volunteers={JEANNE: False, PAUL: True})
    view = seen_by_lina(room, with_={JEANNE: 4})
    assert list(view.volunteers) == [JEANNE]
    assert (view.volunteers[JEANNE].presence, view.volunteers[JEANNE].knows_me) == ("resting", 4)


def test_the_pupil_knows_how_many_are_before_her(room):
    waiting = (question("q1", ADAM), question("q2", LINA))
    mine = seen_by_lina(replace(room, open_questions=waiting, ranks={"q1": 1, "q2": 2})).question
    assert mine is not None
    assert mine.ahead == 1


@pytest.mark.parametrize(
    ("offers", "state"),
    [
        ({}, "waiting"),
        ({JEANNE: Rung("ringing", NOW + 20)}, "ringing"),
        ({JEANNE: Rung("later", NOW + 300)}, "promised"),
        ({JEANNE: Rung("later", NOW + 300), PAUL: Rung("ringing", NOW + 9)}, "ringing"),
        ({JEANNE: Rung("not_now", NOW)}, "nobody_yet"),
    ],
)
def test_the_pupil_is_told_the_truth_about_her_question(room, offers, state):
    room = replace(room, open_questions=(question("q1", LINA),), ranks={"q1": 1}, offers={"call-q1": offers})
    mine = seen_by_lina(room).question
    assert mine is not None
    assert mine.state == state


def test_who_promised_to_come_is_named_with_the_time(room):
    offers = {"call-q1": {PAUL: Rung("later", NOW + 300)}}
    mine = seen_by_lina(
        replace(room, open_questions=(question("q1", LINA),), ranks={"q1": 1}, offers=offers)
    ).question
    assert mine is not None
    assert (mine.promised_by, mine.promised_at) == ("Paul", NOW + 300)
