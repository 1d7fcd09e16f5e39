"""Limits, and what a PDF may bring that is no text of its pages."""

import hashlib

import pytest

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf import HEADER_WITHIN, characters, read_pdf_bytes
from epistula.pdf import reader as readers

from .made import Shown, assemble, pdf_bytes

TEXT = pdf_bytes([Shown(50, 100, "Hello tofacitinib")])
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
CONTENT = b"BT /F1 10 Tf 1 0 0 1 50 700 Tm (Hello tofacitinib) Tj ET"


def rc4(key: bytes, data: bytes) -> bytes:
    """Return data encrypted with RC4."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypted(user: bytes) -> bytes:
    """Return a PDF encrypted with 40-bit RC4 and a user password (PDF 1.7, 7.6.3)."""
    padded, permissions = (user + PADDING)[:32], -44
    owner = rc4(hashlib.md5((b"owner" + PADDING)[:32]).digest()[:5], padded)
    key = hashlib.md5(padded + owner + permissions.to_bytes(4, "little", signed=True) + b"ab").digest()[:5]
    content = rc4(hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10], CONTENT)
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{'#' * len(content)}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    lock = f"/Filter/Standard/V 1/R 2/P {permissions}/O<{owner.hex()}>/U<{rc4(key, PADDING).hex()}>"
    pdf = assemble(objects).replace(b"#" * len(content), content)
    return pdf.replace(b"trailer<<", f"trailer<</Encrypt<<{lock}>>/ID[<6162><6162>]".encode())


def laden() -> bytes:
    """Return a PDF with an attached file, scripts, a note and a form field beside its text."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
        "/Names<</EmbeddedFiles<</Names[(a.txt) 6 0 R]>>/JavaScript<</Names[(j) 8 0 R]>>>>"
        "/AcroForm<</Fields[10 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Annots[9 0 R 10 0 R]"
        "/AA<</O<</S/JavaScript/JS(this.print\\(\\))>>>>/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(CONTENT)}>>stream\n{CONTENT.decode()}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        "<</Type/Filespec/F(a.txt)/EF<</F 7 0 R>>>>",
        "<</Type/EmbeddedFile/Length 8>>stream\nattached\nendstream",
        "<</S/JavaScript/JS(app.launchURL\\('http://192.0.2.1'\\))>>",
        "<</Type/Annot/Subtype/Text/Rect[100 600 120 620]/Contents(a reader's note)>>",
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(field)/V(filled in)/Rect[100 500 200 520]>>",
    ]
    return assemble(objects)


def refused(data: bytes, reader: str) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read_pdf_bytes(data, reader=reader)
    return caught.value


def test_as_many_pages_as_allowed(reader, monkeypatch):
    monkeypatch.setattr(readers, "MAX_PAGES", 3)
    pages = [[Shown(50, 100, "x")]] * 4
    assert len(read_pdf_bytes(pdf_bytes(*pages[:3]), reader=reader).pages) == 3
    error = refused(pdf_bytes(*pages), reader)
    assert (error.category, "4 pages" in error.reason) == (FailureCategory.LIMIT, True)


def test_as_many_characters_on_a_page_as_allowed(reader, monkeypatch):
    monkeypatch.setattr(characters, "MAX_PAGE_CHARS", 17)
    assert read_pdf_bytes(TEXT, reader=reader).text == "Hello tofacitinib"
    monkeypatch.setattr(characters, "MAX_PAGE_CHARS", 16)
    error = refused(TEXT, reader)
    assert (error.category, "page 1 holds" in error.reason) == (FailureCategory.LIMIT, True)


def test_as_many_characters_in_all_as_allowed(reader, monkeypatch):
    pdf = pdf_bytes([Shown(50, 100, "Hello")], [Shown(50, 100, "again")])
    monkeypatch.setattr(readers, "MAX_CHARS", 10)
    assert read_pdf_bytes(pdf, reader=reader).text
    monkeypatch.setattr(readers, "MAX_CHARS", 9)
    assert refused(pdf, reader).category is FailureCategory.LIMIT


@pytest.mark.parametrize(("junk", "read"), [(HEADER_WITHIN - 4, True), (HEADER_WITHIN - 3, False)])
def test_the_header_stands_in_the_first_kilobyte(junk, read, reader):
    data = b"\n" * junk + TEXT
    if read:
        assert read_pdf_bytes(data, reader=reader).text == "Hello tofacitinib"
    else:
        assert refused(data, reader).category is FailureCategory.UNSUPPORTED


def test_an_empty_user_password_opens(reader):
    assert read_pdf_bytes(encrypted(b""), reader=reader).text == "Hello tofacitinib"


def test_any_other_password_is_asked_for(reader):
    error = refused(encrypted(b"secret"), reader)
    assert (error.category, "password" in error.reason) == (FailureCategory.ENCRYPTED, True)


def test_attachments_scripts_notes_and_fields_are_no_text(reader):
    assert read_pdf_bytes(laden(), reader=reader).text == "Hello tofacitinib"
