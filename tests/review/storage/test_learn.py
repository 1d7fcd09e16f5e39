"""What reviewers rejected and added becomes a user's lexicon, rule cases, and scores before and after."""

import json

import pytest

import epistula
from epistula.convert.tagged import parse_tagged
from epistula.errors import InputError
from epistula.review import learn
from epistula.review.views import Form
from tests.review.storage.letters import act, find, letter

TEXT = "She took zolbratex.\nThen zolbratex and [prednisone]{DRUG} were stopped \\[a\\] in May. No more."


def source(name):
    return letter(name, TEXT, related=False)


def add(store, name, words, label, nth=0, **more):
    text = store.letter(name).text
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    act(store, "add", {"start": start, "end": start + len(words), "label": label}, name=name)
    if more:
        act(store, "change", {"mention": find(store, words, label, name=name), "attributes": more}, name=name)


@pytest.fixture
def reviewed(store):
    """Return a store with two letters: zolbratex added three times, prednisone rejected twice."""
    store.take_in([source("a"), source("b")])
    add(store, "a", "zolbratex", "DRUG", 1)
    add(store, "a", "zolbratex", "DRUG", 0)
    add(store, "b", "zolbratex", "DRUG", 1)
    for name in ("a", "b"):
        act(store, "reject", {"mention": find(store, "prednisone", name=name)}, name=name)
    return store


def test_forms_are_offered_the_commonest_first(reviewed):
    added, rejected = reviewed.forms()
    assert (added.label, added.form, added.kind, added.count, added.kept) == ("DRUG", "zolbratex", "added", 3, 0)
    assert list(added.letters) == ["a", "b"] and list(added.places) == [(9, 18), (25, 34)]
    assert (rejected.form, rejected.kind, rejected.count) == ("prednisone", "rejected", 2)
    assert [form.kind for form in reviewed.forms("rejected")] == ["rejected"]
    assert len(reviewed.forms(limit=1)) == 1


def test_a_form_that_was_accepted_elsewhere_says_so(reviewed):
    reviewed.take_in([source("c")])
    act(reviewed, "accept", {"mention": find(reviewed, "prednisone", name="c")}, name="c")
    (rejected,) = reviewed.forms("rejected")
    assert (rejected.count, rejected.kept) == (2, 1)


def test_a_relabelled_form_is_rejected_as_one_and_added_as_the_other(store):
    store.take_in([letter()])
    act(store, "change", {"mention": find(store, "lung disease"), "label": "DIAGNOSIS"})
    assert {(form.kind, form.label, form.form) for form in store.forms()} == {
        ("rejected", "ORGAN", "lung disease"), ("added", "DIAGNOSIS", "lung disease"),
    }  # fmt: skip


def test_what_was_taken_back_is_not_offered(reviewed):
    for name in ("a", "b"):
        while reviewed.undo(name, "", "ann"):
            pass
    assert reviewed.forms() == []


def test_a_case_is_the_sentence_with_its_mentions_tagged(reviewed):
    added, rejected = reviewed.forms()
    assert added.case == "She took [zolbratex]{DRUG}."
    assert rejected.case == r"Then [zolbratex]{DRUG} and prednisone were stopped \[a\] in May."
    assert [span.text for span in parse_tagged(rejected.case).spans] == ["zolbratex"]


def test_accepted_forms_are_written_and_the_pipeline_goes_by_them(reviewed, tmp_path):
    path = tmp_path / "ours.jsonl"
    forms = reviewed.forms()
    learn.accept(path, forms)
    learn.accept(path, forms)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {
            "label": "DRUG",
            "id": "drug:zolbratex",
            "name": "zolbratex",
            "aliases": [],
            "source": "accepted from letters",
        },
        {"label": "DRUG", "rejects": ["prednisone"], "source": "accepted from letters"},
    ]
    assert learn.accepted(path) == {("added", "DRUG", "zolbratex"), ("rejected", "DRUG", "prednisone")}
    nlp = epistula.load(lexicon=[path])
    lines = path.with_suffix(".cases.txt").read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        tagged = parse_tagged(line)
        found = [(m.start, m.end, m.label) for m in nlp(tagged.text)._.mentions if m.label == "DRUG"]
        assert found == [(s.start, s.end, s.label) for s in tagged.spans]


def test_the_scores_before_and_after(reviewed, tmp_path):
    path = tmp_path / "ours.jsonl"
    learn.accept(path, reviewed.forms())
    with pytest.raises(InputError, match="no letter is marked done"):
        learn.scores(reviewed, path)
    act(reviewed, "done", {"value": True}, name="a")
    found = learn.scores(reviewed, path)
    assert found.letters == 1
    rows = {row.label: (row.before, row.after) for row in found.rows}
    assert rows["DRUG"] == (0.0, 1.0)
    assert found.rows[-1].label == "all" and found.rows[-1].after > found.rows[-1].before


def form(label, words, kind="added", **more):
    return Form(label, words, kind, 1, 0, [], [], **more)


def test_a_form_with_a_concept_becomes_a_name_of_it(tmp_path):
    path = tmp_path / "ours.jsonl"
    concept = {"id": "drug:tofacitinib", "name": "tofacitinib"}
    learn.accept(path, [form("DRUG", "tofa", concept=concept), form("DRUG", "TFC", concept=concept)])
    (row,) = [json.loads(line) for line in path.read_text().splitlines()]
    assert (row["id"], row["aliases"]) == ("drug:tofacitinib", ["TFC", "tofa"])
    (mention,) = epistula.load(lexicon=[path])("She took tofa.")._.mentions[-1:]
    assert mention.concept.id == "drug:tofacitinib"


def test_the_last_word_counts(tmp_path):
    path = tmp_path / "ours.jsonl"
    learn.accept(path, [form("DRUG", "zolbratex"), form("DRUG", "quibblin", "rejected")])
    learn.accept(path, [form("DRUG", "zolbratex", "rejected"), form("DRUG", "quibblin")])
    assert learn.accepted(path) == {("added", "DRUG", "quibblin"), ("rejected", "DRUG", "zolbratex")}


def test_an_organ_without_its_system_is_refused_and_nothing_is_written(tmp_path):
    path = tmp_path / "ours.jsonl"
    with pytest.raises(InputError, match="ORGAN needs system") as told:
        learn.accept(path, [form("DRUG", "zolbratex"), form("ORGAN", "blurb")])
    assert str(path) in str(told.value) and not path.exists()
    learn.accept(path, [form("ORGAN", "blurb", attributes={"system": "skin"})])
    (mention,) = epistula.load(lexicon=[path])("She had a blurb.")._.mentions[-1:]
    assert (mention.text, mention.attributes["system"]) == ("blurb", "skin")


def test_what_a_reviewer_said_of_an_added_mention_goes_with_it(store):
    store.take_in([source("a")])
    add(store, "a", "May", "AUTOANTIBODY", antigen="May", status="positive")
    (found,) = store.forms("added")
    assert found.attributes == {"antigen": "May"} and found.concept is None
