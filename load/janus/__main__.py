"""``python -m load.janus``, inside of the namespace that ``load.bench.janus`` makes: measure and print the figures."""

import asyncio

from load.bench.figure import show
from load.janus import namespace
from load.janus.comparison import CASES
from load.janus.measuring import compare
from load.system.processes import end_when_asked


def main() -> None:
    """Measure one case after the other."""
    end_when_asked()
    namespace.set_up()
    for case in CASES:
        for figure in asyncio.run(compare(case)):
            show(figure)


if __name__ == "__main__":
    main()
