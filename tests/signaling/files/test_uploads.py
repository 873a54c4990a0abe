"""Documents that come in pieces, over breaks and deaths of processes; on SQLite and on PostgreSQL."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.files import tables, vault
from signaling.files.documents import Document, DocumentState
from signaling.files.sealing import OVERHEAD, PIECE
from signaling.files.service import Files
from signaling.files.uploads import BYTES_PER_DAY, DAY_S, DOCUMENT_BYTES, UNDER_WAY, Upload
from signaling.wire import Code
from tests.support.databases import Bell
from tests.support.papers import PAPERS, pdf
from tests.support.pictures import HIDDEN, decoded, telephone_photo

NOW = 1_800_000_000.0
KEYS = (b"f" * 32,)
PAPER = pdf(size=2 * PIECE + 1000)


class Desk:
    """An app that takes documents, and web processes that share its disk and database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.told: list[Document] = []
        self.files = self.another_process()

    def another_process(self, clamd: str = "") -> Files:
        files = Files(self.database, self.folder, KEYS, clamd)
        files.follow("helpdesk", self.follow)
        return files

    async def follow(self, tx: Transaction, document: Document) -> None:
        self.told.append(document)

    async def begin(
        self, size: int = len(PAPER), *, client: str = "client-1", name: str = "avis.pdf"
    ) -> Upload:
        return await self.files.uploads.create(
            app="helpdesk", owner="ines", client_id=client, name=name, size=size, now=NOW
        )

    async def send(self, data: bytes, *, client: str = "client-1", name: str = "avis.pdf") -> str:
        upload = await self.begin(len(data), client=client, name=name)
        for start in range(upload.received, len(data), PIECE):
            upload = await self.files.uploads.add(upload, data[start : start + PIECE])
        await self.files.uploads.finish(upload, NOW)
        return upload.id

    async def found(self, upload: Upload) -> Upload:
        return await self.files.uploads.find(upload.owner, upload.id)

    async def document(self, file_id: str) -> Document | None:
        async with self.database.read() as tx:
            return await self.files.document(tx, "helpdesk", file_id)

    async def read(self, file_id: str) -> bytes:
        async with self.database.read() as tx:
            opened = await self.files.open(tx, "helpdesk", file_id)
            data = b"".join([piece async for piece in opened.pieces])
        assert len(data) == opened.document.size
        return data

    def on_disk(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path / "files")


async def refusal_of(awaitable) -> Code:
    with pytest.raises(Refusal) as caught:
        await awaitable
    return caught.value.code


async def test_a_document_that_came_in_pieces_is_handed_out_whole(desk: Desk, bell: Bell) -> None:
    file_id = await desk.send(PAPER, name="C:\\papiers\\avis.PDF")
    assert await desk.read(file_id) == PAPER
    document = await desk.document(file_id)
    assert document == Document(
        id=file_id,
        app="helpdesk",
        owner="ines",
        name="avis.pdf",
        kind="pdf",
        content_type="application/pdf",
        size=len(PAPER),
        state=DocumentState.NOT_SCANNED,
        at=NOW,
    )
    assert desk.told == [document]
    assert bell.topics == [frozenset({f"file:{file_id}"})]
    assert [path.name for path in desk.on_disk()] == [file_id], "the pieces are gone"


@pytest.mark.parametrize("extension", PAPERS)
async def test_every_kind_of_paper_is_taken_and_unchanged(desk: Desk, extension: str) -> None:
    file_id = await desk.send(PAPERS[extension], name="papier")
    assert await desk.read(file_id) == PAPERS[extension]
    document = await desk.document(file_id)
    assert document is not None
    assert document.name == f"papier.{extension}"


@pytest.mark.parametrize("size", [7, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE - 1])
async def test_every_length_comes_out_as_it_went_in(desk: Desk, size: int) -> None:
    paper = pdf(size=size) if size > 30 else b"%PDF-1."
    assert len(paper) == size
    assert await desk.read(await desk.send(paper)) == paper


async def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken(desk: Desk) -> None:
    file_id = await desk.send(telephone_photo(orientation=6), name="IMG_1.HEIC.png")
    photo = await desk.read(file_id)
    assert decoded(photo).size == (300, 400)
    assert not any(text in photo for text in (*HIDDEN, b"Exif"))
    document = await desk.document(file_id)
    assert document is not None
    assert (document.name, document.kind, document.content_type) == ("IMG_1.HEIC.jpg", "image", "image/jpeg")


