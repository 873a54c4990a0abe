"""From the room to what one person sees of it. Pure: a room and a person in, a view out."""

from collections.abc import Mapping

from classroom import store
from classroom.room import Room
from classroom.wire import (
    Familiarity,
    LineRow,
    MyQuestion,
    PupilRow,
    PupilView,
    UnfinishedNote,
    VolunteerRow,
    VolunteerView,
)
from signaling.api import Person

NOTE_WANTED_S = 4 * 3600.0
"""How long after a lesson its volunteer is asked for two lines."""


def familiarity(met: store.Met | None) -> Familiarity | None:
    """What a volunteer and a pupil share, as it is shown."""
    if met is None:
        return None
    return Familiarity(lessons=met.lessons, last_at=met.last_at, last_subject=met.last_subject, note=met.note)


def volunteer_row(room: Room, person: str, *, knows_me: int = 0) -> VolunteerRow:
    """One volunteer, as others see her."""
    doing = room.doing(person)
    resting = doing in ("here", "away") and not room.volunteers[person]
    return VolunteerRow(
        name=room.names.get(person, ""),
        presence="resting" if resting else doing,
        with_name=room.with_name(person),
        knows_me=knows_me,
    )


def line_row(room: Room, question: store.Question, me: str) -> LineRow:
    """One question of the line, as this volunteer sees it."""
    offer = room.offers.get(question.call, {}).get(me)
    ringing = offer is not None and offer.answer == "ringing"
    taken_by = room.with_name(question.pupil) if question.state == store.TAKEN else ""
    return LineRow(
        call=question.call,
        pupil=question.pupil,
        rank=room.ranks.get(question.id, 0),
        subject=question.subject,
        words=question.words,
        photo=question.photo,
        asked_at=question.asked_at,
        lessons_today=room.lessons_today.get(question.pupil, 0),
        for_me=question.wanted == me,
        ringing=ringing,
        ring_until=offer.until if offer is not None and ringing else None,
        callback_at=offer.until if offer is not None and offer.answer == "later" else None,
        here=question.pupil in room.presence,
        taken_by=taken_by,
    )


def volunteer_view(
    room: Room, me: Person, met: Mapping[str, store.Met], last: store.Lesson | None, may_take: str
) -> VolunteerView:
    """The classroom of a volunteer or a coordinator.

    Args:
        room: The room now.
        me: Who looks.
        met: Pupils whom she has met.
        last: Her latest lesson, for the note that it still wants.
        may_take: Empty, or the code of what forbids it.
    """
    questions = {question.pupil: question.id for question in room.open_questions}
    mine = room.running.get(me.id)
    return VolunteerView(
        me=me.id,
        name=me.name,
        role=me.role,
        hours=room.hours,
        may_take=may_take,
        free=room.volunteers.get(me.id, False),
        pupils={
            person: PupilRow(
                name=room.names.get(person, ""),
                level=level,
                presence=room.doing(person),
                last_seen=room.last_seen.get(person) if room.doing(person) == "gone" else None,
                with_name=room.with_name(person),
                question=questions.get(person, ""),
                familiarity=familiarity(met.get(person)),
            )
            for person, level in room.pupils.items()
        },
        volunteers={person: volunteer_row(room, person) for person in room.volunteers},
        line={q.id: line_row(room, q, me.id) for q in (*room.open_questions, *room.just_taken)},
        lesson=mine.id if mine else "",
        call=mine.call if mine else "",
        note_wanted=_note_wanted(room, last),
    )


def _note_wanted(room: Room, last: store.Lesson | None) -> UnfinishedNote | None:
    if last is None or last.ended_at is None or last.note_at is not None or last.outcome != "hung_up":
        return None
    if last.ended_at < room.now - NOTE_WANTED_S:
        return None
    return UnfinishedNote(lesson=last.id, pupil_name=room.names.get(last.pupil, ""), ended_at=last.ended_at)


def pupil_view(
    room: Room,
    me: Person,
    lessons_with: Mapping[str, int],
    last: store.Lesson | None,
    *,
    may_ask: str,
    checked: bool,
) -> PupilView:
    """The classroom of a pupil: who is here for her, and how her question stands.

    Args:
        room: The room now.
        me: Who looks.
        lessons_with: Lessons had with each volunteer.
        last: Her latest lesson.
        may_ask: Empty, or the code of what forbids it.
        checked: Whether the device check was passed on this login.
    """
    mine = room.running.get(me.id)
    rows = {
        person: volunteer_row(room, person, knows_me=lessons_with.get(person, 0))
        for person in room.volunteers
    }
    asked = next((q for q in (*room.open_questions, *room.just_taken) if q.pupil == me.id), None)
    return PupilView(
        me=me.id,
        name=me.name,
        hours=room.hours,
        may_ask=may_ask,
        checked=checked,
        volunteers={person: row for person, row in rows.items() if row.presence != "gone"},
        question=_my_question(room, asked) if asked else None,
        lesson=mine.id if mine else "",
        call=mine.call if mine else "",
        lessons=sum(lessons_with.values()),
        last_with=room.names.get(last.volunteer, "") if last else "",
    )


def _my_question(room: Room, question: store.Question) -> MyQuestion:
    offers = room.offers.get(question.call, {})
    promised = min(
        ((offer.until, person) for person, offer in offers.items() if offer.answer == "later"), default=None
    )
    ringing = [person for person, offer in offers.items() if offer.answer == "ringing"]
    return MyQuestion(
        id=question.id,
        call=question.call,
        subject=question.subject,
        words=question.words,
        photo=question.photo,
        asked_at=question.asked_at,
        ahead=max(0, room.ranks.get(question.id, 1) - 1),
        state=_state(question, ringing=bool(ringing), promised=promised is not None, rang=bool(offers)),
        promised_by=room.names.get(promised[1], "") if promised else "",
        promised_at=promised[0] if promised else None,
        ringing_for=room.names.get(question.wanted, "") if ringing == [question.wanted] else "",
    )


def _state(question: store.Question, *, ringing: bool, promised: bool, rang: bool) -> str:
    if question.state == store.TAKEN:
        return "taken"
    if ringing:
        return "ringing"
    if promised:
        return "promised"
    return "nobody_yet" if rang else "waiting"
