"""Page and boxes of a mention, from a letter whose every character is set by hand."""

import numpy as np
import pytest

from epistula.model import Box, Letter, Mention
from epistula.text.places import boxes_of, place

WIDTH, HEIGHT = 5.0, 10.0


def letter_of(*lines):
    """Return a letter of lines (text, page, x0, top), 5 points a character; a line break is added between."""
    text, boxes, pages = [], [], []
    for content, page, x0, top in lines:
        for number, character in enumerate(content):
            left = x0 + WIDTH * number
            text.append(character)
            boxes.append((left, top, left + WIDTH, top + HEIGHT))
            pages.append(page)
        text.append("\n")
        boxes.append((np.nan,) * 4)
        pages.append(0)
    return Letter(
        "l",
        "".join(text),
        (),
        char_boxes=np.array(boxes, dtype=np.float32),
        char_pages=np.array(pages, dtype=np.uint16),
    )


LETTER = letter_of(
    ("took cyclophos-", 1, 50, 100),
    ("phamide for", 1, 50, 112),
    ("lupus", 2, 50, 40),
    ("and", 2, 300, 40),
    ("left", 2, 320, 700),
    ("right", 2, 400, 100),
)
TEXT = LETTER.text


def span(first, last=None):
    return TEXT.index(first), TEXT.index(last or first) + len(last or first)


@pytest.mark.parametrize(
    ("start_end", "boxes"),
    [
        (span("took"), [Box(1, 50, 100, 70, 110)]),
        (span("k"), [Box(1, 65, 100, 70, 110)]),
        (span("cyclo", "phamide"), [Box(1, 75, 100, 125, 110), Box(1, 50, 112, 85, 122)]),
        (span("for", "lupus"), [Box(1, 90, 112, 105, 122), Box(2, 50, 40, 75, 50)]),
        (
            span("cyclo", "lupus"),
            [Box(1, 75, 100, 125, 110), Box(1, 50, 112, 105, 122), Box(2, 50, 40, 75, 50)],
        ),
        # of one height, further right: one line
        (span("lupus", "and"), [Box(2, 50, 40, 315, 50)]),
        # from the foot of a column to the head of the next
        (span("left", "right"), [Box(2, 320, 700, 340, 710), Box(2, 400, 100, 425, 110)]),
        # characters that reading added stand nowhere
        ((TEXT.index("\n"), TEXT.index("\n") + 1), []),
        ((0, 0), []),
    ],
)
def test_a_box_for_each_line(start_end, boxes):
    assert list(boxes_of(LETTER, *start_end)) == boxes


def test_a_raised_figure_stands_on_its_line():
    letter = letter_of(("ab", 1, 10, 100), ("2", 1, 20, 96))
    assert boxes_of(letter, 0, 4) == (Box(1, 10, 96, 25, 110),)


def test_the_page_of_a_mention_is_where_it_begins():
    start, end = span("for", "lupus")
    mention = Mention("m", start, end, "DRUG", TEXT[start:end], attributes={"n": 2})
    placed = place(mention, LETTER)
    assert (placed.page, [b.page for b in placed.boxes], placed.attributes) == (1, [1, 2], {"n": 2})


def test_a_mention_of_a_text_without_pages_has_no_place():
    mention = Mention("m", 0, 4, "DRUG", "took")
    assert place(mention, Letter("l", TEXT, ())) == mention
    assert boxes_of(Letter("l", TEXT, ()), 0, 4) == ()


def test_a_mention_that_reading_added_has_no_place():
    mention = Mention("m", 15, 16, "DRUG", "\n")
    assert place(mention, LETTER) == mention
