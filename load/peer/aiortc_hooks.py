"""Every private name of aiortc that the synthetic peer relies on: DTLS as a client over a link of ours."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_PROFILES, SRTPProtectionProfile

from sfu.control import Fingerprint

if TYPE_CHECKING:
    from pylibsrtp import Session

Profiles = Sequence[SRTPProtectionProfile]
PROFILES: Profiles = SRTP_PROFILES
"""All that aiortc has; the server takes the one it likes best."""
GCM_128: Profiles = (SRTP_AEAD_AES_128_GCM,)
"""What our server likes best, for one that likes another better."""


class Records:
    """The transport that aiortc's DTLS sees."""

    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.waiting: asyncio.Queue[bytes] = asyncio.Queue(64)
        self._emit = send

    async def _recv(self) -> bytes:
        return await self.waiting.get()

    async def _send(self, data: bytes) -> None:
        self._emit(data)


class DtlsClient:
    """DTLS active; ``inbound`` and ``outbound`` are there once connected."""

    def __init__(
        self,
        certificate: RTCCertificate,
        send: Callable[[bytes], None],
        closed: Callable[[], None],
        profiles: Profiles,
    ) -> None:
        self._records = Records(send)
        self._dtls = RTCDtlsTransport(cast("RTCIceTransport", self._records), [certificate])
        self._dtls._set_role("client")
        self._dtls._srtp_profiles = list(profiles)
        self._closed = closed
        self.inbound: Session | None = None
        self.outbound: Session | None = None

    def feed(self, record: bytes) -> None:
        """Take a datagram; beyond 64 waiting ones it is lost."""
        if not self._records.waiting.full():
            self._records.waiting.put_nowait(record)

    async def connect(self, fingerprint: Fingerprint) -> None:
        """Shake hands.

        Raises:
            ConnectionError: The handshake failed, or the certificate is not the announced one.
        """
        announced = RTCDtlsFingerprint(algorithm=fingerprint.algorithm, value=fingerprint.value)
        await self._dtls.start(RTCDtlsParameters(fingerprints=[announced]))
        if self._dtls.state != "connected":
            raise ConnectionError("DTLS failed")
        self._dtls.on("statechange", self._changed)
        self.inbound, self.outbound = self._dtls._rx_srtp, self._dtls._tx_srtp

    async def close(self) -> None:
        """Say goodbye."""
        await self._dtls.stop()

    def _changed(self) -> None:
        if self._dtls.state == "closed":
            self._closed()


def fingerprints(certificate: RTCCertificate) -> Sequence[Fingerprint]:
    """Give the SHA-256 fingerprint of a certificate, as an offer carries it."""
    return tuple(
        Fingerprint(algorithm=one.algorithm, value=one.value)
        for one in certificate.getFingerprints()
        if one.algorithm == "sha-256"
    )
