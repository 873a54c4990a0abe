"""The volunteer sees who is here, away, in a lesson or gone; a reload does not flicker."""

from collections.abc import Collection

import pytest
from redis.asyncio import Redis

from tests.support.people import CLASSROOM, Pupil, School, Volunteer

pytestmark = pytest.mark.processes


async def is_shown(volunteer: Volunteer, pupil: Pupil, presence: str) -> None:
    await volunteer.sees(
        lambda: volunteer.pupil(pupil).get("presence") == presence, f"{pupil.name} as {presence}"
    )


async def test_all_enrolled_pupils_are_on_the_roster_with_name_and_class_also_those_who_are_not_here(
    school: School,
) -> None:
    jeanne = await school.volunteer()
    pupils = {row["name"]: row for row in jeanne.room["pupils"].values()}
    assert {link.name for link in school.system.of_role("pupil")} <= set(pupils)
    assert (pupils["Lina B."]["presence"], pupils["Lina B."]["level"]) == ("gone", "6e")


async def test_she_comes_hides_the_page_has_a_lesson_and_goes(school: School) -> None:
    jeanne, ines = await school.volunteer("Jeanne V."), await school.pupil()
    await is_shown(jeanne, ines, "here")
    await ines.client.set_visible(visible=False)
    await is_shown(jeanne, ines, "away")
    await ines.client.set_visible(visible=True)
    await is_shown(jeanne, ines, "here")
    await school.meet(ines, jeanne)
    await is_shown(jeanne, ines, "lesson")
    assert jeanne.pupil(ines)["with_name"] == "Jeanne V."
    await ines.sees(lambda: ines.room["volunteers"][jeanne.id]["presence"] == "lesson", "the same")
    await ines.hangs_up()
    await is_shown(jeanne, ines, "here")
    await ines.drops()
    await is_shown(jeanne, ines, "gone")
    await jeanne.sees(lambda: "last_seen" in jeanne.pupil(ines), "when she was seen last")
    assert jeanne.pupil(ines)["last_seen"] > school.context.clock() - 30
    await ines.returns()
    await is_shown(jeanne, ines, "here")


async def test_neither_a_reload_nor_closing_one_of_two_pages_flickers(school: School) -> None:
    jeanne, ines, tom = await school.volunteer(), await school.pupil(), await school.pupil()
    second = Pupil(tom.base, tom.id, tom.name, tom.token)
    try:
        await second.comes()
        await is_shown(jeanne, ines, "here")
        await is_shown(jeanne, tom, "here")
        shown: set[str] = set()
        jeanne.client._socket.on("message", handler=watching(jeanne, (ines, tom), shown))
        await ines.drops()
        await ines.returns()
        await tom.drops()
        witness = await school.pupil()
        await witness.drops()
        await is_shown(jeanne, witness, "gone")
        assert shown == {"here"}, "who went after them is gone by now, and they never were"
    finally:
        await second.leaves()


def watching(volunteer: Volunteer, pupils: Collection[Pupil], shown: set[str]):
    """Take messages as before, and note after each how pupils are shown."""

    async def received(data):
        await volunteer.client._received(data)
        shown.update(volunteer.pupil(pupil)["presence"] for pupil in pupils)

    return received


async def test_a_connection_that_nobody_pushes_on_expires(school: School) -> None:
    """Its web process is frozen in mid-air: what it announced last runs out."""
    jeanne, ines = await school.volunteer(), await school.pupil()
    await is_shown(jeanne, ines, "here")
    key, now = f"presence:of:{CLASSROOM}:{ines.id}", school.context.clock()
    async with Redis.from_url(school.system.environment["REDIS_URL"]) as redis:
        for connection, row in (await redis.hgetall(key)).items():
            assert float(row.split()[0]) - now <= 46, "45 s after the last announcement at most"
            await redis.hset(key, connection, f"{now:.3f} 1")
        await redis.zadd("presence:ends", {f"{CLASSROOM} pupil {ines.id}": now})
    await is_shown(jeanne, ines, "gone")
