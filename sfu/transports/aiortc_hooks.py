"""Every private name of aiortc and pylibsrtp that the worker relies on, and nothing else.

aiortc's DTLS is used without its ICE and without its media: RTCDtlsTransport over a transport object of ours,
and the SRTP keys taken out when it is connected. tests/sfu/transports/test_aiortc_hooks.py checks that each name
still exists. Should they go away: the same is about sixty lines on pyOpenSSL.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, cast

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTPProtectionProfile,
)
from pylibsrtp import Policy, Session

from sfu.control import Fingerprint

PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80]
"""In order of preference: GCM with a short key costs half of the classic profile."""
REPLAY_WINDOW = 1024


class Datagrams(Protocol):
    """What aiortc's DTLS needs of the transport below it."""

    role: str

    async def _recv(self) -> bytes:
        """Wait for the next DTLS datagram; raise ConnectionError when there will be none."""
        ...

    async def _send(self, data: bytes) -> None:
        """Send a DTLS datagram."""
        ...


def fingerprint(certificate: RTCCertificate) -> Fingerprint:
    """Give the SHA-256 fingerprint of a certificate."""
    one = next(f for f in certificate.getFingerprints() if f.algorithm == "sha-256")
    return Fingerprint(algorithm=one.algorithm, value=one.value)


def dtls(datagrams: Datagrams, certificate: RTCCertificate, *, server: bool) -> RTCDtlsTransport:
    """Make a DTLS association, not started."""
    association = RTCDtlsTransport(cast("RTCIceTransport", datagrams), [certificate])
    association._set_role("server" if server else "client")
    association._srtp_profiles = PROFILES
    return association


async def handshake(association: RTCDtlsTransport, fingerprints: Sequence[Fingerprint]) -> bool:
    """Run the handshake; tell whether the peer holds the certificate that it announced."""
    parameters = [RTCDtlsFingerprint(algorithm=f.algorithm, value=f.value) for f in fingerprints]
    await association.start(RTCDtlsParameters(fingerprints=parameters))
    return association.state == "connected"


def on_closed(association: RTCDtlsTransport, closed: Callable[[], None]) -> None:
    """Call back once the peer has said goodbye or the association has failed."""

    def changed() -> None:
        if association.state == "closed":
            closed()

    association.on("statechange", changed)


def sessions(association: RTCDtlsTransport) -> tuple[Session, Session]:
    """Make the SRTP sessions (inbound, outbound) of a connected association (RFC 5764 section 4.2).

    aiortc's own sessions protect a repeated sequence number; ours refuse, since under GCM a repeat with other
    content gives the authentication key away.
    """
    connection = association._ssl
    if connection is None:
        raise ConnectionError("no DTLS")
    chosen = connection.get_selected_srtp_profile()
    profile = next(p for p in association._srtp_profiles if p.openssl_profile == chosen)
    length = 2 * (profile.key_length + profile.salt_length)
    material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", length)
    ours = 1 if association._role == "server" else 0
    inbound = _session(profile, profile.get_key_and_salt(material, 1 - ours), Policy.SSRC_ANY_INBOUND)
    outbound = _session(profile, profile.get_key_and_salt(material, ours), Policy.SSRC_ANY_OUTBOUND)
    return inbound, outbound


def _session(profile: SRTPProtectionProfile, key: bytes, kind: int) -> Session:
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=profile.libsrtp_profile)
    policy.allow_repeat_tx = False
    policy.window_size = REPLAY_WINDOW
    return Session(policy)
