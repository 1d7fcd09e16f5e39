"""What holds for every PDF that gives a letter."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epistula.errors import ReadError
from epistula.pdf import read_pdf_bytes
from epistula.readers import ReaderName

from .made import Shown, pdf_bytes

WORDS = st.sampled_from(
    [
        "References",
        "Abstract",
        "anti-",
        "MDA5",
        "the patient",
        "improved.",
        "Table 1.",
        "Figure 2:",
        "12",
        "•",
        "é",
        "-",
    ]
)
SHOWN = st.builds(
    Shown,
    x=st.floats(-20, 620),
    y=st.floats(-20, 820),
    text=st.lists(WORDS, min_size=1, max_size=8).map(" ".join),
    size=st.sampled_from([0.01, 4, 7, 10, 10, 10, 18, 60]),
    before=st.sampled_from(
        ["", "", "", "3 Tr", "0 1 -1 0 300 300 Tm", "0.7 0.7 -0.7 0.7 200 300 Tm", "-1 0 0 1 400 300 Tm"]
    ),
)
READERS = pytest.mark.parametrize("reader", ReaderName)  # a fixture would outlive the examples
PAGES = st.lists(st.lists(SHOWN, max_size=30), min_size=1, max_size=4)


@READERS
@given(PAGES)
@settings(max_examples=150)
def test_zones_cover_the_text_and_characters_have_places(reader, pages):
    try:
        letter = read_pdf_bytes(pdf_bytes(*pages), reader=reader)
    except ReadError:
        return
    text = letter.text
    assert unicodedata.is_normalized("NFC", text)
    assert letter.char_boxes.shape == (len(text), 4)
    assert letter.char_pages.shape == (len(text),)
    starts, ends = [zone.start for zone in letter.zones], [zone.end for zone in letter.zones]
    assert starts == [0, *(end + 1 for end in ends[:-1])]
    assert ends[-1] == len(text)
    assert all(text[end] == "\n" for end in ends[:-1])
    placed = np.array([not c.isspace() for c in text])
    assert (letter.char_pages[placed] > 0).all()
    assert np.isfinite(letter.char_boxes[placed]).all()
    assert (letter.char_pages[~placed] == 0).all()
    assert np.isnan(letter.char_boxes[~placed]).all()


@READERS
@given(PAGES)
@settings(max_examples=50)
def test_no_word_is_lost_and_none_is_made(reader, pages):
    try:
        letter = read_pdf_bytes(pdf_bytes(*pages), reader=reader)
    except ReadError:
        return
    drawn = {c for page in pages for shown in page for c in shown.text}
    assert {c for c in letter.text if not c.isspace()} <= drawn
    assert all(0 <= line.start < line.end <= len(letter.text) for line in letter.lines)
