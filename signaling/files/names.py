"""The name under which a document is shown and saved: what the sender called it, made harmless. Pure."""

import unicodedata

from signaling.files.kinds import KINDS, Kind

LENGTH = 120
"""Characters, extension included."""
UNNAMED = "document"
SPARE = '<>:"|?*'
"""What some system does not take in a file's name."""
PICTURES = {"jpg", "jpeg", "jpe", "png", "webp", "gif"}
KNOWN = PICTURES | {kind.extension for kind in KINDS}


def tidy(name: str, kind: Kind | None = None) -> str:
    """Return the last part of the path without control, direction and private characters, its extension fitting `kind`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join("_" if char in SPARE else char for char in last if _is_shown(char))
    plain = " ".join(shown.split()).rstrip(". ")
    if kind is None:
        return plain[:LENGTH]
    stem, dot, extension = plain.rpartition(".")
    if not dot or extension.lower() not in KNOWN:
        stem = plain
    ending = f".{kind.extension}"
    return (stem.strip(". ")[: LENGTH - len(ending)] or UNNAMED) + ending


def _is_shown(char: str) -> bool:
    return char.isspace() or not unicodedata.category(char).startswith("C")
