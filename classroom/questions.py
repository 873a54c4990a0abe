"""What a pupil does with her question: ask, change, cancel, and tell that her devices work.

One open question each. Its place in the line is ``asked_at`` and never changes: not by a drop, a change of words or
a lesson that broke off.
"""

from dataclasses import dataclass

from classroom import store, tables
from classroom.access import forbids_asking
from classroom.policy import ClassroomPolicy
from classroom.wire import Ask, Asked, Cancel, ChangeQuestion, Checked
from signaling.api import Context, Login, Refusal, Transaction
from signaling.ids import new_id
from signaling.wire import Code, Done

PHOTO_KEPT_S = 30 * 86400
TOPIC = "classroom"


@dataclass(frozen=True, slots=True)
class Questions:
    """Handlers of a pupil's commands."""

    context: Context
    policy: ClassroomPolicy

    async def ask(self, login: Login, command: Ask) -> Asked:
        """Store a question and put it in line, once for its client id."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            # First of all: what was stored at five to eight is answered the same after closing time.
            before = await self._asked_before(tx, me, command)
            if before is not None:
                return before
            await self._check_may_ask(tx, login, now)
            await self._check_choice(tx, command)
            await self._check_photo(tx, me, command.photo, now)
            question = new_id()
            inserted = await tx.insert_new(
                tables.question,
                id=question,
                pupil=me,
                open_for=me,
                client_id=command.client_id,
                subject=command.subject,
                words=command.words,
                photo=command.photo or "",
                wanted=command.volunteer or "",
                state=store.OPEN,
                asked_at=now,
            )
            if not inserted:
                before = await self._asked_before(
                    tx, me, command
                )  # the same act on another connection was faster
                if before is not None:
                    return before
                raise Refusal(Code.CONFLICT, "one open question each: cancel or finish the other first")
            call = await self.context.calls.queue(
                tx, app="classroom", ref=question, caller=me, wanted=command.volunteer or "", now=now
            )
            await store.change_question(tx, question, call=call)
            tx.touch(TOPIC, f"person:{me}")
        return Asked(question=question, call=call)

    async def change(self, login: Login, command: ChangeQuestion) -> Done:
        """Change words or photo while the question waits."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            question = await self._own(tx, me, command.question)
            if question.state != store.OPEN:
                raise Refusal(Code.CONFLICT, "the question is not waiting any more")
            if (command.photo or "") != question.photo:
                await self._check_photo(tx, me, command.photo, now)
            await store.change_question(tx, question.id, words=command.words, photo=command.photo or "")
            tx.touch(TOPIC, f"person:{me}")
        return Done()

    async def cancel(self, login: Login, command: Cancel) -> Done:
        """Take the question back; the policy closes it when the call has ended."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            # Not locked here: whoever accepts locks the call before the question, and so does `Calls.cancel`.
            question = await self._own(tx, me, command.question, lock=False)
            if question.state == store.TAKEN:
                raise Refusal(Code.CONFLICT, "a volunteer has just taken the question")
            if question.state == store.OPEN:
                await self.context.calls.cancel(tx, question.call, by=me, now=now)
        return Done()

    async def checked(self, login: Login, command: Checked) -> Done:
        """Remember that the devices of this login were checked."""
        me = login.person.id
        async with self.context.database.write() as tx:
            await store.remember_check(
                tx,
                login=login.id,
                person=me,
                camera=command.camera,
                microphone=command.microphone,
                at=self.context.clock(),
            )
            tx.touch(f"person:{me}")
        return Done()

    async def _check_may_ask(self, tx: Transaction, login: Login, now: float) -> None:
        if login.person.role != "pupil":
            raise Refusal(Code.FORBIDDEN, "only pupils ask questions")
        hours = await self.policy.hours(tx, now)
        refused = forbids_asking(await store.enrolment(tx, login.person.id), is_open=hours.open, now=now)
        if refused is not None:
            raise Refusal(refused)

    async def _asked_before(self, tx: Transaction, me: str, command: Ask) -> Asked | None:
        column = tables.question.c
        for known in await store.questions(tx, column.pupil == me, column.client_id == command.client_id):
            same = (known.subject, known.wanted) == (command.subject, command.volunteer or "")
            if not same:
                raise Refusal(Code.REPEATED_DIFFERENTLY, "this client id asked another question before")
            return Asked(question=known.id, call=known.call)
        return None

    async def _check_choice(self, tx: Transaction, command: Ask) -> None:
        if command.volunteer is not None and await store.vetting(tx, command.volunteer) is None:
            raise Refusal(Code.NOT_FOUND, "no such volunteer")

    async def _check_photo(self, tx: Transaction, me: str, photo: str | None, now: float) -> None:
        if photo is None:
            return
        if await self.context.files.owner(tx, "classroom", photo) != me:
            raise Refusal(Code.NOT_FOUND, "no such photo of this pupil")
        await self.context.files.keep_until(tx, "classroom", photo, now + PHOTO_KEPT_S)

    async def _own(self, tx: Transaction, me: str, question_id: str, *, lock: bool = True) -> store.Question:
        question = await store.question(tx, question_id, lock=lock)
        if question is None or question.pupil != me:
            raise Refusal(Code.NOT_FOUND, "no such question of this pupil")
        return question
