"""Documents as offices make them, no larger than what says what they are."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

OOXML_MAIN = {
    "docx": "wordprocessingml.document",
    "xlsx": "spreadsheetml.sheet",
    "pptx": "presentationml.presentation",
}
ODF_TYPES = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
COMPOUND_STREAMS = {"doc": "WordDocument", "xls": "Workbook", "ppt": "PowerPoint Document"}
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every scanner shall call a virus (eicar.org)."""


def pdf(text: bytes = b"page", size: int = 0) -> bytes:
    """A PDF, made longer to `size` bytes that repeat nowhere in step with anything."""
    body = b"%PDF-1.7\n" + text + b"\n"
    filler = b"".join(b"%d " % number for number in range(max(0, size) // 4))
    return (body + filler)[: max(size - 6, len(body))] + b"\n%%EOF"


def archive(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


def ooxml(extension: str, more: Mapping[str, bytes] | None = None, main: str = "") -> bytes:
    """A docx, xlsx or pptx."""
    main = main or f"application/vnd.openxmlformats-officedocument.{OOXML_MAIN[extension]}.main+xml"
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'.encode()
    return archive({"[Content_Types].xml": types, "main.xml": b"<w/>", **(more or {})})


def odf(extension: str, manifest: bytes = b"<manifest/>") -> bytes:
    """An odt, ods or odp."""
    stated = f"application/vnd.oasis.opendocument.{ODF_TYPES[extension]}".encode()
    return archive({"mimetype": stated, "META-INF/manifest.xml": manifest, "content.xml": b"<office/>"})


def compound(streams: Sequence[str]) -> bytes:
    """An OLE compound file with empty streams of these names at its root: header, FAT, directory ([MS-CFB])."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHH", 0x3E, 3, 0xFFFE, 9)
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    sectors = -(-(len(streams) + 1) // 4)
    header = (header + struct.pack("<H", 6)).ljust(44, b"\0") + struct.pack(
        "<IIIIIIII", 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    chain = [0xFFFFFFFD, *range(2, sectors + 1), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    entries = [_entry("Root Entry", 5, free, 1 if streams else free)]
    entries += [
        _entry(name, 2, number + 2 if number + 1 < len(streams) else free, free)
        for number, name in enumerate(streams)
    ]
    directory = b"".join(entries).ljust(512 * sectors, b"\0")
    return header + fat + directory


def old_office(extension: str) -> bytes:
    """A doc, xls or ppt."""
    return compound(["\x05SummaryInformation", COMPOUND_STREAMS[extension], "Data", "Other", "More"])


def _entry(name: str, kind: int, right: int, child: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, right, child)
    ).ljust(128, b"\0")


PAPERS = {
    "pdf": pdf(),
    **{extension: ooxml(extension) for extension in OOXML_MAIN},
    **{extension: odf(extension) for extension in ODF_TYPES},
    **{extension: old_office(extension) for extension in COMPOUND_STREAMS},
}
"""One of each kind, by extension."""
