"""A conversation is closed, and rated. With the matter ends the help to write about it."""

from dataclasses import dataclass

from helpdesk import store
from helpdesk.access import AGENT, CITIZEN, HELPER, Seat, access_conversation
from helpdesk.line.waits import note_wait
from helpdesk.settings import HelpdeskSettings
from helpdesk.states import Event, State
from helpdesk.talk.helping import Helping, helpers_of
from helpdesk.talk.life import DAY_S, citizens_only
from helpdesk.talk.saying import check_pace, follow_first
from helpdesk.wire import CloseConversation, Rate
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code, Done

DRAFT_KEPT_S = DAY_S


@dataclass(frozen=True, slots=True)
class Closing:
    """Handlers."""

    context: Context
    settings: HelpdeskSettings
    helping: Helping

    async def close(self, login: Login, command: CloseConversation) -> Done:
        """Settled, or taken back. Writing opens it again; who helped is invited again."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            found = seat.conversation
            if found.state is State.CLOSED:
                return Done()
            if seat.role == HELPER or (seat.works_here and found.agent != me):
                raise Refusal(Code.FORBIDDEN, "the citizen closes it, or the agent who has it")
            await note_wait(tx, found, now=now, answered=False)
            helped = helpers_of(seat)
            for part in helped:
                await self.helping.leave(tx, found, part, login)
            await self._close(tx, seat, login, now)
        for part in helped:
            await self.helping.drafts.drop(found.id, part.person)
        return Done()

    async def rate(self, login: Login, command: Rate) -> Done:
        """Note how it was; said again, the last one counts.

        Raises:
            Refusal: ``CONFLICT`` for what was never submitted; ``TOO_MANY``.
        """
        citizens_only(login)
        now = self.context.clock()
        async with self.context.database.write() as tx:
            found = (await access_conversation(tx, login, command.conversation, lock=True)).conversation
            if found.submitted_at is None:
                raise Refusal(Code.CONFLICT, "nothing has been said yet")
            if (found.rating, found.rating_words) == (command.rating, command.words):
                return Done()
            log = self.context.log
            await check_pace(self.context, tx, found.desk_log, await log.head(tx, found.desk_log), now)
            await store.change(tx, found, rating=command.rating, rating_words=command.words)
            payload = {"rating": command.rating, "words": command.words}
            await log.append(
                tx,
                found.desk_log,
                author=login.person.id,
                client_id="",
                kind="rated",
                payload=payload,
                now=now,
            )
        return Done()

    async def _close(self, tx: Transaction, seat: Seat, login: Login, now: float) -> None:
        found = seat.conversation
        kept_s = self.settings.keep_s if found.submitted_at is not None else DRAFT_KEPT_S
        after = await store.move(
            tx,
            found,
            Event.CLOSE,
            agent="",
            former_agent=found.agent or found.former_agent,
            offered_to="",
            offered_until=None,
            first_until=None,
            rung="",
            place_at=None,
            agent_gone_until=None,
            snoozed_until=None,
            unanswered_since=None,
            later=False,
            closed_at=now,
            purge_at=now + kept_s,
        )
        await self.context.log.append(
            tx,
            after.log_id,
            author=login.person.id,
            client_id="",
            kind="closed",
            payload={"by": AGENT if seat.works_here else CITIZEN},
            now=now,
        )
        if seat.works_here:
            await follow_first(tx, after, login.person.id, now)
