"""Voluntary identification of this server to push services (RFC 8292): a signed token for each of them."""

import base64

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from signaling.notices.sealing import derive

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-5)."""
TOKEN_S = 6 * 3600
"""At most 24 hours (RFC 8292 section 2)."""


class Vapid:
    """The server's key for push services.

    Args:
        seed: 32 bytes; the same seed gives the same key. With another one all subscriptions are void.
        contact: ``mailto:`` or ``https:`` URI of the operator, empty for none.
    """

    def __init__(self, seed: bytes, contact: str) -> None:
        wide = int.from_bytes(derive(seed, b"vapid", 48))  # 128 bits more than the order: no bias
        self._key = ec.derive_private_key(wide % (ORDER - 1) + 1, ec.SECP256R1())
        self._contact = contact
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.public = _base64url(point)
        """What a page gives to ``pushManager.subscribe``."""

    def authorization(self, origin: str, now: float) -> str:
        """Return the Authorization header for the push service at this origin."""
        claims: dict[str, object] = {"aud": origin, "exp": int(now) + TOKEN_S}
        if self._contact:
            claims["sub"] = self._contact
        head = _base64url(msgspec.json.encode({"typ": "JWT", "alg": "ES256"}))
        signed = f"{head}.{_base64url(msgspec.json.encode(claims))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"vapid t={signed}.{_base64url(r.to_bytes(32) + s.to_bytes(32))}, k={self.public}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
