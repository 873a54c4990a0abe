"""Identifiers and secrets: the one place where signaling draws randomness.

Identifiers name things and may be seen; secrets open things and are kept only as digests (identity/tokens.py).
"""

import secrets
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without the letters that are taken for another: I, L, O, U (Crockford)."""
CODE_LENGTH = 8


def new_id() -> str:
    """Return a new identifier of a row: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_handle() -> str:
    """Return the public name of a login, for page addresses: 12 characters, worthless without its cookie."""
    return secrets.token_urlsafe(9)


def new_secret() -> str:
    """Return the secret of a personal link or of a login: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a short code to be read aloud: 8 characters, 40 bits, so it needs an expiry and rate limits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))
