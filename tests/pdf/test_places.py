"""Pages turned, cropped, written sideways or invisibly: boxes and what counts as text."""

import numpy as np
import pytest

from epistula.model import Letter, ZoneKind
from epistula.pdf import read_pdf_bytes

from .made import Shown, pdf_bytes, typeset

WORD = Shown(100, 50, "tofacitinib", 20)


def box_of(letter: Letter, word: str) -> tuple[float, ...]:
    start = letter.text.index(word)
    boxes = letter.char_boxes[start : start + len(word)]
    return (*np.nanmin(boxes[:, :2], axis=0).tolist(), *np.nanmax(boxes[:, 2:], axis=0).tolist())


@pytest.mark.parametrize(
    ("extra", "size", "corner"),
    [
        ("", (600, 800), (100, 50)),
        ("/CropBox[40 200 560 780]", (520, 580), (60, 30)),
        ("/Rotate 90", (800, 600), (750, 100)),
        ("/Rotate 180", (600, 800), (500, 750)),
        ("/Rotate 270", (800, 600), (50, 500)),
    ],
)
def test_boxes_are_those_of_the_page_as_shown(extra, size, corner, reader):
    letter = read_pdf_bytes(pdf_bytes([WORD], extra=extra), reader=reader)
    assert (letter.pages[0].width, letter.pages[0].height) == size
    x0, top, x1, bottom = box_of(letter, "tofacitinib")
    assert min(abs(corner[0] - x) for x in (x0, x1)) < 7
    assert min(abs(corner[1] - y) for y in (top, bottom)) < 7
    assert 0 <= x0 < x1 <= size[0]
    assert 0 <= top < bottom <= size[1]


@pytest.mark.parametrize("style", ["normal", "italic"])
def test_the_box_of_a_word_ends_where_the_pen_goes_on(style):
    data = typeset(f'<p style="font: {style} 20pt serif">of itself, a proof of half</p>')
    ours, theirs = read_pdf_bytes(data), read_pdf_bytes(data, reader="pdfplumber")
    assert ours.text == theirs.text == "of itself, a proof of half"
    for word in ("of", "itself", "proof", "half"):
        assert box_of(ours, word)[::2] == pytest.approx(box_of(theirs, word)[::2], abs=0.3), word


def test_text_off_the_page_is_left_out(reader):
    letter = read_pdf_bytes(pdf_bytes([WORD, Shown(100, 900, "beyond")]), reader=reader)
    assert letter.text == "tofacitinib"


def test_a_stamp_along_the_side_is_furniture(reader):
    stamp = Shown(0, 0, "Downloaded", before="0 1 -1 0 590 200 Tm")
    letter = read_pdf_bytes(pdf_bytes([WORD, stamp]), reader=reader)
    assert [(zone.kind, letter.text[zone.start : zone.end]) for zone in letter.zones] == [
        (ZoneKind.BODY, "tofacitinib"),
        (ZoneKind.FURNITURE, "Downloaded"),
    ]


def test_a_page_written_sideways_is_read(reader):
    lines = [Shown(0, 0, f"line number {n}", before=f"0 1 -1 0 {200 + 12 * n} 100 Tm") for n in range(4)]
    letter = read_pdf_bytes(pdf_bytes(lines), reader=reader)
    assert letter.text == "line number 0 line number 1 line number 2 line number 3"
    x0, top, x1, bottom = box_of(letter, "number 3")
    assert bottom - top > x1 - x0


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ([WORD, Shown(100, 80, "hidden", before="3 Tr")], "tofacitinib"),
        ([Shown(100, 80, "recognised", before="3 Tr")], "recognised"),
    ],
)
def test_invisible_text_counts_where_there_is_no_other(shown, text, reader):
    assert read_pdf_bytes(pdf_bytes(shown), reader=reader).text == text


def test_a_page_is_never_all_furniture(reader):
    pages = [[Shown(50, 30, "Annals of Nothing 2021"), Shown(300, 780, str(n))] for n in (1, 2, 3)]
    letter = read_pdf_bytes(pdf_bytes(*pages), reader=reader)
    assert any(zone.kind is not ZoneKind.FURNITURE for zone in letter.zones)


def test_running_headers_and_line_numbers_are_furniture(reader):
    def page(number: int) -> list[Shown]:
        text = [
            shown
            for n in range(20)
            for shown in (
                Shown(40, 100 + 24 * n, str(20 * number + n + 1), 7),
                Shown(
                    70,
                    100 + 24 * n,
                    f"the patient of week {n} on page {number} had no fever and no rash at all",
                ),
            )
        ]
        return [Shown(70, 40, f"Quill and Rook, page {number + 1}", 8), *text]

    letter = read_pdf_bytes(pdf_bytes(page(0), page(1), page(2)), reader=reader)
    body = " ".join(letter.text[z.start : z.end] for z in letter.zones if z.kind is ZoneKind.BODY)
    expected = [
        f"the patient of week {n} on page {number} had no fever and no rash at all"
        for number in range(3)
        for n in range(20)
    ]
    assert body == " ".join(expected)
