"""Modules stay small enough to be read in one sitting, and are named after what they are about."""

from pathlib import Path

from tests.support.tree import files, read

LIMITS = {"module": 400, "test": 500, "script": 400}
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def _limit(path: Path) -> int:
    if path.parts[0] == "tests" or path.name.endswith((".test.ts", ".test.tsx")):
        return LIMITS["test"]
    return LIMITS["module" if path.suffix == ".py" else "script"]


def _sources() -> list[Path]:
    return [path for path in files("*.py", "*.ts", "*.tsx") if not path.name.endswith(".gen.ts")]


def test_no_file_is_longer_than_its_limit():
    sizes = {path: len(read(path).splitlines()) for path in _sources()}
    assert {str(path): size for path, size in sizes.items() if size > _limit(path)} == {}


def test_no_module_has_a_name_that_says_nothing():
    named = [path for path in _sources() if FORBIDDEN & {*path.parts[:-1], path.name.split(".")[0]}]
    assert named == []
