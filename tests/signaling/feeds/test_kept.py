import asyncio

import pytest

from signaling.errors import Refusal
from signaling.feeds.bus import Notice
from signaling.feeds.kept import Kept
from signaling.wire import Code


class Told:
    """What `Kept` wants of the feeds, told by the test."""

    def __init__(self):
        self.healthy = True
        self.notices, self.gaps = [], []

    def on_notice(self, callback):
        self.notices.append(callback)

    def on_gap(self, callback):
        self.gaps.append(callback)

    def touch(self, *topics):
        for callback in self.notices:
            callback(Notice(topics))


class Rows:
    """Counts how often each key was read; the value is that number."""

    def __init__(self):
        self.reads = []
        self.while_reading = lambda: None
        self.refuses = False

    async def read(self, key):
        self.reads.append(key)
        await asyncio.sleep(0)  # so that others ask meanwhile
        self.while_reading()
        if self.refuses:
            raise Refusal(Code.UNAVAILABLE, "the database is away")
        return self.reads.count(key)


@pytest.fixture
def feeds():
    return Told()


@pytest.fixture
def rows():
    return Rows()


@pytest.fixture
def clock():
    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def kept(feeds, clock, rows):
    return Kept(feeds, clock, "person:", rows.read, lives_s=10.0, most=2)


async def test_many_ask_and_one_reads(kept, rows):
    assert await asyncio.gather(*(kept.get("aya") for _ in range(5))) == [1] * 5
    assert rows.reads == ["aya"]


async def test_only_its_own_topic_makes_it_read_again(kept, feeds, rows):
    await kept.get("aya")
    feeds.touch("person:bao", "aya", "presence:class")
    assert await kept.get("aya") == 1
    feeds.touch("person:bao", "person:aya")
    assert await kept.get("aya") == 2


async def test_what_is_touched_while_it_is_read_is_read_again_by_the_next(kept, feeds, rows):
    rows.while_reading = lambda: feeds.touch("person:aya")
    assert await kept.get("aya") == 1
    rows.while_reading = lambda: None
    assert await kept.get("aya") == 2
    assert await kept.get("aya") == 2


async def test_it_lives_for_a_while_only(kept, clock):
    assert await kept.get("aya") == 1
    clock.now += 9.9
    assert await kept.get("aya") == 1
    clock.now += 0.2
    assert await kept.get("aya") == 2


async def test_a_clock_that_was_put_back_keeps_nothing_for_ever(kept, clock):
    await kept.get("aya")
    clock.now -= 3600.0
    assert await kept.get("aya") == 2


async def test_nothing_is_kept_while_the_bus_is_not_heard_nor_over_a_gap(kept, feeds):
    feeds.healthy = False
    assert [await kept.get("aya"), await kept.get("aya")] == [1, 2]
    feeds.healthy = True
    assert await kept.get("aya") == 3, "it was read while nobody would have told of a change"
    for callback in feeds.gaps:
        await callback()
    assert await kept.get("aya") == 4


async def test_the_key_that_was_asked_for_longest_ago_is_forgotten(kept, rows):
    for key in ("aya", "bao", "aya", "cem"):
        await kept.get(key)
    assert await kept.get("aya") == 1
    assert await kept.get("bao") == 2


async def test_a_failure_is_not_kept(kept, rows):
    rows.refuses = True
    with pytest.raises(Refusal):
        await kept.get("aya")
    rows.refuses = False
    assert await kept.get("aya") == 2
