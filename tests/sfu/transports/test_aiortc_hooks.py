"""Each private name of aiortc that we rely on exists, in the worker's hooks and in the synthetic peer's."""

import asyncio
import inspect

import pylibsrtp
import pytest
from aiortc import RTCCertificate, RTCDtlsTransport

from sfu.control import Fingerprint
from sfu.transports import aiortc_hooks

INBOUND, OUTBOUND = pylibsrtp.Policy.SSRC_ANY_INBOUND, pylibsrtp.Policy.SSRC_ANY_OUTBOUND


class Wire:
    """Carries records to the other side."""

    role = "controlled"

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue(100)
        self.sizes: list[int] = []
        self.other: Wire

    async def _recv(self) -> bytes:
        return await self.inbox.get()

    async def _send(self, data: bytes) -> None:
        self.sizes.append(len(data))
        self.other.inbox.put_nowait(data)


def wires() -> tuple[Wire, Wire]:
    one, other = Wire(), Wire()
    one.other, other.other = other, one
    return one, other


async def connected() -> tuple[RTCDtlsTransport, RTCDtlsTransport]:
    certificates = [RTCCertificate.generateCertificate() for _ in range(2)]
    server, client = (
        aiortc_hooks.dtls(wire, certificate, server=is_server)
        for wire, certificate, is_server in zip(wires(), certificates, (True, False), strict=True)
    )
    marks = [aiortc_hooks.fingerprint(certificate) for certificate in certificates]
    good = list(
        await asyncio.gather(
            aiortc_hooks.handshake(server, [marks[1]]), aiortc_hooks.handshake(client, [marks[0]])
        )
    )
    assert good == [True, True]
    return server, client


def test_the_names_exist():
    association = RTCDtlsTransport(Wire(), [RTCCertificate.generateCertificate()])  # type: ignore[arg-type]
    for name in ("_set_role", "_role", "_srtp_profiles", "_ssl", "_rx_srtp", "_tx_srtp", "on"):
        assert hasattr(association, name), name
    assert "self.transport._recv()" in inspect.getsource(RTCDtlsTransport)
    assert "self.transport._send(" in inspect.getsource(RTCDtlsTransport)
    assert {profile.openssl_profile for profile in aiortc_hooks.PROFILES} == {
        b"SRTP_AEAD_AES_128_GCM",
        b"SRTP_AEAD_AES_256_GCM",
        b"SRTP_AES128_CM_SHA1_80",
    }


async def test_both_ends_understand_each_other_by_gcm_with_a_short_key():
    server, client = await connected()
    (_, ours), (theirs, _) = aiortc_hooks.sessions(server), aiortc_hooks.sessions(client)
    packet = bytes.fromhex("80600001000000010000000a") + b"payload"
    assert theirs.unprotect(ours.protect(packet)) == packet
    assert server._ssl is not None
    assert server._ssl.get_selected_srtp_profile() == b"SRTP_AEAD_AES_128_GCM"
    await server.stop()
    await client.stop()


def session(key: bytes, kind: int) -> pylibsrtp.Session:
    profile = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    return pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=kind, srtp_profile=profile))


def test_the_lean_session_is_the_same_as_the_librarys_own():
    key = bytes(range(28))
    plain, lean = session(key, OUTBOUND), aiortc_hooks.lean(session(key, OUTBOUND))
    back = aiortc_hooks.lean(session(key, INBOUND))
    assert isinstance(lean, aiortc_hooks.LeanSession), "pylibsrtp has changed inside: worker runs, but slower"
    for number, size in enumerate((0, 1, 110, 1344)):
        packet = bytes.fromhex(f"8060{number:04x}000000010000000a") + bytes(size)
        cipher = lean.protect(packet)
        assert cipher == plain.protect(packet)
        assert back.unprotect(cipher) == packet
        with pytest.raises(pylibsrtp.Error, match=r"^replay check failed \(bad index\)$"):
            back.unprotect(cipher)
    with pytest.raises(pylibsrtp.Error, match=r"^authentication failure$"):
        back.unprotect(bytes.fromhex("80600009000000010000000a") + bytes(40))
    with pytest.raises(ValueError, match="too long"):
        lean.protect(bytes(1357))
    with pytest.raises(ValueError, match="too long"):
        back.unprotect(bytes(1501))


def test_without_the_private_names_the_librarys_own_session_is_used(monkeypatch):
    monkeypatch.delattr(pylibsrtp, "ERRORS")
    own = session(bytes(28), OUTBOUND)
    assert aiortc_hooks.lean(own) is own


async def test_a_sequence_number_is_never_protected_twice():
    server, client = await connected()
    _, outbound = aiortc_hooks.sessions(server)
    packet = bytes.fromhex("80600001000000010000000a")
    outbound.protect(packet + b"one")
    with pytest.raises(pylibsrtp.Error):
        outbound.protect(packet + b"two")
    await server.stop()
    await client.stop()


async def test_a_certificate_that_was_not_announced_is_refused():
    one, other = wires()
    certificate = RTCCertificate.generateCertificate()
    server = aiortc_hooks.dtls(one, certificate, server=True)
    client = aiortc_hooks.dtls(other, RTCCertificate.generateCertificate(), server=False)
    wrong = Fingerprint(algorithm="sha-256", value=":".join(["00"] * 32))
    accepted, _ = await asyncio.gather(
        aiortc_hooks.handshake(server, [wrong]),
        aiortc_hooks.handshake(client, [aiortc_hooks.fingerprint(certificate)]),
    )
    assert not accepted
    await client.stop()


async def test_a_goodbye_is_noticed():
    server, client = await connected()
    gone = asyncio.Event()
    aiortc_hooks.on_closed(server, gone.set)
    await client.stop()
    async with asyncio.timeout(5):
        await gone.wait()


async def test_every_flight_fits_into_one_datagram():
    one, other = wires()
    certificates = [RTCCertificate.generateCertificate() for _ in range(2)]
    server = aiortc_hooks.dtls(one, certificates[0], server=True)
    client = aiortc_hooks.dtls(other, certificates[1], server=False)
    await asyncio.gather(
        aiortc_hooks.handshake(server, [aiortc_hooks.fingerprint(certificates[1])]),
        aiortc_hooks.handshake(client, [aiortc_hooks.fingerprint(certificates[0])]),
    )
    sizes = one.sizes + other.sizes
    assert 0 < max(sizes) <= 1200, sizes
    await server.stop()
    await client.stop()
