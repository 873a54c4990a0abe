"""What a file is, found in its bytes; what its sender calls it counts for nothing.

Pure; never unfolds more of an archive than `PART_BYTES`. Every kind that is not in the table is refused.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from signaling.errors import Refusal
from signaling.files import compound
from signaling.wire import Code

REMEDY = "send a photo, a PDF or a document of Word, Excel, PowerPoint or LibreOffice"
PROTECTED = "it is protected by a password: save it without one and send it again"
MACROS = "it holds macros: save it as an ordinary document or as PDF"
ZIP_ENTRIES = 10_000
PART_BYTES = 1_000_000
"""Most of a part inside an archive that is looked at."""
PDF_WITHIN = 1024
"""Viewers look for the header this far in (ISO 32000-1, annex H, note 13); here only blanks may come before."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table."""

    word: str
    """For the page's picture of it: image, pdf, text, sheet, slides."""
    content_type: str
    extension: str
    """Without the dot."""


JPEG = Kind("image", "image/jpeg", "jpg")
"""All pictures: they are drawn anew."""
PDF = Kind("pdf", "application/pdf", "pdf")

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
OOXML = (
    Kind("text", f"{_OOXML}wordprocessingml.document", "docx"),
    Kind("sheet", f"{_OOXML}spreadsheetml.sheet", "xlsx"),
    Kind("slides", f"{_OOXML}presentationml.presentation", "pptx"),
)
ODF = (
    Kind("text", f"{_ODF}text", "odt"),
    Kind("sheet", f"{_ODF}spreadsheet", "ods"),
    Kind("slides", f"{_ODF}presentation", "odp"),
)
COMPOUND = {
    "WordDocument": Kind("text", "application/msword", "doc"),
    "Workbook": Kind("sheet", "application/vnd.ms-excel", "xls"),
    "Book": Kind("sheet", "application/vnd.ms-excel", "xls"),
    "PowerPoint Document": Kind("slides", "application/vnd.ms-powerpoint", "ppt"),
}
"""By the stream that such a document must have ([MS-DOC], [MS-XLS], [MS-PPT])."""
VBA_NAMES = {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "MACROS"}
"""Storages and streams of a VBA project ([MS-OVBA] 2.2.1) and where Word and Excel put it."""
VBA_OF_SLIDES = bytes.fromhex("1f00ff0314000000 020000040c000000")
"""PowerPoint keeps its project in its own stream: headers of VBAInfoContainer and VBAInfoAtom ([MS-PPT] 2.4.10)."""
KINDS = (JPEG, PDF, *OOXML, *ODF, *dict.fromkeys(COMPOUND.values()))


def kind_of(data: bytes) -> Kind:
    """Return what these bytes are. A picture is only recognised here: decoding it shows whether it is whole.

    Raises:
        Refusal: `BAD_FILE`, its text names the remedy.
    """
    if _is_picture(data):
        return JPEG
    if data[:PDF_WITHIN].lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    if data.startswith(compound.SIGNATURE):
        return _kind_of_compound(data)
    raise Refusal(Code.BAD_FILE, REMEDY)


def _is_picture(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")) or (
        data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    )


def _kind_of_zip(data: bytes) -> Kind:
    if data.count(b"PK\x01\x02") > ZIP_ENTRIES:  # one before each entry: bounds what zipfile makes of them
        raise Refusal(Code.BAD_FILE, REMEDY)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _kind_of_odf(archive) or _kind_of_ooxml(archive)
    except Refusal:
        raise
    except Exception as error:  # the archive's reader raises almost anything on crafted bytes
        raise Refusal(Code.BAD_FILE, REMEDY) from error


def _kind_of_odf(archive: zipfile.ZipFile) -> Kind | None:
    stated = _part(archive, "mimetype")
    kind = next((kind for kind in ODF if kind.content_type.encode() == stated.strip()), None)
    if kind and b"manifest:encryption-data" in _part(archive, "META-INF/manifest.xml"):
        raise Refusal(Code.BAD_FILE, PROTECTED)
    return kind


def _kind_of_ooxml(archive: zipfile.ZipFile) -> Kind:
    stated = _part(archive, "[Content_Types].xml")
    if b"macroEnabled" in stated or any(name.endswith("vbaProject.bin") for name in archive.namelist()):
        raise Refusal(Code.BAD_FILE, MACROS)
    found = [kind for kind in OOXML if f'"{kind.content_type}.main+xml"'.encode() in stated]
    if len(found) != 1:
        raise Refusal(Code.BAD_FILE, REMEDY)
    return found[0]


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a part; nothing when it is missing, there twice, or packed in an unusual way."""
    named = [info for info in archive.infolist() if info.filename == name]
    if len(named) != 1 or named[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return b""
    with archive.open(named[0]) as part:
        return part.read(PART_BYTES)


def _kind_of_compound(data: bytes) -> Kind:
    try:
        names = compound.directory(data)
    except compound.Broken as error:
        raise Refusal(Code.BAD_FILE, REMEDY) from error
    if "EncryptedPackage" in names.root:
        raise Refusal(Code.BAD_FILE, PROTECTED)
    if names.everywhere & VBA_NAMES or VBA_OF_SLIDES in data:
        raise Refusal(Code.BAD_FILE, MACROS)
    found = {COMPOUND[name] for name in names.root if name in COMPOUND}
    if len(found) != 1:
        raise Refusal(Code.BAD_FILE, REMEDY)
    return found.pop()
