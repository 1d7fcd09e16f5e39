"""From the text to the page and back, in letters whose every character is set by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.model import Box, Letter, Mention
from epistula.text.offsets import boxes_of, character_at, place, span_in

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


def test_lines_set_so_tight_that_they_share_height_are_two():
    letter = letter_of(("abcd", 1, 50, 100), ("ef", 1, 50, 106))
    assert boxes_of(letter, 0, 7) == (Box(1, 50, 100, 70, 110), Box(1, 50, 106, 60, 116))


def test_one_height_on_two_pages_is_two_lines():
    letter = letter_of(("ab", 1, 50, 100), ("cd", 2, 60, 100))
    assert boxes_of(letter, 0, 5) == (Box(1, 50, 100, 60, 110), Box(2, 60, 100, 70, 110))


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


# ── back: from the page to the text ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("page", "x", "y", "found"),
    [
        (1, 52, 105, "t"),
        (1, 66, 101, "k"),
        (2, 52, 45, "l"),
        (3, 52, 45, None),
        (1, 49, 105, None),
        (1, 300, 105, None),
        # on the edge of two characters: the first
        (1, 55, 105, "t"),
    ],
)
def test_the_character_at_a_point(page, x, y, found):
    place = character_at(LETTER, page, x, y)
    assert (None if place is None else TEXT[place]) == found


def test_of_overlapping_characters_the_nearest_is_meant():
    letter = letter_of(("ab", 1, 10, 100), ("2", 1, 17, 96))
    assert letter.text[character_at(letter, 1, 19.5, 101)] == "2"
    assert letter.text[character_at(letter, 1, 17.4, 106)] == "b"


@pytest.mark.parametrize(
    ("box", "texts"),
    [
        (Box(1, 40, 90, 200, 130), ["took cyclophos-\nphamide for"]),
        (Box(1, 74, 95, 200, 111), ["cyclophos-"]),
        # the rectangle cuts two lines
        (Box(1, 90, 95, 106, 130), ["lop", "for"]),
        (Box(2, 0, 0, 600, 800), ["lupus\nand\nleft\nright"]),
        (Box(2, 0, 0, 600, 200), ["lupus\nand", "right"]),
        (Box(3, 0, 0, 600, 800), []),
    ],
)
def test_the_text_in_a_rectangle(box, texts):
    assert [TEXT[start:end] for start, end in span_in(LETTER, box)] == texts


def test_a_text_without_pages_has_no_places():
    letter = Letter("l", TEXT, ())
    assert character_at(letter, 1, 52, 105) is None
    assert span_in(letter, Box(1, 0, 0, 600, 800)) == []


WORDS = st.text(alphabet="ab 1é-", min_size=1, max_size=12)
LINES = st.lists(st.tuples(WORDS, st.integers(1, 3), st.integers(0, 8)), min_size=1, max_size=12)


@st.composite
def letters(draw):
    """A letter of lines on up to three pages, in two columns, none on another; in any order."""
    taken, lines = set(), []
    for content, page, row in draw(LINES):
        column = draw(st.sampled_from((0, 1)))
        if (page, row, column) not in taken:
            taken.add((page, row, column))
            shift = draw(st.floats(0, 9, width=16))
            lines.append((content, page, 40 + 250 * column + shift, 50 + 11 * row))
    return letter_of(*lines)


@given(letters())
def test_the_centre_of_a_character_is_its_own(letter):
    for i in np.flatnonzero(letter.char_pages).tolist():
        x0, top, x1, bottom = letter.char_boxes[i].tolist()
        assert character_at(letter, int(letter.char_pages[i]), (x0 + x1) / 2, (top + bottom) / 2) == i


@given(letters(), st.data())
def test_the_boxes_of_a_span_hold_the_span(letter, data):
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(letter.text))] * 2)))
    found = [span for box in boxes_of(letter, start, end) for span in span_in(letter, box)]
    covered = {i for first, last in found for i in range(first, last)}
    assert {i for i in range(start, end) if letter.char_pages[i]} <= covered


@given(letters(), st.data())
def test_what_a_rectangle_gives_is_inside_it(letter, data):
    x, y = data.draw(st.integers(0, 500)), data.draw(st.integers(0, 150))
    box = Box(data.draw(st.integers(1, 3)), x, y, x + data.draw(st.integers(0, 300)), y + data.draw(st.integers(0, 80)))
    spans = span_in(letter, box)
    assert [i for pair in spans for i in pair] == sorted({i for pair in spans for i in pair})
    for start, end in spans:
        assert letter.char_pages[start] == letter.char_pages[end - 1] == box.page
        for i in range(start, end):
            assert letter.char_pages[i] in (0, box.page)
