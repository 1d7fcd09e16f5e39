"""Figures on file: what got better and worse, item by item, and the same as Markdown."""

import json

import pytest
from typer.testing import CliRunner

from epistula.cli import app
from epistula.errors import InputError
from epistula.evaluate.compare import compare
from epistula.evaluate.figures import changes, read_figures, to_json
from epistula.evaluate.findings import findings
from epistula.evaluate.markdown import to_markdown
from epistula.evaluate.scores import scores_of
from epistula.jsonl import write_annotations
from epistula.model import Annotation, Assertion, CaseRecord, Relation

from .test_scores import DRUG, LUPUS, NEPHRITIS, TEXT, letter

NEGATED, PRESENT = ((*DRUG, {"assertion": a}) for a in (Assertion.NEGATED, Assertion.PRESENT))
GOLD = [letter("a", NEGATED, NEPHRITIS), letter("b", DRUG)]


def figures(*predicted, gold=GOLD):
    comparison = compare(gold, predicted)
    return json.loads(json.dumps(to_json(scores_of(comparison), comparison, findings(comparison))))


# before, after; better, worse as (letter, kind, label, detail)
CHANGES = [
    ("nothing", [NEGATED, NEPHRITIS], [NEGATED, NEPHRITIS], [], []),
    ("found now", [NEGATED], [NEGATED, NEPHRITIS], [("lost in tagging", "DIAGNOSIS", "")], []),
    ("missed now", [NEGATED, NEPHRITIS], [NEGATED], [], [("lost in tagging", "DIAGNOSIS", "")]),
    ("bounds instead of nothing", [NEGATED], [NEGATED, LUPUS], [("lost in tagging", "DIAGNOSIS", "")],
     [("boundary", "DIAGNOSIS", "")]),
    ("attribute", [PRESENT, NEPHRITIS], [NEGATED, NEPHRITIS],
     [("attribute", "DRUG", "assertion: negated → present")], []),
    ("one extra for another", [NEGATED, NEPHRITIS, ("ORGAN", "patients")], [NEGATED, NEPHRITIS, ("ORGAN", "took")],
     [("extra", "ORGAN", "")], [("extra", "ORGAN", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "before", "after", "better", "worse"), CHANGES, ids=[row[0] for row in CHANGES])
def test_changes_item_by_item(what, before, after, better, worse):
    found = changes(figures(letter("a", *after), letter("b", DRUG)), figures(letter("a", *before), letter("b", DRUG)))
    for items, expected in ((found.better, better), (found.worse, worse)):
        assert [(item["kind"], item["label"], item["detail"]) for item in items] == expected
    assert found.letters == 2


def test_letters_that_only_one_side_has_do_not_count():
    old = figures(letter("a"), gold=GOLD[:1])
    found = changes(figures(letter("a", NEGATED, NEPHRITIS)), old)
    assert (found.letters, len(found.better), len(found.worse)) == (1, 2, 0)
    with pytest.raises(InputError, match="no letter in common"):
        changes(figures(gold=[letter("z", DRUG)]), old)


def test_extras_in_text_that_gold_has_not_are_told_apart_by_their_words():
    def read(word):
        text = f"{TEXT} Advertisement: {word}."
        return figures(letter("a", NEGATED, NEPHRITIS, ("DRUG", word), text=text))

    found = changes(read("infliximab"), read("etanercept"))
    assert [[item["predicted"]["text"] for item in side] for side in (found.better, found.worse)] == [
        ["etanercept"], ["infliximab"],
    ]  # fmt: skip
    assert not changes(read("infliximab"), read("infliximab")).worse


def related(*relations, records=()):
    spans = letter("a", NEGATED, NEPHRITIS).spans
    ends = {m.label: m.id for m in spans}
    made = [Relation(label, ends["DRUG"], ends["DIAGNOSIS"], label) for label in relations]
    return Annotation(id="a", text=TEXT, spans=spans, relations=tuple(made), records=records)


# relations and records of the run before and of that after → better, worse
PARTS = [
    ("not asked before", related(), related("x"), [], []),
    ("asked, one lost", related("x", "y"), related("x"), [], ["relation missed"]),
    ("asked, one mended", related("x"), related("x", "y"), ["relation missed"], []),
    ("records not asked before", related(), related(records=(CaseRecord(n=1),)), [], []),
    ("two alike, one mended", related(records=(CaseRecord(drugs=("other", "other")),)),
     related(records=(CaseRecord(drugs=("other",)),)), ["record slot extra"], []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "before", "after", "better", "worse"), PARTS, ids=[row[0] for row in PARTS])
def test_relations_and_records_change_only_where_both_runs_have_some(what, before, after, better, worse):
    gold = [related("x", "y", records=(CaseRecord(n=1, sex="female"),))]
    found = changes(figures(after, gold=gold), figures(before, gold=gold))
    assert [[item["kind"] for item in side] for side in (found.better, found.worse)] == [better, worse]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting property name"), ("[]", "no figures"), ('{"version": 0}', "no figures"),
        ('{"version": 1, "letters": []}', "no figures"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_figures(tmp_path, content, reason):
    (tmp_path / "old.json").write_text(content)
    with pytest.raises(InputError, match=reason):
        read_figures(tmp_path / "old.json")


def test_every_count_has_its_items():
    data = figures(letter("a", PRESENT, LUPUS), letter("b", ("ORGAN", "patients")))
    strict = data["schemes"]["strict"]["all"]
    kinds = [finding["kind"] for finding in data["findings"]]
    pairs = [pair for pairs in data["pairs"].values() for pair in pairs]
    for scheme in ("strict", "exact", "overlap", "iou"):
        counted = [pair for pair in pairs if scheme in pair["schemes"]]
        assert data["schemes"][scheme]["all"]["tp"] == len(counted)
    assert strict["fn"] == kinds.count("lost in tagging") + kinds.count("boundary")
    assert strict["fp"] == kinds.count("extra") + kinds.count("boundary")


def test_markdown_is_a_table_and_no_text_becomes_markup():
    gold = [letter("a|b", ("DRUG", "<b>*x*</b>"), text="took <b>*x*</b> daily")]
    comparison = compare(gold, [letter("a|b", text=gold[0].text)])
    old = to_json(scores_of(compare(gold, gold)), compare(gold, gold), [])
    found = changes(json.loads(json.dumps(to_json(scores_of(comparison), comparison, findings(comparison)))), old)
    page = to_markdown("p against g", scores_of(comparison), found)
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert "| DRUG | 1 | – | 0.000 | 0.000 |" in page
    assert "### Worse: 1" in page
    assert "a\\|b · DRUG" in page
    assert "&lt;b&gt;\\*x\\*&lt;/b&gt;" in page
    assert len({line.count("|") for line in tables[:4]}) == 1


def test_the_command_compares_with_older_figures(tmp_path):
    for name, letters in (("gold", GOLD), ("old", [letter("a")]), ("new", GOLD)):
        write_annotations(tmp_path / f"{name}.jsonl", letters)
    gold, old, new, file, page = (
        str(tmp_path / n) for n in ("gold.jsonl", "old.jsonl", "new.jsonl", "old.json", "p.md")
    )
    assert CliRunner().invoke(app, ["evaluate", old, "--gold", gold, "--json", file]).exit_code == 0
    ended = CliRunner().invoke(app, ["evaluate", new, "--gold", gold, "--compare", file, "--markdown", page])
    assert ended.exit_code == 0
    assert "Better: 3" in ended.output
    assert "Worse: 0" in ended.output
    assert "### Better: 3" in (tmp_path / "p.md").read_text()
