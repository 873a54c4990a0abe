"""Every private name of aiortc and pylibsrtp that the worker relies on, and nothing else.

aiortc's DTLS is used without its ICE and without its media: RTCDtlsTransport over a transport object of ours,
and the SRTP keys taken out when it is connected. tests/sfu/transports/test_aiortc_hooks.py checks that each name
still exists. Should they go away: the same is about sixty lines on pyOpenSSL.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import pylibsrtp
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTPProtectionProfile,
)
from pylibsrtp import Policy, Session

from sfu.control import Fingerprint
from sfu.dataplane.contract import Session as SrtpSession

PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80]
"""In order of preference: GCM with a short key costs half of the classic profile."""
REPLAY_WINDOW = 1024
PYLIBSRTP_NAMES = ("ffi", "lib", "ERRORS", "SRTP_MAX_TRAILER_LEN")
"""What ``LeanSession`` needs, beside ``Session._srtp``."""
_SCRATCH_BYTES = 1500
_ffi: Any = getattr(pylibsrtp, "ffi", None)
_lib: Any = getattr(pylibsrtp, "lib", None)
_scratch = _ffi.new("char[]", _SCRATCH_BYTES) if _ffi else None
_view: Any = _ffi.buffer(_scratch) if _ffi else None
_length: Any = _ffi.new("int *") if _ffi else None


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


def sessions(association: RTCDtlsTransport) -> tuple[SrtpSession, SrtpSession]:
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
    return lean(inbound), lean(outbound)


class LeanSession:
    """A ``pylibsrtp.Session`` whose RTP is called without its wrapping, which is a third of the cost.

    The same functions of libsrtp, on one buffer that all sessions share: for one thread only.
    """

    __slots__ = ("_handle", "_owner", "protect_rtcp", "unprotect_rtcp")

    def __init__(self, owner: Session) -> None:
        """Take over a session.

        Raises:
            AttributeError: pylibsrtp has changed inside.
        """
        self._owner = owner
        """Frees the session when nobody has it any more."""
        self._handle = owner._srtp[0]
        self.protect_rtcp = owner.protect_rtcp
        self.unprotect_rtcp = owner.unprotect_rtcp

    def protect(self, packet: bytes) -> bytes:
        """Encrypt RTP; raises as pylibsrtp does."""
        size = len(packet)
        if size > _SCRATCH_BYTES - pylibsrtp.SRTP_MAX_TRAILER_LEN:
            raise ValueError("packet is too long")
        _length[0] = size
        _view[0:size] = packet
        status = _lib.srtp_protect(self._handle, _scratch, _length)
        if status:
            raise pylibsrtp.Error(pylibsrtp.ERRORS[status])
        cipher: bytes = _view[0 : _length[0]]
        return cipher

    def unprotect(self, packet: bytes) -> bytes:
        """Authenticate and decrypt RTP; raises as pylibsrtp does."""
        size = len(packet)
        if size > _SCRATCH_BYTES:
            raise ValueError("packet is too long")
        _length[0] = size
        _view[0:size] = packet
        status = _lib.srtp_unprotect(self._handle, _scratch, _length)
        if status:
            raise pylibsrtp.Error(pylibsrtp.ERRORS[status])
        plain: bytes = _view[0 : _length[0]]
        return plain


def lean(session: Session) -> SrtpSession:
    """Give a quicker way to the same session, or itself where pylibsrtp has changed inside."""
    known = all(hasattr(pylibsrtp, name) for name in PYLIBSRTP_NAMES) and hasattr(session, "_srtp")
    return LeanSession(session) if known else session


def _session(profile: SRTPProtectionProfile, key: bytes, kind: int) -> Session:
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=profile.libsrtp_profile)
    policy.allow_repeat_tx = False
    policy.window_size = REPLAY_WINDOW
    return Session(policy)
