"""What somebody is doing just now: seen by all, ends by itself, and is missed by nobody while Redis is away."""

import pytest

from signaling.errors import Refusal
from signaling.feeds import ephemeral as ephemeral_module
from signaling.feeds.bus import connect
from signaling.feeds.ephemeral import PERSONS_MOST, VALUE_BYTES, Ephemeral
from signaling.feeds.service import Feeds
from signaling.wire import Code
from tests.support.feeds import running, until

TOPIC = "writing:conversation-1"
DRAFT = {"draft": "Bonjour, je voudrais\x00 …"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Processes:
    """Two processes on one Redis, and what the second one hears."""

    def __init__(self, redis) -> None:
        self.clock = Clock()
        self.heard: list[str] = []
        self.feeds = Feeds(redis)
        self.feeds.on_notice(lambda notice: self.heard.extend(notice.topics))
        self.one = Ephemeral(redis, Feeds(redis), self.clock)
        self.other = Ephemeral(redis, self.feeds, self.clock)


@pytest.fixture
async def processes(valkey):
    redis = connect(valkey.url)
    processes = Processes(redis)
    async with running(processes.feeds.run()):
        await until(lambda: processes.feeds.healthy)
        yield processes
    await redis.aclose()


async def told(processes, count):
    """Wait until so many touches of the topic were heard; one more would be heard before the mark."""
    await processes.feeds.touch("mark")
    await until(lambda: "mark" in processes.heard)
    assert processes.heard.count(TOPIC) == count
    processes.heard.clear()


async def test_what_one_process_puts_another_reads_and_is_told_of(processes):
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    await processes.one.put(TOPIC, "bao", {}, 5.0)
    await processes.one.put("writing:elsewhere", "aya", {}, 5.0)
    assert await processes.other.read(TOPIC) == {"aya": DRAFT, "bao": {}}
    await told(processes, 2)
    await processes.one.drop(TOPIC, "aya")
    await processes.one.drop(TOPIC, "aya")
    assert await processes.other.read(TOPIC) == {"bao": {}}
    await told(processes, 1)


async def test_the_same_again_lives_on_and_is_no_news(processes):
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    processes.clock.now += 4.0
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    processes.clock.now += 4.0
    assert await processes.other.read(TOPIC) == {"aya": DRAFT}
    await told(processes, 1)
    await processes.one.put(TOPIC, "aya", {"draft": "other words"}, 5.0)
    await told(processes, 1)


async def test_what_has_ended_is_not_read_and_the_sweep_says_so_once(processes):
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    await processes.one.put(TOPIC, "bao", DRAFT, 8.0)
    await told(processes, 2)
    assert await processes.other.sweep(processes.clock.now) == 0
    processes.clock.now += 5.0
    assert await processes.other.read(TOPIC) == {"bao": DRAFT}
    assert await processes.other.sweep(processes.clock.now) == 1
    assert await processes.one.sweep(processes.clock.now) == 0
    await told(processes, 1)
    processes.clock.now += 3.0
    assert await processes.other.read(TOPIC) == {}
    assert await processes.other.sweep(processes.clock.now) == 1
    processes.clock.now += 60.0
    assert await processes.other.sweep(processes.clock.now) == 0


async def test_who_comes_back_after_the_end_and_before_the_sweep_is_news(processes):
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    processes.clock.now += 5.0
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    await told(processes, 2)


async def test_values_and_persons_are_bounded(processes):
    with pytest.raises(Refusal) as refused:
        await processes.one.put(TOPIC, "aya", {"draft": "x" * VALUE_BYTES}, 5.0)
    assert refused.value.code is Code.TOO_LARGE
    for number in range(PERSONS_MOST):
        await processes.one.put(TOPIC, f"person-{number}", {}, 5.0)
    with pytest.raises(Refusal) as refused:
        await processes.one.put(TOPIC, "one-more", {}, 5.0)
    assert refused.value.code is Code.TOO_MANY
    await processes.one.put(TOPIC, "person-0", {"changed": True}, 5.0)
    assert len(await processes.other.read(TOPIC)) == PERSONS_MOST
    processes.clock.now += 5.0
    await processes.one.put(TOPIC, "one-more", {}, 5.0)
    assert await processes.other.read(TOPIC) == {"one-more": {}}


async def test_redis_keeps_nothing_for_long_even_without_a_sweep(processes, valkey):
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    assert 60 < await processes.one._redis.ttl(f"ephemeral:{TOPIC}") <= 66


async def test_while_redis_is_away_there_are_no_values_and_nobody_is_hindered(processes, valkey, monkeypatch):
    await processes.one.put(TOPIC, "aya", DRAFT, 5.0)
    valkey.stop()
    for _ in range(50):  # asked once, and then not for a while
        assert await processes.one.read(TOPIC) == {}
        await processes.one.put(TOPIC, "bao", DRAFT, 5.0)
        await processes.one.drop(TOPIC, "aya")
    valkey.start()
    monkeypatch.setattr(ephemeral_module, "RETRY_AFTER_S", 0.0)
    await processes.one.put(TOPIC, "bao", DRAFT, 5.0)
    assert "bao" in await processes.one.read(TOPIC)
