"""What the classroom tells the call engine: whom a question rings, who may take it, and what a call's fate means.

A question follows its call: accepted makes a lesson; hung up closes the question; lost or failed puts it back in
line at its old place with a new call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from classroom import store, tables
from classroom.access import access_lesson, forbids_taking
from classroom.wire import Hours
from signaling.api import Call, Context, Login, Refusal, Transaction, Transition
from signaling.ids import new_id
from signaling.wire import Code

ZONE = ZoneInfo("Europe/Paris")
LOG_KEPT_S = 30 * 86400
LESSON_KEPT_S = 365 * 86400
QUESTION_KEPT_S = 365 * 86400

NEXT = {
    (store.OPEN, "accepted"): store.TAKEN,
    (store.OPEN, "cancelled"): store.CANCELLED,
    (store.TAKEN, "finished"): store.DONE,
    (store.TAKEN, "broken_off"): store.OPEN,
}
"""The life of a question: (state, what happened to its call) to state. Anything else changes nothing."""

BREAKS = {("live", "interrupted"): "interrupted", ("interrupted", "live"): "resumed"}
"""What the lesson's log says when the call goes from one state to another."""


def fate(call: Call) -> str:
    """What an ended call means for its question: ``cancelled``, ``finished`` or ``broken_off``.

    A volunteer who hangs up before anybody was seen or heard gives the question back; a pupil who does is done. A
    pupil who is signed in nowhere any more asks nothing any more; when it is the volunteer, somebody else may help.
    """
    if call.outcome == "cancelled":
        return "cancelled"
    if call.outcome == "revoked":
        return "finished" if call.ended_by == "caller" else "broken_off"
    given_back = call.live_at is None and call.ended_by != "caller"
    return "broken_off" if call.outcome != "hung_up" or given_back else "finished"


@dataclass(frozen=True, slots=True)
class ClassroomPolicy:
    """Implements ``signaling.api.CallPolicy``."""

    context: Context

    async def hours(self, tx: Transaction, now: float) -> Hours:
        """Opening hours as they are at ``now``."""
        opening = (await store.timetable(tx, ZONE)).at(now)
        return Hours(open=opening.open, until=opening.until, next=opening.next)

    async def ring_for(self, tx: Transaction, call: Call, now: float) -> Sequence[str]:
        """Volunteers who are here, free, allowed and not in a lesson, while the pupil is here herself."""
        presence = await self.context.presence.of("classroom")
        if call.caller not in presence or not (await self.hours(tx, now)).open:
            return ()
        busy = {lesson.volunteer for lesson in await store.lessons(tx, tables.lesson.c.ended_at.is_(None))}
        return [
            person
            for person, (free, vetting) in (await store.volunteers(tx)).items()
            if free
            and person in presence
            and person not in busy
            and forbids_taking(vetting, is_open=True, now=now) is None
        ]

    async def may_accept(self, tx: Transaction, login: Login, call: Call, now: float) -> None:
        """The lesson's door; and only an open question of a pupil who is here can be taken."""
        if login.person.role != "volunteer":
            raise Refusal(Code.FORBIDDEN, "only volunteers take questions")
        question = await store.question(tx, call.ref)
        if question is None:
            raise Refusal(Code.NOT_FOUND, "no such question")
        hours = await self.hours(tx, now)
        access_lesson(
            await store.enrolment(tx, call.caller),
            await store.vetting(tx, login.person.id),
            is_open=hours.open,
            now=now,
        )
        if call.caller not in await self.context.presence.of("classroom"):
            raise Refusal(Code.CONFLICT, "the pupil's page is closed; her place is kept")

    async def may_watch(self, tx: Transaction, login: Login, call: Call) -> bool:
        """Coordinators see every call; the room is never closed to the institution."""
        return login.person.role == "coordinator"

    async def on_transition(self, tx: Transaction, transition: Transition) -> None:
        """Carry a call's change over to its question and its lesson, in the same transaction."""
        call, at = transition.call, transition.at
        if transition.event == "accept":
            await self._begin(tx, call, at)
        elif call.state == "ended":
            await self._end(tx, call, at)
        elif (kind := BREAKS.get((transition.old, call.state))) is not None:
            for lesson in await store.lessons(tx, tables.lesson.c.call == call.id):
                await self._write(tx, lesson.log_id, kind, {}, at, f"{kind}-{call.version}")
        tx.touch("classroom", f"person:{call.caller}")

    async def _begin(self, tx: Transaction, call: Call, at: float) -> None:
        question = await store.question(tx, call.ref, lock=True)
        if question is None or (question.state, "accepted") not in NEXT:
            raise Refusal(Code.CONFLICT, "the question is not open any more")
        await store.change_question(tx, question.id, state=NEXT[question.state, "accepted"])
        log_id = await self.context.log.create(tx, app="classroom", purge_at=at + LOG_KEPT_S)
        lesson = new_id()
        await tx.insert_new(
            tables.lesson,
            id=lesson,
            question=question.id,
            pupil=question.pupil,
            volunteer=call.callee,
            call=call.id,
            log_id=log_id,
            subject=question.subject,
            started_at=at,
            purge_at=at + LESSON_KEPT_S,
        )
        await self._write(tx, log_id, "began", {}, at, "began")
        tx.touch(f"lesson:{lesson}", f"person:{call.callee}")

    async def _end(self, tx: Transaction, call: Call, at: float) -> None:
        happened = fate(call)
        for lesson in await store.lessons(tx, tables.lesson.c.call == call.id):
            outcome = "hung_up" if happened == "finished" else call.outcome.replace("revoked", "lost")
            # A call given back before it was live was no lesson.
            outcome = "failed" if happened == "broken_off" and outcome == "hung_up" else outcome
            await store.change_lesson(tx, lesson.id, ended_at=at, outcome=outcome)
            payload = {
                "outcome": outcome,
                "by": {"caller": "pupil", "callee": "volunteer"}.get(call.ended_by, ""),
            }
            await self._write(tx, lesson.log_id, "ended", payload, at, "ended")
            tx.touch(f"lesson:{lesson.id}", f"person:{lesson.volunteer}")
        question = await store.question(tx, call.ref, lock=True)
        if question is None:
            return
        state = NEXT.get((question.state, happened))
        if state is None:
            return
        if state == store.OPEN:
            again = await self.context.calls.queue(
                tx, app="classroom", ref=question.id, caller=question.pupil, wanted=call.callee or "", now=at
            )
            await store.change_question(tx, question.id, state=state, call=again)
        else:
            await store.change_question(
                tx, question.id, state=state, open_for=None, closed_at=at, purge_at=at + QUESTION_KEPT_S
            )

    async def _write(
        self, tx: Transaction, log_id: str, kind: str, payload: dict[str, str], at: float, client_id: str
    ) -> None:
        await self.context.log.append(
            tx, log_id, author="", client_id=client_id, kind=kind, payload=payload, now=at
        )
