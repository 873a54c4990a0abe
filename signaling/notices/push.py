"""Browser push (RFC 8030) without content: the service worker of the page shows a fixed sentence.

A subscription's endpoint is written by a user: it is an address that our server shall call. So it must be https to a
name, that name must lead to a public IP address at the moment of the call, no redirect is followed, and neither cookie
nor body of the answer is read.
"""

import hashlib
import logging
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from signaling.errors import Refusal
from signaling.notices.addresses import is_public, origin_of, push_endpoint
from signaling.notices.contract import Kind, Outcome, Parcel
from signaling.notices.vapid import Vapid

WITHIN = ClientTimeout(total=10.0)
TTL_S: dict[Kind, int] = {"answer": 86400, "turn": 900, "transcript": 86400}
"""How long the push service keeps it for a browser that is off (RFC 8030 section 5.2)."""
URGENT: frozenset[Kind] = frozenset({"turn"})
TOPIC_LENGTH = 32
"""RFC 8030 section 5.4."""
GONE = (404, 410)
"""RFC 8030 section 7.3."""
TAKEN = (200, 201, 202, 204)
REFUSED = (400, 413)

logger = logging.getLogger(__name__)


class PublicOnly(AbstractResolver):
    """Finds hosts by their name; gives only addresses that are not in a network of ours."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ANN401
        """Return the public addresses of a host.

        Raises:
            OSError: there is none.
        """
        found = await self._inner.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise OSError("the name of a push service leads to no public address")
        return public

    async def close(self) -> None:
        """Nothing is open."""


class Push:
    """The sink.

    Args:
        vapid: Who we are.
        private: For tests: networks of ours and plain HTTP too.
    """

    def __init__(self, vapid: Vapid, *, private: bool = False) -> None:
        self._vapid = vapid
        self._private = private

    async def send(self, parcel: Parcel, now: float) -> Outcome:
        """Ask the push service to wake the browser."""
        try:
            endpoint = push_endpoint(parcel.letter.to, private=self._private)
            status = await self._post(endpoint, parcel, now)
        except Refusal:
            return Outcome.GONE
        except (ClientError, OSError, ValueError) as error:  # time-outs are OSErrors
            logger.warning("x notice %s: push later, %s", parcel.id, type(error).__name__)
            return Outcome.LATER
        outcome = outcome_of(status)
        if outcome is not Outcome.SENT:
            logger.warning("x notice %s: push %s, status %d", parcel.id, outcome.value, status)
        return outcome

    async def _post(self, endpoint: str, parcel: Parcel, now: float) -> int:
        headers = {
            "Authorization": self._vapid.authorization(origin_of(endpoint), now),
            "TTL": str(TTL_S[parcel.kind]),
            "Urgency": "high" if parcel.kind in URGENT else "normal",
            # A newer one about the same replaces what the browser has not yet fetched; a repeat replaces itself.
            "Topic": hashlib.sha256(f"{parcel.kind}:{parcel.key}".encode()).hexdigest()[:TOPIC_LENGTH],
        }
        connector = TCPConnector(
            resolver=None if self._private else PublicOnly(), use_dns_cache=False, force_close=True
        )
        async with (
            ClientSession(
                connector=connector, cookie_jar=DummyCookieJar(), timeout=WITHIN, auto_decompress=False
            ) as session,
            session.post(endpoint, headers=headers, data=b"", allow_redirects=False) as answer,
        ):
            return answer.status


def outcome_of(status: int) -> Outcome:
    """Tell from the HTTP status what came of it."""
    if status in TAKEN:
        return Outcome.SENT
    if status in GONE:
        return Outcome.GONE
    return Outcome.REFUSED if status in REFUSED else Outcome.LATER
