"""What the help desk forgets, and when. What is open is never forgotten.

Drafts that nobody submitted for a day; closed conversations at their date, with their two logs, documents, helpers and
participants; guests with their last conversation, or a day after they came and said nothing.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.sql import ColumnElement

from helpdesk import store, tables
from helpdesk.access import HELPER
from helpdesk.states import State
from helpdesk.store import Conversation
from helpdesk.talk.closing import DRAFT_KEPT_S
from helpdesk.talk.documents import APP, KEPT_S
from signaling.api import Context, Refusal, Sweep, Transaction

RUN_MOST = 5_000
"""In one run, each in a transaction of its own: a purge never holds the database for long."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Purge:
    """Two sweeps of the worker. The oldest goes first; one that cannot be erased holds up no other."""

    context: Context

    def sweeps(self) -> list[Sweep]:
        """What the worker runs every ten minutes."""
        return [
            Sweep("helpdesk.purge", self.conversations, every_s=600),
            Sweep("helpdesk.purge_guests", self.guests, every_s=600),
        ]

    async def conversations(self, now: float) -> int:
        """Erase conversations that are past their date; return how many."""
        column = tables.conversation.c
        oldest = func.coalesce(column.purge_at, column.created_at)
        return await self._each(select(column.id).where(_is_due(now)).order_by(oldest), self._erase, now)

    async def guests(self, now: float) -> int:
        """Erase guests without a conversation, a day after they came: their page may just be open."""
        column = tables.citizen.c
        due = select(column.person).where(_is_gone(now)).order_by(column.created_at)
        return await self._each(due, self._erase_guest, now)

    async def _each(
        self,
        due: Select[tuple[str]],
        erase: Callable[[Transaction, str, float], Awaitable[bool]],
        now: float,
    ) -> int:
        async with self.context.database.read() as tx:
            ids = list((await tx.execute(due.limit(RUN_MOST))).scalars())
        erased = 0
        for id_ in ids:
            try:
                async with self.context.database.write() as tx:
                    erased += await erase(tx, id_, now)
            except Exception:
                logger.exception("x purge: %s stays, tried again", id_)
        return erased

    async def _erase(self, tx: Transaction, conversation: str, now: float) -> bool:
        sent = select(tables.document.c.file).where(tables.document.c.conversation == conversation)
        files = sorted((await tx.execute(sent)).scalars())
        for file in files:
            # Locks it: the file before the conversation, as the scanner's hook does.
            with suppress(Refusal):  # erased already
                await self.context.files.keep_until(tx, APP, file, now + KEPT_S)
        # Looked at again under the lock: somebody may have written in it this moment.
        still_due = (tables.conversation.c.id == conversation, _is_due(now))
        for found in await store.conversations(tx, *still_due, lock=True):
            await self._erase_all(tx, found, files)
            return True
        return False

    async def _erase_all(self, tx: Transaction, found: Conversation, files: Sequence[str]) -> None:
        for file in files:
            await self.context.files.erase(tx, APP, file)
        parts = await store.participants(tx, found.id)
        for table in (tables.document, tables.participant):
            await tx.execute(delete(table).where(table.c.conversation == found.id))
        await tx.execute(delete(tables.conversation).where(tables.conversation.c.id == found.id))
        for log_id in (found.log_id, found.desk_log):
            await self.context.log.erase(tx, log_id)
        for part in parts.values():
            if part.role == HELPER:  # made for this conversation
                await self.context.notices.forget(tx, part.person)
                await self.context.identity.erase_person(tx, part.person)
        await self.context.notices.drop(tx, found.citizen, found.id)
        tx.touch(f"conversation:{found.id}", f"person:{found.citizen}", "helpdesk")

    async def _erase_guest(self, tx: Transaction, person: str, now: float) -> bool:
        column = tables.citizen.c
        # The lock that beginning a conversation takes too.
        mine = select(column.person).where(column.person == person, _is_gone(now))
        if (await tx.execute(mine.with_for_update(of=tables.citizen))).first() is None:
            return False
        await tx.execute(delete(tables.citizen).where(column.person == person))
        await self.context.notices.forget(tx, person)
        await self.context.identity.erase_person(tx, person)
        return True


def _is_due(now: float) -> ColumnElement[bool]:
    column = tables.conversation.c
    draft = (column.state == State.DRAFT) & (column.created_at <= now - DRAFT_KEPT_S)
    return or_(draft, (column.state == State.CLOSED) & (column.purge_at <= now))


def _is_gone(now: float) -> ColumnElement[bool]:
    column = tables.citizen.c
    conversations = select(tables.conversation.c.id).where(tables.conversation.c.citizen == column.person)
    return and_(column.guest, column.created_at <= now - DRAFT_KEPT_S, ~conversations.exists())
