"""What pages are drawn from: rows that a process reads once for all, and what makes it read them again."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from classroom import wire
from classroom.room import KEPT_S, read_room
from tests.support.feeds import running, until


@asynccontextmanager
async def hearing(classroom):
    """This process hears the bus."""
    async with running(classroom.context.feeds.run()):
        await until(lambda: classroom.context.feeds.healthy)
        yield


async def heard(classroom, *topics):
    """Touch topics, as a commit would, and wait until this process has heard them and all that was touched before."""
    arrived, mark = asyncio.Event(), f"mark:{next(classroom.numbers)}"
    classroom.context.feeds.on_notice(lambda notice: arrived.set() if mark in notice.topics else None)
    await classroom.context.feeds.touch(*topics, mark)
    async with asyncio.timeout(5):
        await arrived.wait()


@pytest.fixture
def reads(monkeypatch):
    """How often the rows of the room were read."""
    times = []

    async def counted(*arguments):
        times.append(1)
        return await read_room(*arguments)

    monkeypatch.setattr("classroom.room.read_room", counted)
    return times


async def test_pages_that_are_drawn_at_once_read_the_room_once(classroom, lina, jeanne, reads):
    async with hearing(classroom):
        await asyncio.gather(*(classroom.sees(login) for login in (lina, jeanne) * 10))
        assert len(reads) == 1
        asked = await classroom.ask(lina)
        await heard(classroom, "classroom", f"person:{lina.person.id}", f"person:{jeanne.person.id}")
        assert (await classroom.sees(jeanne)).line[asked.question].ringing
        assert len(reads) == 2
        classroom.now += KEPT_S
        await classroom.sees(jeanne)
        assert len(reads) == 3


async def test_a_pupil_who_comes_or_goes_is_news_for_volunteers_and_not_for_other_pupils(
    classroom, lina, jeanne
):
    view, touched = classroom.part.views["classroom"], set()
    for_pupils = (await view.snapshot(lina, ""))[1]
    for_volunteers = (await view.snapshot(jeanne, ""))[1]
    classroom.context.feeds.on_notice(lambda notice: touched.update(notice.topics))
    async with hearing(classroom):
        adam = await classroom.add("pupil", "Adam")
        await classroom.comes(adam)
        await heard(classroom)
        assert touched & for_volunteers
        assert not touched & for_pupils
        paul = await classroom.add("volunteer", "Paul")
        await classroom.comes(paul)
        await heard(classroom)
        assert touched & for_pupils


async def test_when_a_pupil_was_last_here_is_shown_as_soon_as_she_has_gone(classroom, lina, jeanne):
    async with hearing(classroom):
        assert (await classroom.sees(jeanne)).pupils[lina.person.id].presence == "here"
        await classroom.goes(lina)
        await heard(classroom)
        row = (await classroom.sees(jeanne)).pupils[lina.person.id]
        assert (row.presence, row.last_seen) == ("gone", classroom.now)


async def test_the_device_check_of_one_login_is_not_that_of_another(classroom, lina):
    async with hearing(classroom):
        assert not (await classroom.sees(lina)).checked
        await classroom.says(lina, wire.Checked(camera=True, microphone=True))
        await heard(classroom, f"person:{lina.person.id}")
        assert (await classroom.sees(lina)).checked
        async with classroom.context.database.write() as tx:
            phone, _ = await classroom.context.identity.open_login(tx, lina.person.id, classroom.now)
        assert not (await classroom.sees(phone)).checked
