"""Scores: what is counted, what has no figure, which prediction belongs to which gold."""

from dataclasses import replace

import pytest
import spacy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example

from epistula.evaluate.compare import compare, predictions_by_gold_id, stem
from epistula.evaluate.counts import Accuracy, Counts
from epistula.evaluate.match import Scheme
from epistula.evaluate.scores import Misses, score
from epistula.model import Annotation, Assertion, Attribution, Mention, Source, mention_id, text_sha256

TEXT = "Two patients with lupus nephritis took rituximab and recovered."
LABELS = ("DIAGNOSIS", "DRUG", "ORGAN")


def letter(name, *spans, text=TEXT, path=None):
    """Return an annotation with spans (label, text) or (label, text, fields)."""
    found = []
    for label, words, *fields in spans:
        start = text.index(words)
        identifier = mention_id(text_sha256(text), label, start, start + len(words))
        found.append(Mention(identifier, start, start + len(words), label, words, **(fields[0] if fields else {})))
    return Annotation(id=name, text=text, spans=tuple(found), source=Source(path=path))


NEPHRITIS = ("DIAGNOSIS", "lupus nephritis")
LUPUS = ("DIAGNOSIS", "lupus")
DRUG = ("DRUG", "rituximab")


def counts_of(scores, scheme):
    return {label: (c.tp, c.fp, c.fn) for label, c in scores.counts[scheme].items()}


@pytest.mark.parametrize(
    ("counts", "precision", "recall", "f1", "support"),
    [
        (Counts(), None, None, None, 0),
        (Counts(fp=2), 0.0, None, 0.0, 0),
        (Counts(fn=2), None, 0.0, 0.0, 2),
        (Counts(fp=1, fn=1), 0.0, 0.0, 0.0, 1),
        (Counts(tp=3), 1.0, 1.0, 1.0, 3),
        (Counts(tp=1, fp=1, fn=3), 0.5, 0.25, 1 / 3, 4),
    ],
)
def test_a_figure_without_a_denominator_is_none(counts, precision, recall, f1, support):
    assert (counts.precision, counts.recall, counts.f1, counts.support) == (precision, recall, f1, support)


def test_counts_and_accuracies_add_up():
    assert Counts(1, 2, 3) + Counts(10, 20, 30) == Counts(11, 22, 33)
    assert Accuracy(1, 2) + Accuracy(1, 1) == Accuracy(2, 3)
    assert (Accuracy().value, Accuracy(0, 2).value, Accuracy(1, 2).value) == (None, 0.0, 0.5)


@pytest.mark.parametrize(
    ("gold", "predicted", "strict", "overlap"),
    [
        ([], [], {}, {}),
        ([NEPHRITIS, DRUG], [NEPHRITIS, DRUG], {"DIAGNOSIS": (1, 0, 0), "DRUG": (1, 0, 0)}, None),
        ([NEPHRITIS], [], {"DIAGNOSIS": (0, 0, 1)}, None),
        ([], [DRUG], {"DRUG": (0, 1, 0)}, None),
        ([NEPHRITIS], [LUPUS], {"DIAGNOSIS": (0, 1, 1)}, {"DIAGNOSIS": (1, 0, 0)}),
        ([NEPHRITIS], [("ORGAN", "lupus nephritis")], {"DIAGNOSIS": (0, 0, 1), "ORGAN": (0, 1, 0)}, None),
        ([NEPHRITIS, LUPUS], [LUPUS], {"DIAGNOSIS": (1, 0, 1)}, None),
    ],
)
def test_counts_by_label(gold, predicted, strict, overlap):
    scores = score([letter("a", *gold)], [letter("a", *predicted)])
    assert counts_of(scores, "strict") == strict
    assert counts_of(scores, "overlap") == (strict if overlap is None else overlap)


