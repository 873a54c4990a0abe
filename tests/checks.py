"""What `make check` runs: every check that needs no running server, side by side, each failure in full."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(sys.executable).parent
OURS = [
    name for name in ("signaling", "sfu", "classroom", "helpdesk", "load", "tests") if (ROOT / name).is_dir()
]

# The slowest first, so that the others run beside it.
CHECKS: dict[str, list[object]] = {
    "types": [VENV / "mypy"],
    "typescript": ["npm", "run", "--silent", "--prefix", "web", "check"],
    "architecture": [VENV / "pytest", "-q", "tests/architecture"],
    "imports": [VENV / "lint-imports"],
    "generated": [VENV / "python", "-m", "signaling.admin", "typescript", "--check"],
    "dead code": [VENV / "vulture"],
    # Not the tests: they quote the French of the pages.
    "spelling": [
        VENV / "codespell",
        *OURS[:-1],
        "docs",
        "web",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ],
    "lint": [VENV / "ruff", "check", "--quiet", *OURS],
    "format": [VENV / "ruff", "format", "--check", "--quiet", *OURS],
}


def run(name: str) -> bool:
    """Run one check and report it."""
    began = time.monotonic()
    argv = [str(word) for word in CHECKS[name]]
    done = subprocess.run(
        argv, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    passed = done.returncode == 0
    line = f"{name:14}{'ok' if passed else 'FAILED':8}{time.monotonic() - began:5.1f} s\n"
    if not passed:
        line += f"  {' '.join(argv)}\n{done.stdout}{done.stderr}\n"
    sys.stdout.write(line)
    sys.stdout.flush()
    return passed


def main() -> int:
    """Run those that are named, or all."""
    names = sys.argv[1:] or list(CHECKS)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(run, names))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
