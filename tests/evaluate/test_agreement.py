"""Agreement: symmetric F1, kappa by hand, and every disagreement by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from epistula.cli import app
from epistula.errors import InputError
from epistula.evaluate.agreement import agreement, cohens_kappa
from epistula.jsonl import write_annotations
from epistula.model import Assertion

from .test_scores import DRUG, LABELS, LUPUS, NEPHRITIS, TEXT, letter

KAPPAS = [
    # Cohen's example of two raters and two categories: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no
    ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ([("y", "y"), ("n", "n")], 1.0),
    ([("y", "n"), ("n", "y")], -1.0),
    ([("y", "y")] * 3, None),
    ([], None),
]


@pytest.mark.parametrize(("pairs", "expected"), KAPPAS)
def test_kappa(pairs, expected):
    found = cohens_kappa(pairs)
    assert found == (None if expected is None else pytest.approx(expected))


def test_every_disagreement_is_named():
    negated = (*DRUG, {"assertion": Assertion.NEGATED})
    one = [letter("a", NEPHRITIS, DRUG), letter("b", DRUG)]
    other = [letter("a", LUPUS, negated, ("ORGAN", "nephritis")), letter("c", DRUG)]
    found = agreement(one, other)
    assert (found.letters, found.alone) == (["a"], ["b", "c"])
    assert [(d.label, d.what, d.one, d.other) for d in found.disagreements] == [
        ("DIAGNOSIS", "boundary", "lupus nephritis", "lupus"),
        ("ORGAN", "only other", "", "nephritis"),
        ("DRUG", "assertion", "rituximab: –", "rituximab: negated"),
    ]
    assert {label: c.f1 for label, c in found.counts["strict"].items()} == {"DIAGNOSIS": 0, "DRUG": 1, "ORGAN": 0}
    assert found.counts["overlap"]["DIAGNOSIS"].f1 == 1


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ([letter("a")], [letter("b")], "no letter in common"),
        ([letter("a")], [letter("a", text="Another text.")], "different texts"),
        ([], [], "no letter in common"),
        ([letter("a"), letter("a", DRUG)], [letter("a")], "have the id 'a'"),
        ([letter("a")], [letter("a"), letter("a")], "have the id 'a'"),
    ],
)
def test_what_cannot_be_compared(one, other, reason):
    with pytest.raises(InputError, match=reason):
        agreement(one, other)


WORDS = TEXT.rstrip(".").split()
SPANS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(WORDS)), max_size=8, unique=True)


@given(SPANS, SPANS)
def test_agreement_is_symmetric_and_whole_with_oneself(one, other):
    a, b = letter("a", *one), letter("a", *other)
    there, back = agreement([a], [b]), agreement([b], [a])
    for scheme in ("strict", "overlap"):
        assert {k: c.f1 for k, c in there.counts[scheme].items()} == {k: c.f1 for k, c in back.counts[scheme].items()}
    assert len(there.disagreements) == len(back.disagreements)
    assert not agreement([a], [a]).disagreements


def test_the_command_prints_and_writes(tmp_path):
    for name, spans in (("one", [NEPHRITIS, DRUG]), ("other", [LUPUS, DRUG])):
        write_annotations(tmp_path / f"{name}.jsonl", [letter("a", *spans)])
    files = [str(tmp_path / "one.jsonl"), str(tmp_path / "other.jsonl")]
    result = CliRunner().invoke(app, ["agreement", *files, "-o", str(tmp_path / "differ.tsv")])
    assert result.exit_code == 0
    assert "1.000" in result.output
    rows = (tmp_path / "differ.tsv").read_text().splitlines()
    assert rows[0].split("\t")[:5] == ["letter", "start", "end", "label", "what"]
    assert rows[1].split("\t")[3:7] == ["DIAGNOSIS", "boundary", "lupus nephritis", "lupus"]
