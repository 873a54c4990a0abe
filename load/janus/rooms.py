"""Publishers and subscribers in rooms of Janus, connected and then detached: as ``load.blaster.crowd`` has them on our server.

The transport is the synthetic peer's; the SDP has a single section.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiortc import RTCCertificate

from load.blaster.crowd import Crowd
from load.blaster.pattern import Pattern, Track
from load.janus.videoroom import VideoRooms
from load.peer import aiortc_hooks, sdp, sections
from load.peer.connection import Connection, Events
from load.peer.ice import Credentials
from load.peer.links import Loss
from load.peer.sections import Sending
from sfu.control import AnsweredSection, Offer, OfferedSection

CONNECT_WITHIN_S = 15.0


def _passed_over(*_: object) -> None:
    """Media and reports that come before the blast: nobody waits for them."""


@asynccontextmanager
async def crowd(url: str, rooms: int, receivers: int, pattern: Pattern) -> AsyncIterator[Crowd]:
    """Fill rooms of one who sends a picture and others who receive it, and hold them until the end of the block.

    Args:
        url: Of the server's interface.
        rooms: How many.
        receivers: In each.
        pattern: What is sent.
    """
    async with VideoRooms.open(url) as api:
        endpoints = Endpoints(api)
        the = Crowd(streams=rooms * receivers)
        try:
            publishers = [await endpoints.publish(room) for room in range(1, rooms + 1)]
            await endpoints.connect(publishers)
            subscribers = [
                await endpoints.subscribe(room, publisher.feed)
                for room, publisher in enumerate(publishers, 1)
                for _ in range(receivers)
            ]
            await endpoints.connect(subscribers)
            for publisher in publishers:
                the.add_publisher(publisher.connection.detach(), pattern, publisher.track)
            the.receivers += [subscriber.connection.detach() for subscriber in subscribers]
            yield the
        finally:
            await endpoints.close()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One side of a room: a handle of Janus, and the connection that belongs to it."""

    handle: int
    connection: Connection
    remote: str
    """SDP of the server."""


@dataclass(frozen=True, slots=True)
class Publisher(Endpoint):
    """Who sends in a room."""

    feed: int
    track: Track


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Connections to Janus, all with one certificate. Make it inside of a running loop."""

    api: VideoRooms
    certificate: RTCCertificate = field(default_factory=RTCCertificate.generateCertificate)
    _opened: list[Connection] = field(default_factory=list)

    async def publish(self, room: int) -> Publisher:
        """Make a room and its publisher, not connected."""
        ssrc = 1000 * room
        section, connection = sending(ssrc, ssrc + 1), self._connection()
        await self.api.create(room)
        handle, feed, answer = await self.api.publish(room, write(self._offer(connection, section)))
        return Publisher(handle, connection, answer, feed, Track(ssrc, sections.VP8, section.mid))

    async def subscribe(self, room: int, feed: int) -> Endpoint:
        """Make a subscriber of a connected publisher, not connected."""
        connection = self._connection()
        handle, offer = await self.api.subscribe(room, feed)
        section = receiving(sdp.read_answer(offer).sections[0])
        await self.api.start(handle, write(self._offer(connection, section)))
        return Endpoint(handle, connection, offer)

    async def connect(self, endpoints: Sequence[Endpoint]) -> None:
        """Connect all at once: Janus misses the first attempt of DTLS, the second comes after a second.

        Raises:
            TimeoutError, ConnectionError: Not all of them found a way.
        """
        async with asyncio.timeout(CONNECT_WITHIN_S), asyncio.TaskGroup() as group:
            for endpoint in endpoints:
                group.create_task(_connect(endpoint))
        for endpoint in endpoints:
            await self.api.up(endpoint.handle)

    async def close(self) -> None:
        """Say goodbye for all."""
        await asyncio.gather(*(connection.close() for connection in self._opened))

    def _connection(self) -> Connection:
        # Janus would take GCM with the long key.
        events = Events(_passed_over, _passed_over, _passed_over, _passed_over)
        connection = Connection(self.certificate, events, Loss(), tcp=False, profiles=aiortc_hooks.GCM_128)
        self._opened.append(connection)
        return connection

    def _offer(self, connection: Connection, section: OfferedSection) -> Offer:
        local = connection.ice.local
        fingerprints = tuple(aiortc_hooks.fingerprints(self.certificate))
        return Offer(ice_ufrag=local.ufrag, ice_pwd=local.pwd, fingerprints=fingerprints, sections=(section,))


def sending(ssrc: int, rtx_ssrc: int) -> OfferedSection:
    """Give the section of a publisher: VP8 with everything that our own server is offered, ssrcs announced."""
    return sections.build(Sending(0, ssrc, rtx_ssrc, dict.fromkeys(sections.RIDS, (0, 0))))[2]


def receiving(offered: AnsweredSection) -> OfferedSection:
    """Give a subscriber's section for what the server offers."""
    return OfferedSection(
        mid=offered.mid,
        kind=offered.kind,
        direction="recvonly",
        codecs=sending(0, 0).codecs,
        extensions=offered.extensions,
    )


def write(offer: Offer) -> str:
    """Write the SDP of an offer or answer: DTLS client, no candidates, since Janus finds us by our checks.

    Janus would otherwise wait for them to come one by one.
    """
    text = sdp.write_offer(offer)
    return text.replace("a=setup:actpass", "a=setup:active").replace(
        "a=ice-options:trickle", "a=end-of-candidates"
    )


async def _connect(endpoint: Endpoint) -> None:
    server = sdp.read_answer(endpoint.remote)
    credentials = Credentials(server.ice_ufrag, server.ice_pwd)
    await endpoint.connection.connect(credentials, server.candidates, server.fingerprint)
