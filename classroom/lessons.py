"""What happens in and after a lesson: the chat, the volunteer's two lines, resting; and the door to a lesson's things."""

from dataclasses import dataclass

from classroom import store, tables
from classroom.access import forbids_taking
from classroom.wire import Said, Say, SetFree, WriteNote
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code, Done

LAST_WORDS_S = 60.0
"""What was written on a poor line arrives a little later than the lesson ended, and is not lost."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Handlers of a lesson's commands."""

    context: Context

    async def say(self, login: Login, command: Say) -> Said:
        """Write in the lesson's chat while it lasts; stored before it is acknowledged."""
        now = self.context.clock()
        async with self.context.database.write() as tx:
            lesson = await access_one_lesson(tx, login, lesson_id=command.lesson)
            if login.person.role == "coordinator":
                raise Refusal(Code.FORBIDDEN, "a coordinator reads, and does not write")
            if lesson.ended_at is not None and lesson.ended_at + LAST_WORDS_S <= now:
                # An adult and a child do not go on writing to each other where no lesson is.
                raise Refusal(Code.CONFLICT, "the lesson is over")
            event = await self.context.log.append(
                tx,
                lesson.log_id,
                author=login.person.id,
                client_id=command.client_id,
                kind="said",
                payload={"text": command.text},
                now=now,
            )
        return Said(seq=event.seq, at=event.at)

    async def write_note(self, login: Login, command: WriteNote) -> Done:
        """Keep the volunteer's two lines; an empty text means: nothing to note, do not ask again."""
        async with self.context.database.write() as tx:
            lesson = await access_one_lesson(tx, login, lesson_id=command.lesson)
            if lesson.volunteer != login.person.id:
                raise Refusal(Code.FORBIDDEN, "the note of a lesson is its volunteer's")
            await store.change_lesson(tx, lesson.id, note=command.text.strip(), note_at=self.context.clock())
            tx.touch(f"person:{login.person.id}", f"lesson:{lesson.id}")
        return Done()

    async def set_free(self, login: Login, command: SetFree) -> Done:
        """Ring this volunteer, or let her rest."""
        if login.person.role != "volunteer":
            raise Refusal(Code.FORBIDDEN, "only volunteers are rung")
        async with self.context.database.write() as tx:
            await store.set_free(tx, login.person.id, free=command.free)
            tx.touch("classroom", f"person:{login.person.id}")
        return Done()


async def access_one_lesson(
    tx: Transaction, login: Login, *, lesson_id: str = "", log_id: str = ""
) -> store.Lesson:
    """The door of one lesson that took place: its two persons and coordinators.

    Raises:
        Refusal: ``not_found``, also for those who may not know that it exists.
    """
    column = tables.lesson.c
    found = await store.lessons(tx, column.id == lesson_id if lesson_id else column.log_id == log_id)
    for lesson in found:
        if login.person.id in (lesson.pupil, lesson.volunteer) or login.person.role == "coordinator":
            return lesson
    raise Refusal(Code.NOT_FOUND, "no such lesson of this person")


async def access_photo(tx: Transaction, login: Login, photo: str, owner: str | None, now: float) -> None:
    """The door of a photo: the pupil, coordinators, vetted volunteers while the question is open or once it was theirs.

    Raises:
        Refusal: ``not_found``.
    """
    person = login.person
    if owner == person.id or (owner is not None and person.role == "coordinator"):
        return
    vetting = await store.vetting(tx, person.id)
    if person.role == "volunteer" and forbids_taking(vetting, is_open=True, now=now) is None:
        column = tables.question.c
        for question in await store.questions(tx, column.photo == photo):
            if question.state == store.OPEN:
                return
            lesson = tables.lesson.c
            if await store.lessons(tx, lesson.question == question.id, lesson.volunteer == person.id):
                return
    raise Refusal(Code.NOT_FOUND, "no such photo for this person")
