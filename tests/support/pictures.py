"""Pictures as telephones send them."""

from io import BytesIO

from PIL import Image

RED, BLUE, GREEN = (220, 20, 20), (20, 20, 220), (20, 180, 20)
ORIENTATION, MAKE, GPS, GPS_LATITUDE_REF, GPS_LATITUDE = 0x0112, 0x010F, 0x8825, 1, 2
HIDDEN = (b"Telephone de Ines", b"a comment", b"sRGB IEC")


def telephone_photo(width: int = 400, height: int = 300, *, orientation: int = 1) -> bytes:
    """A JPEG, red left and blue right as stored, with maker, place, comment and colour profile in it."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = HIDDEN[0].decode()
    exif.get_ifd(GPS).update({GPS_LATITUDE_REF: "N", GPS_LATITUDE: (48.0, 51.0, 29.0)})
    out = BytesIO()
    profile = HIDDEN[2] + b" " * 200
    image.save(out, "JPEG", exif=exif, comment=HIDDEN[1], icc_profile=profile)
    return out.getvalue()


def encoded(image: Image.Image, form: str) -> bytes:
    """The image in another format."""
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    """The picture, all of it read."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Tell whether a pixel has this colour, as far as JPEG keeps it."""
    assert isinstance(pixel, tuple)
    return all(abs(is_value - should) < 40 for is_value, should in zip(pixel, colour, strict=True))
