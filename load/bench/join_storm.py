"""Sixty people join one worker within two seconds: how long until the last has media, and what running calls hear of it.

The running calls are blasted by a process of their own: the handshakes of those who join would make them late.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from load.bench.cpu import machine
from load.bench.figure import Benchmark, Figure
from load.blaster.blast import Publication, blast, nothing, prepare
from load.blaster.crowd import Crowd, crowd
from load.blaster.leg import Leg
from load.blaster.outcome import Generator
from load.blaster.pattern import CALL
from load.driver.watch import Watch
from load.peer.peer import SyntheticPeer
from load.system.sfu import SfuWorker, running_alone
from load.thresholds import GENERATOR_CPU

PARTICIPANTS = 60
WITHIN_S = 2.0
RUNNING = 10
"""Calls."""
WARM_UP_S = 2.0
MEASURED_S = 8.0
ARRIVED_S = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What running calls noticed in one span."""

    gap_ms: float
    """The longest between two packets of any voice, which come each 20 ms."""
    lost: int
    delay_p99_ms: float
    generator: Generator


@dataclass(frozen=True, slots=True)
class Joined:
    """How the storm went."""

    took_s: float
    """From the first offer to the first media of the last."""
    cpu_share: float
    """Of the process of those who join."""
    late_ms: float
    """How late its loop came at worst."""


async def _storm() -> Iterable[Figure]:
    async with running_alone() as worker, crowd() as the:
        await the.add_calls(worker, RUNNING, CALL)
        before, during, joined = await _measure(worker, the)
    void = before.generator.was_late or during.generator.was_late
    slow = joined.cpu_share > GENERATOR_CPU
    load = (
        f"{PARTICIPANTS} participants, two to a room, offers spread over {WITHIN_S:.0f} s; each sends voice and 160x120 video and "
        f"is there with the first packet of the other; meanwhile {RUNNING} calls at 600 kbit/s and Opus each way: longest gap in any "
        f"voice {before.gap_ms:.0f} ms before and {during.gap_ms:.0f} ms during, {during.lost} packets lost, p99 of the delay "
        f"{before.delay_p99_ms:.1f} ms before and {during.delay_p99_ms:.1f} ms during; the process of those who join, on the same "
        f"machine, at {joined.cpu_share:.0%} of a core, its loop at most {joined.late_ms:.0f} ms late{', WHICH WAS THE BOTTLENECK: THE WORKER TOOK AT MOST SO LONG' if slow else ''}; that of the calls {during.generator.late_p99_ms:.1f} ms "
        f"late (p99){' - THE GENERATOR WAS LATE: VOID' if void else ''}; {machine()}"
    )
    return [
        Figure("join_storm_s", joined.took_s, "s", load),
        Figure("join_storm_gap_ms", during.gap_ms, "ms", load),
    ]


async def _measure(worker: SfuWorker, the: Crowd) -> tuple[Heard, Heard, Joined]:
    """Give what the running calls heard before and during the storm, and how it went."""
    seconds = WARM_UP_S + MEASURED_S
    spans = [[prepare(leg, source, seconds) for leg, source in the.publishers] for _ in range(2)]
    voices = [source.voice.ssrc for _, source in the.publishers if source.voice]
    ours, theirs = multiprocessing.Pipe()
    # A copy of this process has the keys and the sockets.
    player = multiprocessing.get_context("fork").Process(
        target=_play, args=(theirs, spans, the.receivers, voices), daemon=True
    )
    player.start()
    theirs.close()
    try:
        before: Heard = await asyncio.to_thread(ours.recv)
        await asyncio.to_thread(ours.recv)
        joined = await _join(worker)
        during: Heard = await asyncio.to_thread(ours.recv)
        return before, during, joined
    finally:
        player.kill()


def _play(
    theirs: Connection, spans: Sequence[list[Publication]], receivers: Sequence[Leg], voices: Sequence[int]
) -> None:
    """Blast both spans; tell what was heard of each, and when the measured part of the second begins."""
    calm, stormy = spans
    for span, at_start in ((calm, nothing), (stormy, lambda: theirs.send(None))):
        outcome = blast(span, receivers, warm_up_s=WARM_UP_S, measured_s=MEASURED_S, at_start=at_start)
        gap_ms = max(outcome.gaps_ms.get(voice, MEASURED_S * 1e3) for voice in voices)
        theirs.send(Heard(gap_ms, outcome.lost, outcome.delay_p99_ms, outcome.generator))


async def _join(worker: SfuWorker) -> Joined:
    """Let everybody join."""
    peers: list[SyntheticPeer] = []
    watch = Watch()
    began = time.monotonic()
    try:
        arrivals = await asyncio.gather(
            *(_participant(worker, number, began, peers) for number in range(PARTICIPANTS))
        )
        return Joined(max(arrivals) - began, *watch.take())
    finally:
        watch.stop()
        await asyncio.gather(*(peer.close() for peer in peers))


async def _participant(worker: SfuWorker, number: int, began: float, peers: list[SyntheticPeer]) -> float:
    """Join when it is one's turn; give the moment of the first media."""
    await asyncio.sleep(began + number * WITHIN_S / PARTICIPANTS - time.monotonic())
    peer = SyntheticPeer()
    peers.append(peer)
    answer = await worker.join(f"storm-{number // 2}", str(number), peer.offer())
    connecting = time.monotonic()
    await peer.connect(answer, timeout_s=ARRIVED_S)
    peer.publish(audio=True, video=("q",))
    await peer.until(lambda counts: counts.first_media_after_s is not None, timeout_s=ARRIVED_S)
    return connecting + (peer.statistics().first_media_after_s or 0.0)


BENCHMARKS = (Benchmark(("join_storm_s", "join_storm_gap_ms"), _storm),)
