"""A whole letter, typeset in two columns: order, furniture, hyphens, superscripts, zones, boxes, metadata."""

import re
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from epistula.model import RUNNING_TEXT, Letter, ZoneKind
from epistula.pdf import read_pdf, read_pdf_bytes
from epistula.readers import ReaderName

from .made import typeset

pytest.importorskip("weasyprint")
pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")

STYLE = """
@page { size: 595pt 780pt; margin: 60pt 50pt;
  @top-left { content: "e60 | ANNALS 2021: 12; " counter(page); font: 7pt sans-serif }
  @bottom-left { content: "Downloaded from https://press.example by Guest on 4 Mar 2022"; font: 6pt sans-serif }
  @bottom-right { content: counter(page); font: 8pt sans-serif } }
@page cover { @top-left { content: none } @bottom-left { content: none } @bottom-right { content: none } }
body { font: 10pt/12pt serif; text-align: justify; hyphens: auto; margin: 0 }
.cover { page: cover; break-after: page; font: 10pt/14pt sans-serif }
h1 { font: bold 17pt/20pt sans-serif; text-align: left; hyphens: none; margin: 8pt 0 }
h2 { font: bold 10pt/12pt sans-serif; text-align: left; margin: 10pt 0 4pt }
.kicker { font: bold 9pt sans-serif } .authors { font: bold 9pt/12pt sans-serif }
.affiliation { font: 7pt/9pt sans-serif; text-align: left }
.columns { column-count: 2; column-gap: 17pt; margin-top: 14pt }
.columns p { margin: 0; text-indent: 10pt } .columns p.first { text-indent: 0 }
figure { margin: 10pt 0; break-inside: avoid } figcaption { font: 7.5pt/9pt sans-serif; text-align: left }
svg { display: block } sup { font-size: 6.5pt; line-height: 0; vertical-align: 4pt }
.references p { font-size: 8pt; line-height: 9.5pt; text-indent: -8pt; padding-left: 8pt }
.stamp { position: fixed; left: 300pt; top: 300pt; transform: rotate(-90deg); font: 6pt sans-serif; width: 200pt }
"""
PARAGRAPHS = [
    "We read with interest the report on tofacitinib in juvenile dermatomyositis. Two children with "
    "anti-MDA5 autoantibodies improved within weeks, and neither of them needed oxygen any longer.",
    "The first of our own patients was a woman of 42 years with rapidly progressive interstitial lung "
    "disease. She had received glucocorticoids, tacrolimus and intravenous cyclophosphamide without any "
    "response, and mechanical ventilation was being discussed when baricitinib was begun. Ferritin fell "
    "from 3400 to 410 ng/mL in twelve days, the crackles cleared, and she left the intensive care unit on "
    "the nineteenth day. Immunosuppressive treatment was tapered over eleven months.",
    "The second patient, a man of 57 years, had amyopathic disease with ulcerating papules over the "
    "knuckles. Plasmapheresis and rituximab preceded the Janus kinase inhibitor. He developed herpes zoster "
    "ophthalmicus, which resolved with valaciclovir, and cytomegalovirus reactivation, which did not.",
    "Neither calcinosis nor thrombosis was observed during a cumulative follow-up of thirty-one months. "
    "Laboratory surveillance comprised complete blood counts, transaminases and lipids.",
    "It remains uncertain whether clinicians should anticipate infection or accept it. Prospective "
    "observation with predetermined discontinuation criteria would be preferable to retrospective series, "
    "in which disappointing outcomes are underrepresented.",
]
REFERENCES = [
    f"{name} AB, Rook CD. Treatment of dermatomyositis with inhibitors of kinases. J Invented Med 20{i}; {i}: 1-9."
    for i, name in enumerate(["Aldous", "Bernays", "Cadbury", "Dorrit", "Eames"], 10)
]
CITED = "Ada Quill, Ben Rook. Reply: tofacitinib in anti-MDA5 disease. Annals of Nothing, 2021, 12, pp.e60."


def html() -> str:
    body = "".join(f"<p{' class=first' * (i == 0)}>{text}</p>" for i, text in enumerate(PARAGRAPHS * 3))
    body = body.replace("within weeks,", "within weeks,<sup>3,4</sup>").replace("lipids.", "lipids.<sup>12</sup>")
    figure = (
        "<figure><svg width=200 height=80 xmlns='http://www.w3.org/2000/svg'><text x=10 y=20 font-size=7>JAK1</text>"
        "<text x=90 y=60 font-size=7>STAT1</text></svg><figcaption><b>Figure 1</b> Signalling of type I "
        "interferon in the skin of both patients.</figcaption></figure>"
    )
    body = body.replace("<p>The second", f"{figure}<p>The second", 1)
    references = "".join(f"<p>{entry}</p>" for entry in REFERENCES)
    return f"""<html lang=en><style>{STYLE}</style><body><div class=stamp>Downloaded by a library</div>
    <div class=cover><h1>Reply: tofacitinib in anti-MDA5 disease</h1><p>Ada Quill, Ben Rook</p>
    <p><b>To cite this version:</b></p><p>{CITED}</p><p>HAL Id: hal-09900001</p>
    <p>https://hal.example/hal-09900001 doi 10.99999/an.2021.1</p></div>
    <p class=kicker>LETTER TO THE EDITOR</p><h1>Reply: tofacitinib in anti-MDA5 disease</h1>
    <p class=authors>Ada Quill<sup>1</sup> and Ben Rook<sup>2</sup></p>
    <p class=affiliation>1 Department of Internal Medicine, St Alban Hospital, Northmoor</p>
    <p class=affiliation>Correspondence to: Ada Quill, E-mail: quill@alban.example</p>
    <div class=columns><p class=first>Sir,</p>{body}
    <h2>Data availability</h2><p class=first>Data are available upon reasonable request.</p>
    <h2>Competing interests</h2><p class=first>The authors report none.</p>
    <h2>References</h2><div class=references>{references}</div></div></body></html>"""


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return typeset(html())


