"""Sockets: who gets in, what is refused, how much is taken, in which order."""

import asyncio

import aiohttp
import msgspec
import pytest

from load.client import Client, Refused
from signaling.gateway import websocket as websocket_module
from signaling.gateway.packets import CONNECT, DISCONNECT, EVENT
from signaling.wire import Code, OpenView, SetPresence
from tests.support.feeds import until
from tests.support.notebook import Draft, Fail, Wait, Write


@pytest.fixture
async def session(web):
    async with aiohttp.ClientSession(headers={"Origin": web.base}) as session:
        yield session


def dial(session, base, **options):
    patience = aiohttp.ClientWSTimeout(ws_close=0.1)
    return session.ws_connect(f"{base}/socket.io/?transport=websocket&EIO=4", timeout=patience, **options)


def packet(kind, data=None, **more):
    return msgspec.msgpack.encode({"type": kind, "data": data, "nsp": "/", **more})


async def next_packet(socket):
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive()
            if message.type is aiohttp.WSMsgType.BINARY:
                return msgspec.msgpack.decode(message.data)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return message.data  # a close code


async def test_without_a_cookie_nobody_gets_in(web, place, session):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as aya:
        async with dial(session, web.base) as socket:
            await socket.send_bytes(packet(CONNECT, {"login": aya.login}))
            assert await next_packet(socket) == {"type": 4, "nsp": "/", "data": {"message": "not_signed_in"}}
        cookie = {"Cookie": f"perm_{aya.login}=guessed"}
        async with dial(session, web.base, headers=cookie) as socket:
            await socket.send_bytes(packet(CONNECT, {"login": aya.login}))
            assert (await next_packet(socket))["data"] == {"message": "not_signed_in"}
    assert len(web.gateway._connections) == 0


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
async def test_another_origin_is_refused(web, session, origin):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await dial(session, web.base, headers={"Origin": origin})
    assert refused.value.status == 403


async def test_a_socket_keeps_no_headers_that_are_for_pages(web, session):
    async with dial(session, web.base) as socket:
        assert "Content-Security-Policy" not in socket._response.headers
        assert socket._response.headers["Server"] == "Permanence"


async def test_nothing_is_compressed(web, session):
    async with dial(session, web.base, compress=15) as socket:
        assert socket.compress == 0


async def test_who_does_not_sign_in_is_sent_away(web, session, monkeypatch):
    monkeypatch.setattr(websocket_module, "SIGN_IN_WITHIN_S", 0.1)
    async with dial(session, web.base) as socket:
        assert await next_packet(socket) == 1000


@pytest.mark.parametrize(
    "frame",
    [
        packet(EVENT, ["command", {"type": "presence.set", "visible": True}]),
        packet(EVENT, ["connect", {"login": "x"}]),
        packet(EVENT, "no list"),
        packet(CONNECT, "no map"),
        packet(CONNECT, {"login": ["x"]}),
        packet(9),
        b"\x91" * 100_000,
        b"no msgpack",
    ],
)
async def test_rubbish_before_signing_in_does_no_harm(web, session, frame, caplog):
    async with dial(session, web.base) as socket:
        await socket.send_bytes(frame)
        await socket.send_bytes(packet(CONNECT, {"login": "nobody-there"}))
        assert (await next_packet(socket))["data"] == {"message": "not_signed_in"}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_json_client_is_told_by_its_close_code(web, session):
    async with dial(session, web.base) as socket:
        await socket.send_str('40{"login":"x"}')
        assert await next_packet(socket) == aiohttp.WSCloseCode.UNSUPPORTED_DATA


async def test_a_giant_message_ends_the_connection(enter):
    aya = await enter("Aya")
    await aya._socket.emit("command", {"type": "note.write", "text": "x" * 200_000})
    await until(lambda: aya.connections == 2)  # the client comes back by itself


