"""The views ``classroom`` and ``lesson:{id}``: who may open them, their data, and the topics that change them."""

from dataclasses import dataclass

from classroom import store, tables
from classroom.access import forbids_asking, forbids_taking
from classroom.lessons import access_one_lesson
from classroom.policy import ClassroomPolicy
from classroom.projections import familiarity, pupil_view, volunteer_view
from classroom.room import Room, read_room
from classroom.wire import LessonView, PupilView, VolunteerView
from signaling.api import Context, Login, Person, Refusal, Transaction
from signaling.wire import Code

ROLES = ("pupil", "volunteer", "coordinator")


@dataclass(frozen=True, slots=True)
class ClassroomView:
    """The main screen of everybody; what is on it depends on the role."""

    context: Context
    policy: ClassroomPolicy

    async def open(self, login: Login, key: str) -> None:
        """Let in every person of the classroom."""
        if key or login.person.app != "classroom" or login.person.role not in ROLES:
            raise Refusal(Code.FORBIDDEN, "not a person of the classroom")

    async def snapshot(self, login: Login, key: str) -> tuple[PupilView | VolunteerView, frozenset[str]]:
        """Draw the room for this person."""
        now, me = self.context.clock(), login.person
        async with self.context.database.read() as tx:
            room = await read_room(tx, self.context, self.policy, now)
            if me.role == "pupil":
                data: PupilView | VolunteerView = await self._pupil(tx, room, login)
            else:
                data = await self._volunteer(tx, room, me)
        return data, frozenset({"classroom", "presence:classroom", f"person:{me.id}"})

    async def _pupil(self, tx: Transaction, room: Room, login: Login) -> PupilView:
        me = login.person
        forbidden = forbids_asking(await store.enrolment(tx, me.id), is_open=room.hours.open, now=room.now)
        mine = tables.lesson.c
        last = await store.lessons(tx, mine.pupil == me.id, mine.outcome == "hung_up", limit=1)
        return pupil_view(
            room,
            me,
            await store.lessons_with(tx, me.id),
            last[0] if last else None,
            may_ask=forbidden or "",
            checked=await store.checked(tx, login.id),
        )

    async def _volunteer(self, tx: Transaction, room: Room, me: Person) -> VolunteerView:
        if me.role == "coordinator":
            return volunteer_view(room, me, {}, None, Code.FORBIDDEN)
        forbidden = forbids_taking(await store.vetting(tx, me.id), is_open=room.hours.open, now=room.now)
        last = await store.lessons(tx, tables.lesson.c.volunteer == me.id, limit=1)
        met = await store.met(tx, me.id, room.pupils)
        return volunteer_view(room, me, met, last[0] if last else None, forbidden or "")


@dataclass(frozen=True, slots=True)
class LessonSource:
    """One lesson, for its two persons and coordinators, also after it has ended."""

    context: Context

    async def open(self, login: Login, key: str) -> None:
        """Pass the lesson's door."""
        async with self.context.database.read() as tx:
            await access_one_lesson(tx, login, lesson_id=key)

    async def snapshot(self, login: Login, key: str) -> tuple[LessonView, frozenset[str]]:
        """Draw the lesson; what the volunteer noted is for her only."""
        async with self.context.database.read() as tx:
            lesson = await access_one_lesson(tx, login, lesson_id=key)
            question = await store.question(tx, lesson.question)
            people = await self.context.identity.people(tx, [lesson.pupil, lesson.volunteer])
            met = None
            if login.person.id == lesson.volunteer:
                met = (await store.met(tx, lesson.volunteer, [lesson.pupil])).get(lesson.pupil)
        names = {person: known.name for person, known in people.items()}
        data = LessonView(
            lesson=lesson.id,
            call=lesson.call,
            log_id=lesson.log_id,
            pupil_name=names.get(lesson.pupil, ""),
            pupil_id=lesson.pupil,
            volunteer_name=names.get(lesson.volunteer, ""),
            volunteer_id=lesson.volunteer,
            subject=lesson.subject,
            words=question.words if question else "",
            photo=question.photo if question else "",
            started_at=lesson.started_at,
            ended_at=lesson.ended_at,
            familiarity=familiarity(met),
        )
        return data, frozenset({f"lesson:{lesson.id}", "classroom"})
