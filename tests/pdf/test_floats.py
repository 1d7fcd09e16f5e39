"""Figures and tables whose caption has no label."""

import numpy as np
import pytest

from epistula.model import ZoneKind
from epistula.pdf.blocks import Block, Typed
from epistula.pdf.floats import set_floats_apart
from epistula.pdf.lines import TextLine

BODY, NOTE, REST = ZoneKind.BODY, ZoneKind.FOOTNOTE, ZoneKind.FURNITURE
CAPTION, TABLE, HEADING = ZoneKind.CAPTION, ZoneKind.TABLE, ZoneKind.HEADING
SENTENCE = "The course of both patients over twelve months."


def item(kind: ZoneKind, text: str, holes: int = 0, leaf: int = 0) -> Typed:
    numbers = np.arange(len(text))
    line = TextLine(1, leaf, text, numbers, 50, 290, 93, 102, 100, 8, holes=holes)
    return Typed(Block((line,)), kind)


@pytest.mark.parametrize(
    ("items", "kinds"),
    [
        (
            [item(BODY, "100%"), item(BODY, "Group 1"), item(BODY, "Months"), item(NOTE, SENTENCE)],
            [REST, REST, REST, CAPTION],
        ),
        ([item(BODY, "JAK1"), item(CAPTION, f"Figure 1. {SENTENCE}")], [REST, CAPTION]),
        ([item(BODY, "JAK1", leaf=1), item(CAPTION, f"Figure 1. {SENTENCE}")], [BODY, CAPTION]),
        ([item(BODY, SENTENCE), item(CAPTION, f"Figure 1. {SENTENCE}")], [BODY, CAPTION]),
        ([item(BODY, "Cough"), item(CAPTION, f"Table 1. {SENTENCE}")], [BODY, CAPTION]),
        (
            [
                item(NOTE, SENTENCE),
                item(REST, "Age Sex Dose", 2),
                item(REST, "42 F", 1),
                item(BODY, SENTENCE),
            ],
            [CAPTION, TABLE, TABLE, BODY],
        ),
        ([item(TABLE, "42 F", 1), item(NOTE, SENTENCE), item(TABLE, "57 M", 1)], [TABLE, NOTE, TABLE]),
        ([item(NOTE, SENTENCE), item(BODY, SENTENCE)], [NOTE, BODY]),
        ([item(NOTE, SENTENCE), item(REST, "ED: Emergency", 1)], [NOTE, REST]),
    ],
)
def test_words_of_figures_and_tables_are_no_text(items, kinds):
    assert [found.kind for found in set_floats_apart(items)] == kinds
