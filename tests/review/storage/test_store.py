"""Decisions in the store, on SQLite and on PostgreSQL alike."""

import threading

import pytest
from sqlalchemy import create_engine, text

from epistula.errors import InputError
from epistula.review import ledger
from epistula.review.decisions import Change, ConflictError, applied
from epistula.review.documents import document_of, under
from epistula.review.store import Store
from epistula.review.views import TakenIn
from tests.review.storage.letters import act, find, letter


def test_predictions_are_taken_in_once(store):
    ticks = []
    assert store.take_in([letter("a"), letter("b")], lambda: ticks.append(1)) == TakenIn(new=2)
    assert store.take_in([letter("a"), letter("b")]) == TakenIn(unchanged=2)
    assert len(ticks) == 2


def test_a_letter_is_as_predicted_until_somebody_decides(store):
    store.take_in([letter()])
    view = store.letter("one")
    assert (view.text, view.document, view.version, view.reviewers) == (letter().text, document_of(letter()), 0, [])
    assert view.predictions == letter()
    assert view.predicted == {mention.id for mention in letter().spans}
    assert not view.done


def test_a_letter_and_its_version_are_of_one_moment(store, monkeypatch):
    store.take_in([letter()])
    summary = ledger.summary

    def meanwhile(*asked):
        monkeypatch.undo()
        store.decide("one", "", "bob", "done", [Change("done", None, True)])
        return summary(*asked)

    monkeypatch.setattr(ledger, "summary", meanwhile)
    view = store.letter("one")
    assert (view.done, view.version) == (False, 0), "else the page would never ask for what bob did"
    assert store.letter("one").version == 1


@pytest.mark.parametrize("name", ["nothing", "", "one\0", "'; DROP TABLE letters; --", "é" * 500])
def test_a_letter_that_is_not_there(store, name):
    store.take_in([letter()])
    assert store.letter(name) is None
    assert store.history(name, "") == []
    with pytest.raises(KeyError):
        store.decide(name, "", "ann", "done", [Change("done", None, True)])
    with pytest.raises(KeyError):
        store.undo(name, "", "ann")


def test_a_decision_is_an_event_with_who_and_when(store, clock):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    number = act(store, "reject", {"mention": drug})
    (event,) = store.history("one", "")
    assert (event.id, event.version, event.who, event.kind, event.undone) == (number, 1, "ann", "reject", False)
    assert event.when == clock.time
    assert list(event.changes) == [Change(f"verdict/{drug}", None, "rejected")]
    view = store.letter("one")
    assert (view.document[f"verdict/{drug}"], view.version, view.reviewers) == ("rejected", 1, ["ann"])


def test_what_changes_nothing_is_no_event(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "accept", {"mention": drug})
    assert act(store, "accept", {"mention": drug}) == 0
    assert len(store.history("one", "")) == 1


