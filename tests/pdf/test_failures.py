"""Bytes that give no letter, and the category each gets."""

import pytest

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf import read_pdf, read_pdf_bytes

from .made import Shown, assemble, pdf_bytes

TEXT = pdf_bytes([Shown(50, 100, "Hello tofacitinib")])
IMAGE = "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\nA\nendstream"  # noqa: E501
SCAN = assemble(
    [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        "<</Length 24>>stream\n600 0 0 800 0 0 cm /I Do\nendstream",
        IMAGE,
    ]
)
ENCRYPTED = TEXT.replace(
    b"trailer<<",
    b"trailer<</Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O<" + b"28" * 32 + b">/U<" + b"29" * 32
    + b">>>/ID[<00><00>]",
)  # fmt: skip
MANY_PAGES = pdf_bytes(*([Shown(50, 100, "x")] for _ in range(501)))
MANY_CHARACTERS = pdf_bytes([Shown(1 + i % 500, 1 + i // 500, "ab" * 1000, size=1) for i in range(110)])


@pytest.mark.parametrize(
    ("data", "category", "reason"),
    [
        (b"", FailureCategory.BROKEN, "empty"),
        (b"<html>no</html>", FailureCategory.UNSUPPORTED, "not a PDF"),
        (b"x" * 2000 + TEXT, FailureCategory.UNSUPPORTED, "not a PDF"),
        (b"%PDF-1.4\n", FailureCategory.BROKEN, "cannot be parsed"),
        (TEXT[:200], FailureCategory.BROKEN, "cannot be parsed"),
        (ENCRYPTED, FailureCategory.ENCRYPTED, "password"),
        (pdf_bytes([]), FailureCategory.NO_TEXT, "no text"),
        (SCAN, FailureCategory.NO_TEXT, "looks like a scan"),
        (MANY_PAGES, FailureCategory.LIMIT, "501 pages"),
        (MANY_CHARACTERS, FailureCategory.LIMIT, "characters"),
    ],
    ids=["empty", "html", "late", "header", "cut", "encrypted", "blank", "scan", "pages", "characters"],
)
def test_what_cannot_be_read_says_why(data, category, reason, reader):
    with pytest.raises(ReadError) as caught:
        read_pdf_bytes(data, reader=reader)
    assert caught.value.category is category
    assert reason in caught.value.reason


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(ReadError) as caught:
        read_pdf(tmp_path / "none.pdf")
    assert caught.value.category is FailureCategory.MISSING


def test_junk_before_the_header_does_no_harm(reader):
    assert read_pdf_bytes(b"junk\n" * 20 + TEXT, reader=reader).text == "Hello tofacitinib"
