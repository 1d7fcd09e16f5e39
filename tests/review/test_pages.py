"""Pages of letters: which PDF, how large, drawn in a process that may be killed, kept within bounds."""

import io
import os
import time
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from epistula.model import Source
from epistula.review.concepts import ConceptSearch
from epistula.review.drawing import Drawing, DrawingError
from epistula.review.pages import Pages, pixels, placeholder
from epistula.review.pdfs import Pdfs
from tests.pdf.made import Shown, pdf_bytes
from tests.pdf.test_isolated import bomb

LETTER = pdf_bytes([Shown(50, 100, "Hello")], [Shown(50, 100, "again")])


@pytest.fixture(scope="module")
def drawing():
    found = Drawing(processes=1, seconds=20)
    yield found
    found.close()


@pytest.fixture
def pages(drawing):
    found = Pages(drawing)
    yield found
    found._drawing = Drawing(processes=0)
    found.close()


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "pdfs"
    (found / "more").mkdir(parents=True)
    (found / "letter.pdf").write_bytes(LETTER)
    (found / "more" / "other.pdf").write_bytes(pdf_bytes([Shown(50, 100, "Other")]))
    (tmp_path / "secret.pdf").write_bytes(pdf_bytes([Shown(50, 100, "Secret")]))
    return found


def hash_of(path):
    return sha256(path.read_bytes()).hexdigest()


def test_a_pdf_is_found_by_path_name_and_content(folder):
    pdfs = Pdfs(folder)
    digest = hash_of(folder / "more" / "other.pdf")
    for source in (
        Source(path="more/other.pdf"),
        Source(path="/elsewhere/in/other.pdf"),
        Source(path="C:\\letters\\other.pdf"),
        Source(path="file:///elsewhere/other.pdf"),
        Source(path="other.pdf", sha256=digest),
        Source(path="renamed.pdf", sha256=digest),
        Source(sha256=digest),
    ):
        assert pdfs.find(source) == (folder / "more" / "other.pdf", True), source


def test_a_pdf_of_the_name_with_other_content_is_found_and_told(folder):
    assert Pdfs(folder).find(Source(path="letter.pdf", sha256="0" * 64)) == (folder / "letter.pdf", False)


def test_of_several_of_one_name_the_one_with_the_content_is_taken(folder):
    (folder / "more" / "letter.pdf").write_bytes(b"%PDF-other")
    source = Source(path="letter.pdf", sha256=hash_of(folder / "more" / "letter.pdf"))
    assert Pdfs(folder).find(source) == (folder / "more" / "letter.pdf", True)


def test_a_pdf_may_come_later(folder):
    pdfs = Pdfs(folder)
    assert pdfs.find(Source(path="late.pdf")) is None
    (folder / "late.pdf").write_bytes(LETTER)
    assert pdfs.find(Source(path="late.pdf")) == (folder / "late.pdf", True)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.pdf",
        "more/../../secret.pdf",
        "..\\secret.pdf",
        "file:../secret.pdf",
        "file:%2e%2e/secret.pdf",
        "letter.pdf\0",
        "\0",
        "",
        ".",
        "..",
        "more",
        "a" * 5000,
        "link.pdf",
        "linked/secret.pdf",
        "circle.pdf",
        "/etc/passwd",
        "pipe.pdf",
    ],
)
def test_nothing_outside_of_the_folder_is_found(folder, path):
    (folder / "link.pdf").symlink_to("../secret.pdf")
    (folder / "linked").symlink_to("..")
    (folder / "circle.pdf").symlink_to("circle.pdf")
    os.mkfifo(folder / "pipe.pdf")
    assert Pdfs(folder).find(Source(path=path)) is None
    assert Pdfs(folder).find(Source(path=str(folder.parent / "secret.pdf"))) is None
    assert Pdfs(folder).find(Source(sha256=hash_of(folder.parent / "secret.pdf"))) is None


def test_without_a_folder_there_are_no_pdfs(folder):
    assert Pdfs(None).find(Source(path=str(folder / "letter.pdf"))) is None


def test_widths_are_bounded_and_few():
    assert pixels(600, 1) == 600
    assert pixels(601, 1) == 650
    assert pixels(600, 2) == 1200
    assert pixels(1e5, 3) == 3200
    assert pixels(1, 0.1) == 100
    assert pixels(600, 99) == 1800


def test_a_page_is_drawn_as_wide_as_asked(pages, folder):
    found = pages.picture(folder / "letter.pdf", 2, 300)
    picture = Image.open(io.BytesIO(found.data))
    assert (found.type, found.problem, picture.size) == ("image/png", False, (300, 400))
    assert picture.convert("L").getextrema()[0] < 200


def test_sizes_are_those_of_the_pages_as_displayed(pages, tmp_path):
    path = tmp_path / "turned.pdf"
    path.write_bytes(pdf_bytes([], [], extra="/Rotate 90"))
    found = [(s.page.number, s.page.width, s.page.height, s.problem) for s in pages.sheets(path, None)]
    assert found == [(1, 800, 600, ""), (2, 800, 600, "")]


