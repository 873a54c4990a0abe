import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from signaling.errors import Refusal
from signaling.files.photo import EDGE, PAPER_EDGE, PIXELS, clean_photo
from signaling.wire import Code
from tests.support.pictures import (
    BLUE,
    GPS,
    GREEN,
    HIDDEN,
    MAKE,
    RED,
    decoded,
    encoded,
    is_near,
    telephone_photo,
)

LEFT, RIGHT, TOP, BOTTOM = (0.1, 0.5), (0.9, 0.5), (0.5, 0.1), (0.5, 0.9)


def pixel(image: Image.Image, place: tuple[float, float]) -> object:
    return image.getpixel((int(place[0] * image.width), int(place[1] * image.height)))


def refusal_of(raw: bytes) -> Code:
    with pytest.raises(Refusal) as caught:
        clean_photo(raw)
    return caught.value.code


@pytest.mark.parametrize(
    ("orientation", "size", "red_at", "blue_at"),
    [
        (1, (400, 300), LEFT, RIGHT),
        (3, (400, 300), RIGHT, LEFT),
        (6, (300, 400), TOP, BOTTOM),
        (8, (300, 400), BOTTOM, TOP),
    ],
)
def test_a_photo_comes_out_upright(
    orientation: int, size: tuple[int, int], red_at: tuple[float, float], blue_at: tuple[float, float]
) -> None:
    photo = decoded(clean_photo(telephone_photo(orientation=orientation)))
    assert photo.size == size
    assert is_near(pixel(photo, red_at), RED)
    assert is_near(pixel(photo, blue_at), BLUE)


def test_nothing_but_the_picture_is_kept() -> None:
    raw = telephone_photo(orientation=6)
    before = decoded(raw)
    assert before.getexif()[MAKE] == HIDDEN[0].decode()
    assert before.getexif().get_ifd(GPS)
    assert all(text in raw for text in HIDDEN)
    clean = clean_photo(raw)
    after = decoded(clean)
    assert dict(after.getexif()) == {}
    assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(text in clean for text in (*HIDDEN, b"Exif"))


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (1000, 5000), (1600, 900), (30, 20)])
def test_a_photo_is_shrunk_and_never_enlarged(width: int, height: int) -> None:
    photo = decoded(clean_photo(telephone_photo(width, height)))
    assert max(photo.size) == min(EDGE, max(width, height))
    assert photo.width / photo.height == pytest.approx(width / height, rel=0.01)


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
    ],
)
def test_formats_and_modes_become_a_jpeg(form: str, mode: str) -> None:
    paper = Image.new("RGB", (50, 40), "white").convert(mode)
    photo = decoded(clean_photo(encoded(paper, form)))
    assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (50, 40))
    assert is_near(pixel(photo, LEFT), (255, 255, 255))


def test_what_is_transparent_becomes_white_paper() -> None:
    image = Image.new("RGBA", (100, 60), (0, 0, 0, 0))
    image.paste((*GREEN, 255), (50, 0, 100, 60))
    photo = decoded(clean_photo(encoded(image, "PNG")))
    assert is_near(pixel(photo, LEFT), (255, 255, 255))
    assert is_near(pixel(photo, RIGHT), GREEN)


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_072, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_unfolds(side: int) -> None:
    assert side * side > PIXELS
    assert refusal_of(png_that_claims(side, side)) is Code.TOO_LARGE


def test_of_a_picture_that_moves_the_first_is_kept() -> None:
    out = BytesIO()
    first, second = Image.new("RGB", (40, 30), RED), Image.new("RGB", (40, 30), BLUE)
    first.save(out, "GIF", save_all=True, append_images=[second])
    photo = decoded(clean_photo(out.getvalue()))
    assert photo.size == (40, 30)
    assert is_near(pixel(photo, LEFT), RED)


def test_the_photo_of_a_paper_keeps_more_pixels() -> None:
    assert max(decoded(clean_photo(telephone_photo(4000, 3000), PAPER_EDGE)).size) == PAPER_EDGE


def test_what_is_not_a_whole_picture_is_refused() -> None:
    photo = telephone_photo()
    assert refusal_of(b"") is Code.BAD_FILE
    assert refusal_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is Code.BAD_FILE
    assert refusal_of(b"%PDF-1.7 and so on") is Code.BAD_FILE
    assert refusal_of(photo[: len(photo) // 2]) is Code.BAD_FILE
    assert refusal_of(png_that_claims(500, 500)) is Code.BAD_FILE
    assert refusal_of(encoded(Image.new("RGB", (9, 9)), "BMP")) is Code.BAD_FILE


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=20))
def test_crafted_bytes_are_a_refusal_or_a_picture(place: int, change: bytes) -> None:
    photo = telephone_photo(60, 40)
    place %= len(photo)
    try:
        clean = clean_photo(photo[:place] + change + photo[place + len(change) :])
    except Refusal as refusal:
        assert refusal.code in (Code.BAD_FILE, Code.TOO_LARGE)  # noqa: PT017 - either outcome is right
    else:
        assert decoded(clean).format == "JPEG"
