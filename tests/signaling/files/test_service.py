import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from signaling.database import Database
from signaling.errors import Refusal
from signaling.files import tables
from signaling.files.service import PHOTOS_WAITING, Files
from signaling.wire import Code
from tests.support.pictures import decoded, telephone_photo

NOW = 1_800_000_000.0
KEYS = (b"f" * 32,)


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path / "files", KEYS)


async def store(files: Files, *, purge_at: float = NOW + 100) -> str:
    return await files.store_photo(app="classroom", owner="ines", raw=telephone_photo(), purge_at=purge_at)


async def opened(database: Database, files: Files, file_id: str) -> tuple[bytes, str]:
    async with database.read() as tx:
        return await files.open(tx, file_id)


async def is_gone(database: Database, files: Files, file_id: str) -> bool:
    with pytest.raises(Refusal) as caught:
        await opened(database, files, file_id)
    return caught.value.code is Code.NOT_FOUND


def on_disk(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


async def test_a_photo_that_was_stored_can_be_seen(database: Database, files: Files) -> None:
    file_id = await store(files)
    data, content_type = await opened(database, files, file_id)
    assert content_type == "image/jpeg"
    assert decoded(data).size == (400, 300)
    async with database.read() as tx:
        assert await files.owner(tx, file_id) == "ines"
        assert await files.owner(tx, "unknown") is None


async def test_no_plain_byte_is_on_the_disk_nor_in_the_database(
    database: Database, files: Files, tmp_path: Path
) -> None:
    file_id = await store(files)
    plain, _ = await opened(database, files, file_id)
    (path,) = on_disk(tmp_path)
    stored = path.read_bytes()
    assert b"JFIF" in plain
    assert b"JFIF" not in stored
    assert not any(plain[start : start + 16] in stored for start in range(0, len(plain) - 16, 16))
    async with database.read() as tx:
        row = (await tx.execute(sa.select(tables.file))).one()
    assert not any(isinstance(value, bytes) and (KEYS[0] in value or value in plain) for value in row)


async def test_another_key_of_the_server_does_not_open_it(
    database: Database, files: Files, tmp_path: Path
) -> None:
    file_id = await store(files)
    assert await is_gone(database, Files(database, tmp_path / "files", (b"x" * 32,)), file_id)
    rotated = Files(database, tmp_path / "files", (b"x" * 32, *KEYS))
    assert (await opened(database, rotated, file_id))[1] == "image/jpeg"


async def test_purge_removes_row_and_bytes_when_their_time_has_come(
    database: Database, files: Files, tmp_path: Path
) -> None:
    gone, kept = await store(files), await store(files, purge_at=NOW + 200)
    assert await files.purge(NOW + 99) == 0
    assert await files.purge(NOW + 100) == 1
    assert await is_gone(database, files, gone)
    assert (await opened(database, files, kept))[1] == "image/jpeg"
    assert [path.name for path in on_disk(tmp_path)] == [kept]


async def test_a_file_may_be_kept_longer_or_purged_sooner(database: Database, files: Files) -> None:
    longer, sooner = await store(files), await store(files)
    async with database.write() as tx:
        await files.keep_until(tx, longer, NOW + 1000)
        await files.keep_until(tx, sooner, NOW)
        with pytest.raises(Refusal) as caught:
            await files.keep_until(tx, "unknown", NOW)
    assert caught.value.code is Code.NOT_FOUND
    assert await files.purge(NOW + 500) == 1
    assert await is_gone(database, files, sooner)
    assert await files.purge(NOW + 1000) == 1


async def test_lost_or_changed_bytes_are_not_found_and_still_purged(
    database: Database, files: Files, tmp_path: Path
) -> None:
    changed = await store(files)
    (path,) = on_disk(tmp_path)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    lost = await store(files)
    next(path for path in on_disk(tmp_path) if path.name == lost).unlink()
    assert await is_gone(database, files, changed)
    assert await is_gone(database, files, lost)
    assert await files.purge(NOW + 100) == 2
    assert on_disk(tmp_path) == []


async def test_what_is_refused_leaves_nothing_behind(
    database: Database, files: Files, tmp_path: Path
) -> None:
    with pytest.raises(Refusal) as caught:
        await files.store_photo(app="classroom", owner="ines", raw=b"not a picture", purge_at=NOW)
    assert caught.value.code is Code.BAD_FILE
    async with database.read() as tx:
        assert (await tx.execute(sa.select(tables.file))).first() is None
    assert on_disk(tmp_path) == []


async def test_a_disk_that_takes_nothing_is_told_and_its_row_is_purged(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    files = Files(database, tmp_path / "files", KEYS)
    with pytest.raises(Refusal) as caught:
        await store(files)
    assert caught.value.code is Code.UNAVAILABLE
    (tmp_path / "files").unlink()
    assert await files.purge(NOW + 100) == 1


async def test_too_many_photos_at_once_are_refused_and_the_others_stored(files: Files) -> None:
    outcomes = await asyncio.gather(
        *(store(files) for _ in range(PHOTOS_WAITING + 3)), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [refusal.code for refusal in refused] == [Code.TOO_MANY] * 3
    assert sum(isinstance(outcome, str) for outcome in outcomes) == PHOTOS_WAITING


async def test_the_loop_goes_on_while_a_photo_is_cleaned(files: Files) -> None:
    turns = 0
    storing = asyncio.ensure_future(store(files))
    while not storing.done():
        await asyncio.sleep(0)
        turns += 1
    assert await storing
    assert turns > 20
