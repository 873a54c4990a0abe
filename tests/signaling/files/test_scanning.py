"""Documents and a real scanner that knows one virus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.files import clamd as clamd_module
from signaling.files import tables
from signaling.files.clamd import Clamd, ClamdAway, ClamdRefuses
from signaling.files.documents import Document
from signaling.files.scanning import AGAIN_FIRST_S, CLAIMED_S
from signaling.files.sealing import PIECE
from signaling.files.service import Files
from signaling.files.uploads import DOCUMENT_BYTES
from signaling.wire import Code
from tests.support.clamd import VIRUS, ClamdServer, running
from tests.support.databases import Bell
from tests.support.papers import EICAR, ooxml, pdf

NOW = 1_800_000_000.0
CLEAN = pdf(size=PIECE + 100)
INFECTED = pdf(EICAR)
AWAY = "unix:/nowhere/clamd.sock"

needs_clamd = pytest.mark.clamd


class Desk:
    """An app that follows its documents."""

    def __init__(self, database: Database, folder: Path, address: str) -> None:
        self.database = database
        self.folder = folder
        self.states: list[tuple[str, str]] = []
        self.files = self.another_process(address)

    def another_process(self, address: str) -> Files:
        files = Files(self.database, self.folder, (b"f" * 32,), address)
        files.follow("helpdesk", self.follow)
        return files

    async def follow(self, tx: Transaction, document: Document) -> None:
        self.states.append((document.id, document.state.value))

    def states_of(self, file_id: str) -> list[str]:
        return [state for told, state in self.states if told == file_id]

    async def send(self, data: bytes, client: str = "client-1") -> str:
        upload = await self.files.uploads.create(
            app="helpdesk", owner="ines", client_id=client, name="avis.pdf", size=len(data), now=NOW
        )
        for start in range(0, len(data), PIECE):
            upload = await self.files.uploads.add(upload, data[start : start + PIECE])
        await self.files.uploads.finish(upload, NOW)
        return upload.id

    async def read(self, file_id: str) -> bytes:
        async with self.database.read() as tx:
            opened = await self.files.open(tx, "helpdesk", file_id)
            return b"".join([piece async for piece in opened.pieces])

    async def code_of(self, file_id: str) -> Code:
        with pytest.raises(Refusal) as caught:
            await self.read(file_id)
        return caught.value.code

    async def rows(self) -> list[sa.Row[Any]]:
        async with self.database.read() as tx:
            return list((await tx.execute(sa.select(tables.file))).all())


@pytest.fixture
def desk(database: Database, tmp_path: Path, clamd: ClamdServer) -> Desk:
    return Desk(database, tmp_path / "files", clamd.address)


@pytest.fixture
def desk_alone(database: Database, tmp_path: Path) -> Desk:
    """Its scanner is away."""
    return Desk(database, tmp_path / "files", AWAY)


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


# --- the scanner's answers ------------------------------------------------------------------------------------------


@needs_clamd
async def test_a_real_scanner_tells_a_virus_from_a_document(clamd: ClamdServer) -> None:
    scanner = Clamd(clamd.address)
    assert await scanner.scan(stream(b"hello")) == ""
    assert await scanner.scan(stream(EICAR[:20], EICAR[20:])) == f"{VIRUS}.UNOFFICIAL"
    inside = ooxml("docx", {"word/media/image1.bin": EICAR})
    assert await scanner.scan(stream(inside)) == f"{VIRUS}.UNOFFICIAL", "packed inside a document too"


@needs_clamd
async def test_the_largest_document_is_taken(clamd: ClamdServer) -> None:
    pieces = [b"%020d" % number * (PIECE // 20) for number in range(DOCUMENT_BYTES // PIECE)]
    assert await Clamd(clamd.address).scan(stream(*pieces)) == ""


@needs_clamd
async def test_a_scanner_that_takes_less_is_told_from_one_that_is_away() -> None:
    with running(stream_bytes=1_000_000) as small, pytest.raises(ClamdRefuses, match="StreamMaxLength"):
        await Clamd(small.address).scan(stream(*[bytes(PIECE)] * 40))
    with pytest.raises(ClamdAway):
        await Clamd(small.address).scan(stream(b"hello"))


async def test_a_scanner_that_says_nothing_or_hangs_up_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clamd_module, "SCAN_WITHIN_S", 0.05)
    answers = [b"", b"stream: O", b"x" * 100_000]
    serving: list[asyncio.Task[None] | None] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        await reader.readexactly(10)
        if answers:
            writer.write(answers.pop())
        else:
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_unix_server(answer, tmp_path / "s"):
        for _ in range(4):
            with pytest.raises(ClamdAway):
                await Clamd(f"unix:{tmp_path}/s").scan(stream(b"hello"))
        await asyncio.gather(*(task for task in serving if task))


@pytest.mark.parametrize(
    "address", ["", "unix:", "unix:relative", "tcp:host", "tcp:host:x", "/run/clamd", "http://a:1"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        Clamd(address)


@needs_clamd
async def test_a_scanner_is_reached_over_tcp_too(clamd: ClamdServer) -> None:
    scanner = Clamd(f"tcp:127.0.0.1:{clamd.port}")
    assert await scanner.scan(stream(EICAR)) == f"{VIRUS}.UNOFFICIAL"


# --- the states -------------------------------------------------------------------------------------------------


@needs_clamd
async def test_a_clean_document_opens_once_it_was_scanned(desk: Desk, bell: Bell) -> None:
    file_id = await desk.send(CLEAN)
    assert await desk.code_of(file_id) is Code.NOT_SCANNED_YET
    assert await desk.files.scan(NOW) == 1
    assert await desk.read(file_id) == CLEAN
    assert desk.states_of(file_id) == ["received", "scanning", "clean"]
    assert bell.topics == [frozenset({f"file:{file_id}"})] * 3
    assert await desk.files.scan(NOW + 1000) == 0


@needs_clamd
async def test_an_infected_document_is_deleted_at_once_and_its_row_tells(desk: Desk) -> None:
    file_id = await desk.send(INFECTED)
    assert await desk.files.scan(NOW) == 1
    assert desk.states_of(file_id) == ["received", "scanning", "infected"]
    assert await desk.code_of(file_id) is Code.INFECTED
    assert not any(path.is_file() for path in desk.folder.rglob("*"))
    assert [row.wrapped_key for row in await desk.rows()] == [b""]


@needs_clamd
async def test_many_workers_give_each_document_one_verdict(desk: Desk, clamd: ClamdServer) -> None:
    sent = [await desk.send(pdf(b"%d" % number), f"client-{number}") for number in range(6)]
    workers = [desk.another_process(clamd.address) for _ in range(3)]
    verdicts = 0
    while any(row.state != "clean" for row in await desk.rows()):
        verdicts += sum(await asyncio.gather(*(worker.scan(NOW) for worker in workers)))
    assert verdicts == len(sent)
    for file_id in sent:
        assert desk.states_of(file_id) == ["received", "scanning", "clean"]


async def test_while_the_scanner_is_away_documents_stay_closed_and_are_tried_again(desk_alone: Desk) -> None:
    desk = desk_alone
    file_id = await desk.send(CLEAN)
    now, pauses = NOW, []
    for _ in range(4):
        assert await desk.files.scan(now) == 0
        assert await desk.code_of(file_id) is Code.NOT_SCANNED_YET
        (row,) = await desk.rows()
        pauses.append(row.scan_at - now)
        assert await desk.files.scan(row.scan_at - 1) == 0
        assert await desk.rows() == [row], "not before its time"
        now = row.scan_at
    assert pauses == [AGAIN_FIRST_S * 2**tries for tries in range(4)]
    assert desk.states_of(file_id) == ["received", "scanning", "error"], "it does not flicker"


@needs_clamd
async def test_a_scanner_that_comes_back_gives_its_verdict(desk_alone: Desk, clamd: ClamdServer) -> None:
    file_id = await desk_alone.send(CLEAN)
    await desk_alone.files.scan(NOW)
    again = desk_alone.another_process(clamd.address)
    assert await again.scan(NOW + AGAIN_FIRST_S) == 1
    assert desk_alone.states_of(file_id) == ["received", "scanning", "error", "clean"]
    assert [(row.scan_at, row.scans) for row in await desk_alone.rows()] == [(None, 0)]


@needs_clamd
async def test_what_a_killed_worker_claimed_is_scanned_by_another(desk: Desk) -> None:
    file_id = await desk.send(CLEAN)
    async with desk.database.write() as tx:
        await tx.execute(sa.update(tables.file).values(state="scanning", scan_at=NOW + CLAIMED_S))
    assert await desk.files.scan(NOW + CLAIMED_S - 1) == 0
    assert await desk.files.scan(NOW + CLAIMED_S) == 1
    assert desk.states_of(file_id) == ["received", "clean"]


@needs_clamd
async def test_a_rescan_leaves_documents_open_until_a_virus_is_found(
    database: Database, tmp_path: Path, clamd: ClamdServer
) -> None:
    desk = Desk(database, tmp_path / "files", "")
    infected, clean = await desk.send(INFECTED), await desk.send(CLEAN, "client-2")
    assert await desk.read(infected) == INFECTED, "nobody scanned it, and it was marked so"
    assert await desk.files.scan(NOW) == 0
    later = desk.another_process(clamd.address)
    assert await later.rescan(NOW) == 2
    assert await desk.read(infected) == INFECTED
    assert await later.scan(NOW) == 2
    assert await desk.code_of(infected) is Code.INFECTED
    assert await desk.read(clean) == CLEAN
    assert desk.states_of(infected) == ["not_scanned", "infected"]
    assert desk.states_of(clean) == ["not_scanned", "clean"]


async def test_a_rescan_without_its_scanner_closes_nothing(desk_alone: Desk) -> None:
    desk = desk_alone
    file_id = await desk.send(CLEAN)
    async with desk.database.write() as tx:
        await tx.execute(sa.update(tables.file).values(state="clean", scan_at=None))
    assert await desk.files.rescan(NOW) == 1
    assert await desk.files.scan(NOW) == 0
    assert await desk.read(file_id) == CLEAN


@needs_clamd
async def test_bytes_that_were_lost_are_no_verdict(desk: Desk) -> None:
    file_id = await desk.send(CLEAN)
    (desk.folder / file_id).unlink()
    assert await desk.files.scan(NOW) == 0
    assert desk.states_of(file_id)[-1] == "error"


async def test_a_follower_that_fails_leaves_the_state_as_it_was(desk_alone: Desk) -> None:
    desk = desk_alone
    file_id = await desk.send(CLEAN)

    async def fail(tx: Transaction, document: Document) -> None:
        raise ZeroDivisionError

    desk.files.follow("helpdesk", fail)
    with pytest.raises(ZeroDivisionError):
        await desk.files.scan(NOW)
    assert [row.state for row in await desk.rows()] == ["received"]
    assert await desk.code_of(file_id) is Code.NOT_SCANNED_YET
