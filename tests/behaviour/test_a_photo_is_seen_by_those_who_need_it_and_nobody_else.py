"""The photo of an exercise: upright, without place or maker, sealed on disk, for those who may take it only."""

import asyncio
from pathlib import Path

import pytest

from signaling.files.tables import file as files
from signaling.wire import Code
from tests.support.people import Person, School, refusal
from tests.support.pictures import BLUE, GPS, HIDDEN, ORIENTATION, RED, decoded, is_near, telephone_photo

pytestmark = pytest.mark.processes
TURNED_RIGHT = 6
"""EXIF: to be shown, the picture is turned by 90 degrees to the right: what is stored left is shown on top."""


async def sees(person: Person, photo: str) -> bool:
    """Whether the photo is open to her."""
    status, _ = await person.client.fetch_file(photo)
    assert status in (200, 404)
    return status == 200


async def test_it_is_upright_and_holds_nothing_but_the_picture(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    sent = telephone_photo(orientation=TURNED_RIGHT)
    assert all(word in sent for word in HIDDEN)
    photo = await ines.client.send_photo(sent)
    await ines.asks(photo=photo)
    row = await jeanne.hears(ines)
    assert row["photo"] == photo
    status, shown = await jeanne.client.fetch_file(row["photo"])
    assert status == 200
    picture = decoded(shown)
    assert picture.size == (300, 400)
    assert is_near(picture.getpixel((150, 50)), RED)
    assert is_near(picture.getpixel((150, 350)), BLUE)
    assert not any(word in shown for word in HIDDEN)
    assert not picture.getexif().get(ORIENTATION)
    assert not picture.getexif().get_ifd(GPS)


async def test_before_the_question_while_it_is_open_in_the_lesson_and_after(school: School) -> None:
    jeanne, paul = await school.volunteer(), await school.volunteer()
    ines, tom, claire = await school.pupil(), await school.pupil(), await school.coordinator()
    photo = await ines.client.send_photo(telephone_photo())
    everybody = (ines, claire, jeanne, paul, tom)

    async def open_to() -> list[Person]:
        return [person for person in everybody if await sees(person, photo)]

    assert await open_to() == [ines, claire], "nobody has asked anything yet"
    await ines.asks(photo=photo)
    assert await open_to() == [ines, claire, jeanne, paul], "whoever may take it may look first"
    await jeanne.accepts(ines)
    assert await open_to() == [ines, claire, jeanne]
    await ines.enters_lesson()
    assert (await jeanne.enters_lesson())["photo"] == photo
    await ines.hangs_up()
    await jeanne.is_back()
    assert await open_to() == [ines, claire, jeanne]


async def test_another_pupil_cannot_ask_with_it(school: School) -> None:
    ines, tom = await school.pupil(), await school.pupil()
    photo = await ines.client.send_photo(telephone_photo())
    assert await refusal(tom.asks(photo=photo)) is Code.NOT_FOUND


async def test_on_disk_it_is_sealed_and_has_a_purge_date(school: School) -> None:
    ines = await school.pupil()
    photo = await ines.client.send_photo(telephone_photo())
    _, shown = await ines.client.fetch_file(photo)
    (row,) = await school.rows(files, id=photo)
    sealed = await asyncio.to_thread(kept, Path(school.system.environment["DATA_DIR"]), photo)
    assert len(sealed) >= len(shown)
    assert b"JFIF" not in sealed
    assert shown[200:260] not in sealed
    day = school.context.clock() + 86400
    assert row["purge_at"] <= day + 60, "a photo with which nobody asks goes soon"
    await ines.asks(photo=photo)
    (row,) = await school.rows(files, id=photo)
    assert day + 60 < row["purge_at"] < school.context.clock() + 31 * 86400


def kept(folder: Path, name: str) -> bytes:
    (path,) = [path for path in folder.rglob(name) if path.is_file()]
    return path.read_bytes()


async def test_what_is_not_a_picture_is_refused_and_not_kept(school: School) -> None:
    ines = await school.pupil()
    assert await refusal(ines.client.send_photo(b"%PDF-1.7 exercice")) is Code.BAD_FILE
    assert await school.rows(files, owner=ines.id) == []
