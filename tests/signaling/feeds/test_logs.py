"""Logs: whatever is told when, each connection gets every event once and in order."""

import asyncio
import random

import pytest

from signaling.errors import Refusal
from signaling.feeds import logs as logs_module
from signaling.feeds.bus import Notice
from signaling.feeds.logs import OPEN_MOST, PAGE, OpenLogs
from signaling.wire import Code, LogEnded, LogEvent
from tests.support.feeds import Kept, running, until


class Table:
    """Events as the database holds them."""

    def __init__(self) -> None:
        self.events: dict[str, list[LogEvent]] = {}
        self.away = False

    def add(self, log_id: str, count: int = 1) -> Notice:
        events = self.events.setdefault(log_id, [])
        for _ in range(count):
            seq = len(events) + 1
            events.append(
                LogEvent(seq=seq, kind="said", payload={"text": str(seq)}, author="p", at=float(seq))
            )
        return Notice(logs={log_id: len(events)})

    async def read(self, log_id: str, after: int, limit: int) -> list[LogEvent]:
        if self.away:
            raise Refusal(Code.UNAVAILABLE)
        return self.events.get(log_id, [])[after : after + limit]

    async def heads(self, log_ids) -> dict[str, int]:
        if self.away:
            raise Refusal(Code.UNAVAILABLE)
        return {log_id: len(self.events[log_id]) for log_id in log_ids if log_id in self.events}


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def logs(table):
    return OpenLogs(table.read, table.heads)


def received(sink: Kept) -> list[int]:
    return [event.seq for message in sink.messages for event in message.events]


async def test_what_was_missed_and_what_comes(logs, table):
    sink = Kept()
    table.add("log", 3)
    async with running(logs.run()):
        await logs.open(sink, "log", 1)
        assert received(sink) == [2, 3]
        logs.notice(table.add("log"))
        await until(lambda: received(sink) == [2, 3, 4])
    assert logs.known_heads(sink) == {"log": 4}


async def test_who_opens_a_log_while_the_last_reader_leaves_gets_what_comes(logs, table, monkeypatch):
    leaving, coming, reading = Kept("leaving"), Kept("coming"), asyncio.Event()
    heads = table.heads

    async def slow_heads(log_ids):
        await reading.wait()
        return await heads(log_ids)

    monkeypatch.setattr(logs, "_heads", slow_heads)
    async with running(logs.run()), asyncio.TaskGroup() as opening:
        for sink in (leaving, coming):
            opening.create_task(logs.open(sink, "log", 0))
        await until(lambda: logs.of(coming) == ["log"])
        logs.close_all(leaving)
        reading.set()
        await until(lambda: not logs._open["log"].lock.locked())
        logs.notice(table.add("log"))
        await until(lambda: received(coming) == [1])
    assert (received(leaving), logs.known_heads(coming)) == ([], {"log": 1})


async def test_a_long_log_comes_in_pages(logs, table):
    sink = Kept()
    table.add("log", 2 * PAGE + 1)
    await logs.open(sink, "log", 0)
    assert received(sink) == list(range(1, 2 * PAGE + 2))
    assert len(sink.messages) == 3


async def test_whatever_notices_are_lost_or_doubled_everything_comes_once_in_order(logs, table):
    chance = random.Random(7)
    sinks = [Kept(f"handle-{n}") for n in range(3)]
    async with running(logs.run()):
        for sink in sinks:
            logs.notice(table.add("log", chance.randrange(4)))
            await logs.open(sink, "log", 0)
        for _ in range(60):
            notice = table.add("log", chance.randrange(3))
            for _ in range(chance.randrange(3)):
                logs.notice(notice)
            logs.notice(Notice(logs={"log": max(0, notice.logs["log"] - 2)}))
        await logs.refresh_all()
        await until(lambda: all(len(received(sink)) == len(table.events["log"]) for sink in sinks))
    for sink in sinks:
        assert received(sink) == list(range(1, len(table.events["log"]) + 1))


