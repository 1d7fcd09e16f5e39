"""What the lexicons lack: which words are seen, which are not, and adding one."""

import json

import pytest
from typer.testing import CliRunner

from epistula.cli import app
from epistula.errors import DeclarationError, InputError
from epistula.jsonl import write_annotations
from epistula.labels.accept import accept
from epistula.labels.concepts import read_concepts
from epistula.labels.gaps import find_gaps, gap_rules
from epistula.model import Letter
from epistula.nlp import annotate

# text → label and form of each gap
TABLE = [
    ("She was treated with zolbratex for a year.", [("DRUG", "zolbratex")]),
    ("He took zolbratex 20 mg daily.", [("DRUG", "zolbratex")]),
    ("A novel drug, fabrilumab, was given.", [("DRUG", "fabrilumab")]),
    ("Anti-KZQ9 antibodies were positive.", [("AUTOANTIBODY", "KZQ9")]),
    ("Autoantibodies against quibblin were found.", [("AUTOANTIBODY", "quibblin")]),
    ("The cause was a zygoblastitis of the left side.", [("ORGAN", "zygoblastitis")]),
    ("We suspected Quillfeather syndrome.", [("DIAGNOSIS", "Quillfeather syndrome")]),
    # known names, ordinary words, targets that are no antigens, and what no label is about
    ("She was treated with prednisone and received oral methotrexate 15 mg weekly.", []),
    ("She was treated with success and received two courses of radiotherapy.", []),
    ("Treatment with high-dose methylprednisolone was started on day 3.", []),
    ("Anti-HBs antibodies and antibodies to cytomegalovirus were found.", []),
    ("The diagnosis rested on an analysis of the arthritis and on haemodialysis.", []),
    ("Her creatinine 18 mg/L was normal.", []),
    ("The committee met on Tuesday.", []),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_gaps_of_a_text(nlp, text, expected):
    found = find_gaps(annotate(nlp, [Letter("a", text, ())]))
    assert [(gap.label, gap.form) for gap in found] == expected


def test_a_gap_is_counted_over_letters_and_named_as_most_often_written(nlp):
    texts = ["She was treated with Zolbratex. Zolbratex 5 mg helped.", "He received zolbratex.", "No zolbratex here."]
    (gap,) = find_gaps(annotate(nlp, [Letter(str(n), text, ()) for n, text in enumerate(texts)]))
    assert (gap.form, gap.count, gap.letters) == ("Zolbratex", 3, 2)
    assert gap.rules == ["given", "dosed"]
    assert gap.contexts[0] == "She was treated with [Zolbratex]. Zolbratex 5 mg helped."


@pytest.mark.parametrize(
    "line",
    ['{"id": "a", "pattern": "(?P<form>a)(?P<more>b)"}', '{"id": "a", "pattern": "("}', '{"id": "a"}'],
)
def test_a_broken_rule_is_refused(tmp_path, line):
    path = tmp_path / "gaps.jsonl"
    path.write_text(line)
    with pytest.raises(DeclarationError, match="line 1"):
        gap_rules(path)


@pytest.fixture
def concepts(tmp_path):
    path = tmp_path / "concepts.jsonl"
    row = {"id": "drug:aspirin", "name": "aspirin", "aliases": ["ASA"], "kind": "substance", "source": "INN"}
    path.write_text(json.dumps(row) + "\n")
    return path


def test_accepting_a_new_concept_and_a_name(concepts):
    assert accept(concepts, "DRUG", ["Zolbratex β"], {"kind": "substance"}) == ["drug:zolbratex-beta"]
    assert accept(concepts, "DRUG", ["acetylsalicylate"], {}, alias_of="drug:aspirin") == ["drug:aspirin"]
    aspirin, new = read_concepts(concepts, {"kind"})
    assert aspirin.aliases == ("acetylsalicylate", "ASA")
    assert (new.name, new.source, new.more) == ("Zolbratex β", "accepted from letters", {"kind": "substance"})


@pytest.mark.parametrize(
    ("form", "more", "alias_of", "reason"),
    [
        ("zolbratex", {}, None, "--set kind="),
        ("aspirin", {"kind": "substance"}, None, "stands twice"),
        ("Aspirins", {"kind": "substance"}, None, "Keep one|stands twice"),
        ("zolbratex", {}, "drug:none", "no concept has the id"),
        ("zolbratex", {"kind": "substance", "foo": "bar"}, None, "no field 'foo'"),
        ("zolbratex", {"id": "x"}, None, "no field 'id'"),
        ("zolbratex", {"kind": "substance"}, "drug:aspirin", "for new concepts"),
        ("∂∂∂", {"kind": "substance"}, None, "no letter"),
    ],
)
def test_what_would_break_the_file_is_not_written(concepts, form, more, alias_of, reason):
    before = concepts.read_bytes()
    with pytest.raises(InputError, match=reason):
        accept(concepts, "DRUG", [form], more, alias_of)
    assert concepts.read_bytes() == before


def test_from_letters_to_a_concepts_file(nlp, concepts, tmp_path):
    letters, gaps = tmp_path / "letters.jsonl", tmp_path / "gaps.jsonl"
    write_annotations(letters, annotate(nlp, [Letter("a", "She was treated with zolbratex.", ())]))
    shown = CliRunner().invoke(app, ["gaps", str(letters), "-o", str(gaps)])
    assert "zolbratex" in shown.output
    added = CliRunner().invoke(app, ["accept", str(gaps), "1", "--into", str(concepts), "--set", "kind=substance"])
    assert added.exit_code == 0
    assert [entry.id for entry in read_concepts(concepts, {"kind"})] == ["drug:aspirin", "drug:zolbratex"]
    system = {"id": "organ:arm", "name": "arm", "aliases": [], "system": "joint", "source": "test"}
    (tmp_path / "organs.jsonl").write_text(json.dumps(system) + "\n")
    with pytest.raises(InputError, match="system cannot be 'poem'"):
        accept(tmp_path / "organs.jsonl", "ORGAN", ["leg"], {"system": "poem"})
    same = CliRunner().invoke(app, ["gaps", str(letters), "-o", str(letters)])
    assert "is also an input" in str(same.exception)
    beyond = CliRunner().invoke(app, ["accept", str(gaps), "2", "--into", str(concepts)])
    assert "has no gap 2" in str(beyond.exception)
    unknown = CliRunner().invoke(app, ["gaps", str(letters), "--label", "POEM"])
    assert "no label 'POEM'" in str(unknown.exception)
