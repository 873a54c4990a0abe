"""Sockets, ICE and DTLS together, in this process, with a synthetic peer on the other side."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiortc import RTCCertificate

from load.peer.aiortc_hooks import fingerprints
from load.peer.connection import Connection, Events
from load.peer.ice import Credentials as PeerCredentials
from load.peer.links import Loss
from load.system.processes import free_port
from sfu.core.contract import Credentials, OpenPeer
from sfu.dataplane.contract import (
    Address,
    BindAddress,
    ExtensionIds,
    OpenTransport,
    Operation,
    SetDestination,
    TransportId,
)
from sfu.transports import addresses, aiortc_hooks
from sfu.transports.dtls import MAX_WAITING
from sfu.transports.framing import frame
from sfu.transports.peers import Peers, Sink
from sfu.transports.udp import PortTakenError, UdpSockets

ALICE = TransportId(1)
OURS = Credentials("ours", "our-password-of-22-chars")
LISTENING = addresses.plan(["127.0.0.1"], [])
CERTIFICATE = RTCCertificate.generateCertificate()
PACKET = bytes.fromhex("80600001000000010000000a") + b"payload"


class Worker:
    """Peers with a sink that records."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.media: list[tuple[bytes, Address]] = []
        self.happened: asyncio.Queue[tuple[str, TransportId]] = asyncio.Queue()
        self.arrived = asyncio.Event()
        sink = Sink(
            self.take_media,
            self.operations.extend,
            lambda transport: self.happened.put_nowait(("connected", transport)),
            lambda transport, reason: self.happened.put_nowait((reason, transport)),
        )
        self.peers = Peers(LISTENING, free_port(), CERTIFICATE, sink)

    def take_media(self, batch: Sequence[tuple[bytes, Address]], _: float) -> None:
        self.media += batch
        self.arrived.set()

    async def next(self) -> tuple[str, TransportId]:
        async with asyncio.timeout(10):
            return await self.happened.get()

    def opened(self) -> OpenTransport:
        [operation] = [one for one in self.operations if isinstance(one, OpenTransport)]
        return operation


class Browser:
    """The other side."""

    def __init__(self, *, tcp: bool = False) -> None:
        self.certificate = RTCCertificate.generateCertificate()
        self.packets: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = asyncio.Event()
        events = Events(
            lambda packet, _: self.packets.put_nowait(packet), lambda *_: None, self.closed.set, lambda: None
        )
        self.connection = Connection(self.certificate, events, Loss(), tcp=tcp)

    def opening(self) -> OpenPeer:
        local = self.connection.ice.local
        remote = Credentials(local.ufrag, local.pwd)
        return OpenPeer(ALICE, OURS, remote, tuple(fingerprints(self.certificate)), ExtensionIds())

    async def connect(self, worker: Worker) -> None:
        shown = addresses.candidates(LISTENING, worker.peers.port, tcp=True)
        async with asyncio.timeout(10):
            await self.connection.connect(
                PeerCredentials(OURS.ufrag, OURS.pwd), shown, aiortc_hooks.fingerprint(CERTIFICATE)
            )


@asynccontextmanager
async def working() -> AsyncIterator[Worker]:
    worker = Worker()
    await worker.peers.start(tcp=True)
    try:
        yield worker
    finally:
        await worker.peers.stop()


@pytest.mark.parametrize("tcp", [False, True])
async def test_a_peer_connects_and_media_flows_both_ways(tcp: bool):
    async with working() as worker:
        browser = Browser(tcp=tcp)
        worker.peers.open(browser.opening())
        await browser.connect(worker)
        assert await worker.next() == ("connected", ALICE)
        opened = worker.opened()
        [bound] = [one for one in worker.operations if isinstance(one, BindAddress)]
        destination = [one for one in worker.operations if isinstance(one, SetDestination)][-1]
        assert destination == SetDestination(ALICE, bound.address)
        browser.connection.send_rtp(PACKET)
        async with asyncio.timeout(5):
            await worker.arrived.wait()
            [(ciphertext, source)] = worker.media
            assert source == bound.address
            assert opened.inbound.unprotect(ciphertext) == PACKET
            worker.peers.emit(opened.outbound.protect(PACKET), bound.address)
            assert await browser.packets.get() == PACKET
        worker.peers.close(ALICE)
        async with asyncio.timeout(5):
            await browser.closed.wait()
        await browser.connection.close()


async def test_a_goodbye_of_the_peer_is_told_once():
    async with working() as worker:
        browser = Browser()
        worker.peers.open(browser.opening())
        await browser.connect(worker)
        await worker.next()
        await browser.connection.close()
        assert await worker.next() == ("closed_by_peer", ALICE)
        assert worker.happened.empty()


async def test_a_peer_with_another_certificate_than_announced_is_closed():
    async with working() as worker:
        browser = Browser()
        opening = browser.opening()
        other = tuple(fingerprints(RTCCertificate.generateCertificate()))
        worker.peers.open(
            OpenPeer(opening.transport, opening.local, opening.remote, other, opening.extensions)
        )
        await browser.connect(worker)
        assert await worker.next() == ("dtls_failed", ALICE)
        assert not [one for one in worker.operations if isinstance(one, OpenTransport)]
        await browser.connection.close()


async def test_rubbish_of_every_kind_does_no_harm():
    async with working() as worker:
        browser = Browser()
        worker.peers.open(browser.opening())
        noise = random.Random(5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for first in range(256):
                datagram = bytes((first,)) + noise.randbytes(noise.randrange(200))
                stranger.sendto(datagram, ("127.0.0.1", worker.peers.port))
            stranger.sendto(b"", ("127.0.0.1", worker.peers.port))
        reader, writer = await asyncio.open_connection("127.0.0.1", worker.peers.port)
        writer.write(frame(b"\x16rubbish") + frame(b"\x00") + b"\xff\xff")
        async with asyncio.timeout(5):
            assert await reader.read() == b"", "a connection that cannot be read is closed"
        writer.close()
        await browser.connect(worker)
        assert await worker.next() == ("connected", ALICE)
        for _ in range(MAX_WAITING - 2):
            browser.connection._send_selected(bytes((noise.randrange(20, 64),)) + noise.randbytes(60))
        worker.media.clear()
        worker.arrived.clear()
        browser.connection.send_rtp(PACKET)
        async with asyncio.timeout(5):
            await worker.arrived.wait()
        assert worker.opened().inbound.unprotect(worker.media[-1][0]) == PACKET
        dropped = worker.peers.dropped()
        assert dropped["dtls_stranger"] >= 44
        assert dropped["stun_unknown"] >= 4
        assert dropped["unknown_protocol"] > 0
        await browser.connection.close()
        assert (await worker.next())[0] == "closed_by_peer"


async def test_a_port_in_use_is_named():
    async with working() as worker:
        with pytest.raises(PortTakenError, match=str(worker.peers.port)):
            UdpSockets(LISTENING, worker.peers.port, lambda _: None)
