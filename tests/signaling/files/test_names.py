import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.files.kinds import JPEG, KINDS, PDF
from signaling.files.names import LENGTH, SPARE, tidy


@pytest.mark.parametrize(
    ("name", "tidied"),
    [
        ("avis d’impôt 2026.pdf", "avis d’impôt 2026.pdf"),
        ("C:\\Users\\marie\\facture.pdf", "facture.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("facture.exe", "facture.exe.pdf"),
        ("facture.PDF", "facture.pdf"),
        ("facture.docx", "facture.pdf"),
        ("version 1.2", "version 1.2.pdf"),
        ("fdp\u202e.exe", "fdp.exe.pdf"),
        ("a\0b\r\nc.pdf", "ab c.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        (".pdf", "document.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless_and_fits_its_content(name: str, tidied: str) -> None:
    assert tidy(name, PDF) == tidied


def test_a_picture_is_a_jpeg_afterwards() -> None:
    assert tidy("scan.png", JPEG) == "scan.jpg"
    assert tidy("IMG_1.JPEG", JPEG) == "IMG_1.jpg"


@given(st.text(max_size=300), st.sampled_from(KINDS))
def test_any_name_is_safe_and_stays_as_it_is_when_tidied_again(name: str, kind) -> None:
    tidied = tidy(name, kind)
    assert 0 < len(tidied) <= LENGTH
    assert tidied.endswith(f".{kind.extension}")
    assert not any(unicodedata.category(char).startswith("C") or char in "/\\" + SPARE for char in tidied)
    assert not tidied.startswith(".")
    assert tidy(tidied, kind) == tidied
    assert len(tidy(name)) <= LENGTH
