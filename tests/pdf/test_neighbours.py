"""Letters among letters: what belongs to the letter before and after ours is no running text."""

import pytest

from epistula.model import RUNNING_TEXT, Letter, ZoneKind
from epistula.pdf import read_pdf_bytes
from epistula.pdf.blocks import Block
from epistula.pdf.neighbours import find_neighbours

from .made import typeset
from .test_zones import LONG, PROSE, block

STYLE = """@page { size: 595pt 780pt; margin: 50pt; @top-left { content: "Annals 2021"; font: 7pt sans-serif } }
body { font: 10pt/12pt serif; columns: 2; column-gap: 18pt; margin: 0; text-align: justify }
h1 { font: bold 14pt/16pt sans-serif; text-align: left; margin: 10pt 0 4pt }
h2 { font: bold 9pt/11pt sans-serif; margin: 6pt 0 2pt } p { margin: 0; text-indent: 10pt }
.entry { font-size: 8pt; line-height: 9.5pt; text-indent: 0 } .author { font: 9pt sans-serif; text-indent: 0 }
.tail { text-indent: 0 }"""
OURS, NEXT = "Tofacitinib in anti-MDA5 disease of adults", "Rituximab for refractory pemphigus in children"


def paragraphs(drug: str, count: int) -> str:
    text = (
        f"<p>The patient was given {drug} and the rash improved within weeks of the first dose, while no other drug "
        "was needed for it at all. Ferritin fell from 3400 to 410 ng/mL in twelve days, the crackles cleared, and she "
        f"left the intensive care unit on the nineteenth day of treatment with {drug} and prednisolone.</p>"
    )
    return text * count


def references(name: str) -> str:
    entry = "<p class=entry>{n}. {name} AB, Rook CD. Treatment with drugs. J Invented Med 201{n}; {n}: 1-9. doi:10.9999/{name}.{n}</p>"  # noqa: E501
    return "<h2>References</h2>" + "".join(entry.format(n=n, name=name) for n in range(1, 5))


def letter_among(*, tail: str = "azathioprine", head: str = "rituximab", title: str = "") -> Letter:
    before = f"<p class=tail>which had been given {tail} for years.</p>{paragraphs(tail, 2)}{references('Aldous')}"
    ours = f"<h1>{OURS}</h1><p class=author>Ada Quill</p><p>Sir,</p>{paragraphs('tofacitinib', 14)}"
    after = f"<h1>{NEXT}</h1><p class=author>Cara Dorrit</p><p>Sir,</p>{paragraphs(head, 3)}"
    body = f"{before if tail else ''}{ours}{references('Bernays')}{after if head else ''}"
    return read_pdf_bytes(typeset(f"<title>{title}</title><style>{STYLE}</style><body>{body}"))


def of_kind(letter: Letter, *kinds: ZoneKind) -> str:
    return "\n".join(letter.text[zone.start : zone.end] for zone in letter.zones if zone.kind in kinds)


@pytest.fixture(scope="module")
def letter() -> Letter:
    pytest.importorskip("weasyprint")
    return letter_among()


pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")


def test_neighbours_are_kept_as_furniture(letter):
    running, furniture = of_kind(letter, *RUNNING_TEXT), of_kind(letter, ZoneKind.FURNITURE)
    assert len(letter.pages) == 2
    for words in ("azathioprine", "rituximab", NEXT):
        assert words not in running
        assert words in furniture
    assert "Aldous" not in of_kind(letter, ZoneKind.REFERENCE)
    assert "Aldous" in furniture


def test_ours_is_whole(letter):
    alone = letter_among(tail="", head="")
    for kind in (ZoneKind.TITLE, ZoneKind.AUTHORS, ZoneKind.BODY, ZoneKind.REFERENCE):
        assert of_kind(letter, kind) == of_kind(alone, kind), kind
    assert of_kind(letter, ZoneKind.BODY).count("prednisolone") == 14


def test_metadata_are_those_of_ours(letter):
    assert letter.source.title == OURS
    assert "Aldous" not in (letter.source.doi or "")


def test_the_title_that_the_file_gives_tells_which_is_ours():
    letter = letter_among(title=NEXT)
    assert of_kind(letter, ZoneKind.TITLE) == NEXT
    assert "tofacitinib" not in of_kind(letter, *RUNNING_TEXT)


HEADING = block("References", bold=True)
ENTRIES = [block(f"{n}. Rook B. On drugs. J Med 2019; 1: {n}.", 8) for n in (1, 2)]
TITLE, SECOND = block("Treatment of anti-MDA5 disease", 16, True), block("Rituximab in children", 16, True)
OWN = [TITLE, block("Ada Quill", 9), block("Sir,"), block(LONG), block(LONG)]
TAIL = block(f"which {PROSE[4:]}")


@pytest.mark.parametrize(
    ("blocks", "apart"),
    [
        (OWN, []),
        ([*OWN, HEADING, *ENTRIES], []),
        ([*OWN, HEADING, *ENTRIES, SECOND, block(PROSE)], [8, 9]),
        ([*OWN, *ENTRIES, block("LETTER TO THE EDITOR", 9), SECOND, block(PROSE)], [7, 8, 9]),
        ([*OWN, SECOND, block(PROSE)], []),
        ([*OWN, HEADING, *ENTRIES, block("Supplementary material online", 16, True), block(PROSE)], []),
        ([*OWN, HEADING, *ENTRIES, block("Rituximab in children", 11, True), block(PROSE)], []),
        ([TAIL, *OWN], [0]),
        ([block(PROSE), *OWN], []),
        ([block(PROSE), HEADING, *ENTRIES, *OWN], [0, 1, 2, 3]),
        ([], []),
    ],
)  # fmt: skip
def test_a_letter_ends_where_the_next_title_follows_references(blocks: list[Block], apart: list[int]):
    assert sorted(find_neighbours(blocks)) == apart


def test_a_cover_tells_which_letter_is_ours():
    cover = [block("Rituximab in children", 16, True), block("To cite this version: HAL Id: hal-09900001")]
    later = [Block(tuple(part.lines)) for part in (*OWN, HEADING, *ENTRIES, SECOND, block(PROSE))]
    moved = [block(part.text, part.size, part.bold, page=2) for part in later]
    assert sorted(find_neighbours([*cover, *moved])) == list(range(2, 10))
