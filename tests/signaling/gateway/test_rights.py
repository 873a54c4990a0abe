"""Rights that end while somebody reads: told at once on both paths, and nothing more is sent meanwhile."""

import asyncio

import pytest

from load.client import Client, Refused
from signaling.gateway import rights as rights_module
from signaling.wire import Code, LogEvents, OpenLog
from tests.support.feeds import until
from tests.support.notebook import Write


@pytest.fixture
async def bao(enter):
    return await enter("Bao")


@pytest.fixture
async def polling(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as client:
        yield client


async def person_of(web, client):
    logins = await web.process.context.identity.logins({client.login}, now=web.process.context.clock())
    return logins[client.login].person


async def write(page, *texts):
    for text in texts:
        await page.send(Write(client_id=f"client-id-{text}", text=text))


def texts(client, log):
    return [event.payload["text"] for event in client.logs.get(log, ())]


# --- floors -----------------------------------------------------------------------------------------------------


async def test_who_may_read_from_now_on_is_never_sent_what_was_before(
    place, web, enter, bao, polling, monkeypatch
):
    await write(bao, "one", "two", "three")
    aya = await enter("Aya")
    web.app.floors[(await person_of(web, aya)).id] = 2
    await aya.open_log(place.log, floor=2)
    await write(bao, "four")
    await aya.wait_for(lambda: texts(aya, place.log) == ["three", "four"])
    sent: list[LogEvents] = []
    for page in (aya, polling):
        monkeypatch.setattr(page, "_take", sent.append)
    await aya.send(OpenLog(log_id=place.log, after=0))  # asks for everything
    await until(lambda: len(sent) == 1)
    await polling.poll(logs=(place.log,))  # the same over HTTP
    assert [[event.seq for event in message.events] for message in sent] == [[3, 4], [3, 4]]


async def test_heartbeats_tell_the_true_head_to_who_may_read_only_a_part(place, web, enter, bao):
    await write(bao, "one", "two")
    aya = await enter("Aya")
    web.app.floors[(await person_of(web, aya)).id] = 2
    await aya.open_log(place.log, floor=2)
    reader = next(each for each in web.gateway._connections.all() if each.login.id == aya.login)
    assert web.gateway._logs.known_heads(reader) == {place.log: 2}
    await write(bao, "three")
    await aya.wait_for(lambda: texts(aya, place.log) == ["three"])
    assert web.gateway._logs.known_heads(reader) == {place.log: 3}
    assert aya.reopened == 0


# --- rights that end --------------------------------------------------------------------------------------------


async def test_a_right_that_ends_is_told_at_once_on_every_log_and_view(place, web, enter, bao):
    aya, elsewhere = await enter("Aya"), await enter("Aya")
    person = (await person_of(web, aya)).id
    for page in (aya, elsewhere):
        await page.open_log(place.log)
        await page.open_view("notebook")
    web.app.refused.add(person)
    await web.process.context.feeds.touch(f"person:{person}")
    for page in (aya, elsewhere):
        await page.wait_for(lambda page=page: page.ended.keys() == {place.log, "notebook"})
        assert set(page.ended.values()) == {Code.FORBIDDEN}
        assert page.connected
    await bao.open_log(place.log)
    await write(bao, "afterwards")
    await bao.wait_for(lambda: texts(bao, place.log) == ["afterwards"])
    assert not web.gateway._logs.of(next(iter(web.gateway._rights.of(person))))


async def test_a_poll_that_waits_is_told_too(place, web, polling):
    person = (await person_of(web, polling)).id
    await polling.poll(logs=(place.log,), wait=0.0)
    waiting = asyncio.ensure_future(polling.poll(logs=(place.log,), wait=20.0))
    await until(lambda: bool(web.gateway._logs._open))
    web.app.refused.add(person)
    await web.process.context.feeds.touch(f"person:{person}")
    async with asyncio.timeout(5):
        await waiting
    assert polling.ended == {place.log: Code.FORBIDDEN}
    assert not web.gateway._rights._by_person


async def test_a_poll_that_waits_learns_that_its_login_ended(place, web, polling):
    person = (await person_of(web, polling)).id
    await polling.poll(logs=(place.log,), wait=0.0)
    waiting = asyncio.ensure_future(polling.poll(logs=(place.log,), wait=20.0))
    await until(lambda: bool(web.gateway._logs._open))
    async with web.process.context.database.write() as tx:
        await web.process.context.identity.revoke_person_links(tx, person)
    async with asyncio.timeout(5):
        await waiting
    assert polling.login_ended is Code.NOT_SIGNED_IN


async def test_until_it_is_known_whether_she_may_nothing_is_sent(place, web, enter, bao):
    aya = await enter("Aya")
    person = (await person_of(web, aya)).id
    await aya.open_log(place.log)
    await bao.open_log(place.log)
    async with web.app.asked:  # the look begins and does not end
        await web.process.context.feeds.touch(f"person:{person}")
        await until(lambda: all(reader.held for reader in web.gateway._rights.of(person)))
        await write(bao, "meanwhile")
        await bao.wait_for(lambda: texts(bao, place.log) == ["meanwhile"])
        await aya.set_visible(visible=True)  # answered behind whatever was sent before
        assert texts(aya, place.log) == []
    await aya.wait_for(lambda: texts(aya, place.log) == ["meanwhile"])


async def test_a_right_that_ends_while_the_log_is_being_opened(place, web, enter):
    aya = await enter("Aya")
    person = (await person_of(web, aya)).id
    async with web.app.asked:
        opening = asyncio.ensure_future(aya.open_log(place.log))
        await until(lambda: bool(web.app.asked._waiters))
        await web.process.context.feeds.touch(f"person:{person}")
        await until(lambda: all(reader.touches for reader in web.gateway._rights.of(person)))
        web.app.refused.add(person)
    with pytest.raises(Refused) as refused:
        await opening
    assert refused.value.code is Code.FORBIDDEN
    assert not web.gateway._logs._open


async def test_a_door_that_is_broken_holds_its_own_reader_and_no_other(
    place, web, enter, bao, monkeypatch, caplog
):
    monkeypatch.setattr(rights_module, "RETRY_AFTER_S", 0.05)
    aya = await enter("Aya")
    persons = [(await person_of(web, page)).id for page in (aya, bao)]
    for page in (aya, bao):
        await page.open_log(place.log)
    web.app.floors = None  # the app runs into a fault for both of them
    await web.process.context.feeds.touch(*(f"person:{person}" for person in persons))
    await until(lambda: "x rights" in caplog.text)
    web.app.floors = {}
    await write(bao, "later")
    for page in (aya, bao):
        await page.wait_for(lambda page=page: texts(page, place.log) == ["later"])


async def test_a_new_name_is_in_the_views_at_once(place, web, enter):
    aya = await enter("Aya")
    await aya.open_view("notebook")
    person = await person_of(web, aya)
    async with web.process.context.database.write() as tx:
        await web.process.context.identity.rename(tx, person.id, "Aya B.")
    await aya.wait_for(lambda: aya.views["notebook"]["me"] == "Aya B.")
