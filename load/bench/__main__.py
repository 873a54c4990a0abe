"""``python -m load.bench [prefix]``: run the benchmarks of which a figure begins with the prefix."""

import asyncio
import sys

from load.bench import chat, first_frame, forwarding, janus, page_size
from load.bench.figure import HinderedError, show
from load.system.processes import end_when_asked

BENCHMARKS = (
    *forwarding.BENCHMARKS,
    *first_frame.BENCHMARKS,
    *chat.BENCHMARKS,
    *page_size.BENCHMARKS,
    *janus.BENCHMARKS,
)


def main() -> int:
    """Run what was asked for; figures that were not asked for are not printed. What cannot run here makes 1 of the status."""
    end_when_asked()
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [
        benchmark for benchmark in BENCHMARKS if any(name.startswith(prefix) for name in benchmark.names)
    ]
    if not chosen:
        known = ", ".join(name for benchmark in BENCHMARKS for name in benchmark.names)
        sys.stderr.write(f"no figure begins with {prefix!r}; there are {known}\n")
        return 2
    hindered = False
    for benchmark in chosen:
        try:
            figures = asyncio.run(benchmark.run())
        except HinderedError as reason:
            sys.stderr.write(f"{reason}\n")
            hindered = True
            continue
        for figure in figures:
            if benchmark.together or figure.figure.startswith(prefix):
                show(figure)
    return int(hindered)


if __name__ == "__main__":
    sys.exit(main())
