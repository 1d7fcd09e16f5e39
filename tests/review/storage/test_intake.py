"""New predictions over old decisions, and exports that are continued."""

from dataclasses import replace

import pytest

from epistula.errors import InputError
from epistula.model import Provenance, Zone, ZoneKind
from epistula.review.decisions import applied
from epistula.review.documents import document_of, under
from epistula.review.reanchor import rebased
from epistula.review.store import Store
from epistula.review.views import TakenIn
from tests.review.storage.letters import TAGGED, act, find, letter


def texts(store, name="one", track=""):
    document = store.letter(name, track).document
    rows = sorted(under("mention", document).values(), key=lambda row: row["start"])
    return [row["text"] for row in rows]


def replayed(store, first, name="one"):
    document = document_of(first)
    for event in store.history(name, ""):
        document = applied(document, event.changes)
    return document


def without(annotation, *words):
    gone = {m.id for m in annotation.spans if m.text in words}
    return replace(
        annotation,
        spans=tuple(m for m in annotation.spans if m.id not in gone),
        relations=tuple(r for r in annotation.relations if not {r.head, r.tail} & gone),
        records=(),
    )


def test_new_predictions_replace_those_that_nobody_decided_on(store):
    store.take_in([letter()])
    new = without(letter(), "rituximab")
    assert store.take_in([new]) == TakenIn(changed=1)
    view = store.letter("one")
    assert (view.document, view.version, view.predictions) == (document_of(new), 0, new)


def test_decided_mentions_stay_when_the_new_predictions_lack_them(store):
    store.take_in([letter()])
    kept, refused = find(store, "rituximab"), find(store, "improved")
    act(store, "accept", {"mention": kept})
    act(store, "reject", {"mention": refused}, who="bob")
    store.take_in([without(letter(), "rituximab", "improved", "One")])
    view = store.letter("one")
    assert {kept: "accepted", refused: "rejected"} == under("verdict", view.document)
    assert "rituximab" in texts(store) and "One" not in texts(store)
    assert kept not in view.predicted
    assert view.document == replayed(store, letter())
    (exported,) = store.export()
    assert {d["who"] for d in exported.meta["review"]["decisions"] if d["mention"] == kept} == {"", "ann"}


def test_a_decision_from_before_can_still_be_taken_back(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "accept", {"mention": drug})
    store.take_in([without(letter(), "rituximab")])
    store.undo("one", "", "ann")
    assert under("verdict", store.letter("one").document) == {}


def test_a_decided_mention_keeps_what_was_decided_on(store):
    store.take_in([letter()])
    organ = find(store, "lung disease")
    act(store, "accept", {"mention": organ})
    new = replace(letter(), spans=tuple(
        replace(m, attributes={"system": "skin"}, page=3) if m.text == "lung disease" else m for m in letter().spans
    ))  # fmt: skip
    store.take_in([new])
    row = store.letter("one").document[f"mention/{organ}"]
    assert (row["system"], row["page"]) == ("lung", 3)


