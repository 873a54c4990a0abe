"""Rounds of drawing: each thing once, all of them in the end, pauses as long as the rounds deserve, nobody hangs the others."""

import asyncio

import pytest

from signaling.feeds import redrawing
from signaling.feeds.redrawing import Lane
from tests.support.feeds import running, until


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Pauses(list[float]):
    """What a lane would have slept, in seconds."""

    async def sleep(self, seconds):
        self.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def pauses():
    return Pauses()


async def test_what_is_wanted_together_is_drawn_once_each(clock, pauses):
    drawn = []

    async def draw(thing):
        drawn.append(thing)

    lane = Lane(draw, clock, pause=3.0, sleep=pauses.sleep)
    for thing in "abcab":
        lane.want(thing)
    lane.forget("c")
    async with running(lane.run()):
        await until(lambda: len(drawn) == 2)
    assert drawn == ["a", "b"]


async def test_the_pause_grows_with_the_round_and_has_an_end(clock, pauses):
    takes = iter((0.1, 60.0))

    async def draw(_):
        clock.now += next(takes)

    lane = Lane(draw, clock, pause=3.0, sleep=pauses.sleep)
    async with running(lane.run()):
        for _ in range(2):
            lane.want("a")
            count = len(pauses)
            await until(lambda: len(pauses) == count + 2)  # noqa: B023 - awaited at once
    assert pauses == pytest.approx([redrawing.DEBOUNCE_S, 0.3, redrawing.DEBOUNCE_S, redrawing.PAUSE_MOST_S])


async def test_what_is_wanted_while_it_is_drawn_is_drawn_once_more(clock, pauses):
    drawn = 0

    async def draw(thing):
        nonlocal drawn
        drawn += 1
        if drawn == 1:
            lane.want(thing)

    lane = Lane(draw, clock, pause=0.0, sleep=pauses.sleep)
    lane.want("a")
    async with running(lane.run()):
        await until(lambda: drawn == 2)


async def test_one_that_hangs_holds_up_nobody_else_for_long(clock, pauses, monkeypatch):
    monkeypatch.setattr(redrawing, "ROUND_MOST_S", 0.01)
    released, drawn = asyncio.Event(), []

    async def draw(thing):
        if thing == "slow":
            await released.wait()
        drawn.append(thing)

    lane = Lane(draw, clock, pause=0.0, sleep=pauses.sleep)
    lane.want("slow")
    async with running(lane.run()):
        await until(lambda: "slow" in lane._drawing)
        lane.want("quick")
        lane.want("slow")
        await until(lambda: drawn == ["quick"])
        released.set()
        await until(lambda: drawn == ["quick", "slow", "slow"])
