"""Addresses at rest: AES-256-GCM under keys derived from ``FILES_KEY``; and digests by which the same one is known.

A stolen database gives neither an address nor a way to try one: the digest is keyed (HMAC-SHA-256).
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_ID_BYTES = 8
DIGEST_LENGTH = 32


class CannotOpen(Exception):  # noqa: N818 - an answer: the bytes are not what was sealed, or the key is not ours
    """The reason, without any of the content."""


def derive(key: bytes, purpose: bytes, length: int = 32) -> bytes:
    """Return bytes for one purpose from a key of the server (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"permanence notices: " + purpose).derive(
        key
    )


class Sealer:
    """Seals with the first of the server's keys, opens with any of them: add a new one in front to rotate.

    Args:
        files_keys: 32 bytes each, at least one.
        secret_key: 32 bytes; keys the digests.
    """

    def __init__(self, files_keys: Sequence[bytes], secret_key: bytes) -> None:
        derived = [derive(key, b"seal") for key in files_keys]
        self._keys = {hashlib.sha256(b"key id" + key).digest()[:KEY_ID_BYTES]: key for key in derived}
        self.newest = next(iter(self._keys))
        """What everything begins with that the first key sealed."""
        self._digest_key = derive(secret_key, b"digest")

    def seal(self, data: bytes, name: str) -> bytes:
        """Encrypt; it opens under the same name only. Key id, nonce, ciphertext with its tag."""
        nonce = os.urandom(NONCE_BYTES)
        return self.newest + nonce + AESGCM(self._keys[self.newest]).encrypt(nonce, data, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """Decrypt.

        Raises:
            CannotOpen: the key is not one of ours, or the bytes were changed.
        """
        key_id, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        if key_id not in self._keys:
            raise CannotOpen("its key is not among FILES_KEY")
        try:
            nonce, text = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
            return AESGCM(self._keys[key_id]).decrypt(nonce, text, name.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the bytes are not those that were stored") from error

    def digest(self, sink: str, address: str) -> str:
        """Return by what the same address is known again: 32 hexadecimal digits."""
        return hmac.digest(self._digest_key, f"{sink}:{address}".encode(), "sha256").hex()[:DIGEST_LENGTH]