def test_a_picture_is_drawn_once_and_again_when_the_file_changes(pages, folder, monkeypatch):
    path, drawn = folder / "letter.pdf", []
    draw = pages._drawing.picture
    monkeypatch.setattr(pages._drawing, "picture", lambda *a: drawn.append(a) or draw(*a))
    first, again = (pages.picture(path, 1, 100) for _ in range(2))
    assert first == again
    path.write_bytes(pdf_bytes([Shown(90, 500, "Another")]))
    assert pages.picture(path, 1, 100).etag != first.etag
    assert len(drawn) == 2


def test_the_folder_of_pictures_is_bounded_private_and_removed(drawing, folder):
    pages = Pages(drawing, most=12_000)
    where = pages._folder
    assert where.stat().st_mode & 0o077 == 0
    for width in (100, 150, 200, 250, 300):
        pages.picture(folder / "letter.pdf", 1, width)
    assert 0 < sum(file.stat().st_size for file in where.iterdir()) <= 12_000
    pages._drawing = Drawing(processes=0)
    pages.close()
    assert not where.exists()


def test_a_page_that_hangs_costs_only_its_picture(folder, tmp_path):
    hanging = tmp_path / "bomb.pdf"
    hanging.write_bytes(bomb(9))
    drawing = Drawing(processes=1, seconds=1)
    pages = Pages(drawing)
    try:
        drawing.warm()
        time.sleep(0.5)  # let the processes load their libraries outside of the time limit
        begun = time.monotonic()
        found = pages.picture(hanging, 1, 100)
        assert found.problem and found.type == "image/svg+xml" and b"within 1 seconds" in found.data
        assert time.monotonic() - begun < 5
        begun = time.monotonic()
        assert pages.picture(hanging, 1, 200).problem, "what hung is not tried again"
        assert time.monotonic() - begun < 0.5
        assert pages.sheets(hanging, 1)[0].page[:2] == (1, 9)
    finally:
        pages.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited where the system can")
def test_a_page_that_needs_too_much_memory_costs_only_its_picture(folder, tmp_path):
    heavy = tmp_path / "bomb.pdf"
    heavy.write_bytes(bomb(9))
    drawing = Drawing(processes=1, seconds=60, memory_mb=32)
    try:
        with pytest.raises(DrawingError, match="MB of memory"):
            drawing.picture(heavy, 1, 200)
    finally:
        drawing.close()


def test_a_process_that_dies_is_replaced(drawing, folder):
    drawing.picture(folder / "letter.pdf", 1, 100)
    drawing._all[1]._process.kill()
    drawing._all[1]._process.wait()
    assert drawing.picture(folder / "letter.pdf", 1, 100)[:4] == b"\x89PNG"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"\0" * 100, b"<html>"])
def test_what_is_no_pdf_has_a4_pages_that_say_so(pages, tmp_path, content):
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    sheets = pages.sheets(path, 3)
    assert [s.page for s in sheets] == [(1, 595, 842), (2, 595, 842), (3, 595, 842)]
    assert sheets[0].problem == "The PDF is broken."
    assert pages.picture(path, 1, 100).problem


def test_a_page_like_a_strip_is_drawn_less_sharply(pages, tmp_path):
    path = tmp_path / "strip.pdf"
    path.write_bytes(pdf_bytes([Shown(50, 100, "Hello")], height=14_000))
    picture = Image.open(io.BytesIO(pages.picture(path, 1, 3200).data))
    assert picture.width * picture.height < 25e6


def test_a_placeholder_holds_no_markup():
    data = placeholder("<script>alert(1)</script> & more").data
    assert b"<script" not in data and b"&lt;script&gt;" in data


@pytest.fixture(scope="module")
def concepts():
    return ConceptSearch()


@pytest.mark.parametrize(
    ("query", "label", "name", "how"),
    [
        ("tofacitinib", "DRUG", "tofacitinib", "exact"),
        ("TOFACITINIB", None, "tofacitinib", "exact"),
        ("tofaciti", "DRUG", "tofacitinib", "prefix"),
        ("tofacitinb", "DRUG", "tofacitinib", "like"),
    ],
)
def test_concepts_are_found_by_name_beginning_and_likeness(concepts, query, label, name, how):
    best = concepts.find(query, label)[0]
    assert (best["name"], best["how"]) == (name, how)


def test_a_concept_is_found_by_its_id(concepts):
    known = concepts.find("tofacitinib", "DRUG")[0]
    assert concepts.find(known["id"].upper(), "DRUG")[0] == {**known, "alias": known["name"], "how": "id"}


@pytest.mark.parametrize("query", ["", " ", "'; DROP TABLE letters; --", "%", "\0", "x" * 10_000, "(((", "[a-"])
def test_any_query_has_an_answer(concepts, query):
    assert len(concepts.find(query)) <= 20
    assert concepts.find(query, "NO_SUCH_LABEL") == []


def test_each_concept_comes_once(concepts):
    found = [(c["label"], c["id"]) for c in concepts.find("anti")]
    assert len(found) == len(set(found)) == 20
