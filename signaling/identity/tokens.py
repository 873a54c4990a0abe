"""Digests of secrets: what the database keeps instead of them.

A personal link or a cookie holds at least 128 random bits, so a plain SHA-256 cannot be searched. A short code has
40 bits, which can: its digest is keyed (HMAC-SHA-256), so that a stolen database alone gives no code away.
"""

import hashlib
import hmac

from signaling.ids import CODE_LENGTH, CROCKFORD

_AS_HEARD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def short_code(token: str) -> str | None:
    """Return the short code that was meant (case, hyphens, O for 0, I and L for 1), None when it is none."""
    heard = token.upper().translate(_AS_HEARD)
    return heard if len(heard) == CODE_LENGTH and set(heard) <= set(CROCKFORD) else None


def digest(token: str, key: bytes) -> bytes:
    """Return the 32 bytes under which a link's secret or a short code is stored."""
    code = short_code(token)
    if code is not None:
        return hmac.digest(key, code.encode(), "sha256")
    return digest_secret(token)


def digest_secret(secret: str) -> bytes:
    """Return the 32 bytes under which a long secret is stored."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()  # a broken cookie matches nothing


def is_secret(secret: str, stored: bytes) -> bool:
    """Tell, in constant time, whether `stored` is the digest of `secret`."""
    return hmac.compare_digest(digest_secret(secret), stored)
