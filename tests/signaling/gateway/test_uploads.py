"""Documents over HTTP, in the words of tus 1.0.0."""

import asyncio
import base64
import http.client
from dataclasses import dataclass

import aiohttp
import msgspec
import pytest
import sqlalchemy as sa
from yarl import URL

from load.client import Client, Refused
from signaling.files.documents import DocumentState
from signaling.files.sealing import PIECE
from signaling.files.tables import file
from signaling.files.uploads import DOCUMENT_BYTES
from signaling.gateway import uploads
from signaling.wire import Answer, Code
from tests.support.feeds import until
from tests.support.papers import PAPERS, pdf
from tests.support.pictures import decoded, telephone_photo

PAPER = pdf(size=2 * PIECE + 1000)
TUS = {"Tus-Resumable": "1.0.0"}
PIECES = {"Content-Type": "application/offset+octet-stream"}


def metadata(**given: str) -> dict[str, str]:
    pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in given.items()]
    return {"Upload-Metadata": ",".join(pairs)}


@dataclass
class Page:
    """Somebody's page that sends documents, to one web process or another."""

    client: Client
    base: str

    async def ask(self, method: str, path: str, headers=None, data=None):
        headers = {"Origin": self.client.base, **TUS, **(headers or {})}
        url = f"{self.base}/api/{self.client.login}/{path}"
        async with self.client._session.request(method, url, headers=headers, data=data) as response:
            await response.read()
            return response

    async def begin(self, size: int = len(PAPER), name: str = "avis.pdf", client_id: str = "client-1"):
        given = metadata(filename=name, client_id=client_id)
        return await self.ask("POST", "uploads", {"Upload-Length": str(size), **given})

    async def begun(self, size: int = len(PAPER), **given: str) -> str:
        response = await self.begin(size, **given)
        assert response.status == 201
        start, _, upload = response.headers["Location"].rpartition("/")
        assert start == f"/api/{self.client.login}/uploads"
        return str(upload)

    async def append(self, upload: str, offset: int, data, headers=None):
        headers = {**PIECES, "Upload-Offset": str(offset), **(headers or {})}
        return await self.ask("PATCH", f"uploads/{upload}", headers, data)

    async def offset(self, upload: str) -> int:
        response = await self.ask("HEAD", f"uploads/{upload}")
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        return int(response.headers["Upload-Offset"])

    async def send(self, data: bytes, name: str = "avis.pdf", client_id: str = "client-1") -> str:
        upload = await self.begun(len(data), name=name, client_id=client_id)
        response = await self.append(upload, 0, data)
        assert (response.status, response.headers["Upload-Offset"]) == (204, str(len(data)))
        return upload


def code_of(response) -> Code:
    """Of an answer that was read."""
    answer = msgspec.msgpack.decode(response._body, type=Answer)
    assert answer.error is not None
    return answer.error.code


@pytest.fixture
async def aya(place, web):
    async with await Client.sign_in(web.base, place.tokens["Aya"]) as client:
        yield Page(client, web.base)


async def test_a_document_is_sent_and_handed_out(aya: Page, web) -> None:
    upload = await aya.send(PAPER, name="avis d’impôt.docx")
    response = await aya.ask("GET", f"files/{upload}")
    assert response._body == PAPER
    assert response.headers["Content-Type"] == "application/pdf"
    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename*=UTF-8''avis%20d%E2%80%99imp%C3%B4t.pdf"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert [document.state for document in web.app.documents] == [DocumentState.NOT_SCANNED]


async def test_a_picture_is_shown_in_the_page(aya: Page) -> None:
    upload = await aya.send(telephone_photo(orientation=6), name="IMG 1.png")
    response = await aya.ask("GET", f"files/{upload}")
    assert decoded(response._body).size == (300, 400)
    assert response.headers["Content-Disposition"] == "inline; filename*=UTF-8''IMG%201.jpg"


async def test_another_process_goes_on_where_one_was_broken_off(aya: Page, place) -> None:
    upload = await aya.begun()
    response = await aya.append(upload, 0, PAPER[: PIECE + 500])
    assert (response.status, response.headers["Upload-Offset"]) == (204, str(PIECE)), "whole pieces count"
    async with place.serve() as other:
        page = Page(aya.client, other.base)
        headers = {"Origin": other.base}
        head = await page.ask("HEAD", f"uploads/{upload}", headers)
        assert int(head.headers["Upload-Offset"]) == PIECE
        assert head.headers["Upload-Length"] == str(len(PAPER))
        response = await page.append(upload, PIECE, PAPER[PIECE:], headers)
        assert response.status == 204
    assert (await aya.ask("GET", f"files/{upload}"))._body == PAPER


