"""Each call is placed on the media worker that carries least, and stays there."""

import asyncio
from pathlib import Path

import pytest

from load.system.whole import running
from signaling.calls import tables
from tests.support.media_workers import redis_of, workers_carry
from tests.support.people import Pupil, School, school_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


async def test_two_workers_share_the_calls_and_a_third_takes_the_next(tmp_path: Path) -> None:
    with running(tmp_path, sfu=2) as system:
        async with school_of(system) as school, redis_of(system) as redis:
            pupils = [await school.pupil() for _ in range(3)]
            first, second = pupils[:2]
            for placed, pupil in enumerate((first, second), start=1):
                await pupil.asks()
                await pupil.joins(sending=False)
                await workers_carry(redis, [0] * (2 - placed) + [1] * placed)
            assert await worker_of(school, first) != await worker_of(school, second)

            system.start_sfu()
            await workers_carry(redis, [0, 1, 1])
            await pupils[2].asks()
            await pupils[2].joins(sending=False)
            await workers_carry(redis, [1, 1, 1])
            assert len({await worker_of(school, pupil) for pupil in pupils}) == 3

            jeanne = await school.volunteer()
            await jeanne.accepts(first)
            before = await worker_of(school, first)
            first.shows_herself()
            await jeanne.joins()
            await asyncio.gather(first.meets(jeanne), jeanne.meets(first))
            assert await worker_of(school, first) == before, "both of a call are on one worker"


async def worker_of(school: School, pupil: Pupil) -> str:
    (call,) = await school.rows(tables.call, id=pupil.call)
    return str(call["worker"])