@pytest.fixture(scope="module")
def letter(pdf: bytes, reader: ReaderName) -> Letter:
    return read_pdf_bytes(pdf, "letter.pdf", reader)


def of_kind(letter: Letter, *kinds: ZoneKind) -> list[str]:
    return [letter.text[zone.start : zone.end] for zone in letter.zones if zone.kind in kinds]


def test_the_body_is_the_paragraphs_in_order(letter):
    expected = [
        text.replace("within weeks,", "within weeks, 3,4").replace("lipids.", "lipids. 12") for text in PARAGRAPHS
    ]
    assert of_kind(letter, ZoneKind.BODY) == ["Sir,", *(expected * 3)]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (ZoneKind.TITLE, ["Reply: tofacitinib in anti-MDA5 disease"]),
        (ZoneKind.AUTHORS, ["Ada Quill 1 and Ben Rook 2"]),
        (ZoneKind.CAPTION, ["Figure 1 Signalling of type I interferon in the skin of both patients."]),
        (ZoneKind.DATA_AVAILABILITY, ["Data availability", "Data are available upon reasonable request."]),
        (ZoneKind.COMPETING_INTERESTS, ["Competing interests", "The authors report none."]),
        (ZoneKind.REFERENCE, ["References", *REFERENCES]),
        (ZoneKind.HEADING, []),
        (ZoneKind.TABLE, []),
    ],
)
def test_each_part_is_in_its_zone(letter, kind, texts):
    assert of_kind(letter, kind) == texts


def test_affiliations_stand_by_themselves(letter):
    assert [text.split()[0] for text in of_kind(letter, ZoneKind.AFFILIATION)] == ["1", "Correspondence"]


@pytest.mark.parametrize(
    "words",
    [
        "ANNALS 2021",
        "Downloaded",
        "LETTER TO THE EDITOR",
        "JAK1",
        "STAT1",
        "Northmoor",
        "J Invented Med",
        "HAL Id",
    ],
)
def test_what_is_no_running_text_is_kept_elsewhere(letter, words):
    assert words in letter.text
    assert not any(words in text for text in of_kind(letter, *RUNNING_TEXT))


def test_metadata_come_from_title_and_cover(letter, pdf):
    source = letter.source
    assert (source.title, source.doi, source.hal_id) == (
        "Reply: tofacitinib in anti-MDA5 disease",
        "10.99999/an.2021.1",
        "hal-09900001",
    )
    assert source.citation == CITED
    assert (source.path, source.pages) == ("letter.pdf", len(pypdfium2.PdfDocument(pdf)))


def test_every_page_has_its_size(letter):
    assert {(page.width, page.height) for page in letter.pages[1:]} == {(595.0, 780.0)}
    assert [page.number for page in letter.pages] == list(range(1, len(letter.pages) + 1))


@pytest.mark.parametrize("word", ["tofacitinib", "Ferritin", "valaciclovir", "Signalling", "Competing", "Cadbury"])
def test_the_box_of_a_word_is_where_the_word_is_drawn(letter, pdf, word):
    at = [m.start() for m in re.finditer(word, letter.text) if letter.char_pages[m.start() : m.end()].min() > 0]
    drawn = search(pdf, word)
    assert drawn
    for start in at:
        page = int(letter.char_pages[start])
        boxes = letter.char_boxes[start : start + len(word)]
        if np.ptp(boxes[:, 1]) > 5:  # broken over two lines
            continue
        ours = [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)]
        assert any(covers(ours, box) for number, box in drawn if number == page), (word, page, ours)


def search(pdf: bytes, word: str) -> list[tuple[int, tuple[float, ...]]]:
    """Return page and box, origin top left, of each place where PDFium finds a word on one line."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        page = document[number]
        textpage, height = page.get_textpage(), page.get_height()
        searcher = textpage.search(word)
        while (hit := searcher.get_next()) is not None:
            if textpage.count_rects(*hit) == 1:
                left, bottom, right, top = textpage.get_rect(0)
                found.append((number + 1, (left, height - top, right, height - bottom)))
    return found


def covers(ours: list[float], drawn: tuple[float, ...]) -> bool:
    """Tell whether a box holds the ink of a word and not much more."""
    inside = ours[0] <= drawn[0] + 1 and ours[1] <= drawn[1] + 1 and ours[2] >= drawn[2] - 1 and ours[3] >= drawn[3] - 1
    return inside and ours[2] - ours[0] < drawn[2] - drawn[0] + 4 and ours[3] - ours[1] < 3 * (drawn[3] - drawn[1]) + 4


def test_lines_are_where_their_characters_are(letter):
    for line in letter.lines:
        boxes = letter.char_boxes[line.start : line.end]
        drawn = boxes[np.isfinite(boxes).all(axis=1)]
        assert drawn[:, 0].min() >= line.box.x0 - 0.01
        assert drawn[:, 3].max() <= line.box.bottom + 0.01
        assert "\n" not in letter.text[line.start : line.end]


def test_reading_twice_gives_the_same_letter(letter, pdf, reader, tmp_path: Path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf)
    again = read_pdf(path, reader)
    assert (again.id, again.text, again.zones, again.lines) == (
        letter.id,
        letter.text,
        letter.zones,
        letter.lines,
    )
    assert np.array_equal(again.char_boxes, letter.char_boxes, equal_nan=True)