def test_a_mention_that_was_moved_does_not_come_back_at_its_old_place(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    row = store.letter("one").document[f"mention/{drug}"]
    act(store, "move", {"mention": drug, "start": row["start"] - 4, "end": row["end"]})
    store.take_in([replace(letter(), spans=tuple(replace(m, page=1) for m in letter().spans))])
    assert "and rituximab" in texts(store) and "rituximab" not in texts(store)


def test_a_new_prediction_gives_way_to_what_was_decided_in_its_place(store):
    store.take_in([without(letter(), "lung disease")])
    start = letter().text.index("lung disease")
    act(store, "add", {"start": start, "end": start + 4, "label": "ORGAN"})
    store.take_in([letter()])
    assert "lung" in texts(store) and "lung disease" not in texts(store)


def test_a_letter_that_is_done_stays_as_it_is(store):
    first = without(letter(), "lung disease")
    store.take_in([first])
    act(store, "done", {"value": True})
    before = store.letter("one").document
    store.take_in([without(letter(), "rituximab")])
    assert store.letter("one").document == before == replayed(store, first)


def test_decisions_go_where_their_text_went(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "reject", {"mention": drug})
    act(store, "comment", {"on": drug, "text": "sure?"})
    start = letter().text.index("café")
    act(store, "add", {"start": start, "end": start + 4, "label": "DRUG"})
    (outcome,) = [m.id for m in letter().spans if m.label == "OUTCOME"]
    act(store, "relate", {"head": outcome, "tail": find(store, "café"), "label": "response_to"})
    act(store, "record", {"index": None, "value": {"n": 1, "evidence": [outcome]}})
    moved = letter(tagged=f"Dear Sir,\n{TAGGED}")
    assert store.take_in([moved]) == TakenIn(changed=1, reanchored=5)
    view = store.letter("one")
    (refused,) = [k for k, v in under("verdict", view.document).items() if v == "rejected"]
    assert view.document[f"mention/{refused}"]["text"] == "rituximab"
    assert view.document[f"comment/{refused}"] == "sure?"
    assert all(view.text[m["start"] : m["end"]] == m["text"] for m in under("mention", view.document).values())
    relation = next(r for r in under("relation", view.document).values() if r["label"] == "response_to")
    assert view.document[f"mention/{relation['tail']}"]["text"] == "café"
    records = under("record", view.document)
    assert [view.document[f"mention/{r['evidence'][0]}"]["text"] for r in records.values()] == [
        "Two patients",
        "improved",
    ]
    assert len(texts(store)) == len(letter().spans) + 1
    assert view.document == replayed(store, letter())
    assert not store.can("one", "", "ann").undo
    exported = {m.text: m for m in next(iter(store.export())).spans}
    assert "rituximab" not in exported and exported["café"].by.rule == "review.added"


def test_what_has_gone_is_an_orphan_and_listed(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "accept", {"mention": drug})
    act(store, "comment", {"on": drug, "text": "sure?"})
    (outcome,) = [m.id for m in letter().spans if m.label == "OUTCOME"]
    act(store, "relate", {"head": outcome, "tail": drug, "label": "response_to"})
    shorter = letter(tagged=TAGGED.replace(" and [rituximab]{DRUG}", ""))
    assert store.take_in([shorter]) == TakenIn(changed=1, reanchored=1, orphaned=2)
    orphans = under("orphan", store.letter("one").document)
    assert orphans[drug] == {
        "mention": document_of(letter())[f"mention/{drug}"], "verdict": "accepted", "comment": "sure?",
    }  # fmt: skip
    assert [o["relation"]["tail"] for o in orphans.values() if "relation" in o] == [drug]
    (exported,) = store.export()
    assert exported.meta["review"]["orphans"].keys() == orphans.keys()
    store.take_in([letter()])
    assert under("orphan", store.letter("one").document) == orphans
    act(store, "dismiss", {"orphan": drug})
    assert drug not in under("orphan", store.letter("one").document)


def test_zones_do_not_hide_text_from_the_alignment():
    old = letter()
    zoned = letter(tagged=f"Furniture. {TAGGED}", zones=(Zone(0, 10, ZoneKind.FURNITURE),))
    found = rebased(old, {f"verdict/{old.spans[0].id}": "accepted"}, zoned)
    assert found.orphaned == 0 and found.moved == 1


def test_an_export_is_continued_in_another_store(store, tmp_path, clock):
    store.take_in([letter(), letter("two")])
    drug, organ = find(store, "rituximab"), find(store, "lung disease")
    act(store, "reject", {"mention": drug})
    act(store, "change", {"mention": organ, "attributes": {"system": "heart"}}, who="bob")
    start = letter().text.index("café")
    act(store, "add", {"start": start, "end": start + 4, "label": "DRUG"})
    (outcome,) = [m.id for m in letter().spans if m.label == "OUTCOME"]
    act(store, "relate", {"head": outcome, "tail": find(store, "café"), "label": "response_to"})
    act(store, "comment", {"on": "letter", "text": "nice"})
    act(store, "done", {"value": True}, who="bob")
    exported = list(store.export())

    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}", clock)
    assert other.take_in(exported) == TakenIn(new=2, continued=2)
    assert other.letter("one").document == store.letter("one").document
    assert other.letter("two").document == document_of(letter("two"))
    again = list(other.export())
    assert [replace(a, meta={}) for a in again] == [replace(a, meta={}) for a in exported]
    told = [
        {(d["key"], d["who"], d["when"], d["kind"]) for d in a[0].meta["review"]["decisions"]}
        for a in (again, exported)
    ]
    assert told[0] == told[1]
    assert other.take_in(exported) == TakenIn(continued=2)
    assert len(other.history("one", "")) == 6
    other.take_in([letter()])
    assert other.letter("one").document == store.letter("one").document
    other.close()


def test_an_export_over_decisions_leaves_these(store):
    store.take_in([letter()])
    drug, organ = find(store, "rituximab"), find(store, "lung disease")
    act(store, "reject", {"mention": drug})
    act(store, "reject", {"mention": organ})
    exported = list(store.export())
    store.undo("one", "", "ann")
    act(store, "accept", {"mention": organ})
    store.undo("one", "", "ann")
    act(store, "accept", {"mention": organ}, who="bob")
    store.take_in(exported)
    assert under("verdict", store.letter("one").document) == {drug: "rejected", organ: "accepted"}


def test_a_meta_review_that_is_none_of_ours_is_refused(store):
    with pytest.raises(InputError, match=r"letter one: meta.review.decisions"):
        store.take_in([replace(letter(), meta={"review": {"decisions": 3}})])


def test_predictions_of_reviewers_tracks_are_carried_too(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "reject", {"mention": drug}, track="bob", who="bob")
    store.take_in([without(letter(), "rituximab")])
    assert "rituximab" in texts(store, track="bob") and "rituximab" not in texts(store)


def test_what_made_a_mention_stays_told(store):
    by = Provenance("drug", "9", "drug.misspelt")
    annotation = replace(letter(), spans=tuple(replace(m, by=by) for m in letter().spans))
    store.take_in([annotation])
    act(store, "accept", {"mention": find(store, "rituximab")})
    (exported,) = store.export()
    assert all(m.by == by for m in exported.spans)
