"""What a figure is, and how it is printed: one JSON object a line."""

import json
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    figure: str
    """Name with dots, such as ``forward_cpu_us.1to1x60``."""
    value: float
    unit: str
    load: str
    """What was going on while it was measured, and how many samples the value stands for."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Something that can be run, and the names of the figures it gives."""

    names: tuple[str, ...]
    run: Callable[[], Coroutine[None, None, Iterable[Figure]]]
    together: bool = False
    """Its figures mean something beside each other: who asks for one gets all, and who asks for none in particular none,
    for it needs another server that it may have to install."""


class HinderedError(RuntimeError):
    """This machine cannot run a benchmark; the text says what it would need."""


def show(figure: Figure) -> None:
    """Print a figure as a line of JSON."""
    value = round(figure.value, 3)
    sys.stdout.write(json.dumps(asdict(figure) | {"value": value}) + "\n")
    sys.stdout.flush()


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie; they may not be empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
