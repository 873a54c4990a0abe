import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from signaling.database import Database
from signaling.errors import Refusal
from signaling.log.service import PAYLOAD_BYTES, Log
from signaling.wire import Code, LogEvent
from tests.support.databases import Bell

NOW = 1_800_000_000.0


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


@pytest.fixture
async def lesson(database: Database, log: Log) -> str:
    async with database.write() as tx:
        return await log.create(tx, app="classroom", purge_at=NOW + 100)


async def say(
    database: Database, log: Log, log_id: str, client_id: str, text: str = "bonjour", author: str = "ines"
) -> LogEvent:
    async with database.write() as tx:
        return await log.append(
            tx, log_id, author=author, client_id=client_id, kind="said", payload={"text": text}, now=NOW
        )


def assert_contiguous(events: Sequence[LogEvent]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


async def test_events_are_numbered_from_one_without_holes(
    database: Database, log: Log, lesson: str, bell: Bell
) -> None:
    for number in range(5):
        await say(database, log, lesson, f"message-{number}")
    events = await log.read(lesson, 0)
    assert_contiguous(events)
    assert [event.client_id for event in events] == [f"message-{number}" for number in range(5)]
    assert bell.logs == [{lesson: seq} for seq in range(1, 6)]
    assert await log.heads([lesson, "unknown"]) == {lesson: 5}


async def test_reading_goes_on_after_what_is_held(database: Database, log: Log, lesson: str) -> None:
    for number in range(5):
        await say(database, log, lesson, f"message-{number}")
    assert [event.seq for event in await log.read(lesson, 2)] == [3, 4, 5]
    assert [event.seq for event in await log.read(lesson, 2, limit=2)] == [3, 4]
    assert await log.read(lesson, 5) == []
    assert await log.read("unknown", 0) == []


async def test_an_event_tells_when_it_was_written(database: Database, log: Log, lesson: str) -> None:
    await say(database, log, lesson, "message-1")
    async with database.read() as tx:
        assert [await log.written_at(tx, lesson, seq) for seq in (1, 2)] == [NOW, 0.0]
        assert await log.written_at(tx, "unknown", 1) == 0.0


async def test_a_repeat_returns_the_first_answer(
    database: Database, log: Log, lesson: str, bell: Bell
) -> None:
    first = await say(database, log, lesson, "message-1")
    await say(database, log, lesson, "message-2")
    assert await say(database, log, lesson, "message-1") == first
    assert await log.heads([lesson]) == {lesson: 2}
    assert len(bell.logs) == 2


async def test_the_same_client_id_with_other_content_is_refused(
    database: Database, log: Log, lesson: str
) -> None:
    await say(database, log, lesson, "message-1", "bonjour")
    with pytest.raises(Refusal) as caught:
        await say(database, log, lesson, "message-1", "au revoir")
    assert caught.value.code is Code.REPEATED_DIFFERENTLY
    assert [event.payload for event in await log.read(lesson, 0)] == [{"text": "bonjour"}]


async def test_a_client_id_belongs_to_its_author_and_its_log(
    database: Database, log: Log, lesson: str
) -> None:
    async with database.write() as tx:
        other = await log.create(tx, app="classroom", purge_at=None)
    assert (await say(database, log, lesson, "message-1", author="ines")).seq == 1
    assert (await say(database, log, lesson, "message-1", "autre", author="leo")).seq == 2
    assert (await say(database, log, other, "message-1", "autre")).seq == 1


async def test_the_system_writes_without_a_client_id_as_often_as_it_likes(
    database: Database, log: Log, lesson: str
) -> None:
    await say(database, log, lesson, "", author="")
    await say(database, log, lesson, "", author="")
    assert [event.client_id for event in await log.read(lesson, 0)] == ["", ""]


async def test_a_transaction_that_fails_leaves_no_hole(database: Database, log: Log, lesson: str) -> None:
    await say(database, log, lesson, "message-1")

    async def fail() -> None:
        async with database.write() as tx:
            await log.append(
                tx, lesson, author="ines", client_id="message-2", kind="said", payload={"text": "x"}, now=NOW
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await say(database, log, lesson, "message-3")).seq == 2


async def test_a_repeat_leaves_no_hole_whatever_its_caller_goes_on_to_do(
    database: Database, log: Log, lesson: str
) -> None:
    async with database.write() as tx:
        for text, client_id in (
            ("one", "message-1"),
            ("one", "message-1"),
            ("other", "message-1"),
            ("two", ""),
        ):
            values: dict[str, Any] = {
                "author": "ines",
                "client_id": client_id,
                "kind": "said",
                "payload": {"text": text},
            }
            if text == "other":
                with pytest.raises(Refusal):
                    await log.append(tx, lesson, **values, now=NOW)
            else:
                await log.append(tx, lesson, **values, now=NOW)
    events = await log.read(lesson, 0)
    assert_contiguous(events)
    assert [event.payload["text"] for event in events] == ["one", "two"]
    assert await log.heads([lesson]) == {lesson: 2}


async def test_many_repeats_at_once_store_one_event(database: Database, log: Log, lesson: str) -> None:
    answers = await asyncio.gather(*(say(database, log, lesson, "message-1") for _ in range(8)))
    assert len({answer.seq for answer in answers}) == 1
    assert len(await log.read(lesson, 0)) == 1


async def test_an_unknown_log_and_a_huge_event_are_refused(database: Database, log: Log, lesson: str) -> None:
    with pytest.raises(Refusal) as caught:
        await say(database, log, "unknown", "message-1")
    assert caught.value.code is Code.NOT_FOUND
    with pytest.raises(Refusal) as caught:
        await say(database, log, lesson, "message-1", "x" * PAYLOAD_BYTES)
    assert caught.value.code is Code.TOO_LARGE


async def test_any_text_comes_back_as_it_was(database: Database, log: Log, lesson: str) -> None:
    text = "é 👩🏽‍🏫 \0 ﷽ \\ \" '; DROP TABLE log; --"
    await say(database, log, lesson, "message-1", text)
    assert (await log.read(lesson, 0))[0].payload == {"text": text}


async def test_purge_and_erase_delete_the_log_with_its_events(
    database: Database, log: Log, lesson: str
) -> None:
    await say(database, log, lesson, "message-1")
    async with database.write() as tx:
        kept = await log.create(tx, app="classroom", purge_at=None)
    await say(database, log, kept, "message-1")
    assert await log.purge(NOW + 99) == 0
    assert await log.purge(NOW + 100) == 1
    assert await log.read(lesson, 0) == []
    assert await log.heads([lesson, kept]) == {kept: 1}
    async with database.write() as tx:
        await log.erase(tx, kept)
        await log.erase(tx, kept)
    assert await log.read(kept, 0) == []
