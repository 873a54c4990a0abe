"""Sealed bytes on the disk that all processes of the server share.

``{id}`` is a file; ``{id}.pieces/`` is a folder with what is on its way to become one: pieces by number, and what is
staged. Everything is written beside, synced and renamed: a name always stands for the whole bytes. Blocking, but
for `Vault.pieces`: call it in a thread.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

from signaling.files.sealing import OVERHEAD, PIECE, CannotOpen, Keys, WrappedKey, seal_whole
from signaling.ids import new_id

FREE_BYTES = 500_000_000
"""What uploads leave free on the disk: the database may be on it too."""


class Vault:
    """The bytes.

    Args:
        folder: Where they are; every process of the server needs the same one.
        keys: The server's.
    """

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder = folder
        self.keys = keys

    def room(self) -> int:
        """Return how many bytes more the disk takes; less than 0 when it is too full."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free - FREE_BYTES

    def begin(self, file_id: str) -> None:
        """Make the folder of pieces; without it nothing can be written."""
        self._pieces_of(file_id).mkdir(parents=True, exist_ok=True)
        _sync(self._folder)

    def write_piece(self, file_id: str, key: WrappedKey, number: int, data: bytes, *, last: bool) -> None:
        """Put one piece on the disk. The same piece once more replaces itself as a whole.

        Raises:
            FileNotFoundError: the folder is gone: the upload is finished or was taken back.
        """
        sealed = self.keys.open(key, _under_way(file_id)).close(number, data, last=last)
        folder = self._pieces_of(file_id)
        staged = _write_beside(folder, sealed)
        staged.replace(folder / str(number))
        _sync(folder)

    def gather(self, file_id: str, key: WrappedKey, size: int) -> bytes:
        """Return the plain bytes of all pieces together.

        Raises:
            CannotOpen: they are not what was written.
            FileNotFoundError: one is missing.
        """
        seal = self.keys.open(key, _under_way(file_id))
        whole = bytearray()
        for number in range(-(-size // PIECE)):
            sealed = (self._pieces_of(file_id) / str(number)).read_bytes()
            whole += seal.open(number, sealed, last=(number + 1) * PIECE >= size)
        if len(whole) != size:
            raise CannotOpen("there are other bytes than announced")
        return bytes(whole)

    def stage(self, file_id: str, key: WrappedKey, data: bytes) -> Path:
        """Write the sealed bytes of a file beside its pieces, to be published."""
        return _write_beside(self._pieces_of(file_id), seal_whole(self.keys.open(key, file_id), data))

    def publish(self, file_id: str, staged: Path) -> None:
        """Give staged bytes their name."""
        staged.replace(self._folder / file_id)
        _sync(self._folder)

    def drop_pieces(self, ids: Iterable[str]) -> None:
        """Remove what was on its way; another process may be doing the same."""
        for file_id in ids:
            folder = self._pieces_of(file_id)
            with contextlib.suppress(FileNotFoundError):
                for piece in list(folder.iterdir()):
                    piece.unlink(missing_ok=True)
                folder.rmdir()

    def remove(self, ids: Iterable[str]) -> None:
        """Remove files and what was on its way to them."""
        ids = list(ids)
        self.drop_pieces(ids)
        for file_id in ids:
            (self._folder / file_id).unlink(missing_ok=True)

    async def pieces(self, file_id: str, key: WrappedKey, size: int) -> AsyncGenerator[bytes, None]:
        """Yield the plain bytes of a file, piece by piece; its size is 0 when it was sealed whole.

        Raises:
            CannotOpen: they are not what was stored.
            OSError: they are not there.
        """
        seal = self.keys.open(key, file_id)
        with await asyncio.to_thread((self._folder / file_id).open, "rb") as stream:
            if size == 0:
                yield seal.open(0, await asyncio.to_thread(stream.read), last=True)
                return
            count = -(-size // PIECE)
            for number in range(count):
                sealed = await asyncio.to_thread(stream.read, PIECE + OVERHEAD)
                yield seal.open(number, sealed, last=number == count - 1)

    def _pieces_of(self, file_id: str) -> Path:
        return self._folder / f"{file_id}.pieces"


def _under_way(file_id: str) -> str:
    """Name the pieces of an upload apart from those of the file, which has the same key."""
    return f"{file_id}/upload"


def _write_beside(folder: Path, data: bytes) -> Path:
    """Write and wait for the disk: what is acknowledged survives a power cut."""
    path = folder / f"{new_id()}.new"
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
