"""Calls between synthetic peers on one worker: the load under which the forwarding figures are measured."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from load.peer.links import Loss
from load.peer.peer import SyntheticPeer
from load.worker import SfuWorker

JOINED_AT_ONCE = 4
LOSS = 0.01


class Calls:
    """Pairs of peers in one room each, all sending 600 kbit/s of video and Opus both ways."""

    def __init__(self, pairs: list[tuple[SyntheticPeer, SyntheticPeer]]) -> None:
        self.pairs = pairs

    @property
    def peers(self) -> Iterator[SyntheticPeer]:
        """Everybody."""
        return (peer for pair in self.pairs for peer in pair)

    def received(self) -> int:
        """Media packets received by all peers so far, retransmissions included."""
        return sum(
            slot.packets + slot.repaired for peer in self.peers for slot in peer.statistics().slots.values()
        )

    def missing(self) -> int:
        """Packets that never arrived so far."""
        return sum(slot.missing for peer in self.peers for slot in peer.statistics().slots.values())

    def delays_ms(self) -> list[float]:
        """One-way delays of the last frames of all slots."""
        return [
            delay
            for peer in self.peers
            for slot in peer.statistics().slots.values()
            for delay in slot.delays.values_ms
        ]

    def forget_delays(self) -> None:
        """Start anew with the delays."""
        for peer in self.peers:
            for slot in peer.statistics().slots.values():
                slot.delays.values_ms.clear()


@asynccontextmanager
async def running_calls(worker: SfuWorker, count: int, *, loss: float = LOSS) -> AsyncIterator[Calls]:
    """Run calls until the end of the block; all of them receive media when it begins.

    Args:
        worker: Where they meet.
        count: How many calls.
        loss: Share of media lost on the way to the worker, and as much on the way from it.
    """
    turn = asyncio.Semaphore(JOINED_AT_ONCE)
    calls = Calls([])
    try:
        calls.pairs = await asyncio.gather(*(_call(worker, f"bench-{n}", turn) for n in range(count)))
        for peer in calls.peers:
            await peer.until(
                lambda s: bool(s.by_kind("video") and s.by_kind("audio") and s.by_kind("video")[0].frames),
                timeout_s=30,
            )
        for peer in calls.peers:
            peer.loss.inbound = peer.loss.outbound = loss
        yield calls
    finally:
        await asyncio.gather(*(peer.close() for peer in calls.peers))


async def _call(worker: SfuWorker, room: str, turn: asyncio.Semaphore) -> tuple[SyntheticPeer, SyntheticPeer]:
    async with turn:
        return await _join(worker, room, "caller"), await _join(worker, room, "callee")


async def _join(worker: SfuWorker, room: str, name: str) -> SyntheticPeer:
    peer = SyntheticPeer(loss=Loss())
    await peer.connect(await worker.join(room, name, peer.offer()))
    peer.publish(audio=True, video=("f",))
    return peer
