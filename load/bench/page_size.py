"""How much JavaScript the pages take before they can be used, as it comes over the wire: ``web/scripts/size.mjs`` counts."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

from load.bench.figure import Benchmark, Figure

SCRIPT = Path(__file__).parents[2] / "web" / "scripts" / "size.mjs"
NAMES = (
    "pupil_first_screen_gzip_bytes",
    "widget_gzip_bytes",
    "widget_talk_gzip_bytes",
    "widget_loader_gzip_bytes",
)


async def _sizes() -> Iterable[Figure]:
    """Read what the script prints; its exit status tells of budgets, which are not judged here."""
    node = await asyncio.create_subprocess_exec("node", SCRIPT, stdout=asyncio.subprocess.PIPE)
    out, _ = await node.communicate()
    lines = [json.loads(line) for line in out.decode().splitlines()]
    return [
        Figure(line["figure"], line["value"], line["unit"], f"{line['load']}; each file gzip -9")
        for line in lines
    ]


BENCHMARKS = (Benchmark(NAMES, _sizes),)
