"""Zones of blocks by their words, type and place."""

import numpy as np

from epistula.pdf.blocks import Block
from epistula.pdf.lines import TextLine
from epistula.pdf.zones import classify

PROSE = "The patient was given tofacitinib and the rash improved within weeks of the first dose of it."
LONG = f"{PROSE} {PROSE} {PROSE}"


def block(text: str, size: float = 10, bold: bool = False, page: int = 1, leaf: int = 0) -> Block:
    line = TextLine(page, leaf, text, np.arange(len(text)), 50, 290, 93, 102, 100, size, bold=bold)
    return Block((line,))


def kinds(*blocks: Block) -> list[str]:
    return [item.kind.value for item in classify(blocks)]


FRONT = [block("Treatment of anti-MDA5 disease", 16, True), block("Ada Quill and Ben Rook", 9)]


def test_front_matter():
    found = kinds(
        block("Annals of Nothing 2021", 8),
        block("CASE REPORT", 9, True),
        *FRONT,
        block("1 Department of Medicine, St Alban Hospital", 7),
        block("Correspondence to: quill@alban.example", 7),
        block("Received 1 May 2021; accepted 4 June 2021", 7),
        block("Copyright © 2021. This is an open access article distributed freely.", 7),
        block(LONG, 9),
        block("Introduction", 10, True),
        block(LONG),
        block(LONG),
    )
    assert found == [
        *["furniture"] * 2, "title", "authors", *["affiliation"] * 3, "furniture",
        "abstract", "heading", "body", "body",
    ]  # fmt: skip


def test_a_letter_without_headings_starts_at_the_salutation():
    assert kinds(*FRONT, block("Sir,"), block(LONG), block(LONG)) == [
        "title",
        "authors",
        "body",
        "body",
        "body",
    ]


def test_an_abstract_ends_where_the_body_s_type_begins():
    found = kinds(*FRONT, block("Abstract", 9, True), block(LONG, 9), block(LONG, leaf=1), block(LONG, leaf=1))
    assert found == ["title", "authors", "heading", "abstract", "body", "body"]


def test_a_structured_abstract_stays_one():
    found = kinds(
        *FRONT,
        *(
            block("Abstract", 9, True),
            block("Background", 9, True),
            block(PROSE, 9),
            block("Results", 9, True),
        ),
        *(block(PROSE, 9), block("Introduction", 10, True, leaf=1), block(LONG, leaf=1), block(LONG, leaf=1)),
    )
    assert found == [
        "title", "authors", "heading", "heading", "abstract", "heading", "abstract", "heading", "body", "body",
    ]  # fmt: skip


def test_sections_of_the_back_matter_last_until_the_next_heading():
    found = kinds(
        *FRONT,
        *(block("Sir,"), block(LONG), block(LONG)),
        *(block("Funding", bold=True), block("None.", 9), block("Disclosures", bold=True), block(PROSE)),
        *(block("A late addition", bold=True), block(PROSE)),
        *(
            block("References", bold=True),
            block("1. Rook B. J Med 2019; 1: 1.", 8),
            block("* A note on all.", 8),
        ),
        block("Ethics", bold=True),
    )
    assert found[5:] == [
        "funding", "funding", "competing_interests", "competing_interests", "heading", "body",
        "reference", "reference", "footnote", "footnote",
    ]  # fmt: skip


def test_floats_and_small_type():
    found = kinds(
        *FRONT,
        *(block("Sir,"), block(LONG), block(LONG)),
        *(
            block("Table 1. Doses of both patients.", 8),
            block("Day Dose", 8),
            block("ICU, intensive care unit.", 7),
        ),
        block("Figure 1 shows that the rash of both patients improved within three months."),
        *(block("STAT1", 7, leaf=1), block("Fig. 2: The rash.", 8, leaf=1)),
        block("* Both had given consent to the publication of this letter.", 7, leaf=2),
    )
    assert found[5:] == ["caption", "table", "table", "body", "furniture", "caption", "footnote"]


def test_a_cover_page_is_set_apart():
    found = kinds(
        block("Treatment of anti-MDA5 disease", 16, True),
        block("To cite this version:"),
        block("HAL Id: hal-09900001"),
        block("Treatment of anti-MDA5 disease", 16, True, page=2),
        block(LONG, page=2),
    )
    assert found == ["cover", "cover", "cover", "title", "body"]
