"""A user's lexicon: names that count, names that do not, and what it refuses."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import epistula
from epistula.batch.work import Settings
from epistula.cli import app
from epistula.errors import DeclarationError, InputError
from epistula.jsonl import read_annotations
from epistula.nlp import describe

ZOLBRATEX = {"label": "DRUG", "id": "drug:zolbratex", "name": "zolbratex", "aliases": ["ZBX"], "source": "a list"}


@pytest.fixture
def lexicon(tmp_path):
    """Return a function that writes rows to a lexicon and returns its path."""

    def write(*rows, name="ours.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def found(nlp, text, label="DRUG"):
    return [(m.text, m.concept and m.concept.id, m.by.component) for m in nlp(text)._.mentions if m.label == label]


def test_names_count_beside_ours_and_are_asserted_like_them(lexicon):
    nlp = epistula.load(lexicon=[lexicon(ZOLBRATEX)])
    doc = nlp("We report a boy. He never took Zolbratex. He took ZBX, and prednisone.")
    assert found(nlp, doc.text) == [
        ("Zolbratex", "drug:zolbratex", "lexicon"), ("ZBX", "drug:zolbratex", "lexicon"),
        ("prednisone", "drug:prednisone", "drug"),
    ]  # fmt: skip
    mention = next(m for m in doc._.mentions if m.text == "Zolbratex")
    assert (mention.assertion, mention.attribution, mention.by.rule) == ("negated", "own", "lexicon.added")
    assert "Zolbratex" in [span.text for span in doc.spans["epistula"]]


def test_rejected_names_are_taken_back_for_their_label_only(lexicon):
    nlp = epistula.load(lexicon=[lexicon({"label": "DRUG", "rejects": ["prednisone"], "source": "a list"})])
    text = "She took Prednisone and methotrexate for interstitial lung disease."
    assert [words for words, *_ in found(nlp, text)] == ["methotrexate"]
    nlp = epistula.load(lexicon=[lexicon({"label": "ORGAN", "rejects": ["prednisone"], "source": "a list"})])
    assert len(found(nlp, text)) == 2


def test_the_longer_of_two_names_counts(lexicon):
    text = "She has interstitial lung disease and took prednisone."
    shorter = {"label": "ORGAN", "id": "organ:x", "name": "lung", "system": "lung", "source": "a list"}
    nlp = epistula.load(lexicon=[lexicon(shorter)])
    assert [words for words, *_ in found(nlp, text, "ORGAN")] == ["interstitial lung disease"]
    longer = {"label": "DRUG", "id": "drug:y", "name": "took prednisone", "source": "a list"}
    same = {**ZOLBRATEX, "name": "prednisone"}
    assert found(epistula.load(lexicon=[lexicon(longer)]), text) == [("took prednisone", "drug:y", "lexicon")]
    assert found(epistula.load(lexicon=[lexicon(same)]), text) == [("prednisone", "drug:prednisone", "drug")]


def test_an_antibody_has_its_name_as_antigen_unless_told(lexicon):
    row = {"label": "AUTOANTIBODY", "id": "a:q", "name": "anti-quibblin", "source": "a list"}
    doc = epistula.load(lexicon=[lexicon({**row, "antigen": "QB"})])("Anti-quibblin was found.")
    (mention,) = [m for m in doc._.mentions if m.by.component == "lexicon"]
    assert dict(mention.attributes) == {"antigen": "QB", "status": "unspecified"}


def test_several_lexicons_count_together(lexicon):
    one = lexicon(ZOLBRATEX)
    other = lexicon({"label": "DRUG", "rejects": ["prednisone"], "source": "x"}, name="other.jsonl")
    assert [w for w, *_ in found(epistula.load(lexicon=[one, other]), "Zolbratex, prednisone")] == ["Zolbratex"]


def test_a_pipeline_with_a_lexicon_is_another_one_wherever_the_lexicon_lies(lexicon, tmp_path):
    plain = describe(epistula.load()).config_sha256
    one = describe(epistula.load(lexicon=[lexicon(ZOLBRATEX)])).config_sha256
    moved = describe(epistula.load(lexicon=[lexicon(ZOLBRATEX, name="elsewhere.jsonl")])).config_sha256
    other = describe(epistula.load(lexicon=[lexicon({**ZOLBRATEX, "aliases": []})])).config_sha256
    assert len({plain, one, other}) == 3 and one == moved
    assert describe(Settings(lexicons=(str(lexicon(ZOLBRATEX)),)).load()).config_sha256 == one


def test_it_survives_saving(lexicon, tmp_path):
    import spacy

    epistula.load(lexicon=[lexicon(ZOLBRATEX)]).to_disk(tmp_path / "saved")
    assert found(spacy.load(tmp_path / "saved"), "Zolbratex 5 mg.")[0][1] == "drug:zolbratex"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**ZOLBRATEX, "label": "CAR"}, "line 1: the label 'CAR' is not declared"),
        ({**ZOLBRATEX, "colour": "red"}, r"unknown field \['colour'\]"),
        ({"label": "DRUG", "id": "x", "name": "x"}, r"missing field \['source'\]"),
        ({**ZOLBRATEX, "name": 3}, "name is no text"),
        ({**ZOLBRATEX, "aliases": "ZBX"}, "aliases is no list of names"),
        ({"label": "DRUG", "rejects": [""], "source": "x"}, "rejects is no list of names"),
        ({"label": "DRUG", "rejects": ["a"], "source": "x", "id": "y"}, r"not \['id'\]"),
        ({"label": "ORGAN", "id": "x", "name": "x", "source": "x"}, "ORGAN needs system"),
        ({"label": "ORGAN", "id": "x", "name": "x", "source": "x", "system": "soul"}, "system cannot be 'soul'"),
        ([], "no JSON object"),
    ],
)
def test_a_line_that_is_none_is_told_by_its_number(lexicon, row, said):
    with pytest.raises(DeclarationError, match=said):
        epistula.load(lexicon=[lexicon(row)])


def test_a_lexicon_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        epistula.load(lexicon=[tmp_path / "nowhere.jsonl"])


def test_annotate_takes_lexicons(lexicon, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("He took Zolbratex and prednisone.")
    one = lexicon(ZOLBRATEX)
    other = lexicon({"label": "DRUG", "rejects": ["prednisone"], "source": "x"}, name="other.jsonl")
    output = tmp_path / "out.jsonl"
    command = ["annotate", str(letter), "-o", str(output), "--lexicon", str(one), "--lexicon", str(other)]
    assert CliRunner().invoke(app, command).exit_code == 0
    (annotation,) = read_annotations(output)
    assert [m.text for m in annotation.spans if m.label == "DRUG"] == ["Zolbratex"]
    refused = CliRunner().invoke(app, ["annotate", str(letter), "-o", str(one), "--lexicon", str(one)])
    assert "is also an input" in str(refused.exception)
    missing = [sys.executable, "-m", "epistula", "annotate", str(letter), "-o", str(output), "--lexicon", "nowhere"]
    done = subprocess.run(missing, capture_output=True, text=True, check=False)
    assert done.returncode and "nowhere" in done.stderr and "Traceback" not in done.stderr