async def test_rubbish_after_signing_in_ends_the_connection(enter, web, caplog):
    aya = await enter("Aya")
    await aya._socket.eio.send(b"\x91" * 1000)
    await until(lambda: len(web.gateway._connections) == 0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_command_that_is_none_is_refused_and_the_connection_stays(enter):
    aya = await enter("Aya")
    answer = await aya._socket.call("command", {"type": "note.write", "text": "x", "nested": [[[{}]]]})
    assert answer["error"]["code"] == "bad_message"
    with pytest.raises(Refused) as refused:
        await aya.send(Fail(text="x"))
    assert refused.value.code is Code.INTERNAL
    assert await aya.send(SetPresence(visible=True)) == {}


async def test_connecting_twice_on_one_socket_is_refused(web, place):
    signed_in = await Client.sign_in(web.base, place.tokens["Aya"])
    async with signed_in as aya, dial(aya._session, web.base) as socket:
        for expected in (CONNECT, 4):
            await socket.send_bytes(packet(CONNECT, {"login": aya.login}))
            assert (await next_packet(socket))["type"] == expected
        assert len(web.gateway._connections) == 1
        await socket.send_bytes(packet(DISCONNECT))
        await until(lambda: len(web.gateway._connections) == 0)


async def test_a_slow_command_holds_up_its_own_lane_only(enter, web):
    aya = await enter("Aya")
    slow = [asyncio.ensure_future(aya.send(Wait())) for _ in range(2)]
    assert await aya.send(Write(client_id="client-id-1", text="meanwhile")) == {"seq": 1}
    assert web.app.waiting == 1, "the second one waits for the first"
    web.app.go_on.set()
    await asyncio.gather(*slow)
    assert web.app.waiting == 2


async def test_drafts_neither_wait_for_stored_messages_nor_hold_them_up(enter, web):
    aya = await enter("Aya")
    web.app.go_on.clear()
    slow_draft = asyncio.ensure_future(aya.send(Draft(slow=True)))
    await until(lambda: web.app.waiting == 1)
    assert await aya.send(Write(client_id="client-id-1", text="stored meanwhile")) == {"seq": 1}
    slow_store = asyncio.ensure_future(aya.send(Wait()))
    await until(lambda: web.app.waiting == 2)
    web.app.go_on.set()
    await asyncio.gather(slow_draft, slow_store)
    web.app.go_on.clear()
    slow_store = asyncio.ensure_future(aya.send(Wait()))
    await until(lambda: web.app.waiting == 3)
    assert await aya.send(Draft()) == {}
    web.app.go_on.set()
    await slow_store


async def test_commands_of_a_lane_keep_their_order(enter, place):
    aya = await enter("Aya")
    await aya.open_log(place.log)
    sent = [aya.send(Write(client_id=f"client-id-{n}", text=str(n))) for n in range(15)]
    assert [each["seq"] for each in await asyncio.gather(*sent)] == list(range(1, 16))
    await aya.wait_for(lambda: len(aya.logs[place.log]) == 15)
    assert [event.payload["text"] for event in aya.logs[place.log]] == [str(n) for n in range(15)]


async def test_too_many_commands_are_refused_and_none_is_lost(enter):
    aya = await enter("Aya")
    sent = [aya.send(SetPresence(visible=True)) for _ in range(40)]
    answers = await asyncio.gather(*sent, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert {answer.code for answer in refused} == {Code.TOO_MANY}
    assert 10 <= len(refused) <= 20
    assert len(answers) == 40


async def test_a_repeat_gets_the_first_answer_and_other_words_are_refused(enter, place):
    aya = await enter("Aya")
    first = await aya.send(Write(client_id="client-id-1", text="once"))
    assert await aya.send(Write(client_id="client-id-1", text="once")) == first
    with pytest.raises(Refused) as refused:
        await aya.send(Write(client_id="client-id-1", text="other"))
    assert refused.value.code is Code.REPEATED_DIFFERENTLY
    await aya.open_log(place.log)
    await aya.wait_for(lambda: len(aya.logs[place.log]) == 1)


async def test_who_does_not_read_is_dropped(web, place, monkeypatch):
    monkeypatch.setattr(websocket_module, "SEND_WITHIN_S", 0.2)
    monkeypatch.setattr(websocket_module, "QUEUE_MOST", 8)
    signed_in = await Client.sign_in(web.base, place.tokens["Aya"])
    async with signed_in as aya, dial(aya._session, web.base) as socket:
        await socket.send_bytes(packet(CONNECT, {"login": aya.login}))
        assert (await next_packet(socket))["type"] == CONNECT
        connection = next(iter(web.gateway._connections._by_id.values()))
        socket._conn.transport.pause_reading()
        big = {"type": "heartbeat", "filler": "x" * 100_000}
        async with asyncio.timeout(20):
            while len(web.gateway._connections):
                await connection.send(big)
                await asyncio.sleep(0)  # the writer's turn
        assert connection.wire.backlog <= 8
        assert connection.wire.closed


async def test_a_connection_over_plain_http_only_commands_is_told_to_use_the_feed(web, place):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as aya:
        with pytest.raises(Refused) as refused:
            await aya.post(OpenView(view="notebook"))
        assert refused.value.code is Code.BAD_MESSAGE
