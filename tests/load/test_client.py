"""The page without a browser: what is open stays open, a lost connection is noted, limits count whom it names."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp.test_utils import TestServer
from aiohttp.web import Application
from socketio.exceptions import SocketIOError

from load.client import Client, Refused
from load.feeds import Feeds
from load.line import Events, Line
from load.system.redis import RedisServer
from signaling.wire import (
    Code,
    Command,
    Heartbeat,
    LogEvent,
    LogEvents,
    OpenLog,
    OpenView,
    ViewPatch,
    ViewSnapshot,
)
from tests.support.app_client import Place, open_place
from tests.support.notebook import Write


@pytest.fixture
async def place(valkey: RedisServer, tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(valkey, tmp_path) as place:
        yield place


def event(seq: int) -> LogEvent:
    return LogEvent(seq=seq, kind="said", payload={}, author="a", at=0.0, client_id=f"client-id-{seq}")


def test_what_does_not_fit_is_asked_for_again() -> None:
    asked: list[Command] = []
    feeds = Feeds(asked.append)
    feeds.versions["room"], feeds.logs["log"] = "", []
    feeds.receive(ViewSnapshot(view="room", version="1", data={"here": 1, "gone": 2}))
    feeds.receive(ViewPatch(view="room", base="1", version="2", patch={"here": 3, "gone": None}))
    assert feeds.views["room"] == {"here": 3}
    feeds.receive(LogEvents(log_id="log", events=(event(1), event(2))))
    assert asked == []
    feeds.receive(ViewPatch(view="room", base="7", version="8", patch={}))
    feeds.receive(LogEvents(log_id="log", events=(event(4),)))
    feeds.receive(Heartbeat(views={"room": "8"}, logs={"log": 3}, now=0.0))
    again = [OpenView(view="room", version="2"), OpenLog(log_id="log", after=2)]
    assert asked == [*again, *again]
    assert feeds.opening() == again
    assert (feeds.views["room"], feeds.last("log"), feeds.reopened) == ({"here": 3}, 2, 2)


async def test_a_lost_connection_ends_what_waits_and_is_noted_until_all_is_up_to_date(place: Place) -> None:
    async with place.serve() as web:
        aya = await Client.sign_in(web.base, place.tokens["Aya"])
        await aya.connect()
        await aya.open_view("notebook")
        await aya.open_log(place.log)
        await aya.send(Write(client_id="client-id-1", text="before"))
        aya._socket.eio.ws._response.connection.transport.abort()
        with pytest.raises(SocketIOError):
            await aya.send(Write(client_id="client-id-2", text="into the dark"))
        await aya.post(Write(client_id="client-id-3", text="meanwhile"))
        await aya.wait_for(lambda: aya.outages and aya.outages[0].until)
        [outage] = aya.outages
        assert outage.until is not None
        assert outage.until > outage.since
        assert aya.connections == 2
        texts = [event.payload["text"] for event in aya.logs[place.log]]
        assert texts[0] == "before"
        assert texts[-1] == "meanwhile", "when the outage is over, everything is there"
        await aya.close()


async def test_each_address_has_limits_of_its_own_where_the_proxy_is_trusted(place: Place) -> None:
    place.environment["TRUSTED_PROXY"] = "127.0.0.1"
    async with place.serve() as web:
        codes = [await refused(web.base, f"guess-{number}", "10.1.0.1") for number in range(21)]
        assert codes == [Code.BAD_LINK] * 20 + [Code.TOO_MANY]
        assert await refused(web.base, "guess-elsewhere", "10.1.0.2") is Code.BAD_LINK


async def refused(base: str, token: str, address: str) -> Code:
    with pytest.raises(Refused) as refused:
        await Client.sign_in(base, token, address=address)
    return refused.value.code


async def test_a_page_that_gave_up_half_way_connects_at_the_next_try() -> None:
    came, lets_in = asyncio.Event(), asyncio.Event()
    received: list[dict[str, Any]] = []

    async def keep(message: dict[str, Any]) -> None:
        received.append(message)

    server = socketio.AsyncServer(async_mode="aiohttp", serializer="msgpack")

    async def connect(*_: object) -> None:
        came.set()
        await lets_in.wait()

    server.on("connect", handler=connect)
    app = Application()
    server.attach(app)
    async with TestServer(app) as web, aiohttp.ClientSession() as session:
        line = Line(str(web.make_url("")), dict, session, Events(received=keep, connected=lambda: None))
        giving_up = asyncio.ensure_future(line.connect())
        await came.wait()
        giving_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await giving_up
        lets_in.set()
        await line.connect()
        assert line.socket.connected
        await line.close()
        await server.shutdown()
