"""A document as the apps see it, its states, and who is told when they change."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update

from signaling.database import Transaction
from signaling.files.sealing import WrappedKey
from signaling.files.tables import file

ERASED = "erased"
"""State of a row whose key is gone; it waits for the purge of its bytes and is shown to nobody."""


class DocumentState(StrEnum):
    """What is known about its harmlessness."""

    RECEIVED = "received"
    """All bytes are here; the scanner comes next."""
    SCANNING = "scanning"
    CLEAN = "clean"
    INFECTED = "infected"
    """Bytes and key were deleted at once."""
    ERROR = "error"
    """The scanner is away or does not take it; tried again by itself."""
    NOT_SCANNED = "not_scanned"
    """There is no scanner. Shown as such."""

    @property
    def may_open(self) -> bool:
        """Whether others may open it."""
        return self in (DocumentState.CLEAN, DocumentState.NOT_SCANNED)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that a person sent."""

    id: str
    app: str
    owner: str
    """Person id."""
    name: str
    """Fit to be shown and saved under; at most 120 characters. Empty for photos of the classroom."""
    kind: str
    """For its picture on the page: image, pdf, text, sheet, slides."""
    content_type: str
    """Found in its bytes."""
    size: int
    """Bytes, as it is handed out."""
    state: DocumentState
    at: float
    """Unix seconds: when it was complete."""


Follow = Callable[[Transaction, Document], Awaitable[None]]
"""Told each new state of each document of its app, in the transaction that brings it."""


Share = Callable[[Transaction, str], Awaitable[float]]
"""Takes a person id; returns the share of the disk that the uploads of all may fill in a day before hers is refused.

Less than 1 for those whom nobody knows: they never take the room of the others. Raises Refusal when she may send none."""


class Followers:
    """Tells the app, touches ``file:{id}``, and asks the app who may send."""

    def __init__(self) -> None:
        self._follow: dict[str, Follow] = {}
        self._share: dict[str, Share] = {}

    def add(self, app: str, follow: Follow, share: Share | None) -> None:
        """Have an app told; without ``share`` everybody of the app may send."""
        self._follow[app] = follow
        if share is not None:
            self._share[app] = share

    async def share(self, tx: Transaction, app: str, person: str) -> float:
        """Return the share for this person's uploads.

        Raises:
            Refusal: as the app says.
        """
        return await self._share[app](tx, person) if app in self._share else 1.0

    def __contains__(self, app: str) -> bool:
        return app in self._follow

    async def tell(self, tx: Transaction, document: Document) -> None:
        """Tell of a new document or a new state."""
        tx.touch(f"file:{document.id}")
        if document.app in self._follow:
            await self._follow[document.app](tx, document)


def document_of(row: Row[Any]) -> Document:
    """Return what a row says."""
    return Document(
        id=row.id,
        app=row.app,
        owner=row.owner,
        name=row.name,
        kind=row.kind,
        content_type=row.content_type,
        size=row.size,
        state=DocumentState(row.state),
        at=row.at,
    )


def key_of(row: Row[Any]) -> WrappedKey:
    """Return the key of a row of files or of uploads."""
    return WrappedKey(row.key_id, row.wrapped_key)


async def find(tx: Transaction, app: str, ids: Iterable[str]) -> list[Row[Any]]:
    """Return the rows of an app's files, erased ones left out."""
    wanted = select(file).where(file.c.id.in_(list(ids)), file.c.app == app, file.c.state != ERASED)
    return list((await tx.execute(wanted)).all())


async def erase(tx: Transaction, app: str, file_id: str) -> None:
    """Drop the key; the next purge takes the bytes and the row."""
    gone = {"state": ERASED, "wrapped_key": b"", "scan_at": None, "purge_at": 0.0}
    await tx.execute(update(file).where(file.c.id == file_id, file.c.app == app).values(gone))
    tx.touch(f"file:{file_id}")