def test_the_same_token_twice_is_one_decision(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    changes = [Change(f"verdict/{drug}", None, "accepted")]
    first = store.decide("one", "", "ann", "accept", changes, "t1")
    assert store.decide("one", "", "ann", "accept", changes, "t1") == first
    assert store.decided("one", "", "t1").id == first
    assert store.decided("one", "", "t2") is None and store.decided("one", "", "") is None
    assert store.undo("one", "", "ann", "t2").id == store.undo("one", "", "ann", "t2").id
    assert len(store.history("one", "")) == 2


def test_two_changes_of_one_key_and_names_with_nul_are_refused(store):
    store.take_in([letter()])
    with pytest.raises(ValueError, match="changes a key once"):
        store.decide("one", "", "ann", "x", [Change("done", None, True), Change("done", True, None)])
    for who, kind, track, token in (
        ("a\0", "x", "", ""),
        ("a", "x\0", "", ""),
        ("a", "x", "\0", ""),
        ("a", "x", "", "\0"),
    ):
        with pytest.raises(ValueError, match="NUL"):
            store.decide("one", track, who, kind, [Change("done", None, True)], token)


def test_who_decides_on_what_another_changed_is_told_by_whom_and_loses_nothing(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "reject", {"mention": drug}, who="ann")
    with pytest.raises(ConflictError) as told:
        store.decide("one", "", "bob", "accept", [Change(f"verdict/{drug}", None, "accepted")])
    assert (told.value.keys, told.value.who) == ([f"verdict/{drug}"], ["ann"])
    assert "by ann" in str(told.value)
    other = find(store, "improved")
    store.decide("one", "", "bob", "accept", [Change(f"verdict/{other}", None, "accepted")])
    assert under("verdict", store.letter("one").document) == {drug: "rejected", other: "accepted"}


def test_who_undid_is_told_too(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "reject", {"mention": drug}, who="ann")
    store.undo("one", "", "ann")
    with pytest.raises(ConflictError) as told:
        store.decide("one", "", "bob", "accept", [Change(f"verdict/{drug}", "rejected", "accepted")])
    assert told.value.who == ["ann"]


def test_undo_and_redo_go_all_the_way_over_sessions(url, clock):
    store = Store(url, clock)
    store.take_in([letter()])
    names = [find(store, word) for word in ("rituximab", "improved", "One")]
    for name in names:
        act(store, "accept", {"mention": name})
    done = store.letter("one").document
    store.close()

    store = Store(url, clock)
    assert store.can("one", "", "ann").undo and not store.can("one", "", "ann").redo
    undone = [store.undo("one", "", "ann") for _ in names]
    assert [event.kind for event in undone] == ["undo"] * 3
    assert store.undo("one", "", "ann") is None
    assert store.letter("one").document == document_of(letter())
    assert [event.undone for event in store.history("one", "")[:3]] == [True] * 3
    for _ in names:
        store.redo("one", "", "ann")
    assert store.redo("one", "", "ann") is None
    assert store.letter("one").document == done
    assert len(store.history("one", "")) == 9
    store.close()


def test_a_new_decision_ends_redoing(store):
    store.take_in([letter()])
    first, second = find(store, "rituximab"), find(store, "improved")
    act(store, "accept", {"mention": first})
    store.undo("one", "", "ann")
    act(store, "accept", {"mention": second})
    assert store.redo("one", "", "ann") is None
    assert not store.can("one", "", "ann").redo


def test_each_undoes_their_own_and_not_what_another_changed_since(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    act(store, "reject", {"mention": drug}, who="ann")
    act(store, "accept", {"mention": drug}, who="bob")
    assert not store.can("one", "", "carl").undo
    with pytest.raises(ConflictError) as told:
        store.undo("one", "", "ann")
    assert told.value.who == ["bob"]
    store.undo("one", "", "bob")
    store.undo("one", "", "ann")
    assert store.letter("one").document == document_of(letter())


def test_others_decisions_since_a_version(store):
    store.take_in([letter()])
    drug, other = find(store, "rituximab"), find(store, "improved")
    act(store, "reject", {"mention": drug}, who="ann")
    act(store, "accept", {"mention": other}, who="bob")
    store.undo("one", "", "ann")
    found = store.since("one", "", 0)
    assert (found.version, found.who) == (3, ["ann", "bob"])
    assert found.changes == {f"verdict/{drug}": None, f"verdict/{other}": "accepted"}
    assert store.since("one", "", 3).changes == {}
    assert store.since("one", "", 2).changes == {f"verdict/{drug}": None}


def test_a_moved_mention_is_gone_under_its_old_key(store):
    store.take_in([letter()])
    drug = find(store, "rituximab")
    row = store.letter("one").document[f"mention/{drug}"]
    act(store, "move", {"mention": drug, "start": row["start"], "end": row["end"] - 3})
    found = store.since("one", "", 0)
    assert found.changes[f"mention/{drug}"] is None and len(found.changes) == 3
    assert drug in store.letter("one").predicted


def test_tracks_are_blind_to_each_other(store):
    store.take_in([letter()])
    assert store.tracks() == []
    drug = find(store, "rituximab")
    act(store, "reject", {"mention": drug}, track="ann")
    act(store, "accept", {"mention": drug}, track="bob", who="bob")
    assert store.letter("one", "ann").document[f"verdict/{drug}"] == "rejected"
    assert store.letter("one", "bob").document[f"verdict/{drug}"] == "accepted"
    assert store.letter("one").document == document_of(letter())
    assert store.tracks() == ["ann", "bob"]


def test_reviewers_at_once_lose_nothing(store):
    store.take_in([letter()])
    names = [mention.id for mention in letter().spans]
    conflicts = []

    def review(who):
        for name in names:
            try:
                store.decide("one", "", who, "accept", [Change(f"comment/{name}", None, who)])
            except ConflictError as error:
                conflicts.append(error)

    threads = [threading.Thread(target=review, args=(who,)) for who in ("ann", "bob", "carl")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.history("one", "")) == len(names)
    assert len(conflicts) == 2 * len(names)
    assert all(conflict.who for conflict in conflicts)
    assert set(under("comment", store.letter("one").document)) == set(names)


def test_stores_of_two_processes_take_turns(url, clock):
    one, other = Store(url, clock), Store(url, clock)
    one.take_in([letter()])
    names = [mention.id for mention in letter().spans]
    stores = {"ann": one, "bob": other}

    def review(who):
        for name in names:
            stores[who].decide("one", "", who, "comment", [Change(f"comment/{who}{name}", None, who)])

    threads = [threading.Thread(target=review, args=(who,)) for who in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = [event.version for event in one.history("one", "")]
    assert versions == list(range(1, 2 * len(names) + 1))
    one.close()
    other.close()


def test_replaying_the_events_gives_the_document(store):
    store.take_in([letter()])
    act(store, "reject", {"mention": find(store, "rituximab")})
    act(store, "join", {"mentions": [find(store, "tofacitinib", nth=0), find(store, "tofacitinib", nth=1)]}, who="bob")
    act(store, "done", {"value": True})
    store.undo("one", "", "bob")
    document = document_of(letter())
    for event in store.history("one", ""):
        document = applied(document, event.changes)
    assert document == store.letter("one").document


def test_text_of_any_kind_comes_back_as_it_was(store):
    strange = letter("strange", "A [\U0001d4d0\0b]{DRUG} 'quoted' \\\\ %s \u2028 end.")
    store.take_in([strange])
    name = find(store, "\U0001d4d0\0b", name="strange")
    act(store, "comment", {"on": name, "text": "a\0b <script> \U0001f600"}, name="strange")
    act(store, "reject", {"mention": name}, name="strange")
    view = store.letter("strange")
    assert view.text == strange.text
    assert view.document[f"comment/{name}"] == "a\0b <script> \U0001f600"
    assert [form.form for form in store.forms()] == ["\U0001d4d0 b"]


def test_an_id_with_nul_is_refused(store):
    with pytest.raises(InputError, match="NUL"):
        store.take_in([letter("a\0b")])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "is no address of a database"),
        ("mysql://localhost/x", "keeps a review|is no address"),
        ("sqlite://", "is kept in a file"),
        ("sqlite:///:memory:", "is kept in a file"),
        ("sqlite:////nowhere/at/all/review.sqlite", "in a folder that exists"),
        ("postgresql://nobody:secret@127.0.0.1:1/x", "whether the server runs"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told(url, said):
    with pytest.raises(InputError, match=said) as told:
        Store(url)
    assert "secret" not in str(told.value)


def test_a_review_of_a_later_version_is_refused(url, clock):
    Store(url, clock).close()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE about SET value = '99' WHERE name = 'version'"))
    engine.dispose()
    with pytest.raises(InputError, match="version 99"):
        Store(url, clock)
