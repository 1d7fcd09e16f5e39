"""Lines from characters: spaces, raised characters, initials."""

import numpy as np
import pytest

from epistula.pdf.lines import Sheet, TextLine, make_lines
from epistula.pdf.words import make_words, order_glyphs

from .test_glyphs import glyphs

WIDTH = 5


def lines_of(*runs: tuple[str, float, float, float], shuffle: int = 0) -> list[TextLine]:
    """Return the lines of runs (text, x, baseline, size) set in a font half as wide as high."""
    placed, sizes = [], []
    for text, x, base, size in runs:
        placed += [(c, x + i * size / 2, base) for i, c in enumerate(text)]
        sizes += [size] * len(text)
    made = glyphs(*placed)
    size = np.array(sizes)
    made = made.change(size=size, x1=made.x0 + size / 2)
    made = made.take(made.text != " ")
    made = made.take(np.random.default_rng(shuffle).permutation(len(made)))
    ordered, starts = order_glyphs(made)
    sheet = Sheet(1, 600, 800, ordered, starts, make_words(ordered, starts), ("Times",))
    return make_lines(sheet, 0, np.arange(len(sheet.words)))


@pytest.mark.parametrize("shuffle", range(3))
def test_lines_do_not_depend_on_the_order_of_the_stream(shuffle):
    made = lines_of(("one two", 50, 100, 10), ("three", 50, 112, 10), ("four", 50, 124, 10), shuffle=shuffle)
    assert [line.text for line in made] == ["one two", "three", "four"]


@pytest.mark.parametrize(
    ("word", "raised", "text"),
    [
        ("patients", "3", "patients 3"),
        ("patients", "8,14", "patients 8,14"),
        ("published", "1–3", "published 1–3"),
        ("vasculopathy.", "4", "vasculopathy. 4"),
        ("(DM)", "12", "(DM) 12"),
        ("CD4", "+", "CD4+"),
        ("Ca", "2+", "Ca2+"),
        ("mm", "2", "mm2"),
        ("10", "9", "109"),
        ("HLA-B", "27", "HLA-B27"),
    ],
)
def test_a_raised_citation_is_parted_from_its_word_and_a_power_is_not(word, raised, text):
    made = lines_of((word, 50, 100, 10), (raised, 50 + WIDTH * len(word), 96, 6.5))
    assert [line.text for line in made] == [text]


def test_text_after_a_raised_run_goes_on_in_the_line():
    made = lines_of(("mg/m", 50, 100, 10), ("2", 70, 96, 7), ("daily", 78, 100, 10), ("next", 50, 112, 10))
    assert [line.text for line in made] == ["mg/m2 daily", "next"]


def test_a_subscript_belongs_to_its_line():
    made = lines_of(("PaO", 50, 100, 10), ("2", 65, 102.5, 7), ("fell", 73, 100, 10), ("to", 50, 112, 10))
    assert [line.text for line in made] == ["PaO2 fell", "to"]


def test_a_drop_cap_starts_the_line_its_head_stands_at():
    made = lines_of(("T", 50, 124, 41), ("his is", 71, 102, 10), ("a case", 71, 113, 10), ("of it", 71, 124, 10))
    assert [line.text for line in made] == ["This is", "a case", "of it"]


def test_a_line_stretched_evenly_has_no_holes_and_a_row_of_cells_has():
    even = lines_of(("one", 50, 100, 10), ("two", 90, 100, 10), ("three", 130, 100, 10))
    cells = lines_of(("one two", 50, 100, 10), ("12", 150, 100, 10), ("yes", 200, 100, 10))
    assert [line.holes for line in even + cells] == [0, 2]


def test_glyph_numbers_point_back_at_the_characters():
    (line,) = lines_of(("one two", 50, 100, 10))
    assert len(line.glyphs) == len(line.text)
    assert [n < 0 for n in line.glyphs] == [c == " " for c in line.text]
