"""Append-only logs, one per conversation and per lesson: what was said is never lost, doubled or reordered.

``seq`` is taken under the lock of the log's own row, in the transaction that stores the event: hence 1, 2, 3 without
holes, and no lower number ever shows up late. An event exists once its transaction is committed, and only then may
it be acknowledged. It is not a broker: Redis merely says "log X is at n", readers come here.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.ids import new_id
from signaling.log.tables import log, log_event
from signaling.wire import Code, LogEvent

PAYLOAD_BYTES = 64 * 1024
READ_LIMIT = 500
PURGE_BATCH = 100
"""Logs deleted in one transaction: a purge never holds the database for long."""


class Log:
    """The service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tx: Transaction, *, app: str, purge_at: float | None) -> str:
        """Open an empty log.

        Args:
            tx: The transaction.
            app: Whose it is.
            purge_at: Unix seconds when it is deleted; None for a log that ends with something else.

        Returns:
            Its id.
        """
        log_id = new_id()
        await tx.execute(insert(log).values(id=log_id, app=app, last_seq=0, purge_at=purge_at))
        return log_id

    async def append(  # noqa: PLR0913 - an event has these parts
        self,
        tx: Transaction,
        log_id: str,
        *,
        author: str,
        client_id: str,
        kind: str,
        payload: dict[str, Any],
        now: float,
    ) -> LogEvent:
        """Add an event; acknowledge it only when `tx` is committed.

        Args:
            tx: The transaction, a writing one.
            log_id: Which log.
            author: Person id; empty for the system.
            client_id: The author's own id of this act; empty for what nobody will repeat.
            kind: What the payload is.
            payload: JSON values only.
            now: Unix seconds.

        Returns:
            The event. A repeat (same author, client id and content) returns the first one, unchanged.

        Raises:
            Refusal: `NOT_FOUND`, `REPEATED_DIFFERENTLY` (same client id, other content) or `TOO_LARGE`.
        """
        text, this = _text(payload), update(log).where(log.c.id == log_id)
        # Two statements for what nearly always happens; the first one holds the log's row from here on.
        taken = await tx.execute(this.values(last_seq=log.c.last_seq + 1).returning(log.c.last_seq))
        seq: int | None = taken.scalar()
        if seq is None:
            raise Refusal(Code.NOT_FOUND, "no such log")
        values = {"kind": kind, "payload": text, "author": author, "client_id": client_id or None}
        if await tx.insert_new(log_event, log_id=log_id, seq=seq, at=now, **values):
            tx.touch_log(log_id, seq)
            return LogEvent(seq=seq, kind=kind, payload=payload, author=author, at=now, client_id=client_id)
        await tx.execute(this.values(last_seq=seq - 1))
        first = await self.repeated(
            tx, log_id, author=author, client_id=client_id, kind=kind, payload=payload
        )
        if first is None:
            raise RuntimeError("a new event clashes with another one")
        return first

    async def head(self, tx: Transaction, log_id: str) -> int:
        """Return the last seq of a log, 0 for an empty one, and lock the log: nobody appends before `tx` ends.

        Raises:
            Refusal: `NOT_FOUND`.
        """
        locked = select(log.c.last_seq).where(log.c.id == log_id).with_for_update()
        last: int | None = (await tx.execute(locked)).scalar()
        if last is None:
            raise Refusal(Code.NOT_FOUND, "no such log")
        return last

    async def written_at(self, tx: Transaction, log_id: str, seq: int) -> float:
        """Return when an event was written, Unix seconds; 0 when there is none."""
        this = (log_event.c.log_id == log_id, log_event.c.seq == seq)
        return float((await tx.execute(select(log_event.c.at).where(*this))).scalar() or 0.0)

    async def repeated(
        self, tx: Transaction, log_id: str, *, author: str, client_id: str, kind: str, payload: dict[str, Any]
    ) -> LogEvent | None:
        """Return the event that this act made when it came before, None when it did not.

        For apps in which an act is allowed once and its repeat must be answered all the same; they hold a lock of
        their own meanwhile, as two repeats at once would both find nothing.

        Raises:
            Refusal: `REPEATED_DIFFERENTLY` (same client id, other content) or `TOO_LARGE`.
        """
        text = _text(payload)
        if not client_id:
            return None
        column = log_event.c
        same_act = select(log_event).where(
            column.log_id == log_id, column.author == author, column.client_id == client_id
        )
        row = (await tx.execute(same_act)).first()
        if row is None:
            return None
        if (row.kind, row.payload) != (kind, text):
            raise Refusal(Code.REPEATED_DIFFERENTLY, "this client id was used with other content")
        return _event(row)

    async def read(self, log_id: str, after: int, limit: int = 200) -> list[LogEvent]:
        """Return the events after `after`, in order, at most `limit` of them; none for an unknown log."""
        column = log_event.c
        following = select(log_event).where(column.log_id == log_id, column.seq > after)
        async with self._database.read() as tx:
            rows = await tx.execute(following.order_by(column.seq).limit(min(limit, READ_LIMIT)))
        return [_event(row) for row in rows]

    async def heads(self, log_ids: Iterable[str]) -> dict[str, int]:
        """Return the last seq of those logs that exist; 0 for an empty one."""
        async with self._database.read() as tx:
            rows = await tx.execute(select(log.c.id, log.c.last_seq).where(log.c.id.in_(set(log_ids))))
        return {row.id: row.last_seq for row in rows}

    async def erase(self, tx: Transaction, log_id: str) -> None:
        """Delete a log and all of its events; deleting twice is the same."""
        await tx.execute(delete(log).where(log.c.id == log_id))

    async def purge(self, now: float) -> int:
        """Delete some of the logs whose time has come.

        Returns:
            How many logs went; call again while it is not 0.
        """
        due = select(log.c.id).where(log.c.purge_at <= now).order_by(log.c.purge_at).limit(PURGE_BATCH)
        async with self._database.write() as tx:
            return (await tx.execute(delete(log).where(log.c.id.in_(due)))).rowcount


def _text(payload: dict[str, Any]) -> str:
    """Return the payload as it is stored: equal payloads are equal texts."""
    text = msgspec.json.encode(payload, order="sorted")
    if len(text) > PAYLOAD_BYTES:
        raise Refusal(Code.TOO_LARGE, "an event of a log is at most 64 KiB")
    return text.decode()


def _event(row: Row[tuple[object, ...]]) -> LogEvent:
    return LogEvent(
        seq=row.seq,
        kind=row.kind,
        payload=msgspec.json.decode(row.payload),
        author=row.author,
        at=row.at,
        client_id=row.client_id or "",
    )
