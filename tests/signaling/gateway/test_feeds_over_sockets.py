"""Views, logs and presence as pages see them, over real sockets."""

import asyncio

import pytest

from load.client import Client, Refused
from signaling.gateway import connections as connections_module
from signaling.wire import Code, OpenLog, OpenView
from tests.support.feeds import until
from tests.support.notebook import Write


def texts(client, log):
    return [event.payload["text"] for event in client.logs.get(log, ())]


async def test_what_one_writes_all_read_in_the_view_and_in_the_log(place, enter):
    aya, bao = await enter("Aya"), await enter("Bao")
    await aya.open_view("notebook")
    await bao.open_log(place.log)
    assert await bao.send(Write(client_id="client-id-1", text="Bonjour")) == {"seq": 1}
    await aya.wait_for(lambda: aya.views["notebook"]["lines"] == 1)
    await bao.wait_for(lambda: texts(bao, place.log) == ["Bonjour"])
    assert aya.views["notebook"]["me"] == "Aya"


async def test_who_joins_later_reads_everything(place, enter):
    aya = await enter("Aya")
    for number in range(5):
        await aya.send(Write(client_id=f"client-id-{number}", text=str(number)))
    bao = await enter("Bao")
    await bao.open_log(place.log)
    await bao.wait_for(lambda: texts(bao, place.log) == ["0", "1", "2", "3", "4"])


async def test_a_hundred_words_written_by_three_at_once_reach_everybody_in_one_order(place, enter):
    pages = [await enter(name) for name in ("Aya", "Bao", "Cléo")]
    for page in pages:
        await page.open_log(place.log)

    async def write(page, name):
        for number in range(18):
            await page.send(Write(client_id=f"client-{name}-{number:03}", text=f"{name}{number}"))

    await asyncio.gather(*(write(page, n) for page, n in zip(pages, "abc", strict=True)))
    for page in pages:
        await page.wait_for(lambda page=page: len(texts(page, place.log)) == 54)
    assert texts(pages[0], place.log) == texts(pages[1], place.log) == texts(pages[2], place.log)
    assert [t for t in texts(pages[0], place.log) if t[0] == "a"] == [f"a{n}" for n in range(18)]


async def test_presence_is_seen_hidden_and_gone(place, enter, web):
    aya, bao = await enter("Aya"), await enter("Bao")
    await aya.open_view("notebook")
    await aya.wait_for(lambda: sorted(aya.views["notebook"]["present"].values()) == ["here", "here"])
    await bao.set_visible(visible=False)
    await aya.wait_for(lambda: sorted(aya.views["notebook"]["present"].values()) == ["away", "here"])
    await until(lambda: len(set(web.app.present)) == 2)


async def test_a_stranger_sees_nothing(place, enter):
    zoe = await enter("Zoé")
    for command in (OpenView(view="notebook"), OpenLog(log_id=place.log)):
        with pytest.raises(Refused) as refused:
            await zoe.send(command)
        assert refused.value.code is Code.FORBIDDEN
    with pytest.raises(Refused) as refused:
        await zoe.send(OpenView(view="nothing:1"))
    assert refused.value.code is Code.NOT_FOUND


async def test_heartbeats_say_what_a_page_should_hold(place, web, enter, monkeypatch):
    aya = await enter("Aya")
    await aya.open_view("notebook")
    await aya.open_log(place.log)
    await aya.send(Write(client_id="client-id-1", text="one"))
    await aya.wait_for(lambda: texts(aya, place.log) == ["one"] and aya.views["notebook"]["lines"] == 1)
    del aya.logs[place.log][:]  # as if nothing had come through
    await web.gateway._connections.send_heartbeats(web.gateway._connections.all())
    await aya.wait_for(lambda: texts(aya, place.log) == ["one"])


async def test_signing_out_ends_the_other_pages_of_the_login_and_no_other_login(place, web, enter):
    aya = await enter("Aya")
    aya_elsewhere = await enter("Aya")
    await aya.sign_out()
    await aya.wait_for(lambda: aya.login_ended is Code.NOT_SIGNED_IN)
    await until(lambda: not aya.connected)
    assert aya_elsewhere.connected
    with pytest.raises(Refused) as refused:
        await aya.connect()
    assert refused.value.code is Code.NOT_SIGNED_IN


async def test_a_person_has_two_logins_in_one_browser_and_the_connections_of_one_are_bounded(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as page:
        more = [Client(page.base, page.login, page._session) for _ in range(9)]
        for client in more[:8]:
            await client.connect()
        with pytest.raises(Refused) as refused:
            await more[8].connect()
        assert refused.value.code is Code.TOO_MANY
        for client in more:
            await client._socket.disconnect()
        await until(lambda: len(web.gateway._connections) == 0)


async def test_nothing_is_kept_of_a_connection_that_went(place, web, enter):
    aya = await enter("Aya")
    await aya.open_view("notebook")
    await aya.open_log(place.log)
    await aya.close()
    gateway = web.gateway
    await until(lambda: len(gateway._connections) == 0)
    assert not gateway._views._open
    assert not gateway._logs._open
    assert not gateway._rights._by_person


async def test_the_login_is_looked_at_again_every_minute(place, web, enter, monkeypatch):
    monkeypatch.setattr(connections_module, "TICK_S", 0.01)
    monkeypatch.setattr(connections_module, "CHECK_EVERY_S", 0.05)
    aya, bao = await enter("Aya"), await enter("Bao")
    context = web.process.context
    async with context.database.write() as tx:  # as an expiry does it: nobody is told
        person = next(iter(web.gateway._rights._by_person))
        await context.identity.revoke_person_links(tx, person)
        tx.topics.clear()
    await aya.wait_for(lambda: aya.login_ended is Code.NOT_SIGNED_IN)
    assert bao.connected
