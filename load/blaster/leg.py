"""One connected endpoint outside of asyncio."""

import socket
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """A loan of ``Connection.detach``: it ends when the connection is closed."""

    sock: socket.socket
    """UDP, not blocking, the kernel notes when a datagram came (SO_TIMESTAMPNS, where there is such a thing)."""
    to: tuple[str, int]
    """The server's address that ICE chose."""
    protect: Callable[[bytes], bytes]
    """RTP to SRTP."""
    protect_rtcp: Callable[[bytes], bytes]
    """RTCP to SRTCP."""
    unprotect: Callable[[bytes], bytes]
    """SRTP to RTP; raises ``pylibsrtp.Error``. A blast opens one packet of each stream."""
    check: Callable[[], bytes]
    """Make an ICE check, which keeps consent (RFC 7675)."""
