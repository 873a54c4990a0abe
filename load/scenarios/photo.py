"""Photos of exercises, each with a coloured corner by which it is known again after the server has made its own of it."""

import re
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, UnidentifiedImageError

from load.scenarios.measuring import CheckFailed

NUMBERS = 64
SIZE = (960, 720)
PAPER, INK, GRAIN = 240, 70, 8
LEVELS = (10, 90, 170, 245)
NEAR = 30
"""How far JPEG may move a colour."""
NAMED = re.compile(r"\[photo (\d+)\]$")


def name(number: int) -> str:
    """Write in a question's words which photo goes with it."""
    return f"[photo {number}]"


def named(words: str) -> int | None:
    """Read which photo goes with a question, if one does."""
    found = NAMED.search(words)
    return int(found[1]) if found else None


@lru_cache(NUMBERS)
def photo(number: int) -> bytes:
    """Make a photo of a page, as a telephone sends it: a JPEG of about 130 kB."""
    page = Image.effect_noise(SIZE, GRAIN).point(lambda grain: grain + PAPER - 128)
    draw = ImageDraw.Draw(page)
    for line in range(200, SIZE[1] - 100, 60):
        for word in range(100, SIZE[0] - 200, 130):
            draw.line((word, line, word + 90, line), INK, 8)
    image = page.convert("RGB")
    image.paste(_colour(number), (0, 0, SIZE[0] // 8, SIZE[1] // 8))
    file = BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()


def check(data: bytes, number: int) -> None:
    """Look whether the server gave this photo.

    Raises:
        CheckFailed: It is another one, or none.
    """
    try:
        image = Image.open(BytesIO(data))
        image.load()
    except (UnidentifiedImageError, OSError) as error:
        raise CheckFailed(f"no picture: {error}") from None
    if image.format != "JPEG" or image.size[0] * SIZE[1] != image.size[1] * SIZE[0]:
        raise CheckFailed(f"a picture of another kind: {image.format} {image.size}")
    pixel = image.convert("RGB").getpixel((image.size[0] // 16, image.size[1] // 16))
    if not isinstance(pixel, tuple) or any(
        abs(seen - sent) > NEAR for seen, sent in zip(pixel, _colour(number), strict=True)
    ):
        raise CheckFailed("another photo than was sent")


def _colour(number: int) -> tuple[int, int, int]:
    return LEVELS[number % 4], LEVELS[number // 4 % 4], LEVELS[number // 16 % 4]
