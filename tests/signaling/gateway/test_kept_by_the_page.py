"""Logins that a page keeps itself, framed by another site: no cookie is ever set, the secret is sent along."""

import asyncio

import aiohttp
import msgspec
import pytest

from load.client import Client, Refused
from signaling.gateway.guests import SharedBuckets
from signaling.wire import Code, SignedIn, SignIn
from tests.support.notebook import Write
from tests.support.photos import jpeg

MSGPACK = {"Content-Type": "application/msgpack"}


@pytest.fixture
async def guest(web):
    async with await Client.come_in(web.base, "notebook", "en") as guest:
        yield guest


async def test_signing_in_for_a_page_sets_no_cookie(place, web):
    body = msgspec.msgpack.encode(SignIn(token=place.tokens["Aya"], keep="page"))
    old = {"Cookie": "; ".join(f"perm_{number:012}=x" for number in range(45))}
    async with aiohttp.ClientSession(headers={"Origin": web.base, **MSGPACK}) as session:
        async with session.post(f"{web.base}/api/sign-in", data=body, headers=old) as response:
            assert "Set-Cookie" not in response.headers
            signed_in = msgspec.msgpack.decode(await response.read(), type=SignedIn)
        bearer = {"Authorization": f"Bearer {signed_in.secret}"}
        url = f"{web.base}/api/{signed_in.login}/sign-out"
        async with session.post(url, headers=bearer) as response:
            assert response.status == 200
            assert "Set-Cookie" not in response.headers
        async with session.post(url, headers=bearer) as response:
            assert response.status == 401


async def test_signing_in_with_a_cookie_tells_no_secret(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as aya:
        assert aya.secret == ""
        assert len(aya._session.cookie_jar) == 1


async def test_whatever_the_cookie_opens_the_secret_opens(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"], keep="page") as aya:
        assert len(aya._session.cookie_jar) == 0
        await aya.connect()
        await aya.open_view("notebook")
        assert await aya.send(Write(client_id="client-id-1", text="socket")) == {"seq": 1}
        assert await aya.post(Write(client_id="client-id-2", text="HTTP")) == {"seq": 2}
        await aya.poll(logs=(place.log,))
        assert [event.payload["text"] for event in aya.logs[place.log]] == ["socket", "HTTP"]
        file_id = await aya.send_photo(jpeg())
        assert (await aya.fetch_file(file_id))[0] == 200
        await aya.sign_out()
        await aya.wait_for(lambda: aya.login_ended is Code.NOT_SIGNED_IN)


async def test_a_wrong_secret_opens_nothing_even_beside_a_good_cookie(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as aya:
        for authorization in ("Bearer guessed", "bearer", "Bearer \udcff"):
            aya._session.headers["Authorization"] = authorization
            with pytest.raises(Refused) as refused:
                await aya.post(Write(client_id="client-id-1", text="no"))
            assert refused.value.code is Code.NOT_SIGNED_IN
        aya._session.headers["Authorization"] = "Basic eDp5"
        await aya.post(Write(client_id="client-id-1", text="another scheme is not ours"))
        aya.secret = "guessed"
        with pytest.raises(Refused) as refused:
            await aya.connect()
        assert refused.value.code is Code.NOT_SIGNED_IN


async def test_a_secret_from_another_origin_is_refused(web, guest):
    guest._session.headers["Origin"] = "https://elsewhere.example"
    with pytest.raises(Refused) as refused:
        await guest.post(Write(client_id="client-id-1", text="no"))
    assert refused.value.code is Code.FORBIDDEN


# --- guests -----------------------------------------------------------------------------------------------------


async def test_somebody_without_a_link_comes_in_and_goes_on_on_another_device(place, web, guest):
    assert guest.home == f"/classe/{guest.login}"
    assert len(guest._session.cookie_jar) == 0
    await guest.connect()
    assert await guest.send(Write(client_id="client-id-1", text="bonsoir")) == {"seq": 1}
    context = web.process.context
    me = (await context.identity.login(guest.login, guest.secret, now=context.clock())).person
    assert (me.role, me.language) == ("guest", "en")
    async with context.database.write() as tx:
        code = await context.identity.make_link(tx, me.id, expires_at=context.clock() + 900, kind="code")
    spoken = f"{code[:4].lower()}-{code[4:]}"
    async with await Client.sign_in(web.base, spoken, keep="page") as elsewhere:
        await elsewhere.connect()
        assert (await elsewhere.open_view("notebook"))["lines"] == 1
        assert elsewhere.secret != guest.secret
        assert len(elsewhere._session.cookie_jar) == 0
    with pytest.raises(Refused) as refused:
        await Client.sign_in(web.base, code, keep="page")
    assert refused.value.code is Code.BAD_LINK, "a code is for once"


@pytest.mark.parametrize(
    ("app", "language", "code"),
    [
        ("nowhere", "fr", Code.NOT_FOUND),
        ("notebook", "", Code.BAD_MESSAGE),
        ("notebook", "français", Code.BAD_MESSAGE),
        ("notebook", "fr\n", Code.BAD_MESSAGE),
    ],
)
async def test_who_does_not_come_in(web, app, language, code):
    with pytest.raises(Refused) as refused:
        await Client.come_in(web.base, app, language)
    assert refused.value.code is code


async def test_an_app_that_admits_nobody_has_no_guests(place):
    async with place.serve(open_to_guests=False) as web:
        with pytest.raises(Refused) as refused:
            await Client.come_in(web.base, "notebook")
        assert refused.value.code is Code.NOT_FOUND


async def test_a_town_hall_comes_from_one_address_and_a_flood_is_stopped_by_all_processes(place, web):
    async def come(base):
        async with await Client.come_in(base, "notebook"):
            return "in"

    async with place.serve() as other:
        answers = await asyncio.gather(
            *(come((web, other)[number % 2].base) for number in range(24)), return_exceptions=True
        )
    codes = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert answers.count("in") == 20
    assert codes == [Code.TOO_MANY] * 4


async def test_guests_take_from_their_own_bucket_and_from_that_of_all(web):
    buckets = SharedBuckets(web.process.redis)
    assert [await buckets.take("one", 1000.0) for _ in range(21)] == [True] * 20 + [False]
    assert await buckets.take("one", 1010.0), "one more in ten seconds"
    assert not await buckets.take("one", 1010.0)
    assert not await buckets.take("one", 0.0), "a clock that steps back does no harm"
    taken = [await buckets.take(f"address-{number}", 1011.0) for number in range(101)]
    assert taken == [True] * 100 + [False]
    assert await buckets.take("address-100", 1012.0), "what was refused was not counted against it"


async def test_while_redis_is_away_guests_come_in_and_are_still_limited(web, valkey):
    valkey.stop()
    buckets = SharedBuckets(web.process.redis)
    assert [await buckets.take("one", 1000.0) for _ in range(21)] == [True] * 20 + [False]
    async with await Client.come_in(web.base, "notebook") as guest:
        assert await guest.post(Write(client_id="client-id-1", text="all the same")) == {"seq": 1}
