"""The line as rows: the longest waiting of each topic, and how many there are, counted in SQL.

A topic that is closed may gather hundreds over a long weekend; they hide nobody who waits for another topic.
"""

from collections.abc import Collection

from sqlalchemy import and_, func, select

from helpdesk import store, tables
from helpdesk.states import IN_LINE
from helpdesk.store import Conversation
from signaling.api import Transaction

SHOWN_MOST = 200
"""Of each topic: those after them are counted, and are rung for and shown when their turn comes nearer."""


async def read_line(tx: Transaction) -> list[Conversation]:
    """Return the first of each topic, longest in line first."""
    column = tables.conversation.c
    place = func.row_number().over(partition_by=column.topic, order_by=(column.place_at, column.id))
    placed = select(column.id, place.label("place")).where(column.state.in_(IN_LINE)).subquery()
    first = select(placed.c.id).where(placed.c.place <= SHOWN_MOST)
    return await store.conversations(tx, column.id.in_(first), limit=None)


async def count_line(tx: Transaction) -> dict[str, int]:
    """Count all who wait, by topic; topics for which nobody does are left out."""
    column = tables.conversation.c
    counted = select(column.topic, func.count().label("waiting")).where(column.state.in_(IN_LINE))
    return {row.topic: row.waiting for row in await tx.execute(counted.group_by(column.topic))}


async def count_ahead(tx: Transaction, found: Conversation, topics: Collection[str]) -> int:
    """Count those of these topics who were in line before this one."""
    column, place_at = tables.conversation.c, found.place_at or 0.0
    earlier = (column.place_at < place_at) | and_(column.place_at == place_at, column.id < found.id)
    ahead = select(func.count()).where(column.state.in_(IN_LINE), column.topic.in_(topics), earlier)
    return int((await tx.execute(ahead)).scalar_one())
