"""Waits that have ended: kept without a name, read for estimates and for the supervisor."""

from collections import defaultdict

from sqlalchemy import case, delete, func, select

from helpdesk import tables
from helpdesk.line.estimates import RECENT_S, Wait
from helpdesk.line.topics import read_topics
from helpdesk.states import IN_LINE, State
from helpdesk.store import Conversation
from signaling.api import Transaction
from signaling.ids import new_id

READ_MOST = 120
"""Of each topic, the latest: enough for thirty at this time of day."""
KEPT_S = 400 * 86400.0


async def note_wait(tx: Transaction, before: Conversation, *, now: float, answered: bool) -> None:
    """Note that a conversation leaves the line; nothing for one that is not in it.

    One that an agent gave back is not counted: it has been counted once, and its place is older than its wait.
    """
    was_given_back = before.state is State.WAITING and before.former_agent != ""
    if before.state not in IN_LINE or before.place_at is None or was_given_back:
        return
    topic = (await read_topics(tx)).get(before.topic)
    waited_s = topic.timetable.open_seconds(before.place_at, now) if topic else now - before.place_at
    await tx.insert_new(
        tables.wait, id=new_id(), topic=before.topic, waited_s=waited_s, ended_at=now, answered=answered
    )


async def read_waits(tx: Transaction, now: float) -> dict[str, list[Wait]]:
    """Return the latest answered waits of each topic."""
    column = tables.wait.c
    latest = func.row_number().over(partition_by=column.topic, order_by=column.ended_at.desc())
    numbered = (
        select(column.topic, column.ended_at, column.waited_s, latest.label("latest"))
        .where(column.answered, column.ended_at > now - RECENT_S)
        .subquery()
    )
    found: defaultdict[str, list[Wait]] = defaultdict(list)
    for row in await tx.execute(select(numbered).where(numbered.c.latest <= READ_MOST)):
        found[row.topic].append(Wait(row.ended_at, row.waited_s))
    return found


async def count_waits(tx: Transaction, since: float) -> dict[str, tuple[int, int]]:
    """Count the waits that ended since a moment: topic to (answered, given up)."""
    column = tables.wait.c
    answered = func.sum(case((column.answered, 1), else_=0))
    counted = select(column.topic, answered.label("answered"), func.count().label("waits"))
    rows = await tx.execute(counted.where(column.ended_at >= since).group_by(column.topic))
    return {row.topic: (int(row.answered), int(row.waits - row.answered)) for row in rows}


async def forget_waits(tx: Transaction, now: float) -> int:
    """Delete waits of long ago; return how many."""
    return (await tx.execute(delete(tables.wait).where(tables.wait.c.ended_at <= now - KEPT_S))).rowcount
