"""What the classroom forgets, and when: every question and lesson has a purge date.

Photos and logs are purged by the slices that keep them; their dates were given when they were stored.
"""

from dataclasses import dataclass

from sqlalchemy import Table, delete, select
from sqlalchemy.sql import ColumnElement

from classroom import tables
from signaling.api import Context, Sweep

BATCH = 200
CHECK_KEPT_S = 90 * 86400.0
"""As long as a login: nobody is asked to check a device that she has checked on this login."""


@dataclass(frozen=True, slots=True)
class Purge:
    """A sweep of the worker."""

    context: Context

    def sweep(self) -> Sweep:
        """Once an hour."""
        return Sweep("classroom.purge", self.run, every_s=3600)

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
