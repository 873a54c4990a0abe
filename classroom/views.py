"""The views ``classroom`` and ``lesson:{id}``: who may open them, their data, and the topics that change them."""

from dataclasses import dataclass

from classroom import store
from classroom.access import forbids_asking, forbids_taking
from classroom.lessons import access_one_lesson
from classroom.own import OwnRows
from classroom.policy import ClassroomPolicy
from classroom.projections import familiarity, pupil_view, volunteer_view
from classroom.room import Room, Rooms
from classroom.wire import LessonView, PupilView, VolunteerView
from signaling.api import Context, Login, Person, Refusal
from signaling.wire import Code

ROLES = ("pupil", "volunteer", "coordinator")


class ClassroomView:
    """The main screen of everybody; what is on it depends on the role."""

    def __init__(self, context: Context, policy: ClassroomPolicy) -> None:
        self._rooms = Rooms(context, policy)
        self._own = OwnRows(context)

    async def open(self, login: Login, key: str) -> None:
        """Let in every person of the classroom."""
        if key or login.person.app != "classroom" or login.person.role not in ROLES:
            raise Refusal(Code.FORBIDDEN, "not a person of the classroom")

    async def snapshot(self, login: Login, key: str) -> tuple[PupilView | VolunteerView, frozenset[str]]:
        """Draw the room for this person. A pupil's page shows volunteers only: other pupils may come and go."""
        me, room = login.person, await self._rooms.read()
        if me.role == "pupil":
            return await self._pupil(room, login), _topics(me, "presence:classroom:volunteer")
        return await self._volunteer(room, me), _topics(me, "presence:classroom")

    async def _pupil(self, room: Room, login: Login) -> PupilView:
        me, own = login.person, await self._own.of_pupil(login.person.id)
        forbidden = forbids_asking(own.enrolment, is_open=room.hours.open, now=room.now)
        return pupil_view(
            room, me, own.lessons_with, own.last, may_ask=forbidden or "", checked=login.id in own.checked
        )

    async def _volunteer(self, room: Room, me: Person) -> VolunteerView:
        if me.role == "coordinator":
            return volunteer_view(room, me, {}, None, Code.FORBIDDEN)
        own = await self._own.of_volunteer(me.id)
        forbidden = forbids_taking(own.vetting, is_open=room.hours.open, now=room.now)
        return volunteer_view(room, me, own.met, own.last, forbidden or "")


def _topics(me: Person, presence: str) -> frozenset[str]:
    return frozenset({"classroom", presence, f"person:{me.id}"})


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
