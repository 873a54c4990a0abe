"""Pictures of a run: what each process used, how late and how whole media came, how many calls there were."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from load.report.records import Moment, Record
from load.steps import Step

WINDOWS = 36
"""Of a run, for medians over time."""
LEAST_WINDOW_S = 2.0
INCHES = (9.0, 4.5)
ROOM = 1.2
LEAST_SHOWN = 0.1
BELOW = 0.02
"""So that what is zero is seen."""
LIMIT = "#7a0019"


@dataclass(frozen=True, slots=True)
class Span:
    """The time of a run, the same in all its pictures."""

    began: float
    ended: float
    """Both in unix seconds."""

    def since(self, at: float) -> float:
        """Give the seconds since the beginning."""
        return at - self.began


BLUE, RED, GREEN, PINK = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
SKY, ORANGE, GREY = "#56b4e9", "#e69f00", "#808080"
"""Told apart by colour-blind people too (Okabe and Ito)."""
WHO = {"pupil": BLUE, "volunteer": RED, "citizen": GREEN, "agent": PINK}
KINDS = {"web": BLUE, "worker": GREY, "sfu": RED, "redis": GREEN, "locust": ORANGE, "driver": SKY}
STYLES = ("-", "--", ":", "-.")
"""Of the first, second... process of a kind."""
TICKS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
TICKS_MOST = 12


def plot_processes(path: Path, samples: Sequence[Record], key: str, label: str, span: Span) -> None:
    """Draw one line for each process."""
    lines: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for sample in samples:
        lines[sample["process"]].append((span.since(sample["at"]), sample[key]))

    def draw(axes: Axes) -> None:
        for name, points in sorted(lines.items(), key=lambda line: _rank(line[0])):
            kind, number = _rank(name)
            color, style = [*KINDS.values()][kind], STYLES[number % len(STYLES)]
            axes.plot(*np.transpose(points), label=name, color=color, linestyle=style, linewidth=1.4)
        axes.set_ylim(bottom=0)

    _picture(path, label, span, draw)


def plot_step(
    path: Path, records: Iterable[Record], step: Step, label: str, limit: float, span: Span
) -> None:
    """Draw a dot for each measured value, median and p95 over time, and the limit of the median."""
    found = [record for record in records if record["step"] == step]

    def draw(axes: Axes) -> None:
        for who in sorted({record["who"] for record in found}):
            points = [(span.since(record["at"]), record["value"]) for record in found if record["who"] == who]
            axes.plot(*np.transpose(points), ".", markersize=4, alpha=0.6, color=WHO.get(who), label=who)
        if found:
            middles = windows([(span.since(record["at"]), record["value"]) for record in found])
            times = [middle[0] for middle in middles]
            axes.plot(times, [middle[1] for middle in middles], color="black", label="median")
            axes.plot(times, [middle[2] for middle in middles], color="black", linestyle=":", label="p95")
        highest = max((record["value"] for record in found), default=limit)
        axes.axhline(limit, label=f"limit: {limit:g}", color=LIMIT, linestyle="--", linewidth=1.2)
        top = max(ROOM * highest, LEAST_SHOWN * limit)  # a limit far above is in the legend only
        axes.set_ylim(-BELOW * top, top)

    _picture(path, label, span, draw)


def plot_calls(path: Path, moments: Sequence[Moment], span: Span) -> None:
    """Draw how many people and calls there were."""

    def draw(axes: Axes) -> None:
        times = [span.since(moment.at) for moment in moments]
        axes.step(times, [moment.users for moment in moments], where="post", label="people", color=GREY)
        axes.step(times, [moment.calls for moment in moments], where="post", label="calls", color=BLUE)
        axes.set_ylim(bottom=0)

    _picture(path, "people, calls", span, draw)


def windows(points: Sequence[tuple[float, float]]) -> list[tuple[float, float, float]]:
    """Cut values into windows of time.

    Args:
        points: Time in seconds and value.

    Returns:
        Middle of the window, median and 95th percentile of its values; windows without any are left out.
    """
    last = max(time for time, _ in points)
    first = min(time for time, _ in points)
    width = max(LEAST_WINDOW_S, (last - first) / WINDOWS)
    values: defaultdict[int, list[float]] = defaultdict(list)
    for time, value in points:
        values[int((time - first) / width)].append(value)
    return [
        (first + (place + 0.5) * width, float(np.median(found)), float(np.percentile(found, 95)))
        for place, found in sorted(values.items())
    ]


def _picture(path: Path, label: str, span: Span, draw: Callable[[Axes], None]) -> None:
    figure = Figure(figsize=INCHES, dpi=110, layout="constrained")
    axes = figure.add_subplot()
    draw(axes)
    axes.set_xlabel("time since the beginning (minutes:seconds)")
    axes.set_ylabel(label)
    axes.xaxis.set_major_formatter(FuncFormatter(_clock))
    lasted = max(1.0, span.since(span.ended))
    axes.set_xlim(0, lasted)
    axes.xaxis.set_major_locator(MultipleLocator(_ticks_s(lasted)))
    axes.grid(visible=True, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    figure.savefig(path)


def _rank(process: str) -> tuple[int, int]:
    """Place among the kinds, and number among its kind, from 0."""
    kind, _, number = process.partition(" ")
    return [*KINDS].index(kind), int(number or 1) - 1


def _ticks_s(last: float) -> int:
    return next((step for step in TICKS_S if last / step <= TICKS_MOST), TICKS_S[-1])


def _clock(seconds: float, _place: object) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"
