"""What the help desk forgets, and when. What is open is never forgotten.

Drafts that nobody submitted for a day; closed conversations at their date, with their two logs, documents, helpers and
participants; guests with their last conversation, or a day after they came and said nothing.
"""

from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.sql import ColumnElement

from helpdesk import store, tables
from helpdesk.access import HELPER
from helpdesk.states import State
from helpdesk.store import Conversation
from helpdesk.talk.life import DRAFT_KEPT_S
from signaling.api import Context, Sweep, Transaction

BATCH = 50
"""Conversations in one run, each in a transaction of its own: a purge never holds the database for long."""


@dataclass(frozen=True, slots=True)
class Purge:
    """A sweep of the worker."""

    context: Context

    def sweeps(self) -> list[Sweep]:
        """What the worker runs every ten minutes."""
        return [Sweep("helpdesk.purge", self.run, every_s=600)]

    async def run(self, now: float) -> int:
        """Erase what is past its date.

        Returns:
            How many conversations and guests went.
        """
        async with self.context.database.read() as tx:
            due = await store.conversations(tx, _is_due(now), limit=BATCH)
        erased = 0
        for seen in due:
            async with self.context.database.write() as tx:
                column = tables.conversation.c
                # Looked at again under the lock: somebody may have written in it this moment.
                for found in await store.conversations(tx, column.id == seen.id, _is_due(now), lock=True):
                    await self._erase(tx, found)
                    erased += 1
        return erased + await self._erase_guests(now)

    async def _erase(self, tx: Transaction, found: Conversation) -> None:
        documents = select(tables.document.c.file).where(tables.document.c.conversation == found.id)
        for row in (await tx.execute(documents)).all():
            await self.context.files.erase(tx, "helpdesk", row.file)
        parts = await store.participants(tx, found.id)
        for table in (tables.document, tables.participant):
            await tx.execute(delete(table).where(table.c.conversation == found.id))
        await tx.execute(delete(tables.conversation).where(tables.conversation.c.id == found.id))
        for log_id in (found.log_id, found.desk_log):
            await self.context.log.erase(tx, log_id)
        for part in parts.values():
            if part.role == HELPER:  # made for this conversation
                await self.context.identity.erase_person(tx, part.person)
        await self.context.notices.drop(tx, found.citizen, found.id)
        tx.touch(f"conversation:{found.id}", f"person:{found.citizen}", "helpdesk")

    async def _erase_guests(self, now: float) -> int:
        """Erase guests without a conversation, a day after they came: their page may just be open."""
        column = tables.citizen.c
        has_one = (
            select(tables.conversation.c.id).where(tables.conversation.c.citizen == column.person).exists()
        )
        gone = select(column.person).where(column.guest, column.created_at <= now - DRAFT_KEPT_S, ~has_one)
        async with self.context.database.read() as tx:
            guests = [row.person for row in await tx.execute(gone.limit(BATCH))]
        for person in guests:
            async with self.context.database.write() as tx:
                # The lock that beginning a conversation takes too.
                mine = gone.where(column.person == person).with_for_update(of=tables.citizen)
                if (await tx.execute(mine)).first() is not None:
                    await tx.execute(delete(tables.citizen).where(column.person == person))
                    await self.context.notices.forget(tx, person)
                    await self.context.identity.erase_person(tx, person)
        return len(guests)


def _is_due(now: float) -> ColumnElement[bool]:
    column = tables.conversation.c
    draft = (column.state == State.DRAFT) & (column.created_at <= now - DRAFT_KEPT_S)
    return or_(draft, (column.state == State.CLOSED) & (column.purge_at <= now))
