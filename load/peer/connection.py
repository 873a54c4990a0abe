"""A synthetic peer's transport: a link, ICE, DTLS and SRTP. Plain RTP and RTCP go in and come out."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pylibsrtp
from aiortc import RTCCertificate
from pylibsrtp import Session

from load.blaster.leg import Leg
from load.peer.aiortc_hooks import PROFILES, DtlsClient, Profiles
from load.peer.ice import Credentials, IceAgent
from load.peer.links import Link, Loss, TcpLink, UdpLink
from sfu.control import Candidate, Fingerprint

EARLY_MOST = 200


@dataclass(frozen=True, slots=True)
class Events:
    """Where a connection puts what it receives."""

    rtp: Callable[[bytes, float], None]
    rtcp: Callable[[bytes, float], None]
    closed: Callable[[], None]
    refused: Callable[[], None]
    """A packet that SRTP did not accept."""


class Connection:
    """One transport. ``connect`` once, ``move`` for each ICE restart, ``close`` at the end."""

    def __init__(
        self,
        certificate: RTCCertificate,
        events: Events,
        loss: Loss,
        *,
        tcp: bool,
        profiles: Profiles = PROFILES,
    ) -> None:
        self.ice = IceAgent(self._send_stun)
        self.loss = loss
        self._events = events
        self._tcp = tcp
        self._link: Link | None = None
        self._former: Link | None = None
        self._early: deque[tuple[bytes, float]] = deque(maxlen=EARLY_MOST)
        """Media read together with the end of the handshake, which is still being worked on."""
        self._ice_task: asyncio.Task[None] | None = None
        self._dtls = DtlsClient(certificate, self._send_selected, events.closed, profiles)

    async def connect(
        self, remote: Credentials, candidates: Sequence[Candidate], fingerprint: Fingerprint
    ) -> None:
        """Find a way, then shake hands.

        Raises:
            ConnectionError: The handshake failed.
            OSError: TCP was asked for and nobody listens.
        """
        await self.move(remote, candidates)
        await self._dtls.connect(fingerprint)
        self._take_early()

    async def move(self, remote: Credentials, candidates: Sequence[Candidate]) -> None:
        """Check the candidates from a new socket, as after a change of network; keys stay."""
        self._former, self._link = self._link, await self._open(candidates)
        protocol = "tcp" if self._tcp else "udp"
        self.ice.start(remote, [one for one in candidates if one.protocol == protocol])
        if self._ice_task:
            self._ice_task.cancel()
        self._ice_task = asyncio.get_running_loop().create_task(self.ice.run())
        await self.ice.nominated()
        if self._former:
            self._former.close()
            self._former = None

    def send_rtp(self, packet: bytes) -> None:
        """Encrypt and send a packet."""
        if self._dtls.outbound:
            self._send_media(self._dtls.outbound.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        """Encrypt and send a compound packet."""
        if self._dtls.outbound:
            self._send_media(self._dtls.outbound.protect_rtcp(packet))

    def detach(self) -> Leg:
        """Take the transport out of asyncio: nothing is read or sent here any more until ``close`` says goodbye.

        Raises:
            ConnectionError: It is not connected, or not by UDP.
        """
        link, to, inbound, outbound = self._link, self.ice.selected, self._dtls.inbound, self._dtls.outbound
        if not (isinstance(link, UdpLink) and to and inbound and outbound):
            raise ConnectionError("only a connection by UDP can be detached")
        if self._ice_task:
            self._ice_task.cancel()
        return Leg(
            link.detach(to),
            to,
            protect=outbound.protect,
            protect_rtcp=outbound.protect_rtcp,
            unprotect=inbound.unprotect,
            check=self.ice.check,
        )

    async def close(self) -> None:
        """Say goodbye and close."""
        if self._ice_task:
            self._ice_task.cancel()
        await self._dtls.close()
        for link in (self._link, self._former):
            if link:
                link.close()

    def vanish(self) -> None:
        """Go silent without a goodbye, as a phone does that loses its network."""
        if self._ice_task:
            self._ice_task.cancel()
        if self._link:
            self._link.close()
            self._link = None

    async def _open(self, candidates: Sequence[Candidate]) -> Link:
        if not self._tcp:
            return UdpLink(self._received)
        best = max((one for one in candidates if one.protocol == "tcp"), key=lambda one: one.priority)
        return await TcpLink.open(self._received, (best.address, best.port))

    def _send_stun(self, datagram: bytes, to: tuple[str, int]) -> None:
        if self._link:
            self._link.send(datagram, to)

    def _send_selected(self, datagram: bytes) -> None:
        if self._link and self.ice.selected:
            self._link.send(datagram, self.ice.selected)

    def _send_media(self, datagram: bytes) -> None:
        if not self.loss.strikes(datagram, self.loss.outbound):
            self._send_selected(datagram)

    def _received(self, datagram: bytes, source: tuple[str, int], arrived: float) -> None:
        first = datagram[0] if datagram else 255
        if first <= 3:
            self.ice.receive(datagram, source)
        elif 20 <= first <= 63:
            self._dtls.feed(datagram)
        elif 128 <= first <= 191 and not self.loss.strikes(datagram, self.loss.inbound):
            self._take_media(datagram, arrived)

    def _take_media(self, datagram: bytes, arrived: float) -> None:
        if self._dtls.inbound is None:
            self._early.append((datagram, arrived))
            return
        self._take_early()
        self._unprotect(self._dtls.inbound, datagram, arrived)

    def _take_early(self) -> None:
        while self._early and self._dtls.inbound:
            self._unprotect(self._dtls.inbound, *self._early.popleft())

    def _unprotect(self, session: Session, datagram: bytes, arrived: float) -> None:
        if len(datagram) < 8:
            return
        rtcp = 192 <= datagram[1] <= 223
        try:
            plain = session.unprotect_rtcp(datagram) if rtcp else session.unprotect(datagram)
        except (pylibsrtp.Error, ValueError):
            self._events.refused()
            return
        (self._events.rtcp if rtcp else self._events.rtp)(plain, arrived)
