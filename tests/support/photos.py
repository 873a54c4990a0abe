"""Pictures as a phone sends them."""

from io import BytesIO

from PIL import Image


def jpeg(width: int = 320, height: int = 240) -> bytes:
    """A JPEG of a page with a coloured corner."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 40, 40), (0, 0, width // 4, height // 4))
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()
