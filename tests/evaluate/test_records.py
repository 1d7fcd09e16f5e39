"""Case records compared slot by slot, and relations by their ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.evaluate.compare import compare
from epistula.evaluate.counts import Counts
from epistula.evaluate.match import Scheme
from epistula.evaluate.records import WHOLE, compare_records
from epistula.evaluate.relations import compare_relations
from epistula.model import Annotation, Attribution, CaseRecord, Mention, RecordOutcome, Relation

DEATH = RecordOutcome("death", "lung", 1)
ADULT = CaseRecord(n=4, age_group="adult", drugs=("rituximab", "tofacitinib"), outcomes=(DEATH,))
CHILD = CaseRecord(n=1, age_group="child", drugs=("rituximab",))

# gold, predicted, slot → tp, fp, fn
RECORDS = [
    ("none at all", [], [], {WHOLE: (0, 0, 0)}),
    ("the same in another order", [ADULT, CHILD], [CHILD, ADULT],
     {"age_group": (2, 0, 0), "drugs": (3, 0, 0), "n": (2, 0, 0), "outcomes": (1, 0, 0), WHOLE: (2, 0, 0)}),
    ("one is missing", [ADULT, CHILD], [ADULT],
     {"age_group": (1, 0, 1), "drugs": (2, 0, 1), "n": (1, 0, 1), "outcomes": (1, 0, 0), WHOLE: (1, 0, 1)}),
    ("one too many", [CHILD], [CHILD, ADULT],
     {"age_group": (1, 1, 0), "drugs": (1, 2, 0), "n": (1, 1, 0), "outcomes": (0, 1, 0), WHOLE: (1, 1, 0)}),
    ("another number", [CHILD], [CaseRecord(n=2, age_group="child", drugs=("rituximab",))],
     {"age_group": (1, 0, 0), "drugs": (1, 0, 0), "n": (0, 1, 1), WHOLE: (0, 1, 1)}),
    ("nothing in common", [CaseRecord(n=1)], [CaseRecord(n=2)], {"n": (0, 1, 1), WHOLE: (0, 1, 1)}),
    ("an outcome of another organ", [CaseRecord(n=1, outcomes=(DEATH,))],
     [CaseRecord(n=1, outcomes=(RecordOutcome("death", "heart", 1),))],
     {"n": (1, 0, 0), "outcomes": (0, 1, 1), WHOLE: (0, 1, 1)}),
    ("a denied event is not one that happened", [CaseRecord(outcomes=(RecordOutcome("death", n=0),))],
     [CaseRecord(outcomes=(RecordOutcome("death"),))], {"outcomes": (0, 1, 1), WHOLE: (0, 1, 1)}),
    ("case, spaces and names of one antigen", [CaseRecord(drugs=("IVIG",), autoantibodies=("La/SSB",))],
     [CaseRecord(drugs=(" ivig ",), autoantibodies=("La",))],
     {"autoantibodies": (1, 0, 0), "drugs": (1, 0, 0), WHOLE: (1, 0, 0)}),
    ("whose patients", [CaseRecord(n=1, attribution=Attribution.OWN)], [CaseRecord(n=1, attribution=Attribution.CITED)],
     {"attribution": (0, 1, 1), "n": (1, 0, 0), WHOLE: (0, 1, 1)}),
    ("whole records before those that share more",
     [CaseRecord(n=1), CaseRecord(n=1, sex="male", age_group="adult")],
     [CaseRecord(n=1), CaseRecord(sex="male")],
     {"age_group": (0, 0, 1), "n": (1, 0, 1), "sex": (1, 0, 0), WHOLE: (1, 1, 1)}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "gold", "predicted", "expected"), RECORDS, ids=[row[0] for row in RECORDS])
def test_slots(what, gold, predicted, expected):
    counts = compare_records(gold, predicted).counts()
    assert {slot: (c.tp, c.fp, c.fn) for slot, c in counts.items()} == expected


def test_each_slot_that_is_wrong_is_named_with_its_record():
    found = compare_records([ADULT, CHILD], [CHILD, CaseRecord(n=4, age_group="adult", drugs=("tofacitinib", "MMF"))])
    assert found.missed == [(1, ("drugs", "rituximab")), (1, ("outcomes", "death, lung, n=1"))]
    assert found.extra == [(2, ("drugs", "mmf"))]


RECORD = st.builds(
    CaseRecord,
    n=st.sampled_from([None, 1, 2]),
    sex=st.sampled_from([None, "male", "female"]),
    drugs=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
)


@given(st.lists(RECORD, max_size=4), st.lists(RECORD, max_size=4), st.randoms(use_true_random=False))
def test_records_are_symmetric_and_their_order_is_nothing(gold, predicted, random):
    there, back = compare_records(gold, predicted).counts(), compare_records(predicted, gold).counts()
    assert {slot: (c.tp, c.fn, c.fp) for slot, c in back.items()} == {s: (c.tp, c.fp, c.fn) for s, c in there.items()}
    shuffled = [random.sample(side, len(side)) for side in (gold, predicted)]
    assert compare_records(*shuffled).counts()[WHOLE] == there[WHOLE]
    assert compare_records(gold, gold).counts()[WHOLE] == Counts(tp=len([r for r in gold if r != CaseRecord()]),
        fp=gold.count(CaseRecord()), fn=gold.count(CaseRecord()))  # fmt: skip


TEXT = "Two men took rituximab and improved; one relapsed."


def letter(spans, relations):
    """Return a letter from words and their labels, and (label, head word, tail word)."""
    mentions = {
        word: Mention(f"{label}-{word}", TEXT.index(word), TEXT.index(word) + len(word), label, word)
        for word, label in spans.items()
    }
    made = [Relation(f"r{n}", mentions[h].id, mentions[t].id, label) for n, (label, h, t) in enumerate(relations)]
    return Annotation(id="a", text=TEXT, spans=tuple(mentions.values()), relations=tuple(made))


SPANS = {"Two men": "PATIENTS", "rituximab": "DRUG", "improved": "OUTCOME", "relapsed": "OUTCOME"}
CUT = {"men": "PATIENTS", "rituximab": "DRUG", "improved": "OUTCOME"}
RESPONSE, TREATED = ("response_to", "improved", "rituximab"), ("treated_with", "Two men", "rituximab")

# predicted spans and relations; label → tp, fp, fn; strict, then overlap
RELATIONS = [
    ("the same", SPANS, [RESPONSE, TREATED], {"response_to": (1, 0, 0), "treated_with": (1, 0, 0)}, None),
    ("none", SPANS, [], {"response_to": (0, 0, 1), "treated_with": (0, 0, 1)}, None),
    ("turned round", SPANS, [("response_to", "rituximab", "improved"), TREATED],
     {"response_to": (0, 1, 1), "treated_with": (1, 0, 0)}, None),
    ("another label", SPANS, [("affects", "improved", "rituximab"), TREATED],
     {"affects": (0, 1, 0), "response_to": (0, 0, 1), "treated_with": (1, 0, 0)}, None),
    ("another end", SPANS, [("response_to", "relapsed", "rituximab"), TREATED],
     {"response_to": (0, 1, 1), "treated_with": (1, 0, 0)}, None),
    ("an end with other bounds", CUT, [RESPONSE, ("treated_with", "men", "rituximab")],
     {"response_to": (1, 0, 0), "treated_with": (0, 1, 1)}, {"response_to": (1, 0, 0), "treated_with": (1, 0, 0)}),
    ("said twice", SPANS, [RESPONSE, RESPONSE, TREATED], {"response_to": (1, 1, 0), "treated_with": (1, 0, 0)}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "spans", "relations", "strict", "overlap"), RELATIONS, ids=[row[0] for row in RELATIONS]
)
def test_relations(what, spans, relations, strict, overlap):
    (one,) = compare([letter(SPANS, [RESPONSE, TREATED])], [letter(spans, relations)]).letters
    for scheme, expected in ((Scheme.STRICT, strict), (Scheme.OVERLAP, overlap or strict)):
        counts = compare_relations(one, scheme).counts()
        assert {label: (c.tp, c.fp, c.fn) for label, c in counts.items()} == expected


def test_without_a_prediction_all_relations_are_missed():
    (one,) = compare([letter(SPANS, [RESPONSE])], []).letters
    assert compare_relations(one, Scheme.STRICT).counts() == {"response_to": Counts(fn=1)}
