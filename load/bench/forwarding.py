"""Figures of the forwarding server: CPU per packet sent out, added delay, memory per call."""

import asyncio
import time
from collections.abc import Iterable

from load.bench.calls import LOSS, Calls, running_calls
from load.bench.cpu import cpu_seconds, machine, resident_kb
from load.bench.figure import Benchmark, Figure, percentile
from load.system.sfu import running_alone

WARM_UP_S = 3.0
MEASURED_S = 12.0
COUNTS = (1, 20, 60)
LATENCY_CALLS = 20
PATTERN = (
    "1:1 calls, 600 kbit/s VP8 640x480 at 30 frames/s and Opus each way, RTCP on (transport-wide feedback each "
    f"100 ms, reports 1/s), {LOSS:.0%} loss each way, loopback, peers in one other process"
)


async def _forwarding(count: int) -> list[Figure]:
    async with running_alone() as worker:
        idle_kb = resident_kb(worker.pid)
        async with running_calls(worker, count) as calls:
            await asyncio.sleep(WARM_UP_S)
            before, own_before, began = cpu_seconds(worker.pid), time.process_time(), time.monotonic()
            sent = calls.sent_out()
            await asyncio.sleep(MEASURED_S)
            cpu, own = cpu_seconds(worker.pid) - before, time.process_time() - own_before
            seconds = time.monotonic() - began
            return _figures(
                count,
                calls,
                calls.sent_out() - sent,
                (cpu, own, seconds),
                resident_kb(worker.pid) - idle_kb,
            )


def _figures(
    count: int, calls: Calls, sent: int, times: tuple[float, float, float], grown_kb: float
) -> list[Figure]:
    cpu, own, seconds = times
    load = (
        f"{count} {PATTERN}; {seconds:.0f} s, {sent / seconds:.0f} packets/s sent out, worker at "
        f"{cpu / seconds:.0%} of a core, generator at {own / seconds:.0%}, {machine()}; never "
        f"arrived since the start: {calls.missing('video')} of video, {calls.missing('audio')} of audio, which "
        "nobody asks for again (Opus conceals the loss)"
    )
    figures = [Figure(f"forward_cpu_us.1to1x{count}", cpu / sent * 1e6, "us CPU/packet sent", load)]
    if count == max(COUNTS):
        figures.append(Figure("memory_kb_per_call", grown_kb / count, "kB resident", load))
    return figures


async def _latency() -> Iterable[Figure]:
    count = LATENCY_CALLS
    async with running_alone() as worker, running_calls(worker, count, loss=0.0) as calls:
        await asyncio.sleep(WARM_UP_S)
        calls.forget_delays()
        await asyncio.sleep(MEASURED_S)
        delays = calls.delays_ms()
    load = (
        f"{count} {PATTERN.replace(f'{LOSS:.0%} loss each way', 'no loss')}; {len(delays)} packets (voice, and the last "
        "of each frame), from just before the sender encrypts the frame until the kernel has the packet in the "
        "receiver's socket: the way through the worker, without the receiver's own queue; "
        f"{machine()}"
    )
    return [
        Figure(f"added_latency_ms.{name}", percentile(delays, share), "ms", load)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def _benchmark(count: int) -> Benchmark:
    async def run() -> Iterable[Figure]:
        return await _forwarding(count)

    names = [f"forward_cpu_us.1to1x{count}"]
    names += ["memory_kb_per_call"] if count == max(COUNTS) else []
    return Benchmark(tuple(names), run)


BENCHMARKS = (
    *(_benchmark(count) for count in COUNTS),
    Benchmark(("added_latency_ms.p50", "added_latency_ms.p99"), _latency),
)
