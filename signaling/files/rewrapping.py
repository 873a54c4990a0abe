"""Rotation of ``FILES_KEY``: the keys of all files wrapped by the newest key of the server. The bytes stay as they are."""

from sqlalchemy import Table, select, update

from signaling.database import Database
from signaling.files.documents import key_of
from signaling.files.sealing import Keys
from signaling.files.tables import file, upload

BATCH = 200


async def rewrap_all(database: Database, keys: Keys) -> int:
    """Wrap what another key wraps, a batch in a transaction: it may be broken off and begun again.

    Returns:
        How many keys were wrapped anew.

    Raises:
        CannotOpen: a key is wrapped by one that is not among the server's.
    """
    total = 0
    for table in (file, upload):
        while changed := await _rewrap_some(database, keys, table):
            total += changed
    return total


async def _rewrap_some(database: Database, keys: Keys, table: Table) -> int:
    older = select(table).where(table.c.key_id != keys.newest, table.c.wrapped_key != b"")
    async with database.write() as tx:
        rows = (await tx.execute(older.limit(BATCH).with_for_update())).all()
        for row in rows:
            key = keys.rewrap(key_of(row))
            changed = update(table).where(table.c.id == row.id)
            await tx.execute(changed.values(wrapped_key=key.wrapped, key_id=key.key_id))
    return len(rows)
