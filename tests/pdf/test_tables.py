"""Tables: a row a line, cells parted by tabs, every character where it was drawn."""

import re

import numpy as np
import pytest

from epistula.model import Letter, ZoneKind
from epistula.pdf import read_pdf_bytes
from epistula.pdf.blocks import Block, Typed
from epistula.pdf.lines import TextLine
from epistula.pdf.tables import Cell, is_table, set_tables

from .made import typeset

pytest.importorskip("weasyprint")
pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")

PROSE = f"<p>{'The patient was given tofacitinib and the rash improved within weeks of the first dose of it. ' * 5}</p>"
CAPTION = "<p class=caption><b>Table 1.</b> Drugs of all patients.</p>"
ROWS = [
    ("Patient", "Drug and dose", "Outcome"),
    ("1, woman", "tofacitinib 5 mg twice daily for eleven months until remission", "improved"),
    ("2, man", "", "died"),
    ("3, girl", "baricitinib", "n.r."),
]
SHORT = [("Agent", "Patients", "Course"), *(((f"drug {n}"), f"{n} adult", "improved") for n in range(5))]
RULED, LEVEL, BARE = "border: 1px solid", "border-bottom: 1px solid", ""
STYLE = """@page { size: 595pt 780pt; margin: 60pt } body { font: 10pt/12pt serif } h1 { font: bold 17pt sans-serif }
table { border-collapse: collapse; font-size: 8pt; width: 420pt } .caption { font-size: 8pt }"""


def letter_with(rows: list[tuple[str, ...]], css: str, reader: str, caption: str = CAPTION, wrap: str = "") -> Letter:
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    cell = f"td {{ {css}; padding: 2pt 8pt 2pt 2pt; width: 33% }} {wrap}"
    html = f"<style>{STYLE}{cell}</style><h1>Reply: a letter with a table</h1><p>Sir,</p>{PROSE}{caption}"
    return read_pdf_bytes(typeset(f"{html}<table>{table}</table>{PROSE}"), reader=reader)


def tables(letter: Letter) -> list[str]:
    return [letter.text[zone.start : zone.end] for zone in letter.zones if zone.kind is ZoneKind.TABLE]


def text_of(rows: list[tuple[str, ...]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


@pytest.mark.parametrize("caption", [CAPTION, ""], ids=["caption", "bare"])
def test_a_ruled_table_is_read_cell_by_cell(reader, caption):
    letter = letter_with(ROWS, RULED, reader, caption, "table { width: 300pt }")
    assert tables(letter) == [text_of(ROWS)]


@pytest.mark.parametrize("css", [LEVEL, BARE], ids=["level rules", "no rules"])
def test_a_table_without_upright_rules_is_read_line_by_line(reader, css):
    assert "\n".join(tables(letter_with(SHORT, css, reader))) == text_of(SHORT)


def test_every_character_of_a_table_is_where_it_was_drawn(reader):
    letter = letter_with(ROWS, RULED, reader, wrap="table { width: 300pt }")
    at = letter.text.index("tofacitinib 5 mg")
    below = letter.text.index("remission")
    beside = letter.text.index("improved", below)
    assert letter.char_boxes[below, 1] > letter.char_boxes[at, 1] + 5
    assert letter.char_boxes[beside, 0] > letter.char_boxes[at, 0] + 50
    added = [m.start() for m in re.finditer(r"[\t\n ]", letter.text)]
    assert np.isnan(letter.char_boxes[added]).all()
    assert np.isfinite(np.delete(letter.char_boxes, added, axis=0)).all()
    assert not any(set("\t\n") & set(letter.text[line.start : line.end]) for line in letter.lines)


def test_running_text_goes_on_around_a_table(reader):
    kinds = [zone.kind for zone in letter_with(ROWS, RULED, reader).zones]
    assert kinds == [ZoneKind.TITLE, *[ZoneKind.BODY] * 2, ZoneKind.CAPTION, ZoneKind.TABLE, ZoneKind.BODY]


def test_a_frame_around_text_is_no_table(reader):
    prose = "and the rash improved within weeks of the first dose of it " * 5
    letter = letter_with([(f"Left {prose}", f"right {prose}"), (f"Below {prose}", f"under {prose}")], RULED, reader, "")
    assert "\t" not in letter.text


def test_pdfplumber_is_not_loaded_for_a_page_without_rules(monkeypatch):
    monkeypatch.setattr("epistula.pdf.opening.grids_of", lambda lines: 1 / 0)
    assert tables(letter_with(SHORT, LEVEL, "pdfium"))
    with pytest.raises(ZeroDivisionError):
        letter_with(SHORT, RULED, "pdfium")


def line(text: str, base: float) -> TextLine:
    return TextLine(1, 0, text, np.arange(len(text)), 0, 10 * len(text), base - 7, base + 2, base, 10)


@pytest.mark.parametrize(
    ("places", "known", "answer"),
    [
        ([(0, 0), (0, 1), (1, 0), (1, 1)], False, True),
        ([(0, 0), (0, 1)], True, False),
        ([(0, 0), (1, 0)], True, False),
        ([(0, 0), (3, 3), (5, 5)], False, False),
        ([(0, 0), (3, 3), (5, 5)], True, True),
    ],
)
def test_two_rows_and_two_columns_make_a_table(places, known, answer):
    assert is_table({place: [line("x", 10)] for place in places}, known) is answer


def test_a_line_over_two_cells_is_cut_between_them():
    boxes = np.array([[10 * i, 0, 10 * i + 9, 9] for i in range(5)] * 2, dtype=np.float32)
    boxes[5:, [1, 3]] += 20
    lower = TextLine(1, 0, "fghij", np.arange(5, 10), 0, 50, 20, 30, 28, 10)
    grid = tuple((Cell(0, top, 20, top + 15), Cell(20, top, 60, top + 15)) for top in (-3.0, 17.0))
    typed = [Typed(Block((line("abcde", 8), lower)), ZoneKind.BODY)]
    (item,) = set_tables(typed, lambda page: [grid], {1: boxes})
    assert item.kind is ZoneKind.TABLE
    assert [piece.text for piece in item.block.lines] == ["ab", "cde", "fg", "hij"]
