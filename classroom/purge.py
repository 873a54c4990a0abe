"""What the classroom forgets, and when: every question and lesson has a purge date.

Photos and logs are purged by the slices that keep them; their dates were given when they were stored.
"""

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Table, delete, select
from sqlalchemy.sql import ColumnElement

from classroom import store, tables
from signaling.api import Context, Refusal, Sweep

BATCH = 200
QUESTION_WAITS_S = 7 * 86400.0
CHECK_KEPT_S = 90 * 86400.0
"""As long as a login: nobody is asked to check a device that she has checked on this login."""


@dataclass(frozen=True, slots=True)
class Purge:
    """Sweeps of the worker."""

    context: Context

    def sweeps(self) -> list[Sweep]:
        """What the worker runs once an hour."""
        return [
            Sweep("classroom.withdraw", self.withdraw, every_s=3600),
            Sweep("classroom.purge", self.run, every_s=3600),
        ]

    async def withdraw(self, now: float) -> int:
        """Take questions back that nobody took for a week, so that a child's words do not stand there for ever.

        Returns:
            How many were taken back.
        """
        column = tables.question.c
        async with self.context.database.read() as tx:
            waiting = (column.state == store.OPEN, column.asked_at <= now - QUESTION_WAITS_S)
            forgotten = (await store.questions(tx, *waiting))[:BATCH]
        for question in forgotten:
            async with self.context.database.write() as tx:
                with suppress(Refusal):  # somebody took it this moment
                    await self.context.calls.cancel(tx, question.call, by="", now=now)
        return len(forgotten)

    async def run(self, now: float) -> int:
        """Erase what is past its date.

        Returns:
            How many rows were erased.
        """
        async with self.context.database.write() as tx:
            lessons = await tx.execute(delete(tables.lesson).where(_past(tables.lesson, now)))
            kept = select(tables.lesson.c.question)
            questions = await tx.execute(
                delete(tables.question).where(_past(tables.question, now), tables.question.c.id.not_in(kept))
            )
            forgotten = tables.check.c.at <= now - CHECK_KEPT_S
            checks = await tx.execute(delete(tables.check).where(forgotten))
        return lessons.rowcount + questions.rowcount + checks.rowcount


def _past(table: Table, now: float) -> ColumnElement[bool]:
    return table.c.id.in_(select(table.c.id).where(table.c.purge_at <= now).limit(BATCH))
