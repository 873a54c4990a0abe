"""Locust against a whole system: five calls succeed in every step; what is broken makes the run fail."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from load.steps import NEEDED
from load.system.processes import free_port
from load.system.whole import System, running

ROOT = Path(__file__).parents[2]
LOCUST = Path(sys.executable).with_name("locust")
RUN_TIME = "60s"
BOTTLENECK = 2

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@dataclass(frozen=True)
class Run:
    """What one run of Locust gave."""

    code: int
    text: str
    steps: tuple[Mapping[str, Any], ...]

    def failed(self) -> set[str]:
        return {step["step"] for step in self.steps if step["failed"]}


def locust(base: str, links: Path | None, *arguments: str) -> Run:
    """Run Locust to its end, as `make load` does."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("LINKS", "CALLS", "TALK")
    }
    if links:
        environment["LINKS"] = str(links)
    options = ["-f", "load/locustfile.py", "--headless", "--host", base, "--run-time", RUN_TIME, *arguments]
    done = subprocess.run(
        [LOCUST, *options],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    steps = tuple(json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"step"'))
    return Run(done.returncode, done.stdout, steps)


def test_pupils_and_volunteers_meet_in_five_calls(system: System) -> None:
    run = locust(system.base, system.write_links())
    void = "VOID" in run.text  # a machine so busy that the figures mean nothing; the checks hold all the same
    assert run.code == (BOTTLENECK if void else 0), run.text + system.output()
    assert "5 calls took place, of 5." in run.text
    assert {step["step"] for step in run.steps} >= NEEDED
    assert not run.failed()
    counts = {(step["who"], step["step"]): step["count"] for step in run.steps}
    for who in ("pupil", "volunteer"):
        for step in ("join", "first keyframe", "one-way delay", "loss", "chat acknowledgement"):
            assert counts[who, step] == 5, (who, step)
    assert "Generator: driver " in run.text


def test_without_a_forwarding_server_the_run_fails_in_join(tmp_path: Path) -> None:
    with running(tmp_path, sfu=0) as the:
        run = locust(the.base, the.write_links())
    assert run.code == 1
    assert run.failed() == {"join"}
    assert "no_media_server" in run.text
    assert "0 calls took place, of 5." in run.text


def test_a_server_that_is_away_fails_every_sign_in_and_ends_the_run(tmp_path: Path) -> None:
    roles = ("pupil", "pupil", "volunteer")
    lines = [f'{{"role": "{role}", "path": "/entrer#{number:032}"}}' for number, role in enumerate(roles)]
    links = tmp_path / "links.jsonl"
    links.write_text("\n".join(lines), encoding="utf-8")
    run = locust(f"http://127.0.0.1:{free_port()}", links, "--users", "3")
    assert run.code == 1
    assert run.failed() == {"sign-in"}
    assert "never reached" in run.text


def test_more_users_than_links_is_said_and_fails(system: System) -> None:
    run = locust(system.base, system.write_links(), "--users", "11", "--calls", "1", "--talk", "1")
    assert run.code == 1
    assert run.failed() == {"sign-in"}
    assert "no volunteer is left" in run.text
    assert "1 calls took place, of 1." in run.text


def test_without_links_the_operator_reads_what_to_do() -> None:
    run = locust("http://127.0.0.1:9", None)
    assert run.code == 1
    assert "set LINKS to a file" in run.text
