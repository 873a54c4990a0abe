"""What is written in a talk, and how far each has read it."""

from dataclasses import dataclass

from helpdesk import store
from helpdesk.access import CITIZEN, HELPER, access_conversation
from helpdesk.line.ringing import Ringing
from helpdesk.states import State
from helpdesk.store import Conversation
from helpdesk.talk.drafts import Drafts
from helpdesk.talk.saying import Said, Saying, check_helps, check_may_speak, message
from helpdesk.wire import Mark, Send, SendDraft, Sent
from signaling.api import Context, Login, Refusal
from signaling.wire import Code, Done


@dataclass(frozen=True, slots=True)
class Words:
    """Handlers."""

    context: Context
    saying: Saying
    ringing: Ringing
    drafts: Drafts

    async def send(self, login: Login, command: Send) -> Sent:
        """Write, once for the client id; acknowledged after the commit."""
        said = message(command.client_id, command.text)
        sent = await self.carry_out(login, command.conversation, said, seen=command.seen)
        if login.person.role == HELPER:
            await self.drafts.drop(command.conversation, login.person.id)
        return sent

    async def send_draft(self, login: Login, command: SendDraft) -> Sent:
        """The citizen sends what the helper wrote: it is the citizen's message, and names who wrote it."""
        if login.person.role != CITIZEN:
            raise Refusal(Code.FORBIDDEN, "the citizen presses Send")
        said = message(command.client_id, command.text, command.helper)
        sent = await self.carry_out(login, command.conversation, said, helper=command.helper)
        await self.drafts.drop(command.conversation, command.helper)
        return sent

    async def carry_out(
        self, login: Login, conversation: str, said: Said, *, seen: int | None = None, helper: str = ""
    ) -> Sent:
        """Have something said by who may; a repeat gets the first answer even if the state has moved on since.

        Raises:
            Refusal: As `check_may_speak`; ``NOT_FOUND`` for a helper who does not help any more.
        """
        me = login.person.id
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, conversation, lock=True)
            before = await self.saying.said_before(tx, seat.conversation, me, said)
            if before is not None:
                return before
            check_may_speak(seat, login, seen)
            if helper:
                check_helps(seat, helper)
            sent, after = await self.saying.say(tx, seat, me, said)
        await self.settle_if_reopened(seat.conversation, after)
        return sent

    async def settle_if_reopened(self, before: Conversation, after: Conversation) -> None:
        """Ring at once for what was closed and is in line again."""
        if before.state is State.CLOSED and after.state is State.REOPENED:
            await self.ringing.settle(self.context.clock())

    async def mark(self, login: Login, command: Mark) -> Done:
        """Move my watermarks up; nobody has read what has not been written."""
        async with self.context.database.write() as tx:
            # Locks as everybody does, the conversation first: what an agent is writing now is not taken for read.
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            if seat.part is None:
                return Done()
            found, head = seat.conversation, await self.context.log.head(tx, seat.conversation.log_id)
            read = min(command.read, head)
            delivered = max(read, min(command.delivered, head))
            if read <= seat.part.read and delivered <= seat.part.delivered:
                return Done()
            everything = found.messages if read >= found.last_seq else 0
            await store.mark(tx, seat.part, delivered, read, everything)
            if seat.role == CITIZEN and everything:
                await self.context.notices.drop(tx, login.person.id, found.id)
        return Done()
