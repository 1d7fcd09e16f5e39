"""The two readers: how one is chosen, and what they have in common."""

import numpy as np
import pytest

from epistula.pdf import read_pdf_bytes
from epistula.pdf.isolated import read_pdf_isolated
from epistula.pdf.reader import Reading, reader_of
from epistula.readers import ReaderName

from .made import Shown, pdf_bytes

PDF = pdf_bytes([Shown(50, 100, "Hello tofacitinib"), Shown(50, 140, "hidden", before="3 Tr"), Shown(300, 400, "no")])


def read(name: str) -> Reading:
    return reader_of(name)(PDF)


def test_both_give_the_same_characters_at_the_same_places():
    (ours,), (theirs,) = read("pdfium").pages, read("pdfplumber").pages
    assert ours.glyphs.text.tolist() == theirs.glyphs.text.tolist()
    assert (ours.number, ours.width, ours.height) == (theirs.number, theirs.width, theirs.height)
    for name in ("base", "size", "angle", "x0"):
        assert np.allclose(getattr(ours.glyphs, name), getattr(theirs.glyphs, name), atol=0.3), name
    assert not ours.glyphs.hidden.any()
    assert not theirs.glyphs.hidden.any()


def test_the_default_is_pdfium(monkeypatch):
    monkeypatch.setattr("epistula.pdf.opening.open_document", lambda data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        read_pdf_bytes(PDF)
    assert read_pdf_bytes(PDF, reader="pdfplumber").text.startswith("Hello")


@pytest.mark.parametrize("name", ["", "poppler", "PDFIUM"])
def test_an_unknown_reader_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="ReaderName"):
        read_pdf_bytes(PDF, reader=name)
    with pytest.raises(ValueError, match="ReaderName"):
        read_pdf_isolated(tmp_path / "none.pdf", reader=name)


def test_the_reader_reaches_the_other_process(tmp_path, reader: ReaderName):
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF)
    here, there = read_pdf_bytes(PDF, reader=reader), read_pdf_isolated(path, reader=reader)
    assert here.text == there.text
    assert np.array_equal(here.char_boxes, there.char_boxes, equal_nan=True)
