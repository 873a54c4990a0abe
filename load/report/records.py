"""What the drivers wrote while they ran, put together: each step, and each second."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """One second of the run, all drivers together."""

    at: float
    """Unix seconds."""
    users: int
    calls: float
    """Connected media legs, two to a call."""


def read_lines(path: Path) -> list[Record]:
    """Read a file of JSON lines; a last line that was not finished is left out."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def gather(folder: Path) -> tuple[list[Record], list[Moment]]:
    """Read what all drivers wrote into LOAD_RECORDS.

    Returns:
        All steps by time, and all seconds.
    """
    written = [read_lines(path) for path in sorted(folder.glob("*.jsonl"))]
    steps = [record for records in written for record in records if "step" in record]
    seconds = [[record for record in records if "calls" in record] for records in written]
    return sorted(steps, key=lambda record: float(record["at"])), together(seconds)


def together(drivers: Iterable[Sequence[Record]]) -> list[Moment]:
    """Add up the drivers' seconds; a second that a driver has left out is as the one before."""
    total: dict[int, Moment] = {}
    for records in drivers:
        by_second = {int(record["at"]): record for record in records}
        last: Record = {"users": 0, "calls": 0.0}
        for second in range(min(by_second, default=0), max(by_second, default=-1) + 1):
            last = by_second.get(second, last)
            so_far = total.get(second, Moment(second, 0, 0.0))
            total[second] = Moment(second, so_far.users + last["users"], so_far.calls + last["calls"])
    return [total[second] for second in sorted(total)]


def write_lines(path: Path, records: Iterable[Record]) -> None:
    """Write a file of JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
