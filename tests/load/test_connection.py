"""The transport of a synthetic peer: what comes together with the end of the handshake is not lost."""

import struct

import pylibsrtp
from aiortc import RTCCertificate

from load.peer.connection import EARLY_MOST, Connection, Events
from load.peer.links import Loss

PROFILE = pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80
KEY = bytes(range(30))
INBOUND, OUTBOUND = pylibsrtp.Policy.SSRC_ANY_INBOUND, pylibsrtp.Policy.SSRC_ANY_OUTBOUND
FROM = ("127.0.0.1", 9)


def session(kind: int) -> pylibsrtp.Session:
    return pylibsrtp.Session(pylibsrtp.Policy(key=KEY, ssrc_type=kind, srtp_profile=PROFILE))


def rtp(sequence: int) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 3000 * sequence, 42) + b"picture"


async def test_media_that_was_read_before_the_keys_were_there_comes_first_and_is_bounded() -> None:
    received: list[bytes] = []
    refused: list[bool] = []
    events = Events(
        rtp=lambda plain, _: received.append(plain),
        rtcp=lambda *_: None,
        closed=lambda: None,
        refused=lambda: refused.append(True),
    )
    connection = Connection(RTCCertificate.generateCertificate(), events, Loss(), tcp=False)
    sender, count = session(OUTBOUND), EARLY_MOST + 3
    for sequence in range(count):
        connection._received(sender.protect(rtp(sequence)), FROM, 1.0)
    connection._received(b"\x80short", FROM, 1.0)
    assert received == []
    connection._dtls.inbound = session(INBOUND)
    connection._received(sender.protect(rtp(count)), FROM, 2.0)
    assert received == [rtp(sequence) for sequence in range(4, count + 1)]
    assert refused == []
