"""Rotation of ``FILES_KEY``: addresses and letters sealed anew by the first key of the server."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import LargeBinary, Row, Table, func, select, update

from signaling.database import Database, Transaction
from signaling.notices.sealing import KEY_ID_BYTES, Sealer
from signaling.notices.store import EMPTY, contact_name
from signaling.notices.tables import contact, notice

BATCH = 200

Name = Callable[[Row[Any]], str]
"""Tells the name under which a row was sealed."""


async def rewrap_all(database: Database, sealer: Sealer) -> int:
    """Seal anew what another key sealed, a batch in a transaction: it may be broken off and begun again.

    Returns:
        How many rows were sealed anew.

    Raises:
        CannotOpen: one was sealed by a key that is not among the server's.
    """
    names: dict[Table, Name] = {
        contact: lambda row: contact_name(row.person, row.recipient),
        notice: lambda row: str(row.id),
    }
    total = 0
    for table, name in names.items():
        while changed := await _rewrap_some(database, sealer, table, name):
            total += changed
    return total


async def _rewrap_some(database: Database, sealer: Sealer, table: Table, name: Name) -> int:
    sealed = table.c.sealed
    key_id = func.substr(sealed, 1, KEY_ID_BYTES, type_=LargeBinary)
    older = select(table).where(sealed != EMPTY, key_id != sealer.newest).limit(BATCH)
    async with database.write() as tx:
        rows = (await tx.execute(older.with_for_update())).all()
        for row in rows:
            await _seal_anew(tx, sealer, table, row, name(row))
    return len(rows)


async def _seal_anew(tx: Transaction, sealer: Sealer, table: Table, row: Row[Any], name: str) -> None:
    again = sealer.seal(sealer.open(row.sealed, name), name)
    this = (column == getattr(row, column.name) for column in table.primary_key)
    await tx.execute(update(table).where(*this).values(sealed=again))
