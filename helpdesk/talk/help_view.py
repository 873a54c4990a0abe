"""The view ``help`` and the public welcome: where to begin, and where to go on."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk import store, tables
from helpdesk.access import CITIZEN, HELPER
from helpdesk.line.picture import Picture
from helpdesk.line.pictures import Pictures
from helpdesk.settings import HelpdeskSettings
from helpdesk.states import State
from helpdesk.store import Conversation, Participant
from helpdesk.wire import HelpView, ThreadRow, Welcome
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code

SHOWN_MOST = 50
"""Latest conversations on the page."""
INVITED = "invited"
"""State of a conversation in the eyes of a helper who has not come in yet."""


@dataclass(frozen=True, slots=True)
class HelpSource:
    """The view."""

    context: Context
    settings: HelpdeskSettings
    pictures: Pictures

    async def open(self, login: Login, key: str) -> None:
        """Let in citizens and helpers."""
        if key or login.person.role not in (CITIZEN, HELPER):
            raise Refusal(Code.FORBIDDEN, "this is for citizens and who helps them")

    async def snapshot(self, login: Login, key: str) -> tuple[HelpView, frozenset[str]]:
        """Draw the page for this person."""
        del key
        me = login.person
        picture = await self.pictures.read()
        async with self.context.database.read() as tx:
            parts = await store.seats(tx, me.id)
            threads = await self._threads(tx, parts)
            ways = await self.context.notices.ways(tx, me.id)
        data = HelpView(
            me=me.id,
            name=me.name,
            role=me.role,
            language=me.language,
            service=self.settings.service,
            topics=picture.topic_rows(me.language) if me.role == CITIZEN else {},
            conversations={
                found.id: thread_row(found, parts.get(found.id), _topic_name(picture, found, me.language))
                for found in threads
            },
            mail=self.context.notices.offers("mail"),
            push_key=self.context.notices.push_key,
            ways=tuple(sorted(ways)),
            scanned=bool(self.context.settings.clamd),
        )
        threads_of = frozenset(f"conversation:{found.id}" for found in threads)
        return data, picture.watched | threads_of | {f"person:{me.id}"}

    async def welcome(self, language: str) -> Welcome:
        """What is told to somebody of whom nothing is known."""
        picture = await self.pictures.read()
        return Welcome(
            service=self.settings.service,
            topics=picture.topic_rows(language),
            scanned=bool(self.context.settings.clamd),
            mail=self.context.notices.offers("mail"),
        )

    async def _threads(self, tx: Transaction, parts: Mapping[str, Participant]) -> list[Conversation]:
        """Return those of this person, latest first; drafts that were given up are nobody's business any more."""
        column = tables.conversation.c
        mine = [id_ for id_, part in parts.items() if part.left_at is None]
        found = await store.conversations(tx, column.id.in_(mine))
        kept = [c for c in found if c.state is not State.CLOSED or c.submitted_at is not None]
        return sorted(kept, key=lambda c: c.last_at, reverse=True)[:SHOWN_MOST]


def thread_row(found: Conversation, part: Participant | None, topic_name: str) -> ThreadRow:
    """One line of a list of conversations; a helper who has not come in sees that she is invited, and no more."""
    if part is not None and part.role == HELPER and not part.present:
        return ThreadRow(number=found.number, log_id="", state=INVITED, last_at=found.created_at)
    return ThreadRow(
        number=found.number,
        log_id=found.log_id,
        topic_name=topic_name,
        state=found.state,
        last_at=found.last_at,
        unread=part is not None and part.messages_read < found.messages,
    )


def _topic_name(picture: Picture, found: Conversation, language: str) -> str:
    topic = picture.topics.get(found.topic)
    return "" if topic is None else topic.name(language)
