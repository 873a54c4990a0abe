"""Two web processes and two SFU workers over redis-server and PostgreSQL: people meet, whichever process they reach."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import pytest

from load.system.whole import System, running
from signaling.calls import tables
from tests.support.media_workers import redis_of, workers_carry
from tests.support.people import Person, Pupil, School, Volunteer, school_of

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.timeout(120)]
PAGES_MOST = 20
P = TypeVar("P", bound=Person)


async def test_a_pupil_and_a_volunteer_of_different_processes_have_a_lesson(
    redis_server_url: str, postgres_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, web=2, sfu=2, database_url=postgres_url, redis_url=redis_server_url) as system:
        async with school_of(system) as school:
            ines, jeanne = await on_different_processes(system, school)
            await jeanne.sees(
                lambda: jeanne.pupil(ines).get("presence") == "here", "her, of the other process"
            )
            await school.meet(ines, jeanne)
            for number in range(5):
                await ines.says(f"pupil {number}")
                await jeanne.says(f"volunteer {number}")
            expected = [f"{who} {number}" for number in range(5) for who in ("pupil", "volunteer")]
            for person in (ines, jeanne):
                await person.reads(*expected)
                assert person.client.reopened == 0, "nothing was missed"

            async with redis_of(system) as redis:
                await workers_carry(redis, [0, 2], cpu=1.0)
            other = await school.pupil()
            await other.asks()
            await other.joins()
            (first,), (second,) = [await school.rows(tables.call, id=pupil.call) for pupil in (ines, other)]
            assert first["worker"] != second["worker"], "the other media worker carries less"
            await ines.hangs_up()
            await jeanne.is_back()
            await jeanne.hears(other)
            await jeanne.accepts(other)
            await jeanne.joins()
            await asyncio.gather(other.meets(jeanne), jeanne.meets(other))


async def on_different_processes(system: System, school: School) -> tuple[Pupil, Volunteer]:
    """Have volunteers come until one of them is on another process than the pupil: the kernel chooses."""
    ines, of_ines = await placed(system, school.pupil())
    for _ in range(PAGES_MOST):
        jeanne, of_jeanne = await placed(system, school.volunteer())
        if of_jeanne != of_ines:
            return ines, jeanne
        await jeanne.leaves()
    raise AssertionError("the kernel never chose the other process")


async def placed(system: System, coming: Awaitable[P]) -> tuple[P, int]:
    """Have somebody come, and tell the index of the web process that has got a connection more."""
    before = [process.text().count("> connection") for process in system.web]
    person = await coming
    after = [process.text().count("> connection") for process in system.web]
    (index,) = [n for n, (was, now) in enumerate(zip(before, after, strict=True)) if now > was]
    return person, index
