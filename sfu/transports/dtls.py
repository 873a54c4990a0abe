"""DTLS-SRTP of one peer, passive (RFC 5764): records in, records out, and at the end two SRTP sessions."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiortc import RTCCertificate

from sfu.control import Fingerprint
from sfu.dataplane.contract import Session
from sfu.transports import aiortc_hooks

HANDSHAKE_WITHIN_S = 10.0
MAX_WAITING = 32
"""Records of one peer not yet looked at; more are dropped, as a network would."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an association tells its owner."""

    connected: Callable[[Session, Session], None]
    """The SRTP sessions, inbound and outbound."""
    closed: Callable[[str], None]
    """Called once at most, with the reason, and not after ``close``."""


class _Records:
    """The transport that aiortc's DTLS sees."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING)
        self._emit = send

    async def _recv(self) -> bytes:
        record = await self.waiting.get()
        if record is None:
            raise ConnectionError("closed")
        return record

    async def _send(self, data: bytes) -> None:
        self._emit(data)


class DtlsAssociation:
    """One peer's DTLS. The task that runs it belongs to the object; ``close`` ends it."""

    def __init__(
        self,
        certificate: RTCCertificate,
        fingerprints: Sequence[Fingerprint],
        send: Callable[[bytes], None],
        outcome: Outcome,
    ) -> None:
        self.connected = False
        self._fingerprints = fingerprints
        self._outcome = outcome
        self._finished = False
        self._records = _Records(send)
        self._dtls = aiortc_hooks.dtls(self._records, certificate, server=True)
        self._task = asyncio.get_running_loop().create_task(self._run())

    def feed(self, record: bytes) -> bool:
        """Take a datagram; tell whether there was room for it."""
        try:
            self._records.waiting.put_nowait(record)
        except asyncio.QueueFull:
            return False
        return True

    async def close(self) -> None:
        """Say goodbye (close_notify) and end."""
        self._finished = True
        self._task.cancel()
        await self._dtls.stop()

    async def _run(self) -> None:
        try:
            reason = await self._shake_hands()
        except Exception:
            # One peer's handshake must not reach the others: what a stranger sends can fail anywhere below.
            logger.exception("x dtls")
            reason = "dtls_error"
        if reason:
            self._finish(reason)

    async def _shake_hands(self) -> str:
        try:
            async with asyncio.timeout(HANDSHAKE_WITHIN_S):
                if not await aiortc_hooks.handshake(self._dtls, self._fingerprints):
                    return "dtls_failed"
        except TimeoutError:
            return "dtls_timeout"
        inbound, outbound = aiortc_hooks.sessions(self._dtls)
        self.connected = True
        aiortc_hooks.on_closed(self._dtls, lambda: self._finish("closed_by_peer"))
        self._outcome.connected(inbound, outbound)
        return ""

    def _finish(self, reason: str) -> None:
        if not self._finished:
            self._finished = True
            self._outcome.closed(reason)