async def test_no_plain_byte_is_on_the_disk_at_any_moment(desk: Desk) -> None:
    upload = await desk.begin()
    upload = await desk.files.uploads.add(upload, PAPER[:PIECE])
    (piece,) = desk.on_disk()
    assert len(piece.read_bytes()) == PIECE + OVERHEAD
    assert b"%PDF" not in piece.read_bytes()
    for start in (PIECE, 2 * PIECE):
        upload = await desk.files.uploads.add(upload, PAPER[start : start + PIECE])
    await desk.files.uploads.finish(upload, NOW)
    (whole,) = desk.on_disk()
    stored = whole.read_bytes()
    assert not any(PAPER[start : start + 32] in stored for start in range(0, len(PAPER) - 32, 1000))


# --- once and no more -------------------------------------------------------------------------------------------


async def test_beginning_again_with_the_same_client_id_finds_the_same_upload(desk: Desk) -> None:
    one = await desk.begin()
    one = await desk.files.uploads.add(one, PAPER[:PIECE])
    assert await desk.begin() == one
    assert (await desk.begin(client="client-2")).id != one.id
    assert await refusal_of(desk.begin(999)) is Code.REPEATED_DIFFERENTLY
    assert await refusal_of(desk.begin(name="other.pdf")) is Code.REPEATED_DIFFERENTLY


async def test_beginning_twice_at_once_is_one_upload(desk: Desk) -> None:
    both = await asyncio.gather(desk.begin(), desk.begin())
    assert both[0] == both[1]


async def test_finishing_again_is_told_again_and_done_once(desk: Desk) -> None:
    file_id = await desk.send(PAPER)
    again = await desk.begin()
    assert (again.id, again.received, again.outcome) == (file_id, len(PAPER), "done")
    await desk.files.uploads.finish(again, NOW)
    assert len(desk.told) == 1


async def test_two_processes_that_finish_at_once_make_one_file(desk: Desk) -> None:
    upload = await desk.begin(len(PAPERS["odt"]))
    upload = await desk.files.uploads.add(upload, PAPERS["odt"])
    other = desk.another_process()
    await asyncio.gather(desk.files.uploads.finish(upload, NOW), other.uploads.finish(upload, NOW))
    assert len(desk.told) == 1
    assert await desk.read(upload.id) == PAPERS["odt"]
    assert [path.name for path in desk.on_disk()] == [upload.id]


async def test_the_same_piece_from_two_connections_counts_once(desk: Desk) -> None:
    upload = await desk.begin()
    other = desk.another_process()
    outcomes = await asyncio.gather(
        desk.files.uploads.add(upload, PAPER[:PIECE]),
        other.uploads.add(upload, PAPER[:PIECE]),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refusal", "Upload"]
    assert (await desk.found(upload)).received == PIECE
    await desk.send(PAPER)
    assert await desk.read(upload.id) == PAPER


async def test_a_late_writer_changes_nothing_of_what_was_checked(desk: Desk) -> None:
    late = await desk.begin()
    file_id = await desk.send(PAPER)
    assert await refusal_of(desk.files.uploads.add(late, b"x" * PIECE)) is Code.CONFLICT
    assert await desk.read(file_id) == PAPER


async def test_only_whole_pieces_and_the_end_are_taken(desk: Desk) -> None:
    upload = await desk.begin()
    for piece in (b"", b"x", bytes(PIECE - 1), bytes(PIECE + 1)):
        with pytest.raises(ValueError, match="neither a piece"):
            await desk.files.uploads.add(upload, piece)


# --- refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"MZ\x90\0 a program", Code.BAD_FILE), (telephone_photo()[:500], Code.BAD_FILE)],
)
async def test_what_is_no_document_is_refused_for_good_and_leaves_nothing(
    desk: Desk, data: bytes, code: Code
) -> None:
    assert await refusal_of(desk.send(data)) is code
    assert desk.on_disk() == []
    assert await refusal_of(desk.send(data)) is code, "the same answer again"
    assert desk.told == []


async def test_an_app_that_follows_no_documents_takes_none(desk: Desk) -> None:
    begun = desk.files.uploads.create(
        app="classroom", owner="ines", client_id="client-1", name="", size=9, now=NOW
    )
    assert await refusal_of(begun) is Code.FORBIDDEN


async def test_sizes_are_bounded(desk: Desk) -> None:
    assert await refusal_of(desk.begin(DOCUMENT_BYTES + 1)) is Code.TOO_LARGE
    assert await refusal_of(desk.begin(0)) is Code.BAD_FILE
    assert (await desk.begin(DOCUMENT_BYTES)).size == DOCUMENT_BYTES


