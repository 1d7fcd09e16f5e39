"""The page of an evaluation: what stands in it, and that nothing of a letter becomes markup."""

import re

import pytest
from typer.testing import CliRunner

from epistula.cli import app
from epistula.evaluate.compare import compare
from epistula.evaluate.findings import Kind, findings
from epistula.evaluate.html import SHOWN, to_html
from epistula.evaluate.scores import scores_of
from epistula.jsonl import write_annotations
from epistula.model import Assertion, Concept, Cue, Provenance

from .test_scores import DRUG, LUPUS, NEPHRITIS, TEXT, letter

NEGATED = (*DRUG, {"assertion": Assertion.NEGATED})
PRESENT = (*DRUG, {"assertion": Assertion.PRESENT})

# gold spans, predicted spans → kind, label and detail of each finding
TABLE = [
    ([DRUG], [DRUG], []),
    ([DRUG], [], [(Kind.MISSED, "DRUG", "")]),
    ([], [DRUG], [(Kind.EXTRA, "DRUG", "")]),
    ([NEPHRITIS], [LUPUS], [(Kind.BOUNDARY, "DIAGNOSIS", "")]),
    ([NEGATED], [PRESENT], [(Kind.ATTRIBUTE, "DRUG", "assertion: negated → present")]),
    ([NEGATED], [DRUG], [(Kind.ATTRIBUTE, "DRUG", "assertion: negated → –")]),
    ([DRUG], [PRESENT], []),
    (
        [NEPHRITIS],
        [("ORGAN", "lupus nephritis")],
        [(Kind.MISSED, "DIAGNOSIS", "tagged ORGAN"), (Kind.EXTRA, "ORGAN", "gold has DIAGNOSIS")],
    ),
]


def page(gold, predicted):
    comparison = compare(gold, predicted)
    return to_html("a title", scores_of(comparison), comparison, findings(comparison))


@pytest.mark.parametrize(("gold", "predicted", "expected"), TABLE)
def test_findings(gold, predicted, expected):
    wrong = findings(compare([letter("a", *gold)], [letter("a", *predicted)]))
    assert [(f.kind, f.label, f.detail) for f in wrong] == expected
    for finding in wrong:
        for passage in filter(None, (finding.gold, finding.predicted)):
            assert passage.before + passage.text + passage.after == TEXT


def test_a_letter_without_a_prediction_and_one_that_was_read_in_part():
    cut = letter("b", text="Two patients recovered.")
    wrong = findings(compare([letter("a", DRUG), letter("b", DRUG)], [cut]))
    assert [(f.letter, f.kind) for f in wrong] == [("a", Kind.UNREAD), ("b", Kind.UNREAD)]


def test_behind_a_wrong_attribute_stands_its_cue():
    cues = {"assertion": Cue(4, 7, "not", "did_not"), "attribution": Cue(0, 2, "we", "we_own")}
    by = Provenance("labels", "1", "drug.lexicon", cues)
    found = (*DRUG, {"assertion": Assertion.NEGATED, "concept": Concept("drug:rituximab", "rituximab"), "by": by})
    for predicted, why in ((found, "drug.lexicon · drug:rituximab · did_not “not”"), (NEGATED, "")):
        (finding,) = findings(compare([letter("a", PRESENT)], [letter("a", predicted)]))
        assert finding.why == why


def test_attributes_without_fixed_values_are_on_the_page_too():
    counted = [letter("a", ("PATIENTS", "Two patients", {"attributes": {"n": n}})) for n in (2, 3)]
    assert "<td>PATIENTS n<td>0.000<td>0<td>1</tr>" in page(counted[:1], counted[1:])


def test_what_is_tagged_in_text_that_gold_has_not():
    read = letter("a", DRUG, ("DRUG", "infliximab"), text=TEXT + " Advertisement: infliximab.")
    (finding,) = findings(compare([letter("a", DRUG)], [read]))
    assert (finding.kind, finding.place, finding.gold) == (Kind.BEYOND, None, None)
    assert finding.predicted.text == "infliximab"


def test_the_page_has_figures_matrices_and_findings():
    gold = [letter("a", NEGATED, NEPHRITIS), letter("b", PRESENT)]
    html = page(gold, [letter("a", PRESENT, LUPUS), letter("b", PRESENT)])
    assert "DRUG assertion" in html
    assert "assertion: negated → present" in html
    assert "<mark>lupus nephritis</mark>" in html
    assert not re.search(r"""(?:src|href)\s*=|@import|url\(|https?://""", html)


def test_text_never_becomes_markup():
    text = "<script>alert(1)</script> & rituximab"
    gold = [letter("<b>a</b>", ("DRUG", "rituximab"), text=text)]
    html = page(gold, [letter("<b>a</b>", text=text)])
    assert "<script>alert" not in html
    assert "<b>a</b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in html


def test_a_group_shows_so_many():
    gold = [letter(str(n), DRUG) for n in range(SHOWN + 7)]
    html = page(gold, [letter(str(n)) for n in range(SHOWN + 7)])
    assert f"DRUG: lost in tagging ({SHOWN + 7})" in html
    assert html.count("<li>") == SHOWN
    assert "7 more are left out here" in html


def test_the_command_writes_it(tmp_path):
    write_annotations(tmp_path / "gold.jsonl", [letter("a", DRUG)])
    files = [str(tmp_path / "gold.jsonl"), "--gold", str(tmp_path / "gold.jsonl")]
    assert CliRunner().invoke(app, ["evaluate", *files, "--html", str(tmp_path / "report.html")]).exit_code == 0
    assert "gold.jsonl against gold.jsonl" in (tmp_path / "report.html").read_text()
    refused = CliRunner().invoke(app, ["evaluate", *files, "--html", str(tmp_path / "gold.jsonl")])
    assert "is also an input" in str(refused.exception)
