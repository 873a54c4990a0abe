"""Calls between synthetic peers on one worker: the load under which the forwarding figures are measured."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from load.blaster.crowd import join_all
from load.peer.peer import SyntheticPeer
from load.peer.statistics import SlotStatistics
from load.system.sfu import SfuWorker

APART_S = 0.011
"""Between two peers that begin to send; not a part of a frame's 33 ms."""
LOSS = 0.01


class Calls:
    """Pairs of peers in one room each, all sending 600 kbit/s of video and Opus both ways."""

    def __init__(self, pairs: list[tuple[SyntheticPeer, SyntheticPeer]]) -> None:
        self.pairs = pairs

    @property
    def peers(self) -> Iterator[SyntheticPeer]:
        """Everybody."""
        return (peer for pair in self.pairs for peer in pair)

    def sent_out(self) -> int:
        """Media packets that the worker sent so far: its numbering has no holes, so what is missing was sent too.

        A repaired one counts twice. Only repetitions that were lost again are not counted.
        """
        return sum(slot.packets + slot.missing + 2 * slot.repaired for slot in self._slots())

    def missing(self, kind: str) -> int:
        """Packets of ``audio`` or ``video`` that never arrived so far."""
        return sum(slot.missing for slot in self._slots() if slot.kind == kind)

    def _slots(self) -> Iterator[SlotStatistics]:
        return (slot for peer in self.peers for slot in peer.statistics().slots.values())

    def delays_ms(self) -> list[float]:
        """One-way delays of the last frames of all slots."""
        return [delay for slot in self._slots() for delay in slot.delays.values_ms]

    def forget_delays(self) -> None:
        """Start anew with the delays."""
        for slot in self._slots():
            slot.delays.values_ms.clear()


@asynccontextmanager
async def running_calls(worker: SfuWorker, count: int, *, loss: float = LOSS) -> AsyncIterator[Calls]:
    """Run calls until the end of the block; all of them receive media when it begins.

    Args:
        worker: Where they meet.
        count: How many calls.
        loss: Share of media lost on the way to the worker, and as much on the way from it.
    """
    calls = Calls([])
    try:
        places = [(f"bench-{n}", name) for n in range(count) for name in ("caller", "callee")]
        joined = await join_all(worker, places)
        calls.pairs = list(zip(joined[::2], joined[1::2], strict=True))
        # Only now, one after the other: who joins is not slowed down, and frames of all peers do not coincide.
        for peer in calls.peers:
            peer.publish(audio=True, video=("f",))
            await asyncio.sleep(APART_S)
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
