"""The same over plain HTTP: commands, long polls, signing in, photos, health."""

import asyncio

import aiohttp
import msgspec
import pytest

from load.client import Client, Refused
from signaling.gateway import http_path
from signaling.wire import Answer, Code, SignIn
from tests.support.feeds import until
from tests.support.notebook import Fail, Write
from tests.support.photos import jpeg

MSGPACK = {"Content-Type": "application/msgpack"}


@pytest.fixture
async def aya(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as client:
        yield client


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


def texts(client, log):
    return [event.payload["text"] for event in client.logs.get(log, ())]


# --- the stateless path -----------------------------------------------------------------------------------------


async def test_a_page_that_only_polls_reads_and_writes_like_any_other(place, enter, aya):
    bao = await enter("Bao")
    await bao.open_log(place.log)
    assert await aya.post(Write(client_id="client-id-1", text="over HTTP")) == {"seq": 1}
    await bao.wait_for(lambda: texts(bao, place.log) == ["over HTTP"])
    assert await aya.poll(views=("notebook",), logs=(place.log,)) == 2
    assert texts(aya, place.log) == ["over HTTP"]
    assert aya.views["notebook"]["lines"] == 1


async def test_a_poll_waits_for_what_comes(place, enter, aya):
    bao = await enter("Bao")
    await aya.poll(views=("notebook",), logs=(place.log,))
    polling = asyncio.ensure_future(aya.poll(logs=(place.log,), wait=10.0))
    await bao.send(Write(client_id="client-id-1", text="now"))
    await polling
    assert texts(aya, place.log) == ["now"]


async def test_a_poll_in_vain_is_answered_with_nothing(place, aya):
    await aya.poll(views=("notebook",))
    await aya.poll(views=("notebook",), wait=0.0)  # her own presence came in between
    assert await aya.poll(views=("notebook",), wait=0.05) == 0


async def test_any_process_answers_the_next_poll(place, aya):
    await aya.poll(views=("notebook",), logs=(place.log,))
    async with place.serve() as other:
        await aya.post(Write(client_id="client-id-1", text="one"))
        elsewhere = Client(aya.base, aya.login, aya._session)
        elsewhere.versions.update(aya.versions)
        elsewhere.views.update(aya.views)
        port = aya.base.rpartition(":")[2]
        elsewhere.base = other.base
        aya._session.headers["Origin"] = other.base
        assert port not in other.base
        await elsewhere.poll(views=("notebook",), logs=(place.log,))
        assert texts(elsewhere, place.log) == ["one"]
        assert elsewhere.views["notebook"]["lines"] == 1


async def test_polling_announces_presence(place, enter, aya):
    bao = await enter("Bao")
    await bao.open_view("notebook")
    await aya.poll(wait=0.0)
    await bao.wait_for(lambda: list(bao.views["notebook"]["present"].values()) == ["here", "here"])


async def test_what_may_not_be_seen_ends_and_the_rest_is_answered(place, web):
    async with await Client.sign_in(web.base, place.tokens["Zoé"]) as zoe:
        await zoe.poll(views=("notebook", "nothing"), logs=(place.log,), wait=0.0)
        assert zoe.ended == {"notebook": Code.FORBIDDEN, "nothing": Code.NOT_FOUND, place.log: Code.FORBIDDEN}


async def test_a_poll_whose_client_went_is_forgotten(place, web, aya, monkeypatch):
    monkeypatch.setattr(http_path, "LOOK_EVERY_S", 0.02)
    await aya.poll(views=("notebook",))
    await aya.poll(views=("notebook",), wait=0.0)
    polling = asyncio.ensure_future(aya.poll(views=("notebook",), wait=25.0))
    await until(lambda: bool(web.gateway._views._open))
    polling.cancel()
    await until(lambda: not web.gateway._views._open)


async def test_nothing_is_kept_of_a_poll(place, web, aya):
    await aya.poll(views=("notebook",), logs=(place.log,), wait=0.01)
    assert not web.gateway._views._open
    assert not web.gateway._logs._open


async def test_a_waiting_poll_is_answered_when_the_process_ends(place):
    async with place.serve() as web, await Client.sign_in(web.base, place.tokens["Bao"]) as bao:
        await bao.poll(views=("notebook",))
        polling = asyncio.ensure_future(bao.poll(wait=20.0))
        await until(lambda: bool(web.gateway._http._polls._buckets))
        await asyncio.sleep(0)
        web.gateway._http.close()
        async with asyncio.timeout(5):
            await polling


async def test_too_many_polls_and_failures_have_a_status(aya):
    polls = [aya.poll(wait=0.0) for _ in range(60)]
    answers = await asyncio.gather(*polls, return_exceptions=True)
    assert {each.code for each in answers if isinstance(each, Refused)} == {Code.TOO_MANY}
    assert sum(answer == 0 for answer in answers) >= 30
    with pytest.raises(Refused) as refused:
        await aya.post(Fail())
    assert refused.value.code is Code.INTERNAL


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("command", {}, b"\xc1", 400),
        ("command", {"Content-Type": "text/plain"}, b"\x80", 400),
        ("command", {"Origin": "https://elsewhere.example"}, b"\x80", 403),
        ("command", {"Origin": ""}, b"\x80", 403),
        ("command", {}, b"x" * 200_000, 413),
        ("feed", {}, msgspec.msgpack.encode({"unknown": 1}), 400),
        ("feed", {}, msgspec.msgpack.encode({"wait": 1000}), 400),
        ("feed", {}, msgspec.msgpack.encode({"logs": {"log": -(2**63)}}), 400),
        ("feed", {}, msgspec.msgpack.encode({"views": {f"v{n}": "" for n in range(17)}}), 429),
        ("photos", {}, b"no picture", 415),
        ("nothing", {}, b"", 404),
    ],
)
async def test_what_is_refused_over_http(aya, path, headers, body, status):
    url = f"{aya.base}/api/{aya.login}/{path}"
    async with aya._session.post(url, data=body, headers={**MSGPACK, **headers}) as response:
        assert response.status == status


