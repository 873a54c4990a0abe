"""Uploads that go on where they broke off, at any process. State in SQL, bytes in sealed pieces on the disk.

The offset counts whole pieces that are synced to the disk, and moves by compare-and-set. The last piece has the whole
checked (type, picture) and made into a file; whoever is killed in between is repeated by the next request.
"""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.files.documents import Document, DocumentState, Followers, key_of
from signaling.files.kinds import JPEG, Kind, kind_of
from signaling.files.names import tidy
from signaling.files.photo import PAPER_EDGE, clean_photo
from signaling.files.sealing import PIECE, CannotOpen, WrappedKey
from signaling.files.tables import file, upload
from signaling.files.turns import Turns
from signaling.files.vault import Vault
from signaling.ids import new_id
from signaling.wire import Code

DOCUMENT_BYTES = 20_000_000
UNDER_WAY = 5
"""Of one person at once."""
BYTES_PER_DAY = 200_000_000
"""Of one person, finished or not."""
DAY_S = 86_400.0
"""An upload is forgotten after a day, and so is a document that no app keeps."""
PURGE_BATCH = 50
DONE = "done"
FINAL = (Code.BAD_FILE, Code.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A document under way."""

    id: str
    """Of the file, too, that it becomes."""
    app: str
    owner: str
    name: str
    size: int
    received: int
    """Bytes that are safe: the next piece starts here."""
    outcome: str
    """Empty while it is under way; ``done``; or the code of the refusal."""
    key: WrappedKey

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.received == self.size


@dataclass(frozen=True, slots=True)
class _Made:
    kind: Kind
    size: int
    staged: Path


class Uploads:
    """The uploads of all persons.

    Args:
        database: Where their state is.
        vault: Where their bytes are.
        turns: One whole at a time.
        followers: Told of each document that is complete.
        first: The state in which documents start.
    """

    def __init__(
        self, database: Database, vault: Vault, turns: Turns, followers: Followers, first: DocumentState
    ) -> None:
        self._database = database
        self._vault = vault
        self._turns = turns
        self._followers = followers
        self._first = first

    async def create(
        self, *, app: str, owner: str, client_id: str, name: str, size: int, now: float
    ) -> Upload:
        """Begin an upload, or return the one that the same client id began.

        Raises:
            Refusal: `FORBIDDEN` (the app takes no documents, or none of hers), `TOO_LARGE`, `TOO_MANY`, `REPEATED_DIFFERENTLY`,
                `BAD_FILE` (empty) or `UNAVAILABLE` (the disk is nearly full).
        """
        if app not in self._followers:
            raise Refusal(Code.FORBIDDEN, "no documents here")
        if not 0 < size <= DOCUMENT_BYTES:
            code = Code.TOO_LARGE if size > 0 else Code.BAD_FILE
            raise Refusal(
                code, f"a document has 1 to {DOCUMENT_BYTES} bytes: send a smaller one, or in parts"
            )
        given = {"app": app, "owner": owner, "client_id": client_id, "name": tidy(name), "size": size}
        async with self._database.write() as tx:
            known = await _one(tx, upload.c.owner == owner, upload.c.client_id == client_id)
            if known is None:
                known = await self._insert(tx, given, now)
        if any(getattr(known, column) != value for column, value in given.items()):
            raise Refusal(Code.REPEATED_DIFFERENTLY, "this client id began another upload")
        if not known.outcome:
            await asyncio.to_thread(self._vault.begin, known.id)
        return _upload_of(known)

    async def _insert(self, tx: Transaction, given: dict[str, Any], now: float) -> Row[Any]:
        share = await self._followers.share(tx, given["app"], given["owner"])
        await self._check_limits(tx, given["owner"], given["size"], now)
        await self._check_room(tx, given["size"], share, now)
        key = self._vault.keys.new()
        row = {"id": new_id(), **given, "received": 0, "outcome": "", "at": now, "purge_at": now + DAY_S}
        await tx.insert_new(upload, **row, wrapped_key=key.wrapped, key_id=key.key_id)
        made = await _one(tx, upload.c.owner == given["owner"], upload.c.client_id == given["client_id"])
        if made is None:
            raise Refusal(Code.UNAVAILABLE, "the upload was neither there nor could it be made")
        return made

    async def _check_limits(self, tx: Transaction, owner: str, size: int, now: float) -> None:
        mine = (upload.c.owner == owner, upload.c.at > now - DAY_S)
        under_way = select(func.count()).where(*mine, upload.c.outcome == "")
        if int((await tx.execute(under_way)).scalar() or 0) >= UNDER_WAY:
            raise Refusal(Code.TOO_MANY, f"{UNDER_WAY} uploads at once: wait for one to end")
        today = await tx.execute(select(func.sum(upload.c.size)).where(*mine))
        if int(today.scalar() or 0) + size > BYTES_PER_DAY:
            raise Refusal(Code.TOO_MANY, f"{BYTES_PER_DAY} bytes a day: go on tomorrow")

    async def _check_room(self, tx: Transaction, size: int, share: float, now: float) -> None:
        room = await asyncio.to_thread(self._vault.room)
        if size > room:
            raise Refusal(Code.UNAVAILABLE, "the disk is nearly full")
        if share < 1.0:
            there = (upload.c.purge_at > now, upload.c.outcome.in_(["", DONE]))
            today = int((await tx.execute(select(func.sum(upload.c.size)).where(*there))).scalar() or 0)
            if today + size > share * (room + today):
                raise Refusal(Code.TOO_MANY, "so much has come today that only known people send more")

    async def find(self, owner: str, upload_id: str) -> Upload:
        """Return an upload of this person.

        Raises:
            Refusal: `NOT_FOUND`.
        """
        async with self._database.read() as tx:
            row = await _one(tx, upload.c.owner == owner, upload.c.id == upload_id)
        if row is None:
            raise Refusal(Code.NOT_FOUND, "no such upload: begin again")
        return _upload_of(row)

    async def add(self, under_way: Upload, piece: bytes) -> Upload:
        """Keep the next piece: `PIECE` bytes, or all that is missing.

        Raises:
            Refusal: `CONFLICT`: somebody else added it meanwhile, or the upload is over. `UNAVAILABLE`: the disk.
        """
        offset, end = under_way.received, under_way.received + len(piece)
        if end > under_way.size or (len(piece) != PIECE and end != under_way.size) or not piece:
            raise ValueError("neither a piece nor the end")
        write = partial(self._vault.write_piece, under_way.id, under_way.key, offset // PIECE, piece)
        try:
            await asyncio.to_thread(write, last=end == under_way.size)
        except (FileNotFoundError, CannotOpen) as error:
            raise Refusal(Code.CONFLICT, "the upload is over") from error
        except OSError as error:
            raise Refusal(Code.UNAVAILABLE, "the disk does not take it") from error
        here = (upload.c.id == under_way.id, upload.c.received == offset, upload.c.outcome == "")
        async with self._database.write() as tx:
            moved = await tx.execute(update(upload).where(*here).values(received=end))
        if moved.rowcount != 1:
            raise Refusal(Code.CONFLICT, "the upload has moved on")
        return replace(under_way, received=end)

    async def finish(self, whole: Upload, now: float) -> None:
        """Make the file, or tell again how it ended.

        Raises:
            Refusal: `BAD_FILE` or `TOO_LARGE` (pixels), for good; `TOO_MANY` or `UNAVAILABLE`: once more.
        """
        if not whole.outcome:
            try:
                made = await self._turns.take(partial(self._make, whole))
            except FileNotFoundError:
                whole = await self.find(whole.owner, whole.id)  # another process was faster
                if not whole.outcome:
                    await self._end(whole, Code.NOT_FOUND)
            except CannotOpen:
                await self._end(whole, Code.NOT_FOUND)
                raise Refusal(Code.NOT_FOUND, "its bytes were damaged: begin again") from None
            except Refusal as refusal:
                if refusal.code in FINAL:
                    await self._end(whole, refusal.code)
                raise
            except OSError as error:
                raise Refusal(Code.UNAVAILABLE, "the disk does not give it") from error
            else:
                whole = await self._publish(whole, made, now)
        if whole.outcome != DONE:
            raise Refusal(Code(whole.outcome or Code.NOT_FOUND), "the upload ended like this before")

    def _make(self, whole: Upload) -> _Made:
        data = self._vault.gather(whole.id, whole.key, whole.size)
        kind = kind_of(data)
        if kind is JPEG:
            data = clean_photo(data, PAPER_EDGE)
        return _Made(kind, len(data), self._vault.stage(whole.id, whole.key, data))

    async def _publish(self, whole: Upload, made: _Made, now: float) -> Upload:
        document = Document(
            id=whole.id,
            app=whole.app,
            owner=whole.owner,
            name=tidy(whole.name, made.kind),
            kind=made.kind.word,
            content_type=made.kind.content_type,
            size=made.size,
            state=self._first,
            at=now,
        )
        async with self._database.write() as tx:
            if await _close(tx, whole, DONE):
                await asyncio.to_thread(self._vault.publish, whole.id, made.staged)
                await self._insert_file(tx, document, whole.key)
                await self._followers.tell(tx, document)
        await asyncio.to_thread(self._vault.drop_pieces, [whole.id])
        return await self.find(whole.owner, whole.id)

    async def _insert_file(self, tx: Transaction, document: Document, key: WrappedKey) -> None:
        values = {
            "id": document.id,
            "app": document.app,
            "owner": document.owner,
            "name": document.name,
            "kind": document.kind,
            "content_type": document.content_type,
            "size": document.size,
            "state": document.state,
            "at": document.at,
            "wrapped_key": key.wrapped,
            "key_id": key.key_id,
            "scan_at": document.at if document.state is DocumentState.RECEIVED else None,
            "scans": 0,
            "purge_at": document.at + DAY_S,
        }
        await tx.execute(insert(file).values(values))

    async def abandon(self, unwanted: Upload) -> None:
        """Take an upload back; a document that is complete stays."""
        if not unwanted.outcome:
            await self._end(unwanted, Code.NOT_FOUND)

    async def _end(self, over: Upload, code: Code) -> None:
        async with self._database.write() as tx:
            await _close(tx, over, code.value)
        await asyncio.to_thread(self._vault.drop_pieces, [over.id])

    async def purge(self, now: float) -> int:
        """Forget some of the uploads that began a day ago; returns how many."""
        due = select(upload).where(upload.c.purge_at <= now).order_by(upload.c.purge_at).limit(PURGE_BATCH)
        async with self._database.write() as tx:
            rows = (await tx.execute(due.with_for_update())).all()
            await asyncio.to_thread(self._vault.drop_pieces, [row.id for row in rows])
            # Not closed, so no file either: whoever published was killed before the commit.
            await asyncio.to_thread(self._vault.remove, [row.id for row in rows if not row.outcome])
            await tx.execute(delete(upload).where(upload.c.id.in_([row.id for row in rows])))
        return len(rows)


async def _close(tx: Transaction, over: Upload, outcome: str) -> bool:
    """Write the outcome and forget the key, once; tell whether it was us."""
    here = (upload.c.id == over.id, upload.c.outcome == "")
    closed = await tx.execute(update(upload).where(*here).values(outcome=outcome, wrapped_key=b""))
    return closed.rowcount == 1


async def _one(tx: Transaction, *where: Any) -> Row[Any] | None:  # noqa: ANN401 - SQLAlchemy's clauses
    return (await tx.execute(select(upload).where(*where))).first()


def _upload_of(row: Row[Any]) -> Upload:
    return Upload(
        id=row.id,
        app=row.app,
        owner=row.owner,
        name=row.name,
        size=row.size,
        received=row.received,
        outcome=row.outcome,
        key=key_of(row),
    )
