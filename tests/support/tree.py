"""The files of this project, for the tests in tests/architecture."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("signaling", "sfu", "classroom", "helpdesk", "load")


def files(*patterns: str) -> list[Path]:
    """The files that are tracked or about to be (not those that .gitignore names), relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [Path(name) for name in sorted(set(listed)) if (ROOT / name).is_file()]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