async def test_without_the_cookie_nothing_is_answered(aya, session):
    for method, path in (
        ("post", "command"),
        ("post", "feed"),
        ("post", "photos"),
        ("get", f"files/{0:032}"),
    ):
        call = getattr(session, method)
        async with call(f"{aya.base}/api/{aya.login}/{path}", headers={"Origin": aya.base}) as response:
            assert response.status == 401
            answer = msgspec.msgpack.decode(await response.read(), type=Answer)
            assert answer.error is not None
            assert answer.error.code is Code.NOT_SIGNED_IN


# --- signing in -------------------------------------------------------------------------------------------------


async def test_a_class_comes_at_once_from_one_address_and_a_guesser_is_stopped(place, web):
    for _ in range(30):
        async with await Client.sign_in(web.base, place.tokens["Aya"]):
            pass
    codes = []
    for number in range(25):
        with pytest.raises(Refused) as refused:
            await Client.sign_in(web.base, f"guess-{number}")
        codes.append(refused.value.code)
    assert codes == [Code.BAD_LINK] * 20 + [Code.TOO_MANY] * 5
    async with place.serve() as other:
        with pytest.raises(Refused) as refused:
            await Client.sign_in(other.base, "guess-elsewhere")
        assert refused.value.code is Code.TOO_MANY, "all processes count together"


async def test_while_redis_is_away_signing_in_works_and_guessing_is_still_limited(place, web, valkey):
    valkey.stop()
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as aya:
        assert aya.home == f"/classe/{aya.login}"
    codes = []
    for number in range(22):
        with pytest.raises(Refused) as refused:
            await Client.sign_in(web.base, f"guess-{number}")
        codes.append(refused.value.code)
    assert codes == [Code.BAD_LINK] * 20 + [Code.TOO_MANY] * 2
    with pytest.raises(Refused) as refused:
        await Client.sign_in(web.base, place.tokens["Bao"])
    assert refused.value.code is Code.TOO_MANY, "a right guess is not told from a wrong one"


async def test_the_cookie_is_for_this_server_only_and_no_script_reads_it(place, web, session):
    body = msgspec.msgpack.encode(SignIn(token=place.tokens["Aya"]))
    url, headers = f"{web.base}/api/sign-in", {**MSGPACK, "Origin": web.base}
    async with session.post(url, data=body, headers=headers) as response:
        cookie = response.headers["Set-Cookie"]
        handle = msgspec.msgpack.decode(await response.read())["login"]
    assert cookie.startswith(f"perm_{handle}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_browser_forgets_its_oldest_logins_before_its_cookies_are_too_many(place, web, session):
    body = msgspec.msgpack.encode(SignIn(token=place.tokens["Aya"]))
    known = [f"perm_{number:012}" for number in range(42)]
    cookies = "; ".join(f"{name}=x" for name in ["other=1", *known])
    headers = {**MSGPACK, "Origin": web.base, "Cookie": cookies}
    async with session.post(f"{web.base}/api/sign-in", data=body, headers=headers) as response:
        dropped = [c for c in response.headers.getall("Set-Cookie") if "Max-Age=0" in c]
    assert [cookie.partition("=")[0] for cookie in dropped] == known[:3]


# --- photos -----------------------------------------------------------------------------------------------------


async def test_a_photo_is_sent_and_shown_to_its_owner_only(place, web, aya):
    file_id = await aya.send_photo(jpeg())
    status, data = await aya.fetch_file(file_id)
    assert status == 200
    assert data[:2] == b"\xff\xd8"
    async with await Client.sign_in(web.base, place.tokens["Bao"]) as bao:
        assert (await bao.fetch_file(file_id))[0] == 404


@pytest.mark.parametrize("name", ["%00", "..%2fnotebook.sqlite3", "x" * 65, "unknown"])
async def test_a_file_that_is_none_is_not_found(aya, name):
    assert (await aya.fetch_file(name))[0] == 404


async def test_photos_are_limited_in_size_and_number(aya):
    with pytest.raises(Refused) as refused:
        await aya.send_photo(b"x" * 10_500_000)
    assert refused.value.code is Code.TOO_LARGE
    photos = [aya.send_photo(jpeg()) for _ in range(8)]
    answers = await asyncio.gather(*photos, return_exceptions=True)
    assert [each.code for each in answers if isinstance(each, Refused)] == [Code.TOO_MANY] * 3


# --- health -----------------------------------------------------------------------------------------------------


async def test_health_says_what_this_process_sees(web, session):
    await until(lambda: web.process.context.feeds.healthy)
    redis = web.process.redis
    now = web.process.context.clock()
    await redis.set("worker:heartbeat", f"{now - 3:.3f}")
    await redis.zadd("sfu:workers", {"alive": now, "dead": now - 60})
    async with session.get(f"{web.base}/health") as response:
        health = await response.json()
    assert response.status == 200
    assert health["ok"]
    assert 3.0 <= health["worker_age_s"] < 10.0
    assert health["sfu_workers"] == 1


async def test_a_process_that_does_not_hear_the_bus_is_unfit(web, session, valkey):
    await until(lambda: web.process.context.feeds.healthy)
    valkey.stop()
    await until(lambda: not web.process.context.feeds.healthy)
    async with session.get(f"{web.base}/health") as response:
        health = await response.json()
    assert response.status == 503
    assert (health["ok"], health["bus"], health["database"]) == (False, False, True)
    assert health["worker_age_s"] is None
