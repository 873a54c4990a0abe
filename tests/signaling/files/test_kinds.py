import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from signaling.errors import Refusal
from signaling.files import compound
from signaling.files.kinds import KINDS, MACROS, PROTECTED, REMEDY, ZIP_ENTRIES, kind_of
from signaling.wire import Code
from tests.support.papers import EICAR, PAPERS, archive, odf, ooxml, pdf
from tests.support.papers import compound as compound_file
from tests.support.pictures import encoded, telephone_photo

MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def remedy_of(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        kind_of(data)
    assert caught.value.code is Code.BAD_FILE
    return caught.value.text


@pytest.mark.parametrize("extension", PAPERS)
def test_a_document_is_known_by_its_bytes(extension: str) -> None:
    assert kind_of(PAPERS[extension]).extension == extension


def test_there_is_a_paper_of_every_kind_in_these_tests() -> None:
    assert {kind.extension for kind in KINDS} == {"jpg", *PAPERS}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_known_by_its_bytes(form: str) -> None:
    assert kind_of(encoded(Image.new("RGB", (9, 9)), form)).word == "image"


def test_blanks_before_a_pdf_are_no_matter_and_anything_else_is() -> None:
    assert kind_of(b"\xef\xbb\xbf\r\n " + pdf()).extension == "pdf"
    assert remedy_of(b"<script></script>" + pdf()) == REMEDY
    assert remedy_of(b" " * 2000 + pdf()) == REMEDY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P",
        EICAR,
        b"MZ\x90\0 a program",
        b"<!doctype html><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#!/bin/sh\n",
        archive({"a.exe": b"MZ"}),
        archive({"mimetype": b"application/epub+zip"}),
        archive({"[Content_Types].xml": b""}),
        PAPERS["docx"][:60],
        compound_file([]),
        compound_file(["__properties_version1.0"]),
        compound_file(["WordDocument", "Workbook"]),
        compound.SIGNATURE,
        PAPERS["doc"][:600],
    ],
)
def test_everything_else_is_refused_with_the_remedy(data: bytes) -> None:
    assert remedy_of(data) == REMEDY


def test_macros_and_passwords_are_named() -> None:
    assert remedy_of(ooxml("docx", main=MACRO_MAIN)) == MACROS
    assert remedy_of(ooxml("xlsx", {"xl/vbaProject.bin": b""})) == MACROS
    assert remedy_of(odf("odt", manifest=b"<manifest:encryption-data/>")) == PROTECTED
    assert remedy_of(compound_file(["EncryptedPackage", "EncryptionInfo"])) == PROTECTED


@pytest.mark.parametrize(
    "streams",
    [
        ["WordDocument", "Macros"],
        ["WordDocument", "mACROS"],
        ["Workbook", "_VBA_PROJECT_CUR"],
        ["Book", "VBA"],
        ["PowerPoint Document", "_VBA_PROJECT"],
    ],
)
def test_macros_of_old_office_files_are_seen_in_their_directory(streams: list[str]) -> None:
    assert remedy_of(compound_file(streams)) == MACROS


def test_macros_are_seen_below_the_top_of_a_file_and_unused_entries_are_no_matter() -> None:
    outside = bytearray(compound_file(["WordDocument", "VBA"]))
    struct.pack_into("<I", outside, 1024 + 128 + 72, 0xFFFFFFFF)  # nothing comes after WordDocument
    assert remedy_of(bytes(outside)) == MACROS
    outside[1024 + 2 * 128 + 66] = compound.UNUSED
    assert kind_of(bytes(outside)).extension == "doc"


def test_macros_of_slides_are_seen_by_what_announces_them() -> None:
    info = struct.pack("<HHIHHI", 0x1F, 0x3FF, 20, 0x02, 0x400, 12) + struct.pack("<III", 7, 1, 2)
    assert remedy_of(PAPERS["ppt"] + info) == MACROS


def test_an_archive_that_says_two_things_is_refused() -> None:
    both = b" ".join(f'"{kind.content_type}.main+xml"'.encode() for kind in KINDS)
    assert remedy_of(archive({"[Content_Types].xml": both})) == REMEDY
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = _with_duplicate()
    assert remedy_of(twice) == REMEDY


def _with_duplicate() -> bytes:
    out = BytesIO(PAPERS["docx"])
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("[Content_Types].xml", b"other")
    return out.getvalue()


def test_a_bomb_is_not_unfolded() -> None:
    bomb = archive({"[Content_Types].xml": bytes(300_000_000)})
    assert len(bomb) < 1_000_000
    assert remedy_of(bomb) == REMEDY
    assert remedy_of(archive({"[Content_Types].xml": b"x" * 2000}, zipfile.ZIP_LZMA)) == REMEDY


def test_an_archive_of_very_many_entries_is_not_even_listed() -> None:
    assert remedy_of(PAPERS["docx"] + b"PK\x01\x02" * (ZIP_ENTRIES + 1)) == REMEDY


@pytest.mark.parametrize("place", [30, 48, 68, 76, 512, 516, 1024 + 64, 1024 + 76, 1152 + 72])
@pytest.mark.parametrize("value", [0, 1, 5, 0x7FFFFFFF, 0xFFFFFFF0])
def test_a_compound_file_with_wrong_numbers_ends(place: int, value: int) -> None:
    data = bytearray(PAPERS["xls"])
    struct.pack_into("<I", data, place, value)
    with_loops = bytes(data)
    try:
        assert kind_of(with_loops).extension == "xls"
    except Refusal as refusal:
        assert refusal.code is Code.BAD_FILE  # noqa: PT017 - either outcome is right


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(PAPERS)), st.integers(0, 10_000), st.binary(max_size=40), st.booleans())
def test_crafted_bytes_are_a_refusal_or_a_kind(extension: str, place: int, change: bytes, cut: bool) -> None:
    data = PAPERS[extension]
    place %= len(data)
    changed = data[:place] + change + (b"" if cut else data[place + len(change) :])
    try:
        assert kind_of(changed) in KINDS
    except Refusal as refusal:
        assert refusal.code is Code.BAD_FILE  # noqa: PT017 - either outcome is right


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"", b"PK\x03\x04", compound.SIGNATURE, b"%PDF-", b"RIFF"]), st.binary(max_size=2000))
def test_any_bytes_are_a_refusal_or_a_kind(start: bytes, rest: bytes) -> None:
    try:
        kind_of(start + rest)
    except Refusal as refusal:
        assert refusal.code is Code.BAD_FILE  # noqa: PT017 - either outcome is right


def test_a_photo_is_a_picture_whatever_follows() -> None:
    assert kind_of(telephone_photo() + pdf()).word == "image"
