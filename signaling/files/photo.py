"""A photo from a telephone made fit to keep: upright, small, and nothing in it but the picture.

Pure but slow (about 0.1 s for 12 million pixels, most of it outside the interpreter lock): run it in a thread.
"""

from io import BytesIO

from PIL import Image, ImageOps

from signaling.errors import Refusal
from signaling.wire import Code

RAW_BYTES = 10_000_000
"""Of a photo that comes in one go."""
PIXELS = 50_000_000
"""Width times height before anything is decoded: a small file may unfold to gigabytes."""
EDGE = 1600
"""Pixels of the longer side afterwards: handwriting on a page stays readable."""
PAPER_EDGE = 2400
"""The same for the photo of a paper: its small print stays readable."""
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
PLAIN_MODES = ("L", "RGB", "CMYK", "YCbCr")


def clean_photo(raw: bytes, edge: int = EDGE) -> bytes:
    """Return the photo as a JPEG: upright (EXIF orientation applied), at most `edge` pixels, without metadata.

    Of one that moves, the first picture is kept.

    Raises:
        Refusal: `TOO_LARGE` (pixels) or `BAD_FILE` (not a picture, truncated, of another format).
    """
    try:
        with Image.open(BytesIO(raw), formats=FORMATS) as image:
            _check_pixels(image)
            return _to_jpeg(_redraw(image, edge))
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(Code.TOO_LARGE, f"a photo has at most {PIXELS} pixels") from error
    except Exception as error:  # Pillow's parsers raise almost anything on crafted bytes
        raise Refusal(Code.BAD_FILE, "not a picture that can be read") from error


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > PIXELS:
        raise Refusal(Code.TOO_LARGE, f"a photo has at most {PIXELS} pixels")


def _redraw(image: Image.Image, edge: int) -> Image.Image:
    """Shrink, turn, and paint on a new white canvas: what is not a pixel (EXIF, GPS, comment, profile) stays behind."""
    if image.mode not in PLAIN_MODES:
        image = image.convert("RGBA")
    image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(image)
    canvas = Image.new("RGB", upright.size, "white")
    canvas.paste(upright.convert("RGB"), mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    return canvas


def _to_jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
