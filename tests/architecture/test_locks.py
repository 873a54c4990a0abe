"""The lock files hold every dependency that pyproject.toml names, by exact version and digest."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.support.tree import PACKAGES, ROOT, files, read

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN_TIME = PROJECT["project"]["dependencies"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")


def _pinned(lock: str) -> set[str]:
    return {_name(line) for line in (ROOT / lock).read_text().splitlines() if "==" in line}


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [("requirements.txt", RUN_TIME), ("requirements-dev.txt", [*RUN_TIME, *DEVELOPMENT])],
)
def test_every_named_dependency_is_locked(lock: str, requirements: list[str]):
    assert {_name(each) for each in requirements} - _pinned(lock) == set(), "run: make lock"


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_a_version_and_a_digest(lock: str):
    entries = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    assert [entry for entry in entries if not re.match(r"[a-z0-9._-]+==\S+ .*--hash=sha256:", entry)] == []


def test_run_time_and_development_lock_the_same_versions():
    locks = [(ROOT / name).read_text().splitlines() for name in ("requirements.txt", "requirements-dev.txt")]
    run_time, development = ({line for line in lock if "==" in line} for lock in locks)
    assert run_time - development == set(), "run: make lock"


def _imported(package: str) -> set[str]:
    """The top-level names that the modules of a package import."""
    names: set[str] = set()
    for path in files(f"{package}/*.py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names - {*PACKAGES, "tests"} - sys.stdlib_module_names


@pytest.mark.parametrize("package", ["signaling", "sfu", "classroom"])
def test_what_the_server_imports_is_a_dependency_at_run_time(package: str):
    distributions = packages_distributions()
    declared = {_name(each) for each in RUN_TIME}
    undeclared = {
        name
        for name in _imported(package)
        if not declared & {_name(each) for each in distributions.get(name, [])}
    }
    assert undeclared == set()
