"""``SEED=1 MINUTES=10 python -m load.soak``: runs with SQLite and Valkey, and with PostgreSQL and redis-server, by turns.

A line of JSON for each run, and the sum as the last line; exit status 1 unless nothing was lost, doubled or out of order.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from load.soak.desk import APPS, DeskScene
from load.soak.run import Extent, Outcome, soak
from load.soak.stage import Setting
from load.system.postgres import find_program
from load.system.processes import end_when_asked
from load.system.redis import debian_program

EXTENT = Extent(conversations=5, messages=900, faults=60)
"""Of one run: some two minutes."""


def main() -> int:
    """Run until the time is over; the last run is finished."""
    end_when_asked()
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    minutes = float(os.environ.get("MINUTES") or 10)
    tools = bool(find_program("postgres") and debian_program())
    if not tools:
        _say("Only SQLite and Valkey: for the others, apt-get install postgresql redis-server")
    total = {"sent": 0, "faults": 0, "lost": 0, "doubled": 0, "out_of_order": 0}
    until = time.monotonic() + 60 * minutes
    number = 0
    while not number or time.monotonic() < until:
        with_tools = tools and number % 2 == 1
        outcome = _run(seed + number, tools=with_tools)
        line = counts(outcome)
        what = {"seed": seed + number, "database": "PostgreSQL" if with_tools else "SQLite"}
        _say(json.dumps(what | line | {"seconds": round(outcome.seconds), "notes": outcome.notes}))
        for finding in outcome.verdict.findings:
            _say(finding)
        total = {name: total[name] + line[name] for name in total}
        number += 1
    sys.stdout.write(json.dumps(total) + "\n")
    return 1 if total["lost"] or total["doubled"] or total["out_of_order"] else 0


def counts(outcome: Outcome) -> dict[str, int]:
    """Give what the last line says, of one run."""
    verdict = outcome.verdict
    return {
        "sent": outcome.sent,
        "faults": outcome.faults,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "out_of_order": verdict.out_of_order,
    }


def _run(seed: int, *, tools: bool) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        return asyncio.run(soak(Path(folder), Setting(APPS, tools), DeskScene(), EXTENT, seed))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
