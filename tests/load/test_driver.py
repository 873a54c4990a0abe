"""The driver process: what it answers, how it ends; and that gevent stays away from it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from load.driver.messages import Act, Finished, Measured, Report, Watched
from load.scenarios.lesson import greeting, read_greeting
from load.scenarios.measuring import CheckFailed, Measuring, StepFailed
from load.steps import Step
from load.system.whole import System

ROOT = Path(__file__).parents[2]
WITHIN_S = 20.0


class Owner:
    """The other end of the pipes, as Locust's process has it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def ask(self, act: Act) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(act) + b"\n")

    async def report(self) -> Report:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), WITHIN_S)
        report: Report = msgspec.json.decode(line, type=Report)
        return report

    async def end(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await asyncio.wait_for(self._process.wait(), WITHIN_S)


@asynccontextmanager
async def driver(**more: str) -> AsyncIterator[Owner]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "load.driver",
        cwd=ROOT,
        env=os.environ | more,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield Owner(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.processes
async def test_a_server_that_is_away_is_a_failed_sign_in_and_the_driver_ends_with_its_input() -> None:
    async with driver() as owner:
        owner.ask(Act(id=1, user=7, act="enter", role="pupil", base="http://127.0.0.1:9", token="x" * 32))
        measured = await owner.report()
        assert isinstance(measured, Measured)
        assert (measured.who, measured.step) == ("pupil", "sign-in")
        assert measured.error
        assert await owner.report() == Finished(id=1, failed=True)
        owner.ask(Act(id=2, user=7, act="turn"))
        refused = await owner.report()
        assert isinstance(refused, Measured)
        assert refused.error == "not signed in"
        assert await owner.report() == Finished(id=2, failed=True)
        assert await owner.end() == 0


@pytest.mark.processes
async def test_a_volunteer_sees_herself_waits_in_vain_and_leaves(system: System, tmp_path: Path) -> None:
    token = system.of_role("volunteer")[0].token
    async with driver(LOAD_RECORDS=str(tmp_path / "records")) as owner:
        owner.ask(Act(id=1, user=1, act="enter", role="volunteer", base=system.base, token=token))
        steps = [await owner.report(), await owner.report()]
        assert [step.step for step in steps if isinstance(step, Measured) and not step.error] == [
            "sign-in",
            "presence",
        ]
        assert await owner.report() == Finished(id=1, took_place=True)
        owner.ask(Act(id=2, user=1, act="turn"))
        assert await owner.report() == Finished(id=2, took_place=False)
        owner.ask(Act(id=3, act="watch", locust_cpu=0.25))
        watched = await owner.report()
        assert isinstance(watched, Watched)
        assert (watched.users, watched.calls) == (1, 0.0)
        assert 0 < watched.cpu < 2
        owner.ask(Act(id=4, user=1, act="turn"))
        owner.ask(Act(id=5, user=1, act="turn"))
        assert await owner.report() == Finished(id=5, error="our fault: two acts of one user at once")
        owner.ask(Act(id=6, user=1, act="leave"))
        assert await owner.report() == Finished(id=6, took_place=True)
        assert await owner.end() == 0
    kinds = [msgspec.json.decode(line).keys() for line in _recorded(tmp_path / "records")]
    assert [("step" in kind, "locust_cpu" in kind) for kind in kinds] == [(True, False)] * 2 + [(False, True)]


def _recorded(folder: Path) -> list[bytes]:
    (file,) = folder.iterdir()
    return file.read_bytes().splitlines()


@pytest.mark.processes
async def test_after_the_cut_nothing_counts() -> None:
    async with driver() as owner:
        owner.ask(Act(act="cut"))
        owner.ask(Act(id=1, user=7, act="enter", role="pupil", base="http://127.0.0.1:9", token="x" * 32))
        assert await owner.report() == Finished(id=1, failed=True)
        owner.ask(Act(id=2, user=8, act="enter", role="nobody", base="http://127.0.0.1:9"))
        assert await owner.report() == Finished(id=2, error="our fault: KeyError")
        assert await owner.end() == 0


@pytest.mark.parametrize(
    ("module", "strangers"),
    [
        ("load.users", {"aiortc", "aiohttp", "load.client", "load.peer.peer", "load.scenarios.person"}),
        ("load.driver.__main__", {"gevent", "locust"}),
    ],
)
def test_gevent_and_asyncio_never_share_a_process(module: str, strangers: set[str]) -> None:
    code = f"import sys, {module}; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not strangers & set(done.stdout.split())


def test_a_failed_step_is_reported_once_and_ends_what_follows() -> None:
    reported: list[tuple[Step, str]] = []
    measuring = Measuring(lambda step, _value, error: reported.append((step, error)))
    with measuring.timed(Step.JOIN):
        pass
    with pytest.raises(StepFailed), measuring.timed(Step.JOIN):
        raise CheckFailed("no way")
    assert reported == [(Step.JOIN, ""), (Step.JOIN, "no way")]


def test_a_fault_of_ours_is_no_failed_step() -> None:
    reported: list[Step] = []
    measuring = Measuring(lambda step, _value, _error: reported.append(step))
    with pytest.raises(KeyError), measuring.timed(Step.JOIN):
        raise KeyError("epoch")
    assert reported == []


def test_a_message_tells_whose_media_and_when_and_nothing_else_passes() -> None:
    assert read_greeting(greeting(42, 123)) == (42, 123)
    with pytest.raises(CheckFailed):
        read_greeting("Bonjour ! [42 123] et autre chose")
