"""The pupil is connected while she waits and in the call when somebody accepts; nobody is seen or heard before."""

import asyncio

import pytest

from tests.support.people import Person, School, packets

pytestmark = pytest.mark.processes


async def test_she_is_connected_before_and_seen_and_heard_after_accept_without_doing_anything(
    school: School,
) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    hers = await ines.joins(sending=False)
    ines.shows_herself()
    await ines.sees(lambda: ines.seen_call["caller"]["here"], "herself connected while she waits")
    await hers.until(lambda seen: seen.sending["camera/f"].frames > 3)
    assert hers.statistics().first_media_after_s is None

    await jeanne.accepts(ines)
    theirs = await jeanne.joins()
    await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))
    for mine, other in ((hers, theirs), (theirs, hers)):
        (video,) = mine.statistics().by_kind("video")
        assert {stamp for stamp, _ in video.occupants} == {other.stamp_id}
        assert (video.started_without_keyframe, video.jumps, video.picture_jumps) == (0, 0, 0)
        assert mine.statistics().unknown_ssrc == 0
    assert ines.peer is hers, "no second connection"
    await asyncio.gather(ines.sees_call("live"), jeanne.sees_call("live"))


async def test_no_packet_of_anybody_reaches_a_volunteer_before_she_accepts(school: School) -> None:
    jeanne, paul = await school.volunteer(), await school.volunteer()
    ines, tom = await school.pupil(), await school.pupil()
    await ines.asks()
    mine = await ines.joins()
    await tom.asks()
    his = await tom.joins()
    await paul.accepts(tom)
    await paul.joins()
    await asyncio.gather(tom.meets(paul), paul.meets(tom))
    assert packets(mine.statistics(), "video") + packets(mine.statistics(), "audio") == 0, "she still waits"
    assert all(
        stamp != mine.stamp_id for slot in his.statistics().by_kind("video") for stamp, _ in slot.occupants
    )
    await jeanne.accepts(ines)
    await jeanne.joins()
    await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))


async def test_each_reads_the_others_name_with_the_picture_and_not_before(school: School) -> None:
    jeanne, ines = await school.volunteer("Jeanne N."), await school.pupil("Inès N.")
    await ines.asks()
    await ines.joins()
    assert "callee" not in ines.seen_call
    assert ines.seen_call["slots"] == {}
    await jeanne.accepts(ines)
    await jeanne.joins()
    await ines.sees(lambda: ines.seen_call.get("callee", {}).get("name") == "Jeanne N.", "who has taken it")
    await knows_who_is_where(ines, "callee")
    await knows_who_is_where(jeanne, "caller")


async def knows_who_is_where(person: Person, other: str) -> None:
    def shown() -> set[str]:
        slots = person.seen_call["slots"].values()
        return {slot["source"] for slot in slots if slot["peer"] == other}

    await person.sees(lambda: shown() == {"camera", "microphone"}, "whose camera and microphone are where")


async def test_after_the_lesson_both_are_where_they_were_and_the_volunteer_finds_her_two_lines_next_time(
    school: School,
) -> None:
    jeanne, ines = await school.volunteer("Jeanne R."), await school.pupil()
    await school.meet(ines, jeanne)
    await ines.hangs_up()
    for person in (ines, jeanne):
        await person.sees_call("ended")
        await person.is_back()
    assert "question" not in ines.room
    assert (ines.room["lessons"], ines.room["last_with"]) == (1, "Jeanne R.")
    assert jeanne.room["note_wanted"]["lesson"] == jeanne.lesson
    await jeanne.notes("Poser la division.\nElle aime les exemples.")
    await jeanne.sees(lambda: "note_wanted" not in jeanne.room, "no note wanted any more")
    await ines.asks()
    await jeanne.hears(ines)
    known = jeanne.pupil(ines)["familiarity"]
    assert (known["lessons"], known["last_subject"]) == (1, "maths")
    assert known["note"] == "Poser la division.\nElle aime les exemples."
    paul = await school.volunteer()
    assert "familiarity" not in paul.pupil(ines), "her lines are for her only"