async def test_a_client_that_found_a_hole_gets_it_filled(logs, table):
    sink = Kept()
    table.add("log", 5)
    await logs.open(sink, "log", 0)
    await logs.open(sink, "log", 3)
    assert received(sink) == [1, 2, 3, 4, 5, 4, 5]


async def test_a_client_that_claims_more_than_there_is_gets_what_comes(logs, table):
    sink = Kept()
    table.add("log", 2)
    async with running(logs.run()):
        await logs.open(sink, "log", 99)
        logs.notice(table.add("log"))
        await until(lambda: received(sink) == [3])


async def test_a_slow_connection_gets_the_rest_when_it_is_ready(logs, table, monkeypatch):
    monkeypatch.setattr(logs_module, "TICK_S", 0.01)
    slow, quick = Kept("handle-slow"), Kept("handle-quick")
    async with running(logs.run()):
        await logs.open(slow, "log", 0)
        await logs.open(quick, "log", 0)
        slow.ready = False
        logs.notice(table.add("log", 2))
        await until(lambda: received(quick) == [1, 2])
        assert received(slow) == []
        slow.ready = True
        await until(lambda: received(slow) == [1, 2])


async def test_who_is_held_while_the_page_is_being_read_gets_it_after_that_only(logs, table, monkeypatch):
    """Consent that is withdrawn, heard in that moment: not one event more until the rights were looked at."""
    monkeypatch.setattr(logs_module, "TICK_S", 0.01)
    sink, read = Kept(), table.read

    async def hold(log_id, after, limit):
        sink.ready = False
        return await read(log_id, after, limit)

    monkeypatch.setattr(logs, "_read", hold)
    table.add("log")
    async with running(logs.run()):
        await logs.open(sink, "log", 0)
        assert received(sink) == []
        monkeypatch.setattr(logs, "_read", read)
        sink.ready = True
        await until(lambda: received(sink) == [1])


async def test_while_the_database_is_away_nothing_is_skipped(logs, table, monkeypatch):
    monkeypatch.setattr(logs_module, "TICK_S", 0.01)
    sink = Kept()
    async with running(logs.run()):
        await logs.open(sink, "log", 0)
        table.away = True
        logs.notice(table.add("log", 2))
        await until(lambda: not logs._dirty)
        table.away = False
        await until(lambda: received(sink) == [1, 2])


async def test_opening_while_the_database_is_away_is_refused_and_leaves_nothing(logs, table):
    sink = Kept()
    table.away = True
    with pytest.raises(Refusal):
        await logs.open(sink, "log", 0)
    assert logs.of(sink) == []
    assert not logs._open


async def test_the_number_of_open_logs_is_bounded(logs):
    sink = Kept()
    for number in range(OPEN_MOST):
        await logs.open(sink, f"log-{number}", 0)
    await logs.open(sink, "log-0", 0)
    with pytest.raises(Refusal) as refused:
        await logs.open(sink, "log-more", 0)
    assert refused.value.code is Code.TOO_MANY
    logs.close_all(sink)
    assert not logs._open
    assert not logs._by_sink


async def test_a_log_that_may_no_longer_be_read_ends(logs, table):
    sink = Kept()
    async with running(logs.run()):
        await logs.open(sink, "log", 0)
        await logs.end(sink, "log", Code.FORBIDDEN)
        logs.notice(table.add("log"))
    assert sink.messages == [LogEnded(log_id="log", code=Code.FORBIDDEN)]


async def test_an_erased_log_does_not_stop_the_others(logs, table):
    sink = Kept()
    async with running(logs.run()):
        await logs.open(sink, "gone", 0)
        await logs.open(sink, "log", 0)
        logs.notice(Notice(logs={"gone": 4}))
        logs.notice(table.add("log"))
        await until(lambda: received(sink) == [1])
