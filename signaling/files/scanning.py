"""Documents shown to the scanner, by any number of workers: each is claimed by compare-and-set for a while.

received -> scanning -> clean | infected | error; error -> clean | infected, after tries with longer and longer pauses.
Whoever may open a document may go on while it is looked at again.
"""

import asyncio
import logging
from contextlib import aclosing
from typing import Any

from sqlalchemy import Row, select, update

from signaling.database import Database
from signaling.files.clamd import Clamd, ClamdAway, ClamdRefuses
from signaling.files.documents import DocumentState, Followers, document_of, key_of
from signaling.files.sealing import CannotOpen
from signaling.files.tables import file
from signaling.files.vault import Vault

TOGETHER = 4
"""Documents that one sweep shows to the scanner at once; clamd has 10 threads by default."""
CLAIMED_S = 90.0
"""Longer than a scan may take: then the worker that claimed it is gone."""
AGAIN_FIRST_S, AGAIN_MOST_S = 5.0, 600.0
STARTS = {DocumentState.RECEIVED: DocumentState.SCANNING}
"""What a claim makes of a state; others stay as they are until there is a verdict."""

logger = logging.getLogger(__name__)


class Scanning:
    """The sweep of the worker.

    Args:
        database: Where the states are.
        vault: Where the bytes are.
        followers: Told of each new state.
        clamd: The scanner.
    """

    def __init__(self, database: Database, vault: Vault, followers: Followers, clamd: Clamd) -> None:
        self._database = database
        self._vault = vault
        self._followers = followers
        self._clamd = clamd

    async def sweep(self, now: float) -> int:
        """Scan some of the documents that are due; returns how many came to a verdict."""
        due = select(file).where(file.c.scan_at <= now).order_by(file.c.scan_at).limit(TOGETHER)
        async with self._database.read() as tx:
            rows = (await tx.execute(due)).all()
        return sum(await asyncio.gather(*(self._scan(row, now) for row in rows)))

    async def _scan(self, row: Row[Any], now: float) -> bool:
        claim = now + CLAIMED_S
        begun = STARTS.get(DocumentState(row.state), DocumentState(row.state))
        if not await self._move(row, begun, scan_at=claim):
            return False  # another worker has it, or it was erased
        claimed = row._replace(state=begun, scan_at=claim)
        try:
            async with aclosing(self._vault.pieces(row.id, key_of(row), row.size)) as pieces:
                virus = await self._clamd.scan(pieces)
        except (ClamdAway, ClamdRefuses, OSError, CannotOpen) as error:
            logger.warning("x scan of %s: %s, tried again", row.id, error)
            again = min(AGAIN_MOST_S, AGAIN_FIRST_S * 2.0 ** min(row.scans, 10))
            await self._move(claimed, _after_failure(begun), scan_at=now + again, scans=row.scans + 1)
            return False
        if virus:
            logger.warning("! virus in %s, deleted: %s", row.id, virus)
            await self._move(claimed, DocumentState.INFECTED, scan_at=None, wrapped_key=b"")
            await asyncio.to_thread(self._vault.remove, [row.id])
        else:
            await self._move(claimed, DocumentState.CLEAN, scan_at=None, scans=0)
        return True

    async def _move(self, row: Row[Any], state: DocumentState, **values: Any) -> bool:  # noqa: ANN401 - columns
        """Write a new state unless somebody else has written since `row` was read."""
        here = (file.c.id == row.id, file.c.state == row.state, file.c.scan_at == row.scan_at)
        async with self._database.write() as tx:
            moved = await tx.execute(update(file).where(*here).values(state=state, **values))
            if moved.rowcount != 1:
                return False
            if state != row.state:
                await self._followers.tell(tx, document_of(row._replace(state=state)))
        return True


def _after_failure(begun: DocumentState) -> DocumentState:
    """What may be opened already stays so: the scanner being away says nothing about it."""
    return begun if begun.may_open else DocumentState.ERROR