async def test_a_connection_that_breaks_in_the_middle_loses_one_piece_at_most(
    aya: Page, web, monkeypatch
) -> None:
    upload = await aya.begun()
    moved = []
    add = web.process.context.files.uploads.add

    async def notice(under_way, piece):
        moved.append(await add(under_way, piece))
        return moved[-1]

    monkeypatch.setattr(web.process.context.files.uploads, "add", notice)
    cookie = aya.client._session.cookie_jar.filter_cookies(URL(aya.base))[f"perm_{aya.client.login}"].value

    def begin_to_send() -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(aya.base.removeprefix("http://"))
        connection.putrequest("PATCH", f"/api/{aya.client.login}/uploads/{upload}")
        for name, value in {
            **TUS,
            **PIECES,
            "Origin": aya.base,
            "Cookie": f"perm_{aya.client.login}={cookie}",
            "Upload-Offset": "0",
            "Content-Length": str(len(PAPER)),
        }.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(PAPER[: 2 * PIECE - 1])
        return connection

    connection = await asyncio.to_thread(begin_to_send)
    await until(lambda: len(moved) == 1)
    connection.close()
    assert await aya.offset(upload) == PIECE
    assert (await aya.append(upload, PIECE, PAPER[PIECE:])).status == 204
    assert (await aya.ask("GET", f"files/{upload}"))._body == PAPER


async def test_a_body_of_unknown_length_is_taken_too(aya: Page) -> None:
    async def body():
        for start in range(0, len(PAPER), 50_000):
            yield PAPER[start : start + 50_000]

    upload = await aya.begun()
    assert (await aya.append(upload, 0, body())).status == 204
    assert (await aya.ask("GET", f"files/{upload}"))._body == PAPER


async def test_beginning_again_finds_the_same_upload_and_its_offset(aya: Page) -> None:
    upload = await aya.begun()
    await aya.append(upload, 0, PAPER[:PIECE])
    again = await aya.begin()
    assert again.status == 201
    assert again.headers["Location"].endswith(upload)
    assert again.headers["Upload-Offset"] == str(PIECE)
    assert code_of(await aya.begin(size=99)) is Code.REPEATED_DIFFERENTLY


async def test_a_wrong_offset_is_told_the_right_one(aya: Page) -> None:
    upload = await aya.begun()
    await aya.append(upload, 0, PAPER[:PIECE])
    for offset in (0, 1, 2 * PIECE):
        response = await aya.append(upload, offset, PAPER[offset:])
        assert response.status == 409
        assert response.headers["Upload-Offset"] == str(PIECE)
        assert code_of(response) is Code.CONFLICT


async def test_the_last_answer_may_be_lost(aya: Page) -> None:
    upload = await aya.send(PAPER)
    assert await aya.offset(upload) == len(PAPER)
    response = await aya.append(upload, len(PAPER), b"")
    assert response.status == 204, "an empty piece at the end asks how it ended"


async def test_what_is_no_document_is_refused_and_stays_refused(aya: Page) -> None:
    data = b"MZ\x90\0" + bytes(1000)
    upload = await aya.begun(len(data), name="facture.pdf")
    for offset, sent in ((0, data), (len(data), b"")):
        response = await aya.append(upload, offset, sent)
        assert (response.status, code_of(response)) == (415, Code.BAD_FILE)
    assert (await aya.ask("GET", f"files/{upload}")).status == 404


async def test_an_upload_is_taken_back(aya: Page) -> None:
    upload = await aya.begun()
    assert (await aya.ask("DELETE", f"uploads/{upload}")).status == 204
    assert (await aya.append(upload, 0, PAPER)).status == 404
    assert (await aya.append(upload, 0, PAPER[:PIECE])).status == 404


async def test_nobody_else_sees_an_upload_or_its_document(aya: Page, place, web) -> None:
    under_way, done = await aya.begun(), await aya.send(PAPERS["odt"], client_id="client-2")
    async with await Client.sign_in(web.base, place.tokens["Bao"]) as client:
        bao = Page(client, web.base)
        assert (await bao.ask("HEAD", f"uploads/{under_way}")).status == 404
        assert (await bao.append(under_way, 0, PAPER)).status == 404
        assert (await bao.ask("DELETE", f"uploads/{under_way}")).status == 404
        assert (await bao.ask("GET", f"files/{done}")).status == 404


async def test_nobody_uploads_without_a_login_or_from_another_site(aya: Page) -> None:
    upload = await aya.begun()
    assert (await aya.ask("PATCH", f"uploads/{upload}", {"Origin": "http://elsewhere"})).status == 403
    async with aiohttp.ClientSession() as session:
        url = f"{aya.base}/api/{aya.client.login}/uploads/{upload}"
        async with session.head(url, headers=TUS) as response:
            assert response.status == 401


