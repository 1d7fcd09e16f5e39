"""Reading in another process: the letter comes back whole, and trouble comes back as a category."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf import isolated, read_pdf
from epistula.pdf.isolated import read_pdf_isolated
from epistula.pdf.wire import receive, send

from .made import Shown, assemble, pdf_bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf_bytes([Shown(50, 100, "Hello tofacitinib"), Shown(50, 140, "Ça va, née in 1980")]))
    return file


def bomb(levels: int) -> bytes:
    """Return a PDF whose forms each draw the next one ten times."""
    forms = [
        f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {5 + i + 1} 0 R>>>>/Length 60>>"
        f"stream\n{'/F Do ' * 10}\nendstream"
        for i in range(levels)
    ]
    last = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 10>>stream\n0 0 1 1 re\nendstream"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    draw = "<</Length 5>>stream\n/F Do\nendstream"
    head = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, draw]
    return assemble([*head, *forms, last])


def test_the_letter_is_the_same(path):
    ours, theirs = read_pdf(path), read_pdf_isolated(path)
    assert (ours.id, ours.text, ours.zones, ours.lines, ours.pages, ours.source) == (
        theirs.id,
        theirs.text,
        theirs.zones,
        theirs.lines,
        theirs.pages,
        theirs.source,
    )
    assert np.array_equal(ours.char_boxes, theirs.char_boxes, equal_nan=True)
    assert np.array_equal(ours.char_pages, theirs.char_pages)
    assert theirs.char_boxes.dtype == np.float32
    assert theirs.char_pages.dtype == np.uint16


def test_an_error_keeps_its_category(tmp_path):
    with pytest.raises(ReadError) as caught:
        read_pdf_isolated(tmp_path / "none.pdf")
    assert caught.value.category is FailureCategory.MISSING


def test_the_process_is_kept_and_replaced_after_a_time_out(path, tmp_path):
    heavy = tmp_path / "bomb.pdf"
    heavy.write_bytes(bomb(9))
    read_pdf_isolated(path)
    process = isolated.READER._process
    with pytest.raises(ReadError) as caught:
        read_pdf_isolated(heavy, seconds=1)
    assert caught.value.category is FailureCategory.LIMIT
    assert "1 second" in caught.value.reason
    assert read_pdf_isolated(path).text.startswith("Hello")
    assert isolated.READER._process is not process


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited where the system can")
def test_too_much_memory_is_a_limit(path, tmp_path):
    heavy = tmp_path / "bomb.pdf"
    heavy.write_bytes(bomb(9))
    with pytest.raises(ReadError) as caught:
        read_pdf_isolated(heavy, seconds=60, memory_mb=64)
    assert caught.value.category is FailureCategory.LIMIT
    assert "64 MB" in caught.value.reason


def test_a_process_that_dies_is_broken_and_replaced(path, monkeypatch):
    read_pdf_isolated(path)
    monkeypatch.setattr(isolated, "ask", lambda process, *_: process.terminate())
    with pytest.raises(ReadError) as caught:
        read_pdf_isolated(path)
    assert caught.value.category is FailureCategory.BROKEN
    monkeypatch.undo()
    assert read_pdf_isolated(path).text.startswith("Hello")


@pytest.mark.parametrize("sent", [b"", b"\0" * 24, b"\xff" * 24, b"\0" * 10])
def test_what_is_no_letter_is_refused(sent):
    with pytest.raises((EOFError, ValueError)):
        receive(io.BytesIO(sent))


def test_an_error_crosses_the_pipe():
    stream = io.BytesIO()
    send(stream, ReadError(FailureCategory.NO_TEXT, "née"))
    stream.seek(0)
    with pytest.raises(ReadError) as caught:
        receive(stream)
    assert (caught.value.category, caught.value.reason) == (FailureCategory.NO_TEXT, "née")


def test_reading_a_pdf_does_not_load_the_pipeline():
    code = "import sys, epistula.pdf.worker; print([m for m in ('spacy', 'scispacy', 'weasyprint', 'pdfplumber') if m in sys.modules])"  # noqa: E501
    root = str(Path(isolated.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.strip() == "[]"
