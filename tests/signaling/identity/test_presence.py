"""Presence on a real Valkey: who is here, away, gone; a reload does not flicker; nothing is lost for long."""

import asyncio
import os
import signal

import pytest

from signaling.errors import Refusal
from signaling.feeds.bus import Notice, connect
from signaling.feeds.service import Feeds
from signaling.identity import presence as module
from signaling.identity.presence import GRACE_S, LIVES_S, Presence
from signaling.identity.service import Person
from signaling.wire import Code

AYA = Person(id="aya", app="class", role="pupil", name="Aya", language="fr")
BAO = Person(id="bao", app="class", role="pupil", name="Bao", language="fr")
CHANGED = ["person:aya", "presence:class", "presence:class:pupil"]


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Seen:
    """The one thing of Identity that presence uses."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    async def note_seen(self, person_id: str, now: float) -> None:
        self.at[person_id] = now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def touched():
    return []


@pytest.fixture
async def presence(valkey, clock, seen, touched):
    client = connect(valkey.url)
    feeds = Feeds(client)
    feeds.on_notice(lambda notice: touched.extend(notice.topics))
    presence = Presence(client, feeds, seen, clock)

    async def hear(*topics):  # what the bus does in a running process
        touched.extend(topics)
        presence._notice(Notice(topics))

    feeds.touch = hear  # type: ignore[method-assign]
    yield presence
    await client.aclose()


async def test_here_away_gone(presence, clock, seen, touched):
    await presence.announce(AYA, "c1", visible=True)
    assert await presence.of("class") == {"aya": "here"}
    await presence.announce(AYA, "c1", visible=False)
    assert await presence.of("class") == {"aya": "away"}
    await presence.leave(AYA, "c1")
    clock.now += GRACE_S + 0.1
    assert await presence.sweep(clock.now) == ["aya"]
    assert await presence.of("class") == {}
    assert seen.at == {"aya": clock.now}
    assert touched == [*CHANGED * 3, "seen:class"]


async def test_announcing_again_tells_nobody(presence, clock, touched):
    await presence.announce(AYA, "c1", visible=True)
    clock.now += 15.0
    await presence.announce(AYA, "c1", visible=True)
    assert touched == CHANGED


async def test_a_reload_does_not_flicker(presence, clock, seen, touched):
    await presence.announce(AYA, "before", visible=True)
    await presence.leave(AYA, "before")
    clock.now += GRACE_S / 2
    await presence.announce(AYA, "after", visible=True)
    clock.now += GRACE_S
    assert await presence.sweep(clock.now) == []
    assert await presence.of("class") == {"aya": "here"}
    assert touched == CHANGED, "only that she came"
    assert seen.at == {}


async def test_who_comes_back_after_her_end_and_before_the_sweep_is_told_to_those_who_saw_her_gone(
    presence, clock, touched
):
    await presence.announce(AYA, "tab1", visible=True)
    await presence.leave(AYA, "tab1")
    clock.now += GRACE_S + 0.1
    assert await presence.of("class") == {}
    touched.clear()
    await presence.announce(AYA, "tab2", visible=True)
    assert touched
    assert await presence.of("class") == {"aya": "here"}


async def test_a_lost_connection_expires(presence, clock, seen):
    await presence.announce(AYA, "c1", visible=True)
    await presence.announce(BAO, "c2", visible=True)
    clock.now += LIVES_S - 1
    await presence.announce(BAO, "c2", visible=True)
    assert await presence.sweep(clock.now) == []
    clock.now += 1.1
    assert await presence.of("class") == {"bao": "here"}, "even when no worker sweeps"
    assert await presence.sweep(clock.now) == ["aya"]


async def test_a_hidden_second_tab_keeps_her_away_when_the_shown_one_goes(presence, clock, touched):
    await presence.announce(AYA, "shown", visible=True)
    await presence.announce(AYA, "hidden", visible=False)
    assert await presence.of("class") == {"aya": "here"}
    await presence.leave(AYA, "shown")
    clock.now += GRACE_S + 0.1
    assert await presence.sweep(clock.now) == []
    assert await presence.of("class") == {"aya": "away"}
    assert touched == CHANGED * 2


async def test_apps_are_apart(presence):
    await presence.announce(AYA, "c1", visible=True)
    assert await presence.of("desk") == {}


async def test_while_redis_is_away_the_last_known_is_shown_and_a_while_after_it_came_back_empty(
    presence, valkey, clock, seen
):
    await presence.announce(AYA, "c1", visible=True)
    await presence.announce(BAO, "c2", visible=True)
    assert len(await presence.of("class")) == 2
    valkey.stop()
    clock.now += 20.0
    assert await presence.of("class") == {"aya": "here", "bao": "here"}
    valkey.start()
    await presence.after_gap()
    await presence.announce(AYA, "c1", visible=False)
    assert await presence.of("class") == {"aya": "away", "bao": "here"}, "bao's process has not announced yet"
    assert await presence.sweep(clock.now) == []
    assert seen.at == {}, "nobody left"
    clock.now += 6.0
    assert await presence.of("class") == {"aya": "away"}


async def test_nothing_known_and_redis_away_is_said(presence, valkey, clock):
    valkey.stop()
    with pytest.raises(Refusal) as refused:
        await presence.of("class")
    assert refused.value.code is Code.UNAVAILABLE


async def test_a_redis_that_hangs_is_waited_for_once_and_the_last_known_shown(
    presence, valkey, clock, monkeypatch
):
    monkeypatch.setattr(module, "ANSWER_WITHIN_S", 0.05)
    await presence.announce(AYA, "c1", visible=True)
    await presence.of("class")
    presence._notice(Notice(("presence:class",)))
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        assert await presence.of("class") == {"aya": "here"}
        async with asyncio.timeout(0.01):  # nobody waits a second time
            assert await presence.of("class") == {"aya": "here"}
    finally:
        os.kill(valkey.pid, signal.SIGCONT)
    await presence.after_gap()
    clock.now += 6.0
    assert await presence.of("class") == {"aya": "here"}


async def test_what_changes_while_it_is_read_is_read_again(presence, monkeypatch):
    await presence.announce(AYA, "c1", visible=True)
    read = presence._redis.hgetall

    async def read_before(key):
        monkeypatch.setattr(presence._redis, "hgetall", read)
        rows = await read(key)
        await presence.announce(AYA, "c1", visible=False)
        return rows

    monkeypatch.setattr(presence._redis, "hgetall", read_before)
    assert await presence.of("class") == {"aya": "here"}
    assert await presence.of("class") == {"aya": "away"}


async def test_many_ask_who_is_here_and_one_reads(presence, monkeypatch):
    await presence.announce(AYA, "c1", visible=True)
    reads, read = [], presence._redis.hgetall

    async def counted(key):
        reads.append(key)
        return await read(key)

    monkeypatch.setattr(presence._redis, "hgetall", counted)
    assert await asyncio.gather(*(presence.of("class") for _ in range(8))) == [{"aya": "here"}] * 8
    assert reads == ["presence:class"]
