"""What agents do with a conversation: take it, give it on, put it away, note, follow its person; and pause.

Everything is decided under the row's lock. A command on what is not any more what stood on the screen is refused;
the one exception is taking what still waits, which is what was wanted, whatever the citizen has written meanwhile.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from helpdesk import store, tables
from helpdesk.access import SUPERVISOR, Seat, access_conversation, desk_only
from helpdesk.desk.wire import Claim, Follow, NoteDown, SetPaused, Snooze, Transfer
from helpdesk.line.moves import give, put_back, tell
from helpdesk.line.picture import APP, read_picture
from helpdesk.line.places import count_ahead
from helpdesk.line.ringing import Ringing
from helpdesk.states import IN_LINE, Event, State
from helpdesk.store import Conversation
from helpdesk.wire import Sent
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code, Done

SNOOZED_MOST_S = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class Acts:
    """Handlers of the desk's commands."""

    context: Context
    ringing: Ringing

    async def claim(self, login: Login, command: Claim) -> Done:
        """Take what waits, or, as a supervisor, what a colleague has. The first one wins, the others get ``taken``."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            found = (await self._door(tx, login, command.conversation)).conversation
            if found.agent == me and found.state is State.OPEN:
                return Done()
            if found.state in IN_LINE:
                await self._take(tx, login, found, now)
            elif found.agent:
                await self._take_over(tx, login, found, command.version, now)
            else:
                raise Refusal(Code.CONFLICT, f"a conversation that is {found.state} is not taken")
        return Done()

    async def _take(self, tx: Transaction, login: Login, found: Conversation, now: float) -> None:
        me = login.person.id
        picture = await read_picture(tx, self.context, now, estimates=False)
        referent = (await store.referents(tx, [found.citizen])).get(found.citizen, "")
        comes_first = picture.own_advisor(found, referent) == me
        kept = found.first_until is not None and found.first_until > now
        if kept and not comes_first and login.person.role != SUPERVISOR:
            raise Refusal(Code.KEPT, "kept for the person's own advisor for a moment")
        agent = picture.agents.get(me)
        passed_over = 0
        if agent is not None and found.offered_to != me and not comes_first:
            passed_over = await count_ahead(tx, found, agent.topics)
        after = await give(tx, found, me, now)
        await tell(self.context, tx, after, "assigned", {"agent": me}, now, author=me)
        if passed_over:
            await self._note(tx, after, "claimed", {"ahead": passed_over}, now, me)

    async def _take_over(
        self, tx: Transaction, login: Login, found: Conversation, version: int, now: float
    ) -> None:
        if login.person.role != SUPERVISOR and found.agent != login.person.id:
            raise Refusal(Code.TAKEN, "a colleague was faster")
        _check_current(found, version)
        me = login.person.id
        after = await give(tx, found, me, now)
        if found.agent != me:
            await tell(self.context, tx, after, "assigned", {"agent": me}, now, author=me)
            await self._note(tx, after, "taken_over", {"agent": found.agent}, now, me)

    async def transfer(self, login: Login, command: Transfer) -> Done:
        """Give it to a colleague who is here, or back to the line of a topic; a repeat finds it done."""
        now = self.context.clock()
        if (command.agent is None) == (command.topic is None):
            raise Refusal(Code.BAD_MESSAGE, "name a colleague or a topic, one of the two")
        async with self.context.database.write() as tx:
            found = (await self._door(tx, login, command.conversation)).conversation
            if _is_there(found, command):
                return Done()
            self._check_hers(login, found)
            _check_current(found, command.version)
            if command.agent is not None:
                await self._check_takes(tx, command.agent)
                after = await give(tx, found, command.agent, now)
                where = {"agent": command.agent}
            else:
                after = await put_back(tx, found, now, topic=await _known_topic(tx, command.topic))
                where = {"topic": after.topic}
            me = login.person.id
            await tell(self.context, tx, after, "transferred", where, now, author=me)
            await self._note(tx, after, "transferred", {**where, "note": command.note}, now, me)
        await self.ringing.settle(now)
        return Done()

    async def note(self, login: Login, command: NoteDown) -> Sent:
        """Write an internal note, once for its client id."""
        async with self.context.database.write() as tx:
            found = (await self._door(tx, login, command.conversation, lock=False)).conversation
            event = await self.context.log.append(
                tx,
                found.desk_log,
                author=login.person.id,
                client_id=command.client_id,
                kind="note",
                payload={"text": command.text},
                now=self.context.clock(),
            )
        return Sent(seq=event.seq, at=event.at)

    async def snooze(self, login: Login, command: Snooze) -> Done:
        """Put it away until a time; what the citizen writes brings it up at once."""
        now = self.context.clock()
        if not now < command.until <= now + SNOOZED_MOST_S:
            raise Refusal(Code.BAD_MESSAGE, "put away until a time of the next 30 days")
        async with self.context.database.write() as tx:
            found = (await self._door(tx, login, command.conversation)).conversation
            if found.state is State.SNOOZED and found.snoozed_until == command.until:
                return Done()
            self._check_hers(login, found)
            _check_current(found, command.version)
            after = await store.move(
                tx, found, Event.SNOOZE, snoozed_until=command.until, agent_gone_until=None
            )
            payload = {"until": command.until}
            await tell(self.context, tx, after, "snoozed", payload, now, author=login.person.id)
        return Done()

    async def follow(self, login: Login, command: Follow) -> Done:
        """Be this person's own advisor, or no longer; the advisor of somebody else's choice is hers to give up."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            seat = await self._door(tx, login, command.conversation)
            found = seat.conversation
            if command.follow and await store.desk_person(tx, me) is None:
                raise Refusal(Code.FORBIDDEN, "nothing rings at this person")
            own = (await store.referents(tx, [found.citizen])).get(found.citizen, "")
            if (own == me) is command.follow:
                return Done()
            if command.follow and found.agent != me and seat.part is None:
                raise Refusal(Code.CONFLICT, "take the conversation first")
            await store.set_referent(tx, found.citizen, me if command.follow else "", now)
            await self._note(tx, found, "followed", {"follow": command.follow}, now, me)
            tx.touch(f"conversation:{found.id}", f"desk:{me}")
        return Done()

    async def set_paused(self, login: Login, command: SetPaused) -> Done:
        """Ring here no more, or again; what rings here now rings at the next one."""
        desk_only(login)
        me = login.person.id
        async with self.context.database.write() as tx:
            column = tables.agent.c
            mine = update(tables.agent).where(column.person == me).values(paused=command.paused)
            if (await tx.execute(mine)).rowcount == 0:
                raise Refusal(Code.FORBIDDEN, "nothing is offered to this person")
            tx.touch(APP, f"desk:{me}")
        await self.ringing.settle(self.context.clock())
        return Done()

    async def _door(self, tx: Transaction, login: Login, conversation_id: str, *, lock: bool = True) -> Seat:
        desk_only(login)
        return await access_conversation(tx, login, conversation_id, lock=lock)

    def _check_hers(self, login: Login, found: Conversation) -> None:
        if found.agent != login.person.id and login.person.role != SUPERVISOR:
            raise Refusal(Code.CONFLICT, "take the conversation first")

    async def _check_takes(self, tx: Transaction, agent: str) -> None:
        """Refuse to give a conversation to somebody who would not answer: nobody waits for somebody absent."""
        state = await store.desk_person(tx, agent)
        person = await self.context.identity.person(tx, agent)
        supervises = person is not None and person.app == APP and person.role == SUPERVISOR
        if state is None and not supervises:
            raise Refusal(Code.NOT_FOUND, "no such colleague")
        paused = state is not None and state[0]
        if paused or agent not in await self.context.presence.of(APP):
            raise Refusal(Code.ABSENT, "that colleague is not here or pauses: give it to the topic")

    async def _note(
        self, tx: Transaction, found: Conversation, kind: str, payload: dict[str, Any], now: float, me: str
    ) -> None:
        await self.context.log.append(
            tx, found.desk_log, author=me, client_id="", kind=kind, payload=payload, now=now
        )


def _check_current(found: Conversation, version: int) -> None:
    if found.version != version:
        raise Refusal(Code.CONFLICT, "it has changed since it was looked at")


def _is_there(found: Conversation, command: Transfer) -> bool:
    """Whether the conversation is where the command wants it: repeated, or somebody had the same idea."""
    if command.agent is not None:
        return found.agent == command.agent and found.state is State.OPEN
    return found.state in IN_LINE and found.topic == command.topic


async def _known_topic(tx: Transaction, topic: str | None) -> str:
    if topic is None or not await store.topic_exists(tx, topic):
        raise Refusal(Code.NOT_FOUND, "no such topic")
    return topic
