"""Files at rest: AES-256-GCM with a key per file, which is kept wrapped (RFC 3394) by the key of the server.

A file is sealed in pieces of `PIECE` bytes, the last one shorter. Each is bound to its file, its number and to being
the last: none can be swapped, left out or taken from elsewhere. Deleting the row deletes the wrapped key, so a copy
of the bytes in a backup of the disk cannot be read any more.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

PIECE = 262_144
"""Plain bytes of every piece but the last. A broken connection costs at most one: two seconds at 1 Mbit/s."""
NONCE_BYTES = 12
OVERHEAD = NONCE_BYTES + 16
"""Nonce before, tag after."""


class CannotOpen(Exception):  # noqa: N818 - an answer: the bytes are not what was sealed, or the key is not ours
    """The reason, without any of the content."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The key of one file as it is kept in its row."""

    key_id: str
    """Names the server's key that wraps it."""
    wrapped: bytes


class Seal:
    """The open key of one file.

    Args:
        key: 32 bytes.
        name: What the pieces belong to; they open under the same name only.
    """

    def __init__(self, key: bytes, name: str) -> None:
        self._cipher = AESGCM(key)
        self._name = name

    def close(self, number: int, data: bytes, *, last: bool) -> bytes:
        """Encrypt piece `number`; returns nonce, text and tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, self._place(number, last=last))

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Decrypt piece `number`.

        Raises:
            CannotOpen: these are not the bytes that were sealed at this place.
        """
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, text, self._place(number, last=last))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the bytes are not those that were stored") from error

    def _place(self, number: int, *, last: bool) -> bytes:
        """An only piece has the plain name: so were photos sealed before there were pieces."""
        if number == 0 and last:
            return self._name.encode()
        return f"{self._name}/{number}/{'last' if last else 'more'}".encode()


class Keys:
    """Wraps with the first of the server's keys, unwraps with any of them: add a new one in front to rotate.

    Args:
        keys: 32 bytes each, at least one.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_key_id(key): key for key in keys}
        self.newest = _key_id(keys[0])
        """Key id of the first."""

    def new(self) -> WrappedKey:
        """Make the key of a new file."""
        return self._wrap(AESGCM.generate_key(256))

    def rewrap(self, key: WrappedKey) -> WrappedKey:
        """Wrap the same key with the first of the server's keys.

        Raises:
            CannotOpen: the key that wraps it is not one of ours.
        """
        return self._wrap(self._unwrap(key))

    def open(self, key: WrappedKey, name: str) -> Seal:
        """Return what opens and closes the pieces of `name`.

        Raises:
            CannotOpen: the key that wraps it is not one of ours.
        """
        return Seal(self._unwrap(key), name)

    def _wrap(self, key: bytes) -> WrappedKey:
        return WrappedKey(self.newest, aes_key_wrap(self._keys[self.newest], key))

    def _unwrap(self, key: WrappedKey) -> bytes:
        try:
            return aes_key_unwrap(self._keys[key.key_id], key.wrapped)
        except KeyError as error:
            raise CannotOpen(f"key {key.key_id} is not among FILES_KEY") from error
        except (InvalidUnwrap, ValueError) as error:
            raise CannotOpen("the key is not the one that was stored") from error


def seal_whole(seal: Seal, data: bytes) -> bytes:
    """Seal bytes that are at hand as all their pieces, one after the other."""
    starts = range(0, max(1, len(data)), PIECE)
    last = len(starts) - 1
    return b"".join(
        seal.close(number, data[start : start + PIECE], last=number == last)
        for number, start in enumerate(starts)
    )


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"key id" + key).hexdigest()[:16]
