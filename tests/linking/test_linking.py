"""Linking: what is nearly a name, what is not, and where the index is kept."""

import json

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import epistula
from epistula.errors import DeclarationError, InputError
from epistula.jsonl import ANNOTATION
from epistula.labels.concepts import Entry
from epistula.linking.component import THRESHOLD, LinkingComponent
from epistula.linking.index import ExactIndex, Linker
from epistula.linking.knowledge import knowledge_base, likeness, normal_form
from epistula.model import Letter, Mention
from epistula.nlp import annotate, describe
from epistula.text.docs import set_mentions

ENTRIES = [
    Entry("x:1", "distal myopathy", ("myopathy of the hands",), "test"),
    Entry("x:2", "proximal myopathy", (), "test"),
    Entry("x:3", "diabetes type 1", (), "test"),
    Entry("x:4", "diabetes type 2", (), "test"),
    Entry("x:5", "hyporeflexia", (), "test"),
    Entry("x:6", "calcinosis cutis", ("skin calcinosis",), "test"),
]

# text → id of the first candidate above the threshold, None for none
TABLE = [
    ("distal myopathy", "x:1"),
    ("Distal myopathies", "x:1"),
    ("distal myopthy", "x:1"),
    ("proximal-myopathy", "x:2"),
    ("diabetes type 1", "x:3"),
    ("diabets type 2", "x:4"),
    ("calcinosis cutus", "x:6"),
    # another word, another number, the opposite, a part, nothing in common
    ("axial myopathy", None),
    ("diabetes type 3", None),
    ("hyperreflexia", None),
    ("myopathy", None),
    ("calcinosis", None),
    ("qqq", None),
    ("", None),
]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EPISTULA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "linking"


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_nearest_concept(text, expected):
    found = [c for c in Linker(ENTRIES).candidates([text])[0] if c.score >= THRESHOLD]
    assert [c.id for c in found[:1]] == ([expected] if expected else [])


def test_the_first_of_two_concepts_of_one_name_wins():
    twins = [Entry("a:2", "calcinosis", (), "test"), Entry("a:1", "calcinosis", (), "test")]
    for order in (twins, twins[::-1]):
        assert [c.id for c in Linker(order).candidates(["calcinosis"])[0]] == [entry.id for entry in order]


def test_the_index_is_built_once_and_broken_ones_are_made_anew(cache, monkeypatch):
    first = Linker(ENTRIES).candidates(["distal myopthy"])
    (kept,) = cache.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr("epistula.linking.index._build", lambda aliases: 1 / 0)
        assert Linker(ENTRIES).candidates(["distal myopthy"]) == first
        with pytest.raises(ZeroDivisionError):
            Linker(ENTRIES[1:])
    kept.write_bytes(kept.read_bytes()[:100])
    assert Linker(ENTRIES).candidates(["distal myopthy"]) == first
    assert Linker(ENTRIES).candidates(["distal myopthy"]) == first


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert Linker(ENTRIES, tmp_path / "file" / "cache").candidates(["calcinosis cutis"])[0][0].id == "x:6"
    assert "not kept" in caplog.text


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=8), st.integers(1, 9))
@settings(deadline=None)
def test_the_exact_index_agrees_with_a_plain_search(rows, k):
    matrix = np.array(rows, dtype=np.float32)
    (found, distances) = ExactIndex(sparse.csr_matrix(matrix)).knnQueryBatch(sparse.csr_matrix(matrix[:1]), k)[0]
    likenesses = matrix @ matrix[0]
    wanted = [i for i in np.argsort(-likenesses, kind="stable").tolist() if likenesses[i] > 0][:k]
    assert np.allclose(sorted(1 - distances)[::-1], [likenesses[i] for i in wanted], atol=1e-5)
    assert np.allclose(likenesses[found], 1 - distances, atol=1e-5)


