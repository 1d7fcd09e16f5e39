"""Carrying gold over to the text that was read: what goes where, and what is lost."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.evaluate import align
from epistula.evaluate.align import carried, running_offsets
from epistula.model import Annotation, Mention, Zone, ZoneKind

BODY, FURNITURE, REFERENCE = ZoneKind.BODY, ZoneKind.FURNITURE, ZoneKind.REFERENCE


def annotation(text, *words, zones=()):
    """Return an annotation that has a mention of each of some words, and zones from (text, kind)."""
    spans = tuple(Mention(w, text.index(w), text.index(w) + len(w), "DRUG", w) for w in words)
    places = tuple(Zone(text.index(t), text.index(t) + len(t), kind) for t, kind in zones)
    return Annotation(id="a", text=text, spans=spans, zones=places)


def project(gold, onto):
    """Return the mentions of gold in the other text, and those that are lost."""
    found, lost = align.project(gold, onto, align.align(gold, onto).forth)
    assert [here for here, _ in found] == [m for m in gold.spans if m not in lost]
    return [there for _, there in found], lost


# gold text, text read, word → what it is in the text read, or None for lost
CARRIED = [
    ("took rituximab daily", "took rituximab daily", {"rituximab": "rituximab"}),
    ("took cyclophosphamide", "took cyclo-\nphosphamide", {"cyclophosphamide": "cyclo-\nphosphamide"}),
    ("took cyclo-phosphamide", "took cyclophosphamide", {"cyclo-phosphamide": "cyclophosphamide"}),
    ("took rituximab daily", "He never took rituximab", {"rituximab": "rituximab"}),
    ("took ﬁngolimod", "took fingolimod", {"ﬁngolimod": "ngolimod"}),
    ("anti–MDA5 was found", "anti-MDA5 was found", {"anti–MDA5": "anti-MDA5", "MDA5": "MDA5"}),
    (
        "lupus nephritis flared",
        "lupus\nJournal 12\nnephritis flared",
        {"lupus nephritis": "lupus\nJournal 12\nnephritis"},
    ),
    ("abc rituximab xyz", "abc xyz", {"rituximab": None, "abc": "abc", "xyz": "xyz"}),
    ("abc rituximab xyz", "abc ximab xyz", {"rituximab": "ximab"}),
    ("abc rituximab xyz", "abc imab xyz", {"rituximab": None}),
    ("rituximab", "", {"rituximab": None}),
    ("rituximab", "0123456789", {"rituximab": None}),
]


@pytest.mark.parametrize(("text", "other", "carried"), CARRIED)
def test_a_span_goes_where_its_characters_went(text, other, carried):
    read, lost = project(annotation(text, *carried), Annotation(id="a", text=other))
    assert {m.id: m.text for m in read} == {word: found for word, found in carried.items() if found}
    assert {m.id for m in lost} == {word for word, found in carried.items() if found is None}
    assert all(other[m.start : m.end] == m.text for m in read)


def test_what_is_carried_keeps_all_but_its_place():
    gold = annotation("took rituximab", "rituximab")
    gold = replace(gold, spans=(replace(gold.spans[0], attributes={"n": 1}, page=3),))
    (mention,), lost = project(gold, Annotation(id="a", text="He took rituximab"))
    assert (mention.id, mention.label, mention.attributes) == ("rituximab", "DRUG", {"n": 1})
    assert (mention.start, lost) == (8, [])


def test_text_that_is_not_running_is_no_place_for_a_span():
    gold = annotation("He took rituximab.", "rituximab")
    text = "Rituximab in lupus\nHe took\n1. On rituximab.\nrituximab."
    zones = [("Rituximab in lupus", FURNITURE), ("He took", BODY), ("1. On rituximab.", REFERENCE)]
    onto = annotation(text, zones=zones)
    onto = replace(onto, zones=(*onto.zones, Zone(text.rindex("rituximab"), len(text), BODY)))
    (mention,), _ = project(gold, onto)
    assert mention.start == text.rindex("rituximab")


def test_gold_outside_the_running_text_is_lost():
    gold = annotation("rituximab\nlupus", "rituximab", "lupus", zones=[("rituximab", FURNITURE), ("lupus", BODY)])
    read, lost = project(gold, Annotation(id="a", text="rituximab lupus"))
    assert ([m.id for m in read], [m.id for m in lost]) == (["lupus"], ["rituximab"])


@pytest.mark.parametrize(
    ("zones", "offsets"),
    [
        ((), [0, 1, 2, 3, 4, 5]),
        ((Zone(0, 2, BODY), Zone(3, 4, FURNITURE), Zone(4, 6, ZoneKind.TITLE)), [0, 1, 4, 5]),
        ((Zone(0, 6, FURNITURE),), []),
    ],
)
def test_offsets_of_the_running_text(zones, offsets):
    assert running_offsets(Annotation(id="a", text="abcdef", zones=zones)).tolist() == offsets


def test_each_character_has_its_offset_or_none():
    gold, onto = Annotation(id="a", text="abcd"), Annotation(id="a", text="xabyd")
    found = align.align(gold, onto)
    assert (found.forth.tolist(), found.back.tolist()) == ([1, 2, -1, 4], [-1, 0, 1, -1, 3])


@pytest.mark.parametrize(
    ("word", "place"), [("took", (0, 4)), ("daily", None), ("rituximab", (5, 14)), ("b dail", None)]
)
def test_the_way_back(word, place):
    gold, onto = Annotation(id="a", text="took rituximab."), annotation("took rituximab daily", word)
    assert carried(onto.spans[0], align.align(gold, onto).back) == place


TEXTS = st.text("abcde \n", min_size=1, max_size=30)


@st.composite
def labelled(draw):
    text = draw(TEXTS)
    places = draw(st.lists(st.tuples(*[st.integers(0, len(text))] * 2).filter(lambda p: p[0] < p[1]), max_size=4))
    spans = tuple(Mention(str(n), start, end, "DRUG", text[start:end]) for n, (start, end) in enumerate(places))
    return Annotation(id="a", text=text, spans=spans)


@given(labelled())
def test_onto_the_same_text_nothing_changes(gold):
    assert project(gold, Annotation(id="b", text=gold.text)) == (list(gold.spans), [])


@given(labelled(), st.text("abcde \n", max_size=20), st.text("abcde \n", max_size=20))
def test_furniture_around_the_same_text_moves_every_span_alike(gold, before, after):
    size = len(gold.text)
    zones = (Zone(len(before), len(before) + size, BODY),)
    onto = Annotation(id="b", text=before + gold.text + after, zones=zones)
    read, lost = project(gold, onto)
    assert [(m.start, m.end, m.text) for m in read] == [
        (m.start + len(before), m.end + len(before), m.text) for m in gold.spans
    ]
    assert lost == []


@given(labelled(), st.data())
def test_inserted_characters_never_lose_a_span(gold, data):
    pieces = [data.draw(st.text("abxy-\n", max_size=3)) + character for character in gold.text]
    read, lost = project(gold, Annotation(id="b", text="".join(pieces)))
    assert lost == []
    for before, after in zip(gold.spans, read, strict=True):
        rest = iter(after.text)
        assert all(character in rest for character in before.text), (before.text, after.text)
        assert (after.text[0], after.text[-1]) == (before.text[0], before.text[-1])
