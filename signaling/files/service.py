"""Photos that persons send: cleaned, encrypted on disk, with an owner and a purge date each.

Who may see one is the app's to say. The row is committed before its bytes are written and deleted after they are
gone: whenever the process dies, no bytes are left without the row that has them purged.
"""

import asyncio
import logging
import os
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.files.photo import CONTENT_TYPE, RAW_BYTES, clean_photo
from signaling.files.sealing import CannotOpen, Sealed, Sealer
from signaling.files.tables import file
from signaling.ids import new_id
from signaling.wire import Code

PHOTOS_WAITING = 8
"""Photos are cleaned one at a time; each that waits holds up to 10 MB."""
PURGE_BATCH = 100

logger = logging.getLogger(__name__)


class Files:
    """The service.

    Args:
        database: Where the rows are.
        folder: Where the bytes are; every process of the server needs the same one.
        keys: 32 bytes each; the first seals, all open (`Settings.files_keys`).
    """

    def __init__(self, database: Database, folder: Path, keys: tuple[bytes, ...]) -> None:
        self._database = database
        self._folder = folder
        self._sealer = Sealer(keys)
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def store_photo(self, *, app: str, owner: str, raw: bytes, purge_at: float) -> str:
        """Clean a photo off the loop and store it. Opens its own transactions: cleaning takes long.

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
        photo = await self._clean(raw)
        file_id = new_id()
        sealed = self._sealer.seal(photo, file_id)
        values = {
            "id": file_id,
            "app": app,
            "owner": owner,
            "content_type": CONTENT_TYPE,
            "purge_at": purge_at,
        }
        async with self._database.write() as tx:
            await tx.execute(
                insert(file).values(**values, wrapped_key=sealed.wrapped_key, key_id=sealed.key_id)
            )
        try:
            await asyncio.to_thread(_write, self._path(file_id), sealed.data)
        except OSError as error:
            logger.warning("x file not written: %s", error.strerror)
            raise Refusal(Code.UNAVAILABLE, "the disk does not take it") from error
        return file_id

    async def _clean(self, raw: bytes) -> bytes:
        if self._waiting >= PHOTOS_WAITING:
            raise Refusal(Code.TOO_MANY, "too many photos at once")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(clean_photo, raw)
        finally:
            self._waiting -= 1

    async def open(self, tx: Transaction, file_id: str) -> tuple[bytes, str]:
        """Return the bytes and their content type; ask the app's door first.

        Raises:
            Refusal: `NOT_FOUND`, also for bytes that were lost or changed.
        """
        row = (await tx.execute(select(file).where(file.c.id == file_id))).first()
        if row is None:
            raise Refusal(Code.NOT_FOUND, "no such file")
        try:
            data = await asyncio.to_thread(self._path(row.id).read_bytes)
            sealed = Sealed(key_id=row.key_id, wrapped_key=row.wrapped_key, data=data)
            return self._sealer.open(sealed, row.id), row.content_type
        except (OSError, CannotOpen) as error:
            logger.warning("x file %s: %s", row.id, error)
            raise Refusal(Code.NOT_FOUND, "no such file") from error

    async def owner(self, tx: Transaction, file_id: str) -> str | None:
        """Return the person whose file it is; None when there is no such file."""
        owner = await tx.execute(select(file.c.owner).where(file.c.id == file_id))
        return owner.scalar()

    async def keep_until(self, tx: Transaction, file_id: str, purge_at: float) -> None:
        """Give a file another purge date, sooner or later; a date that is past has it purged next.

        Raises:
            Refusal: `NOT_FOUND`.
        """
        changed = await tx.execute(update(file).where(file.c.id == file_id).values(purge_at=purge_at))
        if changed.rowcount != 1:
            raise Refusal(Code.NOT_FOUND, "no such file")

    async def purge(self, now: float) -> int:
        """Delete some of the files whose time has come, bytes and row.

        Returns:
            How many went; call again while it is not 0.
        """
        due = select(file.c.id).where(file.c.purge_at <= now).order_by(file.c.purge_at).limit(PURGE_BATCH)
        async with (
            self._database.write() as tx
        ):  # the row stays locked, so that nobody keeps it longer meanwhile
            ids = [row.id for row in await tx.execute(due.with_for_update())]
            await asyncio.to_thread(_remove, [self._path(file_id) for file_id in ids])
            await tx.execute(delete(file).where(file.c.id.in_(ids)))
        return len(ids)

    def _path(self, file_id: str) -> Path:
        return self._folder / file_id


def _write(path: Path, data: bytes) -> None:
    """Write and wait for the disk: what is acknowledged survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
