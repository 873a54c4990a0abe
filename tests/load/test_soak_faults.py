"""What the soak breaks with: a line that goes dead in one direction, a plan that leaves nothing out."""

import asyncio
import random
from contextlib import asynccontextmanager

import pytest

from load.soak.faults import STEPS, Conductor, Fault, make_plan
from load.soak.link import Link, Way

WITHIN_S = 5.0


class Echo:
    """A server that sends everything back, and knows how many connections it has."""

    def __init__(self):
        self.heard = b""
        self.open = 0
        self.changed = asyncio.Event()

    async def serve(self, reader, writer):
        self.open += 1
        self.changed.set()
        try:
            while data := await reader.read(100):
                self.heard += data
                writer.write(data)
                self.changed.set()
        except OSError:
            pass
        finally:
            self.open -= 1
            self.changed.set()
            writer.close()

    async def until(self, condition):
        async with asyncio.timeout(WITHIN_S):
            while not condition(self):
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def linked():
    echo, link = Echo(), Link()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    await link.open()
    link.lead_to(*server.sockets[0].getsockname())
    try:
        yield echo, link
    finally:
        await link.close()
        server.close()


@pytest.fixture
async def connect():
    writers = []

    async def connect(link):
        port = int(link.base.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        return reader, writer

    yield connect
    for writer in writers:
        writer.transport.abort()
    await asyncio.sleep(0)


async def says(reader, writer, words):
    writer.write(words)
    async with asyncio.timeout(WITHIN_S):
        assert await reader.readexactly(len(words)) == words


async def test_a_line_that_is_dead_downwards_still_carries_upwards_and_stays_open(connect):
    async with linked() as (echo, link):
        reader, writer = await connect(link)
        await says(reader, writer, b"before")
        assert link.stall(Way.DOWN) == 1
        writer.write(b"after")
        await echo.until(lambda echo: echo.heard.endswith(b"after"))
        assert not reader.at_eof()
        another = await connect(link)
        await says(another[0], another[1], b"a new line works")


async def test_a_line_that_is_dead_upwards_tells_the_server_nothing_not_even_the_end(connect):
    async with linked() as (echo, link):
        reader, writer = await connect(link)
        await says(reader, writer, b"before")
        link.stall(Way.UP)
        writer.write(b"lost")
        writer.close()
        another = await connect(link)
        await says(another[0], another[1], b"marker")
        assert echo.heard == b"beforemarker"
        assert echo.open == 2


@pytest.mark.parametrize("server_knows", [True, False])
async def test_a_cut_line_ends_for_the_page_and_for_the_server_when_it_is_told(connect, server_knows):
    async with linked() as (echo, link):
        reader, writer = await connect(link)
        await says(reader, writer, b"before")
        link.cut(server_knows=server_knows)
        async with asyncio.timeout(WITHIN_S):
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
        another = await connect(link)
        await says(another[0], another[1], b"marker")
        if server_knows:
            await echo.until(lambda echo: echo.open == 1)
        assert echo.open == (1 if server_knows else 2)


@pytest.mark.parametrize("least", [0, 4, 6, 7, 30])
def test_a_plan_breaks_each_thing_at_each_step_and_goes_on_until_there_are_enough(least):
    plan = make_plan(random.Random(1), ["web", "redis"], least)
    assert len(plan) == (max(least, 6) if least else 0)
    if plan:
        assert set(plan[:6]) == {Fault(step, victim) for step in STEPS for victim in ("web", "redis")}


def test_the_same_seed_makes_the_same_plan():
    plans = [make_plan(random.Random(seed), ["web", "redis"], 30) for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]


async def test_a_thing_is_broken_when_a_message_is_at_its_step_and_once():
    broken = []

    async def break_web(client_id, pid):
        broken.append((client_id, pid))

    conductor = Conductor({"web": break_web}, random.Random(1))
    await conductor.reached("before", "too early", 1)
    running = asyncio.ensure_future(conductor.provoke(Fault("before", "web")))
    await asyncio.sleep(0)
    await conductor.reached("after", "another step", 2)
    await conductor.reached("before", "now", 3)
    await conductor.reached("before", "too late", 4)
    await running
    assert broken == [("now", 3)]
    assert conductor.provoked == [Fault("before", "web")]
