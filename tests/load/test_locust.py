"""Locust against a whole system: everybody comes and all steps are reached; what is broken makes the run fail."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from load.driver.__main__ import ROLES
from load.steps import Step, needed
from load.system import processes
from load.system.control import Control
from load.system.processes import free_port
from load.system.whole import System, running

ROOT = Path(__file__).parents[2]
LOCUST = str(Path(sys.executable).with_name("locust"))
APPS = ("classroom.app:app", "helpdesk.app:app")
BOTTLENECK = 2
OURS = ("LINKS", "SHAPE", "TALK", "USERS", "RUN_TIME", "LOAD_RECORDS", "LOAD_CONTROL")
CLASSROOM = ("Pupil", "Volunteer")

pytestmark = [pytest.mark.processes, pytest.mark.timeout(150)]


@dataclass(frozen=True)
class Run:
    """What one run of Locust gave."""

    code: int
    text: str
    steps: tuple[Mapping[str, Any], ...]

    def failed(self) -> set[str]:
        return {step["step"] for step in self.steps if step["failed"]}

    def reached(self, role: str) -> set[str]:
        return {step["step"] for step in self.steps if role in ("", step["who"])}

    def check_passed(self, system: System, *, storm: bool) -> None:
        """Every step was reached by everybody and nothing failed.

        How long it took is not asked here: the machine may be busy, and then the run says that it was late, or void.
        """
        found = [line for line in self.text.splitlines() if line.startswith("FAILED:")]
        slow = [line for line in found if "is past its limit" in line or Step.DELAY in line]
        assert found == slow, self.text + system.output()
        assert self.code == (BOTTLENECK if "VOID:" in self.text else int(bool(slow)))
        for role, steps in needed(ROLES, storm=storm).items():
            assert self.reached(role) >= steps, role


def locust(*arguments: str, **more: str) -> Run:
    """Run Locust to its end, as `make load` does."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [LOCUST, "-f", "load/locustfile.py", "--headless", *arguments],
        cwd=ROOT,
        env=environment | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    steps = tuple(json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"step"'))
    return Run(done.returncode, done.stdout, steps)


def run(users: int, seconds: int, shape: str) -> tuple[str, ...]:
    return ("--users", str(users), "--run-time", f"{seconds}s", "--shape", shape, "--talk", "2")


def test_everybody_comes_and_gets_through_a_restart_of_the_web_processes(tmp_path: Path) -> None:
    (tmp_path / "system").mkdir()
    with (
        running(tmp_path / "system", apps=APPS, TRUSTED_PROXY="127.0.0.1") as system,
        Control(tmp_path / "control", {"restart web": system.restart_web}) as control,
    ):
        told = locust(
            *("--host", system.base, *run(10, 40, "storm")),
            LINKS=str(system.write_links()),
            LOAD_CONTROL=str(control.path),
        )
        assert control.failed == []
        assert "STORM: the web processes are restarted." in told.text
        told.check_passed(system, storm=True)
    assert "Generator of this run: driver " in told.text


def test_a_master_deals_the_links_to_two_workers_and_judges_for_them(tmp_path: Path) -> None:
    port = str(free_port())
    (tmp_path / "system").mkdir()
    records = tmp_path / "records"
    with ExitStack() as stack:
        system = stack.enter_context(
            running(tmp_path / "system", apps=APPS, TRUSTED_PROXY="127.0.0.1", DEMO_AGENTS="4")
        )
        workers = [
            stack.enter_context(
                processes.running(
                    [LOCUST, "-f", "load/locustfile.py", "--worker", "--master-port", port],
                    output=tmp_path / f"worker-{number}.txt",
                    env=os.environ | {"LOAD_RECORDS": str(records)},
                    cwd=ROOT,
                )
            )
            for number in range(2)
        ]
        master = (
            "--master",
            "--expect-workers",
            "2",
            "--master-bind-host",
            "127.0.0.1",
            "--master-bind-port",
        )
        told = locust(
            *(*master, port, "--host", system.base, *run(16, 24, "steady")), LINKS=str(system.write_links())
        )
        told.check_passed(system, storm=False)
        for worker in workers:
            worker.wait(20)
            assert worker.survivors() == []
    assert all(f"Generator worker {number}: driver " in told.text for number in range(2))
    recorded = [json.loads(line) for file in records.iterdir() for line in file.read_text().splitlines()]
    counted = sum(step["count"] for step in told.steps)
    assert counted == sum("step" in record for record in recorded)


def test_without_a_forwarding_server_or_a_link_the_run_fails_in_join_and_sign_in(tmp_path: Path) -> None:
    with running(tmp_path, sfu=0) as system:
        lines = (system.of_role(role)[0] for role in ("pupil", "volunteer"))
        links = tmp_path / "two.jsonl"
        links.write_text("\n".join(json.dumps({"role": link.role, "path": link.path}) for link in lines))
        told = locust("--host", system.base, *run(3, 8, "steady"), *CLASSROOM, LINKS=str(links))
    assert told.code == 1
    assert told.failed() == {"join", "sign-in"}, told.text
    assert "no_media_server" in told.text
    assert "more users than links: no pupil is left" in told.text
    assert re.search("FAILED: never reached by any volunteer: .*'loss'", told.text)


def test_a_server_that_is_away_fails_every_sign_in(tmp_path: Path) -> None:
    lines = [f'{{"role": "{role}", "path": "/entrer#{number:032}"}}' for number, role in enumerate(ROLES)]
    links = tmp_path / "links.jsonl"
    links.write_text("\n".join(lines), encoding="utf-8")
    told = locust(
        *("--host", f"http://127.0.0.1:{free_port()}", *run(2, 4, "steady"), *CLASSROOM), LINKS=str(links)
    )
    assert told.code == 1
    assert told.failed() == {Step.SIGN_IN}
    assert "never reached" in told.text


def test_without_links_the_operator_reads_what_to_do() -> None:
    told = locust("--host", "http://127.0.0.1:9")
    assert told.code == 1
    assert "set LINKS to a file" in told.text
