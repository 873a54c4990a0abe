"""The driver process: what it answers, how it ends, what it finds wrong with media; and that gevent stays away."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from load.driver.messages import Act, Finished, Measured, Report, Watched
from load.peer.statistics import PeerStatistics, SlotStatistics
from load.scenarios.lesson import greeting, read_greeting
from load.scenarios.measuring import CheckFailed, Measuring, StepFailed
from load.scenarios.media import complaints, lost_per_mille, percentile
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
async def driver() -> AsyncIterator[Owner]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "load.driver",
        cwd=ROOT,
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
        assert (measured.id, measured.step) == (1, "sign-in")
        assert measured.error
        assert await owner.report() == Finished(id=1)
        owner.ask(Act(id=2, user=7, act="turn"))
        refused = await owner.report()
        assert isinstance(refused, Measured)
        assert refused.error == "not signed in"
        assert await owner.report() == Finished(id=2)
        assert await owner.end() == 0


@pytest.mark.processes
async def test_a_volunteer_sees_herself_and_waits_in_vain(system: System) -> None:
    token = system.of_role("volunteer")[0].token
    async with driver() as owner:
        owner.ask(Act(id=1, user=1, act="enter", role="volunteer", base=system.base, token=token))
        steps = [await owner.report(), await owner.report()]
        assert [step.step for step in steps if isinstance(step, Measured) and not step.error] == [
            "sign-in",
            "presence",
        ]
        assert await owner.report() == Finished(id=1, took_place=True)
        owner.ask(Act(id=2, user=1, act="turn"))
        assert await owner.report() == Finished(id=2, took_place=False)
        owner.ask(Act(id=3, user=0, act="watch"))
        watched = await owner.report()
        assert isinstance(watched, Watched)
        assert 0 < watched.cpu_share < 2
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


def good_media() -> tuple[PeerStatistics, SlotStatistics]:
    video = SlotStatistics("6", "video", packets=900, keyframes=1, occupants=[(42, 3)])
    audio = SlotStatistics("3", "audio", packets=100, occupants=[(42, 0)])
    return PeerStatistics(slots={"3": audio, "6": video}), video


def test_nothing_is_wrong_with_continuous_media_of_the_other() -> None:
    seen, video = good_media()
    assert complaints(seen, 42, lost_per_mille([video])) == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("jumps", 2, "2 jumps"),
        ("picture_jumps", 1, "1 picture_jumps"),
        ("started_without_keyframe", 1, "1 started_without_keyframe"),
        ("occupants", [(42, 3), (43, 3)], "media of somebody else"),
        ("packets", 0, "no video came"),
    ],
)
def test_what_a_person_would_notice_is_named(name: str, value: object, complaint: str) -> None:
    seen, video = good_media()
    setattr(video, name, value)
    assert complaints(seen, 42, 0.0) == [complaint]


def test_a_packet_that_was_repaired_was_lost_all_the_same() -> None:
    seen, video = good_media()
    video.packets, video.repaired, video.missing = 980, 19, 1
    assert lost_per_mille([video]) == 20.0
    assert complaints(seen, 42, 20.0) == ["20.0 of a thousand packets lost"]


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([], 0.5) == 0.0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 3.0], 0.99) == 3.0


def test_a_message_tells_whose_media_and_when_and_nothing_else_passes() -> None:
    assert read_greeting(greeting(42, 123)) == (42, 123)
    with pytest.raises(CheckFailed):
        read_greeting("Bonjour ! [42 123] et autre chose")
