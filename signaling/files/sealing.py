"""Files at rest: AES-256-GCM with a key per file, which is kept wrapped (RFC 3394) by the key of the server.

Deleting the row deletes the wrapped key, so a copy of the bytes in a backup of the disk cannot be read any more.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

NONCE_BYTES = 12


class CannotOpen(Exception):  # noqa: N818 - an answer: the bytes are not what was sealed, or the key is not ours
    """The reason, without any of the content."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What to keep of a sealed file."""

    key_id: str
    wrapped_key: bytes
    data: bytes
    """Nonce and ciphertext with its tag."""


class Sealer:
    """Seals with the first of the server's keys, opens with any of them: add a new one in front to rotate.

    Args:
        keys: 32 bytes each, at least one.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_key_id(key): key for key in keys}
        self._newest = _key_id(keys[0])

    def seal(self, data: bytes, name: str) -> Sealed:
        """Encrypt `data`; it opens under the same `name` only."""
        key, nonce = AESGCM.generate_key(256), os.urandom(NONCE_BYTES)
        return Sealed(
            key_id=self._newest,
            wrapped_key=aes_key_wrap(self._keys[self._newest], key),
            data=nonce + AESGCM(key).encrypt(nonce, data, name.encode()),
        )

    def open(self, sealed: Sealed, name: str) -> bytes:
        """Decrypt.

        Raises:
            CannotOpen: the key is not one of ours, or the bytes were changed.
        """
        try:
            key = aes_key_unwrap(self._keys[sealed.key_id], sealed.wrapped_key)
            nonce, text = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, text, name.encode())
        except KeyError as error:
            raise CannotOpen(f"key {sealed.key_id} is not among FILES_KEY") from error
        except (InvalidUnwrap, InvalidTag, ValueError) as error:
            raise CannotOpen("the bytes are not those that were stored") from error


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"key id" + key).hexdigest()[:16]
