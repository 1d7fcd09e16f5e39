"""Adjudication: what is asked, what a decision does, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from epistula.cli import app
from epistula.errors import InputError
from epistula.evaluate.adjudicate import Decision, adjudicated, key_of, questions
from epistula.evaluate.agreement import both, disagreements
from epistula.jsonl import read_annotations, write_annotations
from epistula.model import Annotation, Assertion, Attribution, Relation, mention_id, text_sha256

from .test_scores import DRUG, LABELS, LUPUS, NEPHRITIS, TEXT, letter

NEGATED = (*DRUG, {"assertion": Assertion.NEGATED, "attribution": Attribution.OWN})
PRESENT = (*DRUG, {"assertion": Assertion.PRESENT, "attribution": Attribution.OWN})
PATIENTS = ("PATIENTS", "Two patients", {"attributes": {"n": 2}})
THREE = ("PATIENTS", "Two patients", {"attributes": {"n": 3}})

# one, other, what → decision; label, words, asked attribute or None
DECISIONS = [
    ("nothing differs", [DRUG], [DRUG], {}, [("DRUG", "rituximab", None)]),
    ("kept of one", [DRUG], [], {"only one": "one"}, [("DRUG", "rituximab", None)]),
    ("dropped of one", [DRUG], [], {"only one": "other"}, []),
    ("kept of the other", [], [DRUG], {"only other": "other"}, [("DRUG", "rituximab", None)]),
    ("dropped of the other", [], [DRUG], {"only other": "one"}, []),
    ("bounds of one", [NEPHRITIS], [LUPUS], {"boundary": "one"}, [("DIAGNOSIS", "lupus nephritis", None)]),
    ("bounds of the other", [NEPHRITIS], [LUPUS], {"boundary": "other"}, [("DIAGNOSIS", "lupus", None)]),
    ("assertion of one", [NEGATED], [PRESENT], {"assertion": "one"}, [("DRUG", "rituximab", "negated")]),
    ("assertion of the other", [NEGATED], [PRESENT], {"assertion": "other"}, [("DRUG", "rituximab", "present")]),
    ("a third", [NEGATED], [PRESENT], {"assertion": "=possible"}, [("DRUG", "rituximab", "possible")]),
    ("a count", [PATIENTS], [THREE], {"n": "other"}, [("PATIENTS", "Two patients", 3)]),
    ("a third count", [PATIENTS], [THREE], {"n": "=12"}, [("PATIENTS", "Two patients", 12)]),
]


def decide(one, other, decisions):
    """Return decisions on all that two letters differ in, by `what`."""
    compared = both([one], [other])[0]
    return {key_of(d): Decision(decisions[d.what], "a reviewer") for each in compared for d in disagreements(each)}


@pytest.mark.parametrize(("what", "one", "other", "decisions", "expected"), DECISIONS, ids=[r[0] for r in DECISIONS])
def test_decisions(what, one, other, decisions, expected):
    one, other = letter("a", *one), letter("a", *other)
    (merged,) = adjudicated([one], [other], decide(one, other, decisions))
    found = [(m.label, m.text, m.attributes.get("n") or m.assertion) for m in merged.spans]
    assert found == expected
    for mention in merged.spans:
        assert TEXT[mention.start : mention.end] == mention.text
        assert mention.id == mention_id(text_sha256(TEXT), mention.label, mention.start, mention.end)
    assert [row["by"] for row in merged.meta["adjudication"]] == ["a reviewer"] * len(decisions)


REFUSED = [
    ("undecided", [DRUG], [], {}, "1 of 1 disagreements are not decided"),
    ("no such value", [NEGATED], [PRESENT], {"assertion": "=perhaps"}, "perhaps"),
]


@pytest.mark.parametrize(("what", "one", "other", "decisions", "reason"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(what, one, other, decisions, reason):
    one, other = letter("a", *one), letter("a", *other)
    known = decide(one, other, decisions) if decisions else {}
    with pytest.raises(InputError, match=reason):
        adjudicated([one], [other], known)


def test_a_decision_on_what_does_not_differ_is_refused():
    decisions = {("a", 0, 4, "DRUG", "only one"): Decision("one", "a reviewer")}
    with pytest.raises(InputError, match="answers to no disagreement"):
        adjudicated([letter("a", DRUG)], [letter("a", DRUG)], decisions)


def related(*spans, label="treated_with"):
    made = letter("a", *spans)
    ends = {m.label: m.id for m in made.spans}
    relations = (Relation("r", ends["PATIENTS"], ends["DRUG"], label),) if len(ends) == 2 else ()
    return Annotation(id="a", text=TEXT, spans=made.spans, relations=relations)


RELATED = [
    ("both have it", related(PATIENTS, DRUG), related(PATIENTS, DRUG), {}, 1),
    ("the other annotated none", related(PATIENTS, DRUG), letter("a", PATIENTS, DRUG), {}, 1),
    ("its end is dropped", related(PATIENTS, DRUG), letter("a", PATIENTS), {"only one": "other"}, 0),
    ("each has another: both", related(PATIENTS, DRUG), related(PATIENTS, DRUG, label="has_antibody"),
     {"relation only one": "one", "relation only other": "other"}, 2),
    ("each has another: neither", related(PATIENTS, DRUG), related(PATIENTS, DRUG, label="has_antibody"),
     {"relation only one": "other", "relation only other": "one"}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("what", "one", "other", "decisions", "count"), RELATED, ids=[row[0] for row in RELATED])
def test_relations_follow_their_mentions(what, one, other, decisions, count):
    (merged,) = adjudicated([one], [other], decide(one, other, decisions))
    assert len(merged.relations) == count
    assert {end for r in merged.relations for end in (r.head, r.tail)} <= {m.id for m in merged.spans}


WORDS = TEXT.rstrip(".").split()
SPANS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(WORDS)), max_size=8, unique=True)


@given(SPANS, SPANS, st.sampled_from(["one", "other"]))
def test_who_always_decides_for_a_side_gets_that_side(one, other, side):
    one, other = letter("a", *one), letter("a", *other)
    known = {k: Decision(side, "x") for each in both([one], [other])[0] for k in map(key_of, disagreements(each))}
    (merged,) = adjudicated([one], [other], known)
    assert {m.id for m in merged.spans} == {m.id for m in (one if side == "one" else other).spans}


def run(*arguments):
    """Run the command; its exit, its exception, and what it said as one line."""
    result = CliRunner().invoke(app, ["adjudicate", *map(str, arguments)])
    return result, " ".join(result.output.split())


def test_the_command_asks_keeps_decisions_and_merges(tmp_path):
    one, other, decisions, merged = (tmp_path / name for name in ("one", "other", "decisions.tsv", "merged.jsonl"))
    write_annotations(one, [letter("a", NEPHRITIS, NEGATED)])
    write_annotations(other, [letter("a", LUPUS, PRESENT)])
    assert "2 disagreements, 0 decided" in run(one, other, "--decisions", decisions)[1]
    head, *rows = decisions.read_text().splitlines()
    filled = [row.split("\t") for row in rows]
    columns = head.split("\t")
    for row, decision in zip(filled, ("other", "one"), strict=True):
        row[columns.index("decision")], row[columns.index("by")] = decision, "K. L."
    decisions.write_text("\n".join(["\t".join(row) for row in (columns, *filled)]) + "\n")
    assert "2 disagreements, 2 decided" in run(one, other, "--decisions", decisions)[1]
    assert run(one, other, "--decisions", decisions, "-o", merged)[0].exit_code == 0
    (found,) = read_annotations(merged)
    assert [(m.text, m.assertion) for m in found.spans] == [("lupus", None), ("rituximab", "negated")]
    assert {row["by"] for row in json.loads(merged.read_text())["meta"]["adjudication"]} == {"K. L."}


HEAD = "letter\tstart\tend\tlabel\twhat\tone\tother\tcontext\tdecision\tby\tnote\n"
BROKEN = [
    ("not ours", "name,age\nx,3\n", "line 2: no column"),
    ("no number", HEAD + "a\tx\t9\tDRUG\tonly one\t\t\t\tone\t\t\n", "line 2: invalid literal"),
    ("no decision", HEAD + "a\t1\t9\tDRUG\tonly one\t\t\t\tperhaps\t\t\n", "line 2: decision 'perhaps'"),
    ("nobody decided", HEAD + "a\t1\t9\tDRUG\tonly one\t\t\t\tone\t \t\n", "line 2: the decision has nobody"),
    ("a value for a mention", HEAD + "a\t1\t9\tDRUG\tonly one\t\t\t\t=x\t\t\n", "line 2: decision '=x'"),
]


@pytest.mark.parametrize(("what", "content", "reason"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_file_of_decisions_is_named(tmp_path, what, content, reason):
    one, decisions = tmp_path / "one.jsonl", tmp_path / "decisions.tsv"
    write_annotations(one, [letter("a", DRUG)])
    decisions.write_text(content)
    result, _ = run(one, one, "--decisions", decisions)
    assert isinstance(result.exception, InputError)
    assert reason in str(result.exception)


def test_a_file_that_is_read_is_never_written_over(tmp_path):
    one = tmp_path / "one.jsonl"
    write_annotations(one, [letter("a", DRUG)])
    assert isinstance(run(one, one, "--decisions", one)[0].exception, InputError)
    decisions = tmp_path / "decisions.tsv"
    decisions.write_text(HEAD)
    assert isinstance(run(one, one, "--decisions", decisions, "-o", decisions)[0].exception, InputError)
    assert decisions.read_text() == HEAD


def test_a_decision_that_answers_to_nothing_is_told_when_it_goes(tmp_path):
    one, decisions = tmp_path / "one.jsonl", tmp_path / "decisions.tsv"
    write_annotations(one, [letter("a", DRUG)])
    decisions.write_text(HEAD + "a\t1\t9\tDRUG\tonly one\t\t\t\tone\tK. L.\t\n")
    assert "0 disagreements, 0 decided. 1 answered to none" in run(one, one, "--decisions", decisions)[1]


def test_words_with_tabs_and_line_breaks_stay_in_their_cell():
    text = "took ritux\timab\nthen"
    one = letter("a", ("DRUG", "ritux\timab\nthen"), text=text)
    (head, row) = questions([one], [letter("a", text=text)], {}).splitlines()
    assert len(head.split("\t")) == len(row.split("\t"))
