"""The promise of the log while several processes write and while they are killed."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from load.system.processes import Process, running
from signaling.database import Database
from signaling.log.service import Log
from signaling.wire import LogEvent

pytestmark = pytest.mark.processes

Writer = Callable[[str, str], AbstractContextManager[Process]]


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


@pytest.fixture
async def lesson(database: Database, log: Log) -> str:
    async with database.write() as tx:
        return await log.create(tx, app="classroom", purge_at=None)


@pytest.fixture
def writer(database_url: str, lesson: str, tmp_path: Path) -> Writer:
    def start(author: str, times: str) -> AbstractContextManager[Process]:
        command = [sys.executable, "-m", "tests.signaling.log.writer", database_url, lesson, author, times]
        return running(command, output=tmp_path / f"{author}.txt")

    return start


def acknowledged(process: Process) -> set[tuple[int, str]]:
    lines = [line.split() for line in process.text().splitlines(keepends=True) if line.endswith("\n")]
    return {(int(seq), client_id) for seq, client_id in lines}


async def read_everything(log: Log, log_id: str) -> list[LogEvent]:
    events: list[LogEvent] = []
    while page := await log.read(log_id, after=len(events), limit=7):
        events += page
    return events


async def test_a_reader_beside_three_writers_never_sees_a_hole_nor_a_late_number(
    log: Log, lesson: str, writer: Writer
) -> None:
    with writer("a", "30") as a, writer("b", "30") as b, writer("c", "30") as c:
        seen: list[LogEvent] = []
        while len(seen) < 90:
            seen += await log.read(lesson, after=len(seen))
            assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
            assert all(process.popen.poll() in (None, 0) for process in (a, b, c))
        assert [await asyncio.to_thread(process.wait) for process in (a, b, c)] == [0, 0, 0]
        told = acknowledged(a) | acknowledged(b) | acknowledged(c)
    assert seen == await read_everything(log, lesson)
    assert told == {(event.seq, event.client_id) for event in seen}
    for author in "abc":
        assert [event.client_id for event in seen if event.author == author] == [
            f"{author}-{n}" for n in range(30)
        ]


async def test_killed_before_the_commit_nothing_is_stored_and_the_number_is_free(
    database: Database, log: Log, lesson: str, writer: Writer
) -> None:
    with writer("a", "inside") as process:
        await asyncio.to_thread(process.wait_for, "appended 1\n")
        assert await log.read(lesson, 0) == []
        process.popen.kill()
        await asyncio.to_thread(process.wait)
    async with database.write() as tx:
        event = await log.append(
            tx, lesson, author="b", client_id="b-message", kind="said", payload={}, now=1.0
        )
    assert event.seq == 1
    assert [event.author for event in await log.read(lesson, 0)] == ["b"]


async def test_killed_at_any_moment_what_was_acknowledged_is_there_and_a_repeat_doubles_nothing(
    log: Log, lesson: str, writer: Writer
) -> None:
    with writer("a", "100000") as process:
        await asyncio.to_thread(process.wait_for, "\n20 ")
        process.popen.kill()
        await asyncio.to_thread(process.wait)
        told = acknowledged(process)
    stored = await read_everything(log, lesson)
    assert told <= {(event.seq, event.client_id) for event in stored}
    assert len(stored) - len(told) <= 1  # at most the one between its commit and its acknowledgement
    with writer("a", str(len(stored) + 5)) as again:
        assert await asyncio.to_thread(again.wait) == 0
        assert told <= acknowledged(again)
    events = await read_everything(log, lesson)
    assert [(event.seq, event.client_id) for event in events] == [
        (n + 1, f"a-{n}") for n in range(len(stored) + 5)
    ]
