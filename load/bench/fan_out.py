"""CPU per packet where one sends and twenty receive."""

from collections.abc import Iterable, Sequence
from statistics import median

from load.bench.cpu import machine
from load.bench.figure import Benchmark, Figure
from load.blaster.cost import Cost, measure
from load.blaster.crowd import crowd
from load.blaster.pattern import FAN_OUT
from load.system.sfu import running_alone

RECEIVERS = 20
RUNS = 3
WARM_UP_S = 2.0
MEASURED_S = 5.0


async def _fan_out() -> Iterable[Figure]:
    async with running_alone() as worker, crowd() as the:
        await the.add_fan_out(worker, RECEIVERS, FAN_OUT)
        costs = [measure(worker.pid, the, warm_up_s=WARM_UP_S, measured_s=MEASURED_S) for _ in range(RUNS)]
    return [middle(costs)]


def middle(costs: Sequence[Cost]) -> Figure:
    """Give the median of some runs.

    Raises:
        RuntimeError: In one of the runs not everybody received something.
    """
    if not all(cost.complete for cost in costs):
        streams = ", ".join(str(cost.outcome.streams) for cost in costs)
        raise RuntimeError(f"{streams} of {RECEIVERS} receivers received something")
    costs = sorted(costs, key=lambda cost: cost.cpu_us)
    late = sum(cost.outcome.generator.was_late for cost in costs)
    load = (
        f"one sends to {RECEIVERS}: bursts of {FAN_OUT.burst} VP8 packets of {FAN_OUT.octets} B {FAN_OUT.rate} times a second; "
        f"receivers send no RTCP; loopback; median of {RUNS} runs of {MEASURED_S:.0f} s "
        f"[{costs[0].cpu_us:.1f}..{costs[-1].cpu_us:.1f}]{f', the generator late in {late} of them: VOID' if late else ''}: "
        f"{costs[len(costs) // 2].told()}; {machine()}"
    )
    cost_us = median(cost.cpu_us for cost in costs)
    return Figure(f"forward_cpu_us.1to{RECEIVERS}", cost_us, "us CPU/packet sent", load)


BENCHMARKS = (Benchmark((f"forward_cpu_us.1to{RECEIVERS}",), _fan_out),)
