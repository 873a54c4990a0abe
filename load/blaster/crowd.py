"""Publishers and receivers on one of our forwarding servers, joined by synthetic peers and then detached."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from load.blaster.leg import Leg
from load.blaster.pattern import Pattern, Source, Track
from load.peer import sections
from load.peer.peer import SyntheticPeer
from load.system.sfu import SfuWorker

JOINED_AT_ONCE = 4
JOIN_S = 60.0


@dataclass(slots=True)
class Crowd:
    """Detached legs, and what each of the publishing ones sends."""

    publishers: list[tuple[Leg, Source]] = field(default_factory=list)
    receivers: list[Leg] = field(default_factory=list)
    streams: int = 0
    """How many the receivers get together."""
    _peers: list[SyntheticPeer] = field(default_factory=list)
    _rooms: Iterator[int] = field(default_factory=count)
    _phases: random.Random = field(default_factory=lambda: random.Random(1))

    async def add_calls(self, worker: SfuWorker, calls: int, pattern: Pattern) -> None:
        """Add rooms of two who both send and receive."""
        rooms = [f"call-{next(self._rooms)}" for _ in range(calls)]
        for peer in await self._join(worker, [(room, name) for room in rooms for name in ("a", "b")]):
            self.receivers.append(self._publish(peer, pattern))
        self.streams += 2 * calls * (1 + pattern.voice)

    async def end_calls(self, calls: int, pattern: Pattern) -> None:
        """End the calls that were added last, after which nobody else was added."""
        gone, self._peers = self._peers[-2 * calls :], self._peers[: -2 * calls]
        del self.publishers[-2 * calls :], self.receivers[-2 * calls :]
        self.streams -= 2 * calls * (1 + pattern.voice)
        await asyncio.gather(*(peer.close() for peer in gone))

    async def add_fan_out(self, worker: SfuWorker, receivers: int, pattern: Pattern) -> None:
        """Add a room of one who sends and others who receive."""
        room = f"hall-{next(self._rooms)}"
        names = ["publisher", *(f"receiver-{number}" for number in range(receivers))]
        publisher, *others = await self._join(worker, [(room, name) for name in names])
        self._publish(publisher, pattern)
        self.receivers += [peer.detach()[0] for peer in others]
        self.streams += receivers * (1 + pattern.voice)

    def add_publisher(self, leg: Leg, pattern: Pattern, picture: Track, voice: Track | None = None) -> None:
        """Take one who sends; publishers do not send at the same moment, and each crowd's do at those of every other's."""
        phase_s = self._phases.random() / min(pattern.rate, 30)
        self.publishers.append((leg, Source(pattern, picture, voice, phase_s=phase_s)))

    async def close(self) -> None:
        """Say goodbye for all."""
        await asyncio.gather(*(peer.close() for peer in self._peers))

    def _publish(self, peer: SyntheticPeer, pattern: Pattern) -> Leg:
        leg, sending = peer.detach()
        picture = Track(sending.camera["f"][0], sections.VP8, "1", "f")
        voice = Track(sending.microphone, sections.OPUS, "0")
        self.add_publisher(leg, pattern, picture, voice)
        return leg

    async def _join(self, worker: SfuWorker, places: Sequence[tuple[str, str]]) -> Sequence[SyntheticPeer]:
        joined = await join_all(worker, places)
        self._peers += joined
        return joined


async def join_all(worker: SfuWorker, places: Sequence[tuple[str, str]]) -> Sequence[SyntheticPeer]:
    """Connect a peer for each place, a room and a name; a few at a time, so that the handshakes do not wait."""
    turn = asyncio.Semaphore(JOINED_AT_ONCE)

    async def join(room: str, name: str) -> SyntheticPeer:
        async with turn:
            peer = SyntheticPeer()
            await peer.connect(await worker.join(room, name, peer.offer()), timeout_s=JOIN_S)
            return peer

    return await asyncio.gather(*(join(*place) for place in places))


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    """Hold a crowd until the end of the block."""
    the = Crowd()
    try:
        yield the
    finally:
        await the.close()
