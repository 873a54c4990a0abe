"""How much JavaScript a pupil's first screen takes, as it comes over the wire."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

from load.bench.figure import Benchmark, Figure

DIST = Path(__file__).parents[2] / "web" / "dist"
PAGE = "classe.html"
ENTRY = re.compile(r'<(?:script[^>]*\bsrc|link[^>]*rel="modulepreload"[^>]*\bhref)="([^"]+\.js)"')
STATIC_IMPORT = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')
PUPIL_CHUNK = re.compile(r"^pupil", re.IGNORECASE)


async def _first_screen() -> Iterable[Figure]:
    page = (DIST / PAGE).read_text()
    assets = DIST / "assets"
    wanted = [Path(name).name for name in ENTRY.findall(page)]
    wanted += [path.name for path in assets.glob("*.js") if PUPIL_CHUNK.match(path.name)]
    loaded: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in loaded:
            loaded.add(name)
            wanted += STATIC_IMPORT.findall((assets / name).read_text())
    size = sum(len(gzip.compress((assets / name).read_bytes(), 9)) for name in loaded)
    load = f"{len(loaded)} files of JavaScript of {PAGE} with what the pupil's page imports, each gzip -9"
    return [Figure("pupil_first_screen_gzip_bytes", size, "bytes", load)]


BENCHMARKS = (Benchmark(("pupil_first_screen_gzip_bytes",), _first_screen),)