def test_a_perfect_prediction_scores_one_and_an_empty_one_nothing():
    gold = [letter("a", NEPHRITIS, DRUG), letter("b", DRUG)]
    perfect, empty = score(gold, gold), score(gold, [letter("a"), letter("b")])
    for scheme in ("strict", "overlap"):
        micro = perfect.micro(scheme)
        assert (micro.precision, micro.recall, micro.f1, micro.support) == (1, 1, 1, 3)
        micro = empty.micro(scheme)
        assert (micro.precision, micro.recall, micro.f1, micro.support) == (None, 0, 0, 3)


def test_a_letter_without_a_prediction_is_missed_whole():
    scores = score([letter("a", DRUG), letter("b", DRUG, NEPHRITIS)], [letter("a", DRUG)])
    assert (scores.letters, scores.missing) == (["a", "b"], ["b"])
    assert counts_of(scores, "strict") == {"DIAGNOSIS": (0, 0, 1), "DRUG": (1, 0, 1)}
    # what no prediction has the text of was not read
    assert scores.misses == {"DIAGNOSIS": Misses(reading=1), "DRUG": Misses(reading=1)}


def test_a_prediction_without_gold_is_left_out():
    scores = score([letter("a", DRUG)], [letter("a", DRUG), letter("z", DRUG, NEPHRITIS)])
    assert counts_of(scores, "strict") == {"DRUG": (1, 0, 0)}


@pytest.mark.parametrize(
    ("predicted", "joined"),
    [
        ([letter("a")], "a"),
        ([letter("0f", path="letters/a.pdf")], "0f"),
        ([letter("0f", path=r"C:\letters\a.pdf")], "0f"),
        ([letter("0f", path="a")], "0f"),
        ([letter("0f", path="a/b.pdf")], None),
        ([letter("0f", path="a.b.pdf")], None),
        ([letter("0f")], None),
        ([], None),
        # the id counts more than the path, whatever comes last
        ([letter("a"), letter("0f", path="a.pdf")], "a"),
        ([letter("0f", path="a.pdf"), letter("a")], "a"),
        # of two with the path, the same one in either order
        ([letter("0f", path="a.pdf"), letter("0e", path="x/a.pdf")], "0e"),
        ([letter("0e", path="x/a.pdf"), letter("0f", path="a.pdf")], "0e"),
    ],
)
def test_a_prediction_belongs_to_gold_by_id_or_by_stem(predicted, joined):
    found = predictions_by_gold_id([letter("a")], predicted)
    assert {name: annotation.id for name, annotation in found.items()} == ({"a": joined} if joined else {})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (None, ""),
        ("", ""),
        ("a.pdf", "a"),
        ("x/y/a.b.pdf", "a.b"),
        (r"x\a.pdf", "a"),
        ("a", "a"),
        ("x.d/a", "a"),
    ],
)
def test_the_stem_of_a_path(path, name):
    assert stem(path) == name


def states(**fields):
    return letter("a", ("DRUG", "rituximab", fields))


@pytest.mark.parametrize(
    ("gold", "predicted", "accuracies"),
    [
        (states(), states(), {}),
        (states(assertion=Assertion.PRESENT), states(assertion=Assertion.PRESENT), {"assertion": (1, 1)}),
        (states(assertion=Assertion.PRESENT), states(assertion=Assertion.NEGATED), {"assertion": (0, 1)}),
        (states(assertion=Assertion.PRESENT), states(), {"assertion": (0, 1)}),
        # gold without an assertion says nothing of it
        (states(), states(assertion=Assertion.PRESENT), {}),
        (states(attribution=Attribution.OWN), states(attribution=Attribution.CITED), {"attribution": (0, 1)}),
        # an attribute of the label's own counts when either side has it
        (states(attributes={"n": 2}), states(attributes={"n": 2}), {"n": (1, 1)}),
        (states(attributes={"n": 2}), states(attributes={"n": 3}), {"n": (0, 1)}),
        (states(attributes={"n": 2}), states(), {"n": (0, 1)}),
        (states(), states(attributes={"n": 2}), {"n": (0, 1)}),
        (
            states(attributes={"n": 2, "sex": "male"}),
            states(attributes={"sex": "male"}),
            {"n": (0, 1), "sex": (1, 1)},
        ),
    ],
)
def test_attributes_are_compared_on_matched_mentions(gold, predicted, accuracies):
    found = score([gold], [predicted]).attributes.get("DRUG", {})
    assert {name: (a.right, a.total) for name, a in found.items()} == accuracies


