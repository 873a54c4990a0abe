"""Telling a citizen who is not at the page: a notice without content that leads back to the thread."""

from dataclasses import dataclass
from typing import Literal

from helpdesk.access import CITIZEN, access_conversation
from helpdesk.settings import DAY_S, HelpdeskSettings
from helpdesk.store import Conversation
from helpdesk.wire import MailTranscript
from signaling.api import Context, Login, Notice, Refusal, Transaction
from signaling.wire import Code, Done

Kind = Literal["answer", "transcript"]
DUE_S = 60.0
"""Whoever reads the answer within this time is not told of it."""
LINK_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class Telling:
    """Puts notices; they are sent by the worker and only when they are not dropped before (``conversation.mark``)."""

    context: Context
    settings: HelpdeskSettings

    async def tell_answer(self, tx: Transaction, found: Conversation, seq: int, now: float) -> None:
        """An agent has written: have the citizen told, wherever she is, unless she reads it within a minute.

        Whether she is here now does not matter: who closes the page two seconds later wants to be told too.
        """
        if not await self.context.notices.would_tell(tx, found.citizen, key=found.id, kind="answer", now=now):
            return
        notice = await self._notice(tx, found, "answer", found.id, now)
        await self.context.notices.put(
            tx, found.citizen, notice, event=f"{found.id}:{seq}", not_before=now + DUE_S, now=now
        )

    async def mail_transcript(self, login: Login, command: MailTranscript) -> Done:
        """Mail the citizen a link to read the conversation; no word of it is in the mail.

        Raises:
            Refusal: ``NOT_FOUND``: no mail is sent from here, or she has given no address; ``TOO_MANY``.
        """
        me, now = login.person, self.context.clock()
        if me.role != CITIZEN:
            raise Refusal(Code.FORBIDDEN, "this is the citizen's")
        async with self.context.database.write() as tx:
            found = (await access_conversation(tx, login, command.conversation)).conversation
            if "mail" not in await self.context.notices.ways(tx, me.id):
                raise Refusal(Code.NOT_FOUND, "no mail address: give one first")
            key = f"transcript-{found.number}"
            if not await self.context.notices.would_tell(tx, me.id, key=key, kind="transcript", now=now):
                raise Refusal(Code.TOO_MANY, "one has just been sent, or too many to this address today")
            notice = await self._notice(tx, found, "transcript", key, now)
            event = f"{found.id}:transcript:{now:.3f}"
            await self.context.notices.put(tx, me.id, notice, event=event, not_before=now, now=now)
        return Done()

    async def _notice(self, tx: Transaction, found: Conversation, kind: Kind, key: str, now: float) -> Notice:
        link = await self.context.identity.make_link(tx, found.citizen, expires_at=now + LINK_S)
        return Notice(
            app="helpdesk",
            key=key,
            kind=kind,
            service=self.settings.service,
            link=f"/entrer#{link}",
            language=found.language,
        )
