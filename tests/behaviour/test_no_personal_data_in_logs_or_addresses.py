"""A whole story, with things that go wrong in it: no name, word, secret or SDP is in any log or address."""

import asyncio

import aiohttp
import pytest

from classroom.wire import Ask
from load.client import Client
from signaling.calls.wire import Join
from signaling.wire import Code
from tests.support.people import School, refusal
from tests.support.pictures import telephone_photo

pytestmark = pytest.mark.processes

PUPIL, VOLUNTEER = "Zéphyrine Quellec", "Barnabé Trévoux"
QUESTION, CHAT, NOTE, WRONG = "ornithorynque", "clepsydre", "hippocampe", "salsepareille"


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a page asks for."""
    asked: list[str] = []
    request = aiohttp.ClientSession._request

    async def noted(self, method, url, **more):
        asked.append(str(url))
        return await request(self, method, url, **more)

    monkeypatch.setattr(aiohttp.ClientSession, "_request", noted)
    return asked


async def test_neither_what_they_are_called_nor_what_they_say_nor_how_they_get_in(
    school: School, addresses: list[str]
) -> None:
    jeanne = await school.volunteer(VOLUNTEER)
    ines = await school.pupil(PUPIL, http=True)
    photo = await ines.client.send_photo(telephone_photo())
    await ines.asks(QUESTION, photo=photo)
    mine = await ines.joins()
    await jeanne.accepts(ines)
    theirs = await jeanne.joins()
    await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))
    await ines.enters_lesson()
    await jeanne.enters_lesson()
    await ines.says(CHAT)
    await jeanne.reads(CHAT)
    await jeanne.client.fetch_file(photo)
    await things_go_wrong(school)
    await ines.hangs_up()
    await jeanne.is_back()
    await jeanne.notes(NOTE)

    offers = [peer.offer() for peer in (mine, theirs)]
    secrets = [ines.token, jeanne.token, *(cookie.value for cookie in ines.client._session.cookie_jar)]
    keys = [word for offer in offers for word in (offer.ice_pwd, offer.ice_ufrag, "a=ice-", "a=candidate")]
    words = [*PUPIL.split(), *VOLUNTEER.split(), QUESTION, CHAT, NOTE, WRONG, "Telephone de Ines"]
    logs = school.system.output()
    assert logs.count("> connection") > 0, "something is logged"
    assert [word for word in (*words, *secrets, *keys) if word in logs] == []
    assert any("/api/sign-in" in address for address in addresses)
    assert any("/socket.io/" in address for address in addresses)
    assert [word for word in (*words, *secrets, *keys) for address in addresses if word in address] == []
    assert all(
        "Zéphyrine" not in page and ines.token not in page for page in (ines.client.home, jeanne.client.home)
    )


async def things_go_wrong(school: School) -> None:
    """What is refused is logged at most by its code."""
    tom = await school.pupil(f"Tom {WRONG}")
    assert await refusal(Client.sign_in(tom.base, f"{WRONG}-{'x' * 20}")) is Code.BAD_LINK
    assert await refusal(tom.asks(f"{WRONG} " * 100)) is Code.BAD_MESSAGE
    assert await refusal(tom.does(Ask(client_id="client-id-1", subject=WRONG))) is Code.BAD_MESSAGE
    assert await refusal(tom.client.send_photo(WRONG.encode() * 100)) is Code.BAD_FILE
    await tom.asks(WRONG)
    assert (
        await refusal(tom.does(Join(call=tom.call, sdp=f"v=0\r\ns={WRONG}\r\na=ice-pwd:{WRONG}\r\n")))
        is Code.BAD_OFFER
    )
    assert await refusal(tom.asks(f"{WRONG} encore")) is Code.CONFLICT
