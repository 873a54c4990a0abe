import asyncio
from contextlib import asynccontextmanager

import pytest

from helpdesk.line.picture import read_picture
from helpdesk.line.pictures import KEPT_S, Pictures
from tests.support.feeds import running, until


@pytest.fixture
async def shared(desk):
    return Pictures(desk.context)


@pytest.fixture
def reads(monkeypatch):
    """How often the rows were read."""
    times = []

    async def counted(*arguments, **options):
        times.append(1)
        return await read_picture(*arguments, **options)

    monkeypatch.setattr("helpdesk.line.pictures.read_picture", counted)
    return times


@asynccontextmanager
async def hearing(desk):
    """This process hears the bus."""
    async with running(desk.context.feeds.run()):
        await until(lambda: desk.context.feeds.healthy)
        yield


async def heard(desk, shared, what):
    """Touch a topic and wait until this process has heard it, and all that was touched before."""
    arrived, mark = asyncio.Event(), f"mark:{desk.client_id()}"
    desk.context.feeds.on_notice(lambda notice: arrived.set() if mark in notice.topics else None)
    await desk.context.feeds.touch(what, mark)
    async with asyncio.timeout(5):
        await arrived.wait()


async def test_many_pages_that_are_drawn_at_once_read_the_rows_once(desk, paul, shared, reads):
    async with hearing(desk):
        await asyncio.gather(*(shared.read() for _ in range(20)))
    assert len(reads) == 1


async def test_they_are_read_anew_when_the_line_moved_and_not_when_somebody_came(
    desk, paul, claire, shared, reads
):
    async with hearing(desk):
        before = await shared.read()
        assert claire.person.id in before.presence
        asked = await desk.asks(paul)
        await heard(desk, shared, "helpdesk")
        assert [found.id for found in (await shared.read()).line] == [asked.conversation]
        times = len(reads)
        await desk.context.presence.leave(claire.person, claire.id)
        await heard(desk, shared, "presence:helpdesk")
        await shared.read()
        assert len(reads) == times


async def test_who_is_here_is_looked_up_each_time(desk, shared, claire):
    async with hearing(desk):
        assert (await shared.read()).at_desk(claire.person.id)
        desk.now += KEPT_S / 2
        karim = await desk.add("agent", "Karim")
        await desk.comes(karim)
        await heard(desk, shared, "presence:helpdesk")
        assert karim.person.id in (await shared.read()).presence


async def test_nothing_is_kept_longer_than_a_second_or_while_the_bus_is_not_heard(desk, shared, reads):
    await shared.read()
    await shared.read()
    assert len(reads) == 2, "the bus does not run"
    async with hearing(desk):
        await shared.read()
        desk.now += KEPT_S
        await shared.read()
    assert len(reads) == 4
