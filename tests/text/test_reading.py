"""What a finder sees: running text only, at offsets of the letter's own text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.model import RUNNING_TEXT, Zone, ZoneKind
from epistula.text.reading import plain_zones, read

TITLE, BODY, HEADING, FURNITURE = ZoneKind.TITLE, ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.FURNITURE

PLAIN = [
    ("", []),
    (" \n\n ", []),
    ("One line only", [("One line only", BODY)]),
    ("A title\n\nSome text.", [("A title", TITLE), ("Some text.", BODY)]),
    ("A title\nSome text.", [("A title", TITLE), ("Some text.", BODY)]),
    ("A sentence.\nAnother.", [("A sentence.", BODY), ("Another.", BODY)]),
    ("lower case\nSome text.", [("lower case", BODY), ("Some text.", BODY)]),
    ("A title\n\nCase report\n\nText.", [("A title", TITLE), ("Case report", HEADING), ("Text.", BODY)]),
    ("A title\n\nText\nwrapped.\n\nMore.", [("A title", TITLE), ("Text\nwrapped.", BODY), ("More.", BODY)]),
    ("Dear Editor,\n\nText.", [("Dear Editor,", BODY), ("Text.", BODY)]),
    ("T" * 300 + "\nText.", [("T" * 300, BODY), ("Text.", BODY)]),
    ("A title\n" + "W" * 60, [("A title", TITLE), ("W" * 60, BODY)]),
    ("\n\n  A title  \n\n\n\n Text. \n", [("A title", TITLE), ("Text.", BODY)]),
    ("A title\n \t\nText\nwrapped.", [("A title", TITLE), ("Text\nwrapped.", BODY)]),
    ("A title\r\n\r\nText\r\nwrapped.\r\n", [("A title", TITLE), ("Text\r\nwrapped.", BODY)]),
    ("A title\r\nText.\r\n", [("A title", TITLE), ("Text.", BODY)]),
]


def zones_of(*lengths_and_kinds):
    zones, start = [], 0
    for length, kind in lengths_and_kinds:
        zones.append(Zone(start, start + length, kind))
        start += length + 1
    return tuple(zones)


@pytest.mark.parametrize(("text", "zones"), PLAIN)
def test_zones_of_a_text_without_layout(text, zones):
    assert [(text[z.start : z.end], z.kind) for z in plain_zones(text)] == zones


@given(st.text("Aa .\n\r\t", max_size=60))
def test_zones_of_a_text_without_layout_hold_all_but_white_space(text):
    zones = plain_zones(text)
    before = 0
    for zone in zones:
        assert before <= zone.start < zone.end <= len(text)
        assert not text[before : zone.start].strip()
        before = zone.end
    assert not text[before:].strip()


def test_text_outside_the_running_zones_is_blank_and_offsets_hold():
    text = "Rituximab works\nJournal of Rituximab 12\nShe took rituximab.\n1. Rituximab. Lancet."
    reading = read(text, zones_of((15, TITLE), (23, FURNITURE), (19, BODY), (20, ZoneKind.REFERENCE)))
    assert len(reading.text) == len(text)
    assert [w for w in reading.text.split() if "ituximab" in w] == ["Rituximab", "rituximab."]
    assert reading.text.index("rituximab.") == text.index("rituximab.")


def test_a_line_break_within_a_zone_is_a_space_and_between_zones_a_border():
    text = "Lupus\r\nnephritis\nwas seen\nAnother. One"
    reading = read(text, zones_of((25, BODY), (12, BODY)))
    assert reading.text == "Lupus  nephritis was seen\nAnother. One"
    assert [reading.text[s:e] for s, e in reading.sentences] == [
        "Lupus  nephritis was seen",
        "Another.",
        "One",
    ]


@given(st.data())
def test_reading_changes_no_character_of_the_running_text_but_its_breaks(data):
    text = data.draw(st.text("ab.\n αß", min_size=1, max_size=40))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
    zones = tuple(Zone(s, e, data.draw(st.sampled_from(ZoneKind))) for s, e in pairwise(cuts))
    reading = read(text, zones)
    running = {i for z in zones if z.kind in RUNNING_TEXT for i in range(z.start, z.end)}
    expected = [(" " if c == "\n" else c) if i in running else "\n" for i, c in enumerate(text)]
    assert reading.text == "".join(expected)
    assert all(set(range(s, e)) <= running for s, e in reading.sentences)


READING = read("Title here\nOne is. Two are.\nThree", zones_of((10, TITLE), (16, BODY), (5, HEADING)))


@pytest.mark.parametrize(
    ("offset", "sentence", "index", "zone"),
    [
        (0, "Title here", 0, TITLE),
        (9, "Title here", 0, TITLE),
        (11, "One is.", 1, BODY),
        (17, "One is.", 1, BODY),
        (18, "One is.", 1, BODY),
        (19, "Two are.", 2, BODY),
        (28, "Three", 3, HEADING),
        (33, "Three", 3, HEADING),
    ],
)
def test_the_sentence_and_zone_at_an_offset(offset, sentence, index, zone):
    start, end = READING.sentence_at(offset)
    assert READING.text[start:end] == sentence
    assert READING.sentence_index(offset) == index
    assert READING.zone_at(offset).kind is zone


@pytest.mark.parametrize(
    ("start", "end", "before", "after"),
    [
        (0, 5, "", " here"),
        (15, 17, "One ", "."),
        (11, 18, "", ""),
        (19, 22, "", " are."),
        (23, 27, "Two ", ""),
    ],
)
def test_the_sentence_before_and_after_a_span(start, end, before, after):
    assert (READING.before(start), READING.after(end)) == (before, after)


def test_an_empty_text_has_no_sentence():
    reading = read("", ())
    assert (reading.sentences, reading.sentence_at(0), len(reading.words)) == ([], (0, 0), 0)
