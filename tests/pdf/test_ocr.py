"""Text recognised in scanned pages: with OCRmyPDF and Tesseract for real, and what is said without them."""

import io
import os
import shutil
from hashlib import sha256
from importlib.util import find_spec

import pypdfium2 as pdfium
import pytest

from epistula.batch.letters import read_letters
from epistula.errors import ReadError
from epistula.model import Failure, FailureCategory, content_id
from epistula.pdf import ocr, read_pdf
from epistula.pdf.ocr import read_pdf_ocr
from epistula.text.offsets import boxes_of

from .made import Shown, pdf_bytes

needs_tools = pytest.mark.skipif(
    "CI" not in os.environ and (find_spec("ocrmypdf") is None or shutil.which("tesseract") is None),
    reason="needs OCRmyPDF and Tesseract (.ci/system-packages installs it)",
)
LINES = [
    "Two patients with juvenile dermatomyositis were treated",
    "with tofacitinib. One of them improved within a month;",
    "the other died of respiratory failure in intensive care.",
]
PAGE = pdf_bytes([Shown(60, 120 + 20 * n, line, size=14) for n, line in enumerate(LINES)], height=300)
TYPED = pdf_bytes([Shown(60, 100, "The editor replies: colchicine is an old drug.", size=14)], height=300)


def scanned(data: bytes, *before: bytes) -> bytes:
    """Return a PDF of the pages of `before` and then of pictures of the pages of `data`."""
    document, source = pdfium.PdfDocument.new(), pdfium.PdfDocument(data)
    for other in before:
        document.import_pages(pdfium.PdfDocument(other))
    for page in source:
        width, height = page.get_size()
        jpeg = io.BytesIO()
        page.render(scale=200 / 72).to_pil().convert("L").save(jpeg, "JPEG")
        image = pdfium.PdfImage.new(document)
        image.load_jpeg(jpeg)
        image.set_matrix(pdfium.PdfMatrix().scale(width, height))
        sheet = document.new_page(width, height)
        sheet.insert_obj(image)
        sheet.gen_content()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.fixture
def put(tmp_path):
    """Return a function that writes a PDF and returns its path."""

    def write(data: bytes, name: str = "scan.pdf"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


@needs_tools
def test_a_scanned_page_among_typed_ones(put):
    path = put(scanned(PAGE, TYPED))
    letter = read_pdf_ocr(path)
    assert " ".join(LINES[:2]) in letter.text.replace("\n", " ")
    assert "colchicine" in letter.text
    digest = sha256(path.read_bytes()).hexdigest()
    assert letter.id == content_id("letter", digest)
    assert (letter.source.path, letter.source.sha256, letter.source.ocr) == (str(path), digest, True)
    (box,) = boxes_of(letter, start := letter.text.index("tofacitinib"), start + len("tofacitinib"))
    real = read_pdf(put(PAGE, "typed.pdf"))
    (expected,) = boxes_of(real, start := real.text.index("tofacitinib"), start + len("tofacitinib"))
    assert box.page == 2
    for side in ("x0", "top", "x1", "bottom"):
        assert getattr(box, side) == pytest.approx(getattr(expected, side), abs=5)


@needs_tools
def test_pictures_without_words_have_no_text(put):
    with pytest.raises(ReadError, match="no text was recognised") as caught:
        read_pdf_ocr(put(scanned(pdf_bytes([], height=100))))
    assert caught.value.category is FailureCategory.NO_TEXT


@needs_tools
def test_recognition_that_takes_too_long_is_broken_off(put):
    with pytest.raises(ReadError, match=r"within 0\.01 seconds") as caught:
        read_pdf_ocr(put(scanned(PAGE)), seconds=0.01)
    assert caught.value.category is FailureCategory.LIMIT


@needs_tools
def test_what_ocrmypdf_cannot_read_says_so(put, tmp_path):
    with pytest.raises(ReadError, match="OCRmyPDF fails on it") as caught:
        ocr.run_ocrmypdf(put(b"%PDF-1.7 no more"), tmp_path / "out.pdf", ocr.MIXED, 60)
    assert caught.value.category is FailureCategory.BROKEN


def test_a_letter_with_text_is_read_as_always(put, monkeypatch):
    monkeypatch.setattr(ocr, "run_ocrmypdf", lambda *_: pytest.fail("nothing is to be recognised"))
    letter = read_pdf_ocr(put(PAGE), read_pdf)
    assert (letter.text, letter.source.ocr) == (read_pdf(put(PAGE)).text, False)


def test_a_blank_page_does_not_make_a_letter_recognised(put, monkeypatch):
    monkeypatch.setattr(ocr, "require_tools", lambda why: None)
    monkeypatch.setattr(ocr, "run_ocrmypdf", lambda path, copy, *_: shutil.copy(path, copy))
    path = put(pdf_bytes([Shown(60, 100, "Some text")], []))
    assert read_pdf_ocr(path, read_pdf).source.ocr is False


def test_fonts_that_name_no_characters_have_their_pages_recognised_whole(put, monkeypatch):
    modes, path, typed = [], put(scanned(PAGE)), TYPED

    def run(source, copy, mode, seconds):
        modes.append(mode)
        copy.write_bytes(typed if mode == ocr.WHOLE else source.read_bytes())

    monkeypatch.setattr(ocr, "require_tools", lambda why: None)
    monkeypatch.setattr(ocr, "run_ocrmypdf", run)
    assert "colchicine" in read_pdf_ocr(path, read_pdf).text
    assert modes == [ocr.MIXED, ocr.WHOLE]


def test_other_failures_stay_what_they_are(put):
    with pytest.raises(ReadError) as caught:
        read_pdf_ocr(put(b"no PDF"))
    assert caught.value.category is FailureCategory.UNSUPPORTED


@pytest.mark.parametrize(
    ("package", "program", "words"),
    [
        (None, "/bin/tesseract", ["pip install 'epistula[ocr]'"]),
        (object(), None, ["apt-get install tesseract-ocr"]),
        (None, None, ["pip install 'epistula[ocr]'", "apt-get install tesseract-ocr"]),
    ],
)
@pytest.mark.parametrize(("before", "why"), [([], "looks like a scan"), ([TYPED], "page 2 without text")])
def test_without_the_tools_it_says_what_to_install(put, monkeypatch, package, program, words, before, why):
    monkeypatch.setattr(ocr, "find_spec", lambda name: package)
    monkeypatch.setattr(ocr.shutil, "which", lambda name: program)
    (failure,) = read_letters(put(scanned(PAGE, *before)), read_pdf_ocr)
    assert isinstance(failure, Failure)
    assert failure.category is FailureCategory.NO_TEXT
    assert all(word in failure.reason for word in [why, *words])
    assert ("tesseract-ocr" in failure.reason) is (program is None)
