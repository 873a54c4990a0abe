"""Where WebSockets and UDP are blocked, a lesson goes over plain HTTP and ICE-TCP, from the link to the last word."""

import asyncio

import pytest

from tests.support.people import School
from tests.support.photos import jpeg

pytestmark = pytest.mark.processes


async def test_a_pupil_behind_a_blocked_network_asks_is_taken_talks_and_writes(school: School) -> None:
    jeanne = await school.volunteer("Jeanne B.")
    ines = await school.pupil("Inès B.", http=True)
    await jeanne.sees(lambda: jeanne.pupil(ines)["presence"] == "here", "her page, though it only polls")
    photo = await ines.client.send_photo(jpeg())
    await ines.asks("Les fractions", photo=photo)
    mine = await ines.joins()
    row = await jeanne.hears(ines)
    assert row["words"] == "Les fractions"
    await jeanne.accepts(ines)
    await jeanne.joins()
    await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))
    assert mine.statistics().by_kind("video")[0].started_without_keyframe == 0

    await ines.enters_lesson()
    await jeanne.enters_lesson()
    await ines.sees(lambda: ines.seen_call["callee"]["name"] == "Jeanne B.", "who is with her")
    await ines.says("Bonjour")
    await jeanne.says("Bonjour Inès")
    for person in (ines, jeanne):
        await person.reads("Bonjour", "Bonjour Inès")
    assert ines.client.connections == 0, "no WebSocket was opened"
    assert (await jeanne.client.fetch_file(photo))[0] == 200
    await ines.hangs_up()
    for person in (ines, jeanne):
        await person.is_back()


async def test_a_volunteer_behind_a_blocked_network_hears_it_ring_and_teaches(school: School) -> None:
    paul = await school.volunteer(http=True)
    tom = await school.pupil()
    await tom.asks()
    await tom.joins()
    await paul.hears(tom)
    await paul.accepts(tom)
    await paul.joins()
    await asyncio.gather(tom.meets(paul), paul.meets(tom))
    await paul.enters_lesson()
    await paul.hangs_up()
    await tom.sees_call("ended")
    await paul.notes("À revoir.")
    await paul.sees(
        lambda: paul.pupil(tom).get("familiarity", {}).get("note") == "À revoir.", "her two lines"
    )


async def test_both_behind_blocked_networks_meet(school: School) -> None:
    paul, tom = await school.volunteer(http=True), await school.pupil(http=True)
    await school.meet(tom, paul)
    await tom.sees_call("live")