async def test_uploads_at_once_and_bytes_a_day_are_bounded_per_person(desk: Desk) -> None:
    begun = [await desk.begin(client=f"client-{number}") for number in range(UNDER_WAY)]
    assert await refusal_of(desk.begin(client="one-more")) is Code.TOO_MANY
    await desk.files.uploads.abandon(begun[0])
    await desk.begin(client="one-more")
    async with desk.database.write() as tx:
        await tx.execute(sa.update(tables.upload).values(outcome="done", size=BYTES_PER_DAY // 6))
    assert await refusal_of(desk.begin(client="too-much")) is Code.TOO_MANY
    tomorrow = desk.files.uploads.create(
        app="helpdesk", owner="ines", client_id="too-much", name="", size=9, now=NOW + DAY_S
    )
    assert (await tomorrow).received == 0


async def test_a_disk_that_is_nearly_full_takes_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "FREE_BYTES", 2**60)
    assert await refusal_of(desk.begin()) is Code.UNAVAILABLE


async def test_nobody_else_finds_an_upload(desk: Desk) -> None:
    upload = await desk.begin()
    assert await refusal_of(desk.files.uploads.find("marie", upload.id)) is Code.NOT_FOUND


# --- deaths and purges ------------------------------------------------------------------------------------------


async def test_what_is_taken_back_is_gone(desk: Desk) -> None:
    upload = await desk.files.uploads.add(await desk.begin(), PAPER[:PIECE])
    await desk.files.uploads.abandon(upload)
    assert desk.on_disk() == []
    assert await refusal_of(desk.files.uploads.add(upload, PAPER[PIECE : 2 * PIECE])) is Code.CONFLICT
    finished = await desk.send(PAPER, client="client-2")
    await desk.files.uploads.abandon(await desk.begin(client="client-2"))
    assert await desk.read(finished) == PAPER, "a document that is complete stays"


async def test_a_process_that_dies_before_the_offset_moved_loses_that_piece_only(
    desk: Desk,
) -> None:
    upload = await desk.files.uploads.add(await desk.begin(), PAPER[:PIECE])
    key = upload.key
    desk.files._vault.write_piece(
        upload.id, key, 1, PAPER[PIECE : 2 * PIECE], last=False
    )  # then it was killed
    desk.files = desk.another_process()
    assert (await desk.found(upload)).received == PIECE
    file_id = await desk.send(PAPER)
    assert await desk.read(file_id) == PAPER


@pytest.mark.parametrize("somebody_goes_on", [True, False])
async def test_a_process_that_dies_between_the_bytes_and_the_commit_is_repeated_or_purged(
    desk: Desk, *, somebody_goes_on: bool
) -> None:
    upload = await desk.begin(len(PAPERS["odt"]))
    upload = await desk.files.uploads.add(upload, PAPERS["odt"])
    made = desk.files.uploads._make(upload)
    desk.files._vault.publish(upload.id, made.staged)  # then it was killed
    assert await desk.document(upload.id) is None
    if somebody_goes_on:
        await desk.another_process().uploads.finish(await desk.found(upload), NOW)
        assert await desk.read(upload.id) == PAPERS["odt"]
    await desk.files.purge(NOW + DAY_S)
    assert desk.on_disk() == []


async def test_pieces_that_were_changed_on_the_disk_are_refused(desk: Desk) -> None:
    upload = await desk.begin()
    for start in range(0, len(PAPER), PIECE):
        upload = await desk.files.uploads.add(upload, PAPER[start : start + PIECE])
    first, second = (desk.folder / f"{upload.id}.pieces" / name for name in ("0", "1"))
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    assert await refusal_of(desk.files.uploads.finish(upload, NOW)) is Code.NOT_FOUND
    assert desk.told == []
    assert desk.on_disk() == []


async def test_unfinished_uploads_and_unused_documents_go_after_a_day(desk: Desk) -> None:
    broken = await desk.files.uploads.add(await desk.begin(client="broken-off"), PAPER[:PIECE])
    unused, kept = await desk.send(PAPER), await desk.send(PAPER, client="client-2")
    async with desk.database.write() as tx:
        await desk.files.keep_until(tx, "helpdesk", kept, NOW + 30 * DAY_S)
    assert await desk.files.purge(NOW + DAY_S - 1) == 0
    assert await desk.files.purge(NOW + DAY_S) == 4, (
        "two documents' uploads, one unfinished, one unused document"
    )
    assert [path.name for path in desk.on_disk()] == [kept]
    assert await desk.document(unused) is None
    assert await refusal_of(desk.found(broken)) is Code.NOT_FOUND
    assert not any(desk.folder.glob("*.pieces"))


async def test_while_there_is_a_scanner_nothing_opens_before_it_looked(desk: Desk) -> None:
    desk.files = desk.another_process(clamd="unix:/nowhere")
    file_id = await desk.send(PAPER)
    assert [document.state for document in desk.told] == [DocumentState.RECEIVED]
    assert await refusal_of(desk.read(file_id)) is Code.NOT_SCANNED_YET
    assert desk.told[0] == await desk.document(file_id)
