"""Reads what an OLE compound file (the old .doc, .xls, .ppt) holds, from its directory alone.

Format: [MS-CFB]. Pure; bounded by the size of what is given; anything inconsistent is `Broken`.
"""

import struct
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER_BYTES = 512
ENTRY_BYTES = 128
HEADER_FATS = 109
"""FAT sectors named in the header: enough for 7 MB of 512-byte sectors; further ones are chained."""
CHAINED_MOST = 8
"""Sectors of that chain, each with 127 more: enough for 70 MB."""
DIRECTORY_SECTORS = 2_000
UNUSED, ROOT = 0, 5
NONE = 0xFFFFFFFF
REGULAR_MOST = 0xFFFFFFFA


class Broken(Exception):  # noqa: N818 - an answer: this is not a compound file that can be read
    """Where it is inconsistent."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int


@dataclass(frozen=True, slots=True)
class Directory:
    """Names of streams and storages."""

    root: frozenset[str]
    """Those at the top, such as ``WordDocument``."""
    everywhere: frozenset[str]
    """All of them in capitals, for names differ by more than case ([MS-CFB] 2.6.4); also those that hang nowhere."""


def directory(data: bytes) -> Directory:
    """Return what the directory names.

    Raises:
        Broken: not a compound file, or damaged.
    """
    try:
        entries = _entries(data)
        everywhere = frozenset(entry.name.upper() for entry in entries if entry.kind != UNUSED)
        return Directory(_names_below_root(entries), everywhere)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise Broken(type(error).__name__) from error


def _entries(data: bytes) -> list[_Entry]:
    if not data.startswith(SIGNATURE):
        raise Broken("signature")
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        raise Broken("sector size")
    size = 1 << shift
    (sector,) = struct.unpack_from("<I", data, 48)
    fat = _fat(data, size)
    entries: list[_Entry] = []
    seen: set[int] = set()
    while sector < REGULAR_MOST:
        if sector in seen or len(seen) >= DIRECTORY_SECTORS:
            raise Broken("directory chain")
        seen.add(sector)
        start = (sector + 1) * size
        entries += (_entry(data, start + place) for place in range(0, size, ENTRY_BYTES))
        (sector,) = struct.unpack_from("<I", data, _fat_place(fat, size, sector))
    return entries


def _fat(data: bytes, size: int) -> list[int]:
    """Return where in the file each FAT sector starts: those of the header, then those of the DIFAT chain."""
    sectors = list(struct.unpack_from(f"<{HEADER_FATS}I", data, 76))
    (chained,) = struct.unpack_from("<I", data, 68)
    for _ in range(CHAINED_MOST):
        if chained >= REGULAR_MOST:
            break
        *more, chained = struct.unpack_from(f"<{size // 4}I", data, (chained + 1) * size)
        sectors += more
    return [(sector + 1) * size for sector in sectors if sector < REGULAR_MOST]


def _fat_place(fat: list[int], size: int, sector: int) -> int:
    per_sector = size // 4
    return fat[sector // per_sector] + 4 * (sector % per_sector)


def _entry(data: bytes, start: int) -> _Entry:
    length, kind = struct.unpack_from("<HB", data, start + 64)
    left, right, child = struct.unpack_from("<III", data, start + 68)
    name = data[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le")
    return _Entry(name, kind, left, right, child)


def _names_below_root(entries: list[_Entry]) -> frozenset[str]:
    if not entries or entries[0].kind != ROOT:
        raise Broken("root")
    names: set[str] = set()
    to_visit = [entries[0].child]
    seen: set[int] = set()
    while to_visit:
        number = to_visit.pop()
        if number == NONE or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        names.add(entry.name)
        to_visit += (entry.left, entry.right)
    return frozenset(names)