def test_attributes_of_what_is_not_matched_are_not_compared():
    gold = letter("a", ("DRUG", "rituximab", {"attributes": {"n": 2}}))
    assert score([gold], [letter("a", ("DRUG", "patients", {"attributes": {"n": 2}}))]).attributes == {}
    part = score([gold], [letter("a", ("DRUG", "ritux", {"attributes": {"n": 2}}))])
    assert part.attributes == {"DRUG": {"n": Accuracy(1, 1)}}


def test_what_was_lost_in_reading_is_missed_and_named():
    gold = letter("a", DRUG, NEPHRITIS)
    read = letter("a", DRUG, text="Two patients took rituximab and recovered.")
    scores = score([gold], [read])
    assert counts_of(scores, "strict") == {"DIAGNOSIS": (0, 0, 1), "DRUG": (1, 0, 0)}
    assert scores.misses == {"DIAGNOSIS": Misses(reading=1)}


# ── properties ────────────────────────────────────────────────────────────────────────────────────

WORDS = [f"w{number}" for number in range(10)]
NLP = spacy.blank("en")


@st.composite
def flat_spans(draw):
    """Spans of tokens (start, end, label) that share no token."""
    cuts = sorted(draw(st.sets(st.integers(0, len(WORDS)), max_size=8)))
    return [
        (start, end, draw(st.sampled_from(LABELS)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
        if draw(st.booleans())
    ]


def doc_of(spans):
    doc = Doc(NLP.vocab, WORDS)
    doc.spans["sc"] = [Span(doc, start, end, label) for start, end, label in spans]
    return doc


def annotation_of(name, doc):
    found = [
        Mention(f"{s.start}-{s.end}-{s.label_}", s.start_char, s.end_char, s.label_, s.text) for s in doc.spans["sc"]
    ]
    return Annotation(id=name, text=doc.text, spans=tuple(found))


@settings(max_examples=200)
@given(st.lists(st.tuples(flat_spans(), flat_spans()), min_size=1, max_size=4))
def test_strict_scores_are_those_of_spacy(letters):
    docs = [(doc_of(gold), doc_of(predicted)) for gold, predicted in letters]
    theirs = Scorer.score_spans(
        [Example(predicted, gold) for gold, predicted in docs],
        "spans_sc",
        getter=lambda doc, _: doc.spans["sc"],
    )
    ours = score(
        [annotation_of(str(number), gold) for number, (gold, _) in enumerate(docs)],
        [annotation_of(str(number), predicted) for number, (_, predicted) in enumerate(docs)],
    )
    assert figures(ours.micro("strict")) == pytest.approx([theirs[f"spans_sc_{f}"] or 0 for f in "prf"])
    assert set(ours.counts["strict"]) == set(theirs["spans_sc_per_type"] or ())
    for label, counts in ours.counts["strict"].items():
        assert figures(counts) == pytest.approx([theirs["spans_sc_per_type"][label][f] for f in "prf"])


def tags_of(spans):
    """Return spans of tokens as IOB2 tags."""
    tags = ["O"] * len(WORDS)
    for start, end, label in spans:
        tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return tags


@settings(max_examples=200)
@given(st.lists(st.tuples(flat_spans(), flat_spans()), min_size=1, max_size=4))
def test_strict_f1_of_flat_spans_is_that_of_seqeval(letters):
    assume(any(spans for pair in letters for spans in pair))
    gold, predicted = zip(*letters, strict=True)
    theirs = f1_score(*([tags_of(s) for s in side] for side in (gold, predicted)),
                      mode="strict", scheme=IOB2, zero_division=0)  # fmt: skip
    ours = score(*([annotation_of(str(n), doc_of(s)) for n, s in enumerate(side)] for side in (gold, predicted)))
    assert (ours.micro("strict").f1 or 0) == pytest.approx(theirs)


def figures(counts):
    return [counts.precision or 0, counts.recall or 0, counts.f1 or 0]


SPANS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 12), st.sampled_from(LABELS), st.sampled_from([None, *Assertion])),
    max_size=8,
    unique_by=lambda span: span[:3],
)


