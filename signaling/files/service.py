"""Files that persons send: checked, encrypted on disk, with an owner, a state and a purge date each.

Who may see one is the app's to say; whether it may be seen at all is said here. A row is committed before its bytes
are written and deleted after they are gone: whenever the process dies, no bytes are left without a row that has them
purged.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.files import documents
from signaling.files.clamd import Clamd
from signaling.files.documents import Document, DocumentState, Follow, Followers, Share, document_of, key_of
from signaling.files.kinds import JPEG
from signaling.files.photo import RAW_BYTES, clean_photo
from signaling.files.rewrapping import rewrap_all
from signaling.files.scanning import Scanning
from signaling.files.sealing import CannotOpen, Keys
from signaling.files.tables import file
from signaling.files.turns import Turns
from signaling.files.uploads import Uploads
from signaling.files.vault import Vault
from signaling.ids import new_id
from signaling.wire import Code

PURGE_BATCH = 100

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document and its bytes, the first of which were found to be whole."""

    document: Document
    pieces: AsyncGenerator[bytes, None]
    """To be closed by who reads them."""


class Files:
    """The service.

    Args:
        database: Where the rows are.
        folder: Where the bytes are; every process of the server needs the same one.
        keys: 32 bytes each; the first seals, all open (`Settings.files_keys`).
        clamd: Address of the scanner (`Settings.clamd`); empty: documents are marked as not scanned.
    """

    def __init__(self, database: Database, folder: Path, keys: tuple[bytes, ...], clamd: str = "") -> None:
        self._database = database
        self._vault = Vault(folder, Keys(keys))
        self._turns = Turns()
        self._followers = Followers()
        first = DocumentState.RECEIVED if clamd else DocumentState.NOT_SCANNED
        self.uploads = Uploads(database, self._vault, self._turns, self._followers, first)
        """Documents under way."""
        self._scanning = Scanning(database, self._vault, self._followers, Clamd(clamd)) if clamd else None

    def follow(self, app: str, follow: Follow, share: Share | None = None) -> None:
        """Take documents for this app from those who may send, and tell it of each new state."""
        self._followers.add(app, follow, share)

    async def store_photo(self, *, app: str, owner: str, raw: bytes, purge_at: float) -> str:
        """Clean a photo off the loop and store it. Opens its own transactions: cleaning takes long.

        What is kept is drawn anew from the pixels alone, so no scanner is asked.

        Args:
            app: Whose it is.
            owner: Person id.
            raw: What was sent.
            purge_at: Unix seconds when it goes, unless the app keeps it longer.

        Returns:
            The file's id.

        Raises:
            Refusal: `TOO_LARGE`, `BAD_FILE`, `TOO_MANY` (too many at once) or `UNAVAILABLE`.
        """
        if len(raw) > RAW_BYTES:
            raise Refusal(Code.TOO_LARGE, f"a photo has at most {RAW_BYTES} bytes")
        photo = await self._turns.take(partial(clean_photo, raw))
        file_id = new_id()
        key = self._vault.keys.new()
        values = {
            "id": file_id,
            "app": app,
            "owner": owner,
            "name": "",
            "kind": JPEG.word,
            "content_type": JPEG.content_type,
            "size": len(photo),
            "state": DocumentState.NOT_SCANNED,
            "at": 0.0,
            "wrapped_key": key.wrapped,
            "key_id": key.key_id,
            "scans": 0,
            "purge_at": purge_at,
        }
        async with self._database.write() as tx:
            await tx.execute(insert(file).values(values))

        def write() -> None:
            self._vault.begin(file_id)
            self._vault.publish(file_id, self._vault.stage(file_id, key, photo))
            self._vault.drop_pieces([file_id])

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            logger.warning("x file not written: %s", error.strerror)
            raise Refusal(Code.UNAVAILABLE, "the disk does not take it") from error
        return file_id

    async def open(self, tx: Transaction, app: str, file_id: str) -> Opened:
        """Return a document and its bytes; ask the app's door first.

        Raises:
            Refusal: `NOT_FOUND`, also for bytes that were lost or changed; `NOT_SCANNED_YET`; `INFECTED`.
        """
        row = next(iter(await documents.find(tx, app, [file_id])), None)
        if row is None:
            raise Refusal(Code.NOT_FOUND, "no such file")
        document = document_of(row)
        if document.state is DocumentState.INFECTED:
            raise Refusal(Code.INFECTED, "a virus was found in it; it was deleted")
        if not document.state.may_open:
            raise Refusal(Code.NOT_SCANNED_YET, "the scanner has not looked at it yet")
        pieces = self._vault.pieces(file_id, key_of(row), row.size)
        try:
            first = await anext(pieces)
        except (OSError, CannotOpen) as error:
            logger.warning("x file %s: %s", file_id, error)
            raise Refusal(Code.NOT_FOUND, "no such file") from error
        return Opened(replace(document, size=row.size or len(first)), _with_first(first, pieces))

    async def owner(self, tx: Transaction, app: str, file_id: str) -> str | None:
        """Return the person whose file it is; None when this app has no such file."""
        document = await self.document(tx, app, file_id)
        return document.owner if document else None

    async def document(self, tx: Transaction, app: str, file_id: str) -> Document | None:
        """Return a document; None when this app has no such file."""
        return (await self.documents(tx, app, [file_id])).get(file_id)

    async def documents(self, tx: Transaction, app: str, ids: Iterable[str]) -> dict[str, Document]:
        """Return those of the documents that are there, by id."""
        return {row.id: document_of(row) for row in await documents.find(tx, app, ids)}

    async def keep_until(self, tx: Transaction, app: str, file_id: str, purge_at: float) -> None:
        """Give a file another purge date, sooner or later; a date that is past has it purged next.

        Raises:
            Refusal: `NOT_FOUND`.
        """
        known = (file.c.id == file_id, file.c.app == app, file.c.state != documents.ERASED)
        changed = await tx.execute(update(file).where(*known).values(purge_at=purge_at))
        if changed.rowcount != 1:
            raise Refusal(Code.NOT_FOUND, "no such file")

    async def erase(self, tx: Transaction, app: str, file_id: str) -> None:
        """Make a file unreadable with this transaction's commit; an unknown one is no matter."""
        await documents.erase(tx, app, file_id)

    async def scan(self, now: float) -> int:
        """Have the scanner look at some of those that are due; a sweep of the worker."""
        return await self._scanning.sweep(now) if self._scanning else 0

    async def rescan(self, now: float) -> int:
        """Have the scanner look at everything again; what may be opened stays open until then."""
        async with self._database.write() as tx:
            looked_at = (DocumentState.CLEAN, DocumentState.NOT_SCANNED, DocumentState.ERROR)
            due = update(file).where(file.c.state.in_(looked_at), file.c.name != "")
            return (await tx.execute(due.values(scan_at=now, scans=0))).rowcount

    async def rewrap(self) -> int:
        """Wrap the keys of all files with the first of the server's keys; returns how many were changed."""
        return await rewrap_all(self._database, self._vault.keys)

    async def purge(self, now: float) -> int:
        """Delete some of the files and uploads whose time has come, bytes and row.

        Returns:
            How many went; call again while it is not 0.
        """
        due = select(file.c.id).where(file.c.purge_at <= now).order_by(file.c.purge_at).limit(PURGE_BATCH)
        # The row stays locked, so that nobody keeps it longer meanwhile.
        async with self._database.write() as tx:
            ids = [row.id for row in await tx.execute(due.with_for_update())]
            await asyncio.to_thread(self._vault.remove, ids)
            await tx.execute(delete(file).where(file.c.id.in_(ids)))
        return len(ids) + await self.uploads.purge(now)


async def _with_first(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
