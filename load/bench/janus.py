"""Our server and Debian's Janus side by side, in a network namespace of their own."""

import asyncio
import json
import sys
from collections.abc import Iterable

from load.bench.figure import Benchmark, Figure, HinderedError
from load.janus import namespace, server
from load.janus.comparison import NAMES


async def _side_by_side() -> Iterable[Figure]:
    hindrance = namespace.hindrance() or await asyncio.to_thread(server.still_missing)
    if hindrance:
        raise HinderedError(f"no comparison with Janus: {hindrance}")
    child = await asyncio.create_subprocess_exec(
        *namespace.inside([sys.executable, "-m", "load.janus"]), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()
    if child.returncode:
        raise RuntimeError(f"the comparison ended with {child.returncode}")
    return [Figure(**json.loads(line)) for line in out.splitlines()]


BENCHMARKS = (Benchmark(NAMES, _side_by_side, together=True),)
