"""Documents shown to the scanner, by any number of workers: each is claimed by compare-and-set for a while.

received -> scanning -> clean | infected | error; error -> clean | infected, after tries with longer and longer pauses.
Whoever may open a document may go on while it is looked at again.
"""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select, update

from signaling.database import Database
from signaling.files.clamd import Clamd, ClamdAway, ClamdRefuses
from signaling.files.documents import Document, DocumentState, Followers, document_of, key_of
from signaling.files.sealing import CannotOpen, WrappedKey
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


@dataclass(frozen=True, slots=True)
class _Claim:
    """A document and the moment at which it is due, or until which it is claimed."""

    document: Document
    key: WrappedKey
    scan_at: float | None
    scans: int


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
            claims = [_claim_of(row) for row in await tx.execute(due)]
        return sum(await asyncio.gather(*(self._scan(claim, now) for claim in claims)))

    async def _scan(self, due: _Claim, now: float) -> bool:
        begun = STARTS.get(due.document.state, due.document.state)
        claim = await self._move(due, begun, scan_at=now + CLAIMED_S)
        if claim is None:
            return False  # another worker has it, or it was erased
        document = claim.document
        try:
            async with aclosing(self._vault.pieces(document.id, claim.key, document.size)) as pieces:
                virus = await self._clamd.scan(pieces)
        except (ClamdAway, ClamdRefuses, OSError, CannotOpen) as error:
            logger.warning("x scan of %s: %s, tried again", document.id, error)
            again = min(AGAIN_MOST_S, AGAIN_FIRST_S * 2.0 ** min(claim.scans, 10))
            await self._move(claim, _after_failure(begun), scan_at=now + again, scans=claim.scans + 1)
            return False
        if virus:
            logger.warning("! virus in %s, deleted: %s", document.id, virus)
            if await self._move(claim, DocumentState.INFECTED, scan_at=None, wrapped_key=b""):
                await asyncio.to_thread(self._vault.remove, [document.id])
        else:
            await self._move(claim, DocumentState.CLEAN, scan_at=None, scans=0)
        return True

    async def _move(self, claim: _Claim, state: DocumentState, **values: Any) -> _Claim | None:  # noqa: ANN401 - columns
        """Write a new state unless somebody else has written since `claim` was read; return what is there now."""
        known = claim.document
        here = (file.c.id == known.id, file.c.state == known.state, file.c.scan_at == claim.scan_at)
        document = replace(known, state=state)
        async with self._database.write() as tx:
            moved = await tx.execute(update(file).where(*here).values(state=state, **values))
            if moved.rowcount != 1:
                return None
            if state is not known.state:
                await self._followers.tell(tx, document)
        return replace(claim, document=document, scan_at=values["scan_at"])


def _claim_of(row: Row[Any]) -> _Claim:
    return _Claim(document_of(row), key_of(row), row.scan_at, row.scans)


def _after_failure(begun: DocumentState) -> DocumentState:
    """What may be opened already stays so: the scanner being away says nothing about it."""
    return begun if begun.may_open else DocumentState.ERROR
