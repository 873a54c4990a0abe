"""The room as it is now, read once: everything that the views of pupils and volunteers are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass

from classroom import line, store, tables
from classroom.policy import ZONE, ClassroomPolicy
from classroom.wire import Hours
from signaling.api import Context, Offer, Transaction, start_of_day

STILL_SHOWN_S = 15.0
"""How long a question that was taken stays in the line, so that the others read who is with her."""


@dataclass(frozen=True, slots=True)
class Room:
    """Data only; persons are ids, names are in ``names``."""

    now: float
    hours: Hours
    names: Mapping[str, str]
    presence: Mapping[str, str]
    """Person to ``here`` or ``away``; the others are gone."""
    pupils: Mapping[str, str]
    """Enrolled pupil to school class."""
    volunteers: Mapping[str, bool]
    """Volunteer to free."""
    running: Mapping[str, store.Lesson]
    """Person to the lesson in which she is."""
    open_questions: tuple[store.Question, ...]
    just_taken: tuple[store.Question, ...]
    lessons_today: Mapping[str, int]
    ranks: Mapping[str, int]
    offers: Mapping[str, Mapping[str, Offer]]
    """Call to person to how it stands with her."""
    last_seen: Mapping[str, float]

    def doing(self, person: str) -> str:
        """``lesson``, ``here``, ``away`` or ``gone``."""
        return "lesson" if person in self.running else self.presence.get(person, "gone")

    def with_name(self, person: str) -> str:
        """Name of the other one of the lesson in which this person is."""
        lesson = self.running.get(person)
        if lesson is None:
            return ""
        return self.names.get(lesson.volunteer if person == lesson.pupil else lesson.pupil, "")


async def read_room(tx: Transaction, context: Context, policy: ClassroomPolicy, now: float) -> Room:
    """Read the room in one transaction."""
    pupils = await store.enrolled(tx, now)
    volunteers = {person: free for person, (free, _) in (await store.volunteers(tx)).items()}
    running = await store.lessons(tx, tables.lesson.c.ended_at.is_(None))
    waiting = await store.questions(tx, tables.question.c.state == store.OPEN)
    taken = {lesson.question for lesson in running if lesson.started_at > now - STILL_SHOWN_S}
    just_taken = await store.questions(tx, tables.question.c.id.in_(taken)) if taken else []
    today = await store.lessons_since(tx, start_of_day(now, ZONE))
    everybody = [*pupils, *volunteers]
    return Room(
        now=now,
        hours=await policy.hours(tx, now),
        names={id_: person.name for id_, person in (await context.identity.people(tx, everybody)).items()},
        presence=await context.presence.of("classroom"),
        pupils=pupils,
        volunteers=volunteers,
        running={person: lesson for lesson in running for person in (lesson.pupil, lesson.volunteer)},
        open_questions=tuple(waiting),
        just_taken=tuple(just_taken),
        lessons_today=today,
        ranks=line.order(line.Waiting(q.id, today.get(q.pupil, 0), q.asked_at) for q in waiting),
        offers=await context.calls.offers(tx, [question.call for question in waiting]),
        last_seen=await context.identity.last_seen(tx, everybody),
    )