def overlapping(name, spans):
    return Annotation(
        id=name,
        text=TEXT,
        spans=tuple(
            Mention(f"{name}{number}", start, start + size, label, TEXT[start : start + size], assertion=assertion)
            for number, (start, size, label, assertion) in enumerate(spans)
        ),
    )


@given(SPANS, SPANS)
def test_strict_is_never_above_overlap_and_the_sums_hold(gold, predicted):
    scores = score([overlapping("a", gold)], [overlapping("a", predicted)])
    for label in {s[2] for s in (*gold, *predicted)}:
        strict, overlap = scores.counts["strict"][label], scores.counts["overlap"][label]
        assert strict.tp <= overlap.tp
        for counts in (strict, overlap):
            assert min(counts.tp, counts.fp, counts.fn) >= 0
            assert counts.support == sum(s[2] == label for s in gold)
            assert counts.tp + counts.fp == sum(s[2] == label for s in predicted)
    assert (scores.micro("strict").f1 or 0) <= (scores.micro("overlap").f1 or 0)


@given(st.lists(st.tuples(SPANS, SPANS), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_no_score_depends_on_the_order_of_anything(letters, random):
    gold = [overlapping(f"l{number}", spans) for number, (spans, _) in enumerate(letters)]
    predicted = [overlapping(f"l{number}", spans) for number, (_, spans) in enumerate(letters)]
    before = score(gold, predicted)
    for side in (gold, predicted):
        random.shuffle(side)
        side[:] = [replace(a, spans=tuple(random.sample(a.spans, len(a.spans)))) for a in side]
    assert score(gold, predicted) == before


@given(SPANS, SPANS)
def test_strict_is_never_above_exact_nor_exact_above_partial(gold, predicted):
    scores = score([overlapping("a", gold)], [overlapping("a", predicted)])
    strict, exact, partial, iou, overlap = (
        scores.micro(scheme).f1 or 0
        for scheme in (Scheme.STRICT, Scheme.EXACT, Scheme.PARTIAL, Scheme.IOU, Scheme.OVERLAP)
    )
    assert strict <= exact <= partial
    assert strict <= iou <= overlap


@given(SPANS, SPANS, st.data())
def test_a_correct_prediction_more_never_lowers_f1(gold, predicted, data):
    ours, theirs = overlapping("a", gold), overlapping("a", predicted)
    before, (letter_before,) = score([ours], [theirs]), compare([ours], [theirs]).letters
    for scheme in Scheme:
        missed = letter_before.without_pair(scheme)[0]
        if missed:
            found = replace(data.draw(st.sampled_from(missed)), id="more")
            after = score([ours], [replace(theirs, spans=(*theirs.spans, found))])
            assert after.micro(scheme).f1 >= (before.micro(scheme).f1 or 0)


@given(SPANS.filter(bool))
def test_a_perfect_prediction_scores_one_and_an_empty_one_zero(gold):
    letter = overlapping("a", gold)
    for scheme in Scheme:
        assert score([letter], [letter]).micro(scheme).f1 == 1
        assert score([letter], [overlapping("a", [])]).micro(scheme).f1 == 0
        assert score([letter], [overlapping("a", [])]).micro(scheme).precision is None


def test_bounds_are_the_same_where_the_text_that_was_read_has_moved():
    """Partial halved every hit when a heading came before the text that was read."""
    read = letter("a", DRUG, LUPUS, text="Letter to the editor. " + TEXT)
    scores = score([letter("a", DRUG, NEPHRITIS)], [read])
    assert [scores.micro(scheme).tp for scheme in (Scheme.STRICT, Scheme.EXACT, Scheme.PARTIAL)] == [1, 1, 1.5]
