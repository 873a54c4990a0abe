"""What is missing on a machine is said in one sentence, and what is done already is not done again."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from signaling.launcher import prepare
from tests.support.tree import ROOT

TOOLS = ("sh", "sed", "awk", "make", "env")


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """A folder for PATH with a shell and make, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, f"{name} is missing"
        (folder / name).symlink_to(found)
    return folder


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def _make(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")
    }
    return subprocess.run(
        ["make", *words],
        cwd=ROOT,
        env={**clean, "PATH": str(folder), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _sentences(stderr: str) -> list[str]:
    """What was said, without make's own line that a command failed."""
    return [line for line in stderr.splitlines() if line and not line.startswith("make")]


def test_no_python_is_said_in_one_sentence(bin_folder: Path):
    done = _make(bin_folder, "run")
    assert done.returncode != 0
    assert len(_sentences(done.stderr)) == 1
    assert "'python3' was not found: install Python 3.11 or newer" in done.stderr


def test_an_old_python_is_said_with_its_version(bin_folder: Path):
    _program(bin_folder, "python3", 'case "$1" in --version) echo "Python 3.9.6";; *) exit 1;; esac')
    done = _make(bin_folder, "run")
    assert done.returncode != 0
    assert len(_sentences(done.stderr)) == 1
    assert "'python3' is Python 3.9.6, and Permanence needs 3.11 or newer" in done.stderr


def test_no_node_is_said_before_anything_is_installed(bin_folder: Path):
    done = _make(bin_folder, "run", f"PYTHON={sys.executable}")
    assert done.returncode != 0
    assert len(_sentences(done.stderr)) == 1
    assert "'node' was not found" in done.stderr


def test_node_without_npm_is_said(bin_folder: Path, monkeypatch: pytest.MonkeyPatch):
    _program(bin_folder, "node", "echo v22.1.0")
    monkeypatch.setenv("PATH", str(bin_folder))
    with pytest.raises(prepare.CannotPrepare, match="'npm' was not found"):
        prepare.check_node()


@pytest.mark.parametrize(
    ("version", "accepted"),
    [("v18.20.1", False), ("v20.9.0", False), ("nonsense", False), ("v20.19.0", True)],
)
def test_node_has_to_be_new_enough(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch, version: str, accepted: bool
):
    _program(bin_folder, "npm", "exit 0")
    _program(bin_folder, "node", f"echo {version}")
    monkeypatch.setenv("PATH", str(bin_folder))
    if accepted:
        prepare.check_node()
    else:
        with pytest.raises(prepare.CannotPrepare, match=f"Node is {version}, too old"):
            prepare.check_node()


def test_a_python_without_venv_is_said_and_leaves_no_half_made_folder(tmp_path: Path):
    _program(tmp_path, "python", "exit 1")
    with pytest.raises(prepare.CannotPrepare, match=r"apt-get install python3\.\d+-venv"):
        prepare.make_environment(tmp_path, python=tmp_path / "python")
    assert not (tmp_path / ".venv").exists()


def test_an_environment_that_works_is_kept(tmp_path: Path):
    python = prepare.make_environment(tmp_path, python=Path(sys.executable))
    made = python.stat().st_mtime_ns
    assert prepare.make_environment(tmp_path, python=tmp_path / "not-called") == python
    assert python.stat().st_mtime_ns == made


def test_what_was_done_is_done_again_only_when_its_sources_change(tmp_path: Path):
    source, stamp, calls = tmp_path / "src", tmp_path / "out" / ".done", list[str]()
    source.mkdir()
    (source / "a.ts").write_text("1")

    def once() -> None:
        prepare.unless_done(
            stamp, prepare.digest([source, tmp_path / "absent"]), lambda: calls.append("made")
        )

    once()
    once()
    assert calls == ["made"]
    (source / "b.ts").write_text("2")
    once()
    assert calls == ["made", "made"]


def test_what_failed_is_tried_again(tmp_path: Path):
    stamp, calls = tmp_path / ".done", list[str]()

    def fail() -> None:
        calls.append("tried")
        raise prepare.CannotPrepare("no network")

    for _ in range(2):
        with pytest.raises(prepare.CannotPrepare):
            prepare.unless_done(stamp, "same", fail)
    assert calls == ["tried", "tried"]


def test_a_failed_command_shows_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(prepare.CannotPrepare, match="the sentence"):
        prepare.command(
            [sys.executable, "-c", "raise SystemExit('why')"], cwd=tmp_path, failed="the sentence"
        )
    assert "why" in capsys.readouterr().err