async def test_an_app_says_who_sends_documents(aya: Page, web) -> None:
    web.app.may_send = False
    response = await aya.begin()
    assert (response.status, code_of(response)) == (403, Code.FORBIDDEN)


async def test_an_app_that_takes_no_photos_gets_none(place) -> None:
    """No scanner looks at them, and they do not count as documents."""
    async with (
        place.serve(takes_photos=False) as web,
        await Client.sign_in(web.base, place.tokens["Aya"]) as client,
    ):
        with pytest.raises(Refused) as refused:
            await client.send_photo(telephone_photo())
    assert refused.value.code is Code.FORBIDDEN


async def test_too_many_files_at_once_are_not_handed_out(aya: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = await aya.send(PAPERS["odt"])
    statuses = {(await aya.ask("GET", f"files/{upload}")).status for _ in range(uploads.SHOWN_BURST)}
    assert statuses == {200}
    statuses = {(await aya.ask("GET", f"files/{upload}")).status for _ in range(uploads.SHOWN_BURST)}
    assert 429 in statuses


async def test_abilities_and_version_are_told_as_tus_has_it(aya: Page) -> None:
    response = await aya.ask("OPTIONS", "uploads")
    assert response.status == 204
    assert response.headers["Tus-Version"] == "1.0.0"
    assert response.headers["Tus-Extension"] == "creation,termination"
    assert response.headers["Tus-Max-Size"] == str(DOCUMENT_BYTES)
    other = await aya.ask("POST", "uploads", {"Tus-Resumable": "0.2.2"})
    assert (other.status, other.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "10"}, 400),
        ({"Upload-Length": "10", "Upload-Metadata": "filename !!!"}, 400),
        ({"Upload-Length": "10", **metadata(filename="a", client_id="short")}, 400),
        ({"Upload-Length": "10", **metadata(client_id="client é 1")}, 400),
        ({"Upload-Length": "-1", **metadata(client_id="client-1")}, 400),
        ({"Upload-Length": "9" * 13, **metadata(client_id="client-1")}, 400),
        (metadata(client_id="client-1"), 400),
        ({"Upload-Length": str(DOCUMENT_BYTES + 1), **metadata(client_id="client-1")}, 413),
        ({"Upload-Length": "0", **metadata(client_id="client-1")}, 415),
    ],
)
async def test_what_cannot_be_begun(aya: Page, headers: dict[str, str], status: int) -> None:
    assert (await aya.ask("POST", "uploads", headers)).status == status


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({"Content-Type": "text/plain"}, len(PAPER), 400),
        ({"Upload-Offset": "one"}, len(PAPER), 400),
        ({}, len(PAPER) + 1, 413),
        ({}, 1000, 400),
    ],
)
async def test_what_cannot_be_appended(aya: Page, headers: dict[str, str], size: int, status: int) -> None:
    upload = await aya.begun()
    assert (await aya.append(upload, 0, (PAPER + b"more")[:size], headers)).status == status
    assert await aya.offset(upload) == 0


async def test_more_than_was_announced_is_noticed_without_a_length_too(aya: Page) -> None:
    async def body():
        yield PAPER + b"more"

    upload = await aya.begun()
    assert (await aya.append(upload, 0, body())).status == 413


async def test_uploads_are_limited_in_number(aya: Page) -> None:
    answers = [await aya.begin(client_id=f"client-{number}") for number in range(uploads.CREATIONS_BURST + 2)]
    assert [answer.status for answer in answers[:5]] == [201] * 5
    assert {answer.status for answer in answers[5:]} == {429}


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (DocumentState.RECEIVED, Code.NOT_SCANNED_YET),
        (DocumentState.SCANNING, Code.NOT_SCANNED_YET),
        (DocumentState.ERROR, Code.NOT_SCANNED_YET),
        (DocumentState.INFECTED, Code.INFECTED),
        (DocumentState.CLEAN, None),
    ],
)
async def test_only_what_is_clean_or_was_never_scanned_is_handed_out(aya: Page, web, state, code) -> None:
    upload = await aya.send(PAPERS["pdf"])
    async with web.process.context.database.write() as tx:
        await tx.execute(sa.update(file).values(state=state))
    response = await aya.ask("GET", f"files/{upload}")
    if code:
        assert (response.status, code_of(response)) == (409, code)
    else:
        assert response._body == PAPERS["pdf"]


async def test_bytes_that_were_changed_in_the_middle_are_cut_off(aya: Page, web) -> None:
    upload = await aya.send(PAPER)
    path = web.process.context.settings.data_dir / "files" / upload
    sealed = bytearray(path.read_bytes())
    sealed[-100] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(aiohttp.ClientPayloadError):
        await aya.ask("GET", f"files/{upload}")
