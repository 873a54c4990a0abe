"""The room as it is now, read once: everything that the views of pupils and volunteers are drawn from.

What it shows of rows is kept for all pages of a process until something in the classroom moves, and for a second at
most; who is here is looked up each time, and when somebody was last seen is read anew after somebody went.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from classroom import line, store, tables
from classroom.policy import ZONE, ClassroomPolicy
from classroom.wire import Hours
from signaling.api import Context, Kept, Offer, Transaction, start_of_day

APP = "classroom"
KEPT_S = 1.0
SEEN_KEPT_S = 60.0

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


class Rooms:
    """Of one process. Not to be asked inside a transaction."""

    def __init__(self, context: Context, policy: ClassroomPolicy) -> None:
        self._context = context
        self._policy = policy
        self._rooms = Kept(context.feeds, context.clock, "", self._read, lives_s=KEPT_S)
        self._seen = Kept(context.feeds, context.clock, "seen:", self._read_seen, lives_s=SEEN_KEPT_S)

    async def read(self) -> Room:
        """Return the room as it is now.

        Raises:
            Refusal: ``UNAVAILABLE``.
        """
        room, seen = await self._rooms.get(APP), await self._seen.get(APP)
        return dataclasses.replace(room, last_seen=seen, presence=await self._context.presence.of(APP))

    async def _read(self, _: str) -> Room:
        now = self._context.clock()
        async with self._context.database.read() as tx:
            return await read_room(tx, self._context, self._policy, now)

    async def _read_seen(self, _: str) -> dict[str, float]:
        async with self._context.database.read() as tx:
            return await self._context.identity.last_seen(tx, APP)


async def read_room(tx: Transaction, context: Context, policy: ClassroomPolicy, now: float) -> Room:
    """Read the rows of the room in one transaction; nobody is here yet."""
    pupils = await store.enrolled(tx, now)
    volunteers = {person: free for person, (free, _) in (await store.volunteers(tx)).items()}
    running = await store.lessons(tx, tables.lesson.c.ended_at.is_(None))
    waiting = await store.questions(tx, tables.question.c.state == store.OPEN)
    taken = {lesson.question for lesson in running if lesson.started_at > now - STILL_SHOWN_S}
    just_taken = await store.questions(tx, tables.question.c.id.in_(taken)) if taken else []
    today = await store.lessons_since(tx, start_of_day(now, ZONE))
    return Room(
        now=now,
        hours=await policy.hours(tx, now),
        names={person.id: person.name for person in await context.identity.everybody(tx, APP)},
        presence={},
        pupils=pupils,
        volunteers=volunteers,
        running={person: lesson for lesson in running for person in (lesson.pupil, lesson.volunteer)},
        open_questions=tuple(waiting),
        just_taken=tuple(just_taken),
        lessons_today=today,
        ranks=line.order(line.Waiting(q.id, today.get(q.pupil, 0), q.asked_at) for q in waiting),
        offers=await context.calls.offers(tx, [question.call for question in waiting]),
        last_seen={},
    )
