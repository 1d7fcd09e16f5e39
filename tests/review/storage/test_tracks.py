"""Two reviewers apart: agreement, disagreements, and what became of them."""

from datetime import date, timedelta

import pytest

from epistula.errors import InputError
from epistula.evaluate.adjudicate import key_of
from epistula.evaluate.agreement import What
from epistula.jsonl import read_annotations, write_annotations
from epistula.labels import problem_with
from epistula.model import Assertion
from tests.review.storage.letters import act, find, letter


def finish(store, *tracks, name="one"):
    for track in tracks:
        act(store, "done", {"value": True}, name=name, track=track, who=track)


@pytest.fixture
def apart(store):
    """Return a store in which ann and bob are done with a letter and differ in three things."""
    store.take_in([letter(), letter("two")])
    act(store, "reject", {"mention": find(store, "rituximab")}, track="ann", who="ann")
    organ = find(store, "lung disease")
    act(store, "change", {"mention": organ, "assertion": "possible"}, track="bob", who="bob")
    start = letter().text.index("café")
    act(store, "add", {"start": start, "end": start + 4, "label": "DRUG"}, track="bob", who="bob")
    finish(store, "ann", "bob")
    return store


def asked(store, **more):
    return {
        (str(q.disagreement.what), q.disagreement.one or q.disagreement.other): q
        for q in store.disagreements("ann", "bob", **more)
    }


def answer(store, what, decision, note=""):
    question = next(q for (kind, _), q in sorted(asked(store).items()) if kind == what and q.answer is None)
    return store.adjudicate("ann", "bob", key_of(question.disagreement), decision, "carl", note)


def test_agreement_counts_letters_that_both_have_done(apart):
    found = apart.agreement("ann", "bob")
    assert list(found.letters) == ["one"]
    assert found.counts["strict"]["DRUG"].f1 == pytest.approx(2 * 2 / (2 * 2 + 2))
    assert found.counts["strict"]["ORGAN"].f1 == 1
    assert found.kappas["ORGAN"]["assertion"].pairs == 1
    assert {d.what for d in found.disagreements} == {What.ONLY_OTHER, "assertion"}
    with pytest.raises(InputError, match="'carl' and the shared track have no letter"):
        apart.agreement("carl", "")


def test_agreement_by_the_day_on_which_the_second_was_done(apart, clock):
    clock.time += timedelta(days=2)
    finish(apart, "ann", name="two")
    clock.time += timedelta(days=1)
    finish(apart, "bob", name="two")
    days = apart.agreement_over_time("ann", "bob")
    assert [(day.day, list(day.agreement.letters)) for day in days] == [
        (date(2026, 3, 1), ["one"]), (date(2026, 3, 4), ["two"]),
    ]  # fmt: skip
    assert days[1].agreement.counts["strict"]["DRUG"].f1 == 1
    assert apart.agreement_over_time("ann", "") == []


def test_disagreements_stand_in_their_context(apart):
    found = asked(apart)
    assert set(found) == {
        ("only other", "rituximab"), ("only other", "café"), ("assertion", "lung disease: present"),
    }  # fmt: skip
    question = found["only other", "café"]
    assert (question.words, question.answer) == ("café", None)
    assert question.before.endswith("; the ") and question.after.startswith(" was")
    assert asked(apart, letter_id="two") == {} and len(asked(apart, letter_id="one")) == 3


def test_answers_become_a_letter_of_the_adjudicated_track(apart, tmp_path):
    answer(apart, "only other", "other", "it is a drug")
    assert not apart.letter("one", "adjudicated").done
    answer(apart, "only other", "one")
    answer(apart, "assertion", "=negated")
    view = apart.letter("one", "adjudicated")
    assert view.done and view.reviewers == ["carl"]
    (gold,) = apart.export("adjudicated", only_done=True)
    texts = [m.text for m in gold.spans]
    assert texts.count("tofacitinib") == 2 and len({"café", "rituximab"} & set(texts)) == 1
    organ = next(m for m in gold.spans if m.label == "ORGAN")
    assert organ.assertion is Assertion.NEGATED and organ.by.rule == "review.changed"
    patients = next(m for m in gold.spans if m.label == "PATIENTS")
    assert patients.by.rule == "patients.lexicon"
    assert len(gold.relations) == 1 and gold.records[0].n == 2
    write_annotations(tmp_path / "gold.jsonl", [gold])
    assert len(list(read_annotations(tmp_path / "gold.jsonl", problem_with))) == 1
    noted = [q.answer for q in apart.disagreements("ann", "bob")]
    assert {a.by for a in noted} == {"carl"} and "it is a drug" in {a.note for a in noted}
    assert "adjudicated" in apart.tracks()


def test_an_answer_is_an_event_that_can_be_taken_back_and_changed(apart):
    answer(apart, "only other", "other")
    (question,) = [q for q in apart.disagreements("ann", "bob") if q.answer]
    apart.adjudicate("ann", "bob", key_of(question.disagreement), "one", "dora")
    (question,) = [q for q in apart.disagreements("ann", "bob") if q.answer]
    assert (question.answer.decision, question.answer.by) == ("one", "dora")
    apart.undo("one", "adjudicated", "dora")
    (question,) = [q for q in apart.disagreements("ann", "bob") if q.answer]
    assert (question.answer.decision, question.answer.by) == ("other", "carl")
    apart.undo("one", "adjudicated", "carl")
    assert apart.letter("one", "adjudicated").document == apart.letter("one").document


@pytest.mark.parametrize(
    ("what", "decision", "said"),
    [
        ("only other", "perhaps", "is none"),
        ("only other", "=3", "is none"),
        ("assertion", "=perhaps", "Decide otherwise"),
    ],
)
def test_answers_that_cannot_be(apart, what, decision, said):
    with pytest.raises(InputError, match=said):
        answer(apart, what, decision)
    assert apart.history("one", "adjudicated") == []


@pytest.mark.parametrize(
    "key", [("one", 0, 1, "DRUG", "only one"), ("nothing", 0, 1, "DRUG", "x"), ("two", 0, 1, "DRUG", "x")]
)
def test_questions_that_nobody_asked(apart, key):
    with pytest.raises(InputError, match="Load the page again"):
        apart.adjudicate("ann", "bob", key, "one", "carl")