@given(st.text("abcd 12", max_size=20), st.text("abcd 12", max_size=20))
def test_likeness_is_symmetric_and_one_for_equals(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == (1.0 if one.split() else 0.0)


def test_names_are_kept_in_normal_form():
    kb = knowledge_base([Entry("x:1", "Tumours of the Skin", ("DM",), "test")])
    assert set(kb.alias_to_cuis) == {normal_form("tumor of the skin")}


def test_only_mentions_without_a_concept_are_linked(nlp):
    doc = nlp.make_doc("calcinosis cutus, calcinosis")
    loose = Mention(id="a", start=0, end=16, label="ORGAN", text="calcinosis cutus")
    known = Mention(
        id="b", start=18, end=28, label="ORGAN", text="calcinosis", concept=epistula.model.Concept("o:1", "c")
    )
    other = Mention(id="c", start=0, end=10, label="CITATION", text="calcinosis")
    set_mentions(doc, [loose, known, other])
    found = {m.id: m.concept for m in LinkingComponent([], THRESHOLD)(doc)._.mentions}
    assert found["a"].id == "organ:calcinosis"
    assert THRESHOLD <= found["a"].score < 1
    assert 0 < len(found["a"].alternatives) <= 3
    assert (found["b"].id, found["b"].score, found["c"]) == ("o:1", None, None)


MADE = {"id": "QQ:1", "name": "zygoblastimab", "aliases": [], "source": "made", "label": "DRUG"}
TEXT = "She was treated with zygoblastimab for arthritis."
"""A name with an INN stem is a DRUG that no lexicon knows."""


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "made.jsonl"
    path.write_text(json.dumps(MADE) + "\n")
    return path


def concepts_of(nlp, text=TEXT):
    (annotation,) = annotate(nlp, [Letter("a", text, ())])
    again = ANNOTATION.validate_python(json.loads(ANNOTATION.dump_json(annotation)))
    assert again == annotation
    return {m.text: m.concept for m in again.spans}


def test_vocabularies_are_linked_to_and_the_record_keeps_likeness(vocabulary):
    without, linked = concepts_of(epistula.load(link=True)), concepts_of(epistula.load(vocabularies=[vocabulary]))
    assert without["zygoblastimab"] is None
    assert (linked["zygoblastimab"].id, linked["zygoblastimab"].score) == ("QQ:1", 1.0)
    assert linked["arthritis"] == without["arthritis"]


def test_the_record_tells_vocabularies_by_what_they_hold(vocabulary, tmp_path):
    def digest(path):
        return describe(epistula.load(vocabularies=[path])).config_sha256

    first = digest(vocabulary)
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_bytes(vocabulary.read_bytes())
    assert digest(elsewhere) == first
    vocabulary.write_text(json.dumps({**MADE, "name": "zygoblastinib"}) + "\n")
    assert digest(vocabulary) != first


def test_a_broken_vocabulary_is_told_before_the_first_letter(vocabulary):
    vocabulary.write_text(json.dumps({**MADE, "label": 5}) + "\n")
    with pytest.raises((DeclarationError, InputError), match="line 1"):
        epistula.load(vocabularies=[vocabulary])


@pytest.mark.parametrize("threshold", [0, -1, 1.5])
def test_a_threshold_that_is_no_likeness_is_refused(threshold):
    with pytest.raises(InputError, match="no likeness"):
        epistula.load().add_pipe("epistula_linking", config={"threshold": threshold})


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"vocabularies": ["none.jsonl"]}, "no such vocabulary"), ({"link": True, "exclude": ["linkings"]}, "names no")],
)
def test_what_cannot_be_is_refused(options, reason):
    with pytest.raises(InputError, match=reason):
        epistula.load(**options)


def test_a_linking_pipeline_comes_back_from_disk(tmp_path, vocabulary):
    nlp = epistula.load(vocabularies=[vocabulary])
    nlp.to_disk(tmp_path / "nlp")
    assert concepts_of(spacy.load(tmp_path / "nlp")) == concepts_of(nlp)
    assert concepts_of(nlp)["zygoblastimab"].id == "QQ:1"
