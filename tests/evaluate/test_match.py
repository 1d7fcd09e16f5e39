"""Pairing gold and predicted mentions: who is paired with whom, and that order is nothing to it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.evaluate.match import Scheme, overlap_pairs, pairs_by, shared_characters, strict_pairs
from epistula.model import Mention


def mentions(side, *spans):
    """Return mentions from (start, end) or (start, end, label); ids tell side and number."""
    return [
        Mention(f"{side}{number}", start, end, (*label, "DRUG")[0], "x" * (end - start))
        for number, (start, end, *label) in enumerate(spans)
    ]


def names(pairs):
    return sorted((gold.id, found.id) for gold, found in pairs)


# gold, predicted, strict pairs, overlap pairs
TABLE = [
    ("nothing", [], [], "", ""),
    ("no gold", [], [(0, 5)], "", ""),
    ("no prediction", [(0, 5)], [], "", ""),
    ("equal", [(0, 5), (6, 9)], [(6, 9), (0, 5)], "g0p1 g1p0", "g0p1 g1p0"),
    ("another label", [(0, 5)], [(0, 5, "ORGAN")], "", ""),
    ("another label as well", [(0, 5)], [(0, 5, "ORGAN"), (0, 4)], "", "g0p1"),
    ("touching", [(0, 5)], [(5, 9)], "", ""),
    ("apart", [(0, 5)], [(6, 9)], "", ""),
    ("one character", [(0, 5)], [(4, 9)], "", "g0p0"),
    ("inside", [(0, 9)], [(3, 4)], "", "g0p0"),
    ("two in one", [(0, 9)], [(0, 3), (4, 9)], "", "g0p1"),
    ("one in two", [(0, 3), (4, 9)], [(0, 9)], "", "g1p0"),
    ("exact before larger", [(0, 3), (0, 9)], [(0, 3)], "g0p0", "g0p0"),
    ("exact although the other would gain", [(4, 6), (0, 20)], [(4, 6), (18, 30)], "g0p0", "g0p0 g1p1"),
    # whoever gives g0 its largest overlap (p0, 6) leaves g1 with nothing: 6 < 5 + 5
    ("greedy fails", [(0, 11), (11, 20)], [(5, 16), (0, 5)], "", "g0p1 g1p0"),
    ("a chain", [(0, 10), (10, 20), (20, 30)], [(6, 14), (14, 24), (24, 30)], "", "g0p0 g1p1 g2p2"),
    ("labels apart", [(0, 9), (0, 9, "ORGAN")], [(0, 8, "ORGAN"), (1, 9)], "", "g0p1 g1p0"),
    ("twice in gold", [(0, 5), (0, 5)], [(0, 5)], "g0p0", "g0p0"),
    ("twice in prediction", [(0, 5)], [(0, 5), (0, 5)], "g0p0", "g0p0"),
    ("twice in both", [(0, 5), (0, 5)], [(0, 5), (0, 5)], "g0p0 g1p1", "g0p0 g1p1"),
]


@pytest.mark.parametrize(("what", "gold", "predicted", "strict", "overlap"), TABLE, ids=[row[0] for row in TABLE])
def test_pairs(what, gold, predicted, strict, overlap):
    gold, predicted = mentions("g", *gold), mentions("p", *predicted)
    assert ["".join(pair) for pair in names(strict_pairs(gold, predicted))] == strict.split()
    assert ["".join(pair) for pair in names(overlap_pairs(gold, predicted))] == overlap.split()


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=7, unique=True)


@given(SPANS, SPANS, st.sampled_from(list(Scheme)))
def test_the_pairs_are_the_same_whichever_side_is_gold(one, other, scheme):
    one, other = (mentions(s, *((at, at + n) for at, n in spans)) for s, spans in (("a", one), ("b", other)))
    assert names(pairs_by(scheme, one, other)) == sorted(pair[::-1] for pair in names(pairs_by(scheme, other, one)))


# gold, predicted, exact pairs, partial pairs, pairs by intersection over union
OTHER_SCHEMES = [
    ("nothing", [], [], "", "", ""),
    ("equal", [(0, 5)], [(0, 5)], "g0p0", "g0p0", "g0p0"),
    ("another label", [(0, 5)], [(0, 5, "ORGAN")], "g0p0", "g0p0", ""),
    ("the same label before another", [(0, 5)], [(0, 5, "ORGAN"), (0, 5)], "g0p1", "g0p1", "g0p1"),
    ("other bounds and label", [(0, 5)], [(0, 4, "ORGAN")], "", "g0p0", ""),
    ("exact before what shares more", [(0, 9), (2, 4)], [(2, 4, "ORGAN")], "g1p0", "g1p0", ""),
    ("half is enough", [(0, 8)], [(0, 4)], "", "g0p0", "g0p0"),
    ("less than half is not", [(0, 9)], [(0, 4)], "", "g0p0", ""),
    ("half of both", [(0, 6)], [(2, 8)], "", "g0p0", "g0p0"),
    ("apart", [(0, 5)], [(5, 9)], "", "", ""),
]


@pytest.mark.parametrize(
    ("what", "gold", "predicted", "exact", "partial", "iou"), OTHER_SCHEMES, ids=[row[0] for row in OTHER_SCHEMES]
)
def test_pairs_of_the_other_schemes(what, gold, predicted, exact, partial, iou):
    gold, predicted = mentions("g", *gold), mentions("p", *predicted)
    for scheme, expected in ((Scheme.EXACT, exact), (Scheme.PARTIAL, partial), (Scheme.IOU, iou)):
        assert ["".join(pair) for pair in names(pairs_by(scheme, gold, predicted))] == expected.split()


def test_equally_good_assignments_the_one_with_more_pairs_is_made():
    gold, predicted = mentions("g", (0, 6), (6, 12)), mentions("p", (3, 9), (0, 3), (9, 12))
    assert len(overlap_pairs(gold, predicted)) == 2


def test_both_sides_may_use_the_same_ids():
    gold, predicted = mentions("s", (0, 5), (6, 12)), mentions("s", (7, 12), (0, 5))
    assert names(overlap_pairs(gold, predicted)) == [("s0", "s1"), ("s1", "s0")]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((0, 5), (0, 5), 5),
        ((0, 5), (4, 9), 1),
        ((0, 9), (3, 4), 1),
        ((0, 5), (5, 9), 0),
        ((0, 5), (7, 9), -2),
    ],
)
def test_shared_characters(one, other, shared):
    (a,), (b,) = mentions("a", one), mentions("b", other)
    assert shared_characters(a, b) == shared_characters(b, a) == shared


SPANS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from(["DRUG", "ORGAN"])).map(
        lambda s: (s[0], s[0] + s[1], s[2])
    ),
    max_size=6,
)


@pytest.mark.parametrize("scheme", Scheme)
@given(SPANS, SPANS)
def test_pairs_are_one_to_one_and_share_a_character(scheme, gold, predicted):
    gold, predicted = mentions("g", *gold), mentions("p", *predicted)
    pairs = pairs_by(scheme, gold, predicted)
    assert len({g.id for g, _ in pairs}) == len({p.id for _, p in pairs}) == len(pairs)
    assert all(shared_characters(g, p) > 0 and (g.label == p.label or not scheme.keeps_label) for g, p in pairs)
    assert set(names(strict_pairs(gold, predicted))) <= set(names(pairs))
    if scheme in (Scheme.STRICT, Scheme.EXACT):
        assert all((g.start, g.end) == (p.start, p.end) for g, p in pairs)


@pytest.mark.parametrize("scheme", Scheme)
@given(SPANS, SPANS, st.randoms(use_true_random=False))
def test_the_order_of_either_side_is_nothing_to_the_pairs(scheme, gold, predicted, random):
    gold, predicted = mentions("g", *gold), mentions("p", *predicted)
    before = names(pairs_by(scheme, gold, predicted))
    random.shuffle(gold)
    random.shuffle(predicted)
    assert names(pairs_by(scheme, gold, predicted)) == before


def best_by_trying_all(gold, predicted):
    """Return the most characters that pairs beyond the exact ones can share."""
    fewer, more = sorted((gold, predicted), key=len)
    return max(
        sum(max(0, shared_characters(a, b)) for a, b in zip(fewer, chosen, strict=True))
        for chosen in itertools.permutations(more, len(fewer))
    )


@given(st.lists(st.integers(0, 20), max_size=4), st.lists(st.integers(0, 20), max_size=4))
def test_the_overlap_shared_is_the_most_that_can_be(gold_starts, predicted_starts):
    gold = mentions("g", *((start, start + 5 + number) for number, start in enumerate(gold_starts)))
    predicted = mentions("p", *((start, start + 12 + number) for number, start in enumerate(predicted_starts)))
    shared = sum(shared_characters(g, p) for g, p in overlap_pairs(gold, predicted))
    assert shared == best_by_trying_all(gold, predicted)
