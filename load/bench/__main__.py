"""``python -m load.bench [prefix]``: run the benchmarks of which a figure begins with the prefix."""

import asyncio
import sys
from collections.abc import Sequence

from load.bench import capacity, chat, fan_out, first_frame, forwarding, janus, join_storm, opening, page_size
from load.bench.figure import Benchmark, HinderedError, show
from load.system.processes import end_when_asked

BENCHMARKS = (
    *forwarding.BENCHMARKS,
    *fan_out.BENCHMARKS,
    *capacity.BENCHMARKS,
    *join_storm.BENCHMARKS,
    *first_frame.BENCHMARKS,
    *chat.BENCHMARKS,
    *opening.BENCHMARKS,
    *page_size.BENCHMARKS,
    *janus.BENCHMARKS,
)


def main() -> int:
    """Run what was asked for; figures that were not asked for are not printed."""
    end_when_asked()
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [
        benchmark
        for benchmark in BENCHMARKS
        if any(name.startswith(prefix) for name in benchmark.names) and (prefix or not benchmark.together)
    ]
    if not chosen:
        known = ", ".join(name for benchmark in BENCHMARKS for name in benchmark.names)
        sys.stderr.write(f"no figure begins with {prefix!r}; there are {known}\n")
        return 2
    return run(chosen, prefix)


def run(chosen: Sequence[Benchmark], prefix: str) -> int:
    """Run one after the other and print; return the exit status: 1 when this machine cannot run one of them."""
    status = 0
    for benchmark in chosen:
        try:
            figures = asyncio.run(benchmark.run())
        except HinderedError as reason:
            sys.stderr.write(f"{reason}\n")
            status = 1
            continue
        for figure in figures:
            if benchmark.together or figure.figure.startswith(prefix):
                show(figure)
    return status


if __name__ == "__main__":
    sys.exit(main())
