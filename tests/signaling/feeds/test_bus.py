"""The bell between processes, on a real Valkey."""

import os
import signal
import time

import pytest

from sfu.control import ROOM_CHANNEL
from signaling.feeds import bus as bus_module
from signaling.feeds.bus import CHANNEL, Bus, Notice, connect
from tests.support.feeds import running, until


class Ear:
    """A bus and what it heard."""

    def __init__(self, redis) -> None:
        self.notices: list[Notice] = []
        self.gaps = 0
        self.now = time.monotonic()
        self.bus = Bus(redis, lambda: self.now, self.notices.append, self._gap)

    def _gap(self) -> None:
        self.gaps += 1


@pytest.fixture
async def redis(valkey):
    client = connect(valkey.url)
    yield client
    await client.aclose()


async def test_every_process_hears_what_one_publishes(redis):
    left, right = Ear(redis), Ear(redis)
    async with running(left.bus.run(), right.bus.run()):
        await until(lambda: left.bus.healthy and right.bus.healthy)
        await left.bus.publish({"classroom"}, {"log-1": 7})
        await until(lambda: bool(left.notices and right.notices))
    assert left.notices == right.notices == [Notice(("classroom",), {"log-1": 7})]
    assert left.gaps == right.gaps == 1


async def test_a_changed_room_of_a_worker_is_a_topic(redis):
    ear = Ear(redis)
    async with running(ear.bus.run()):
        await until(lambda: ear.bus.healthy)
        await redis.publish(ROOM_CHANNEL, "call-1")
        await until(lambda: bool(ear.notices))
    assert ear.notices == [Notice(("room:call-1",))]


async def test_rubbish_on_the_channel_is_dropped_and_counted(redis):
    ear = Ear(redis)
    async with running(ear.bus.run()):
        await until(lambda: ear.bus.healthy)
        await redis.publish(CHANNEL, b"\xc1 no msgpack")
        await ear.bus.publish({"after"}, {})
        await until(lambda: bool(ear.notices))
    assert ear.bus.dropped == 1
    assert ear.notices == [Notice(("after",))]


async def test_it_hears_itself_ring_and_is_unhealthy_when_it_does_not(redis, monkeypatch):
    monkeypatch.setattr(bus_module, "RING_EVERY_S", 0.02)
    ear = Ear(redis)
    assert not ear.bus.healthy
    async with running(ear.bus.run()):
        await until(lambda: ear.bus.healthy)
        ear.now += 16.0
        await until(lambda: ear.bus.healthy)
    ear.now += 16.0
    assert not ear.bus.healthy


async def test_after_redis_came_back_the_gap_is_told(redis, valkey):
    ear = Ear(redis)
    async with running(ear.bus.run()):
        await until(lambda: ear.bus.healthy)
        valkey.stop()
        await ear.bus.publish({"while-away"}, {})
        assert ear.notices == [Notice(("while-away",))], "at least this process hears it"
        await until(lambda: not ear.bus.healthy)
        valkey.start()
        await until(lambda: ear.bus.healthy)
        assert ear.gaps == 2
        await ear.bus.publish({"again"}, {})
        await until(lambda: ear.notices[-1] == Notice(("again",)))


async def test_a_redis_that_hangs_holds_nobody_up(redis, valkey, monkeypatch):
    monkeypatch.setattr(bus_module, "PUBLISH_WITHIN_S", 0.1)
    ear = Ear(redis)
    async with running(ear.bus.run()):
        await until(lambda: ear.bus.healthy)
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            await ear.bus.publish({"meanwhile"}, {})
            assert ear.notices == [Notice(("meanwhile",))], "at least this process hears it"
        finally:
            os.kill(valkey.pid, signal.SIGCONT)
