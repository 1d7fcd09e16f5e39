"""Gold out of a review."""

from epistula.evaluate.scores import score
from epistula.jsonl import read_annotations, write_annotations
from epistula.labels import problem_with
from tests.review.storage.letters import act, find, letter


def test_what_nobody_touched_is_as_predicted(store):
    store.take_in([letter()])
    (exported,) = store.export()
    assert (exported.spans, exported.relations, exported.records) == (
        letter().spans, letter().relations, letter().records,
    )  # fmt: skip
    assert exported.meta["review"]["done"] is False and exported.meta["review"]["decisions"] == []


def test_rejected_mentions_are_out_with_what_leads_to_them(store):
    store.take_in([letter()])
    drug = find(store, "tofacitinib")
    act(store, "reject", {"mention": drug})
    (exported,) = store.export()
    assert drug not in {m.id for m in exported.spans}
    assert exported.relations == ()
    assert len(exported.records[0].evidence) == 1
    assert [row["id"] for row in exported.meta["review"]["rejected"]] == [drug]


def test_provenance_tells_who_when_and_what(store, clock):
    store.take_in([letter()])
    drug, organ = find(store, "rituximab"), find(store, "lung disease")
    act(store, "accept", {"mention": drug}, who="bob")
    first = clock.time
    act(store, "change", {"mention": organ, "attributes": {"system": "heart"}}, who="ann")
    act(store, "comment", {"on": drug, "text": "well"})
    act(store, "done", {"value": True})
    (exported,) = store.export(only_done=True)
    review = exported.meta["review"]
    assert (review["track"], review["done"], review["reviewers"]) == ("", True, ["ann", "bob"])
    told = {d["key"]: d for d in review["decisions"]}
    accepted = told[f"verdict/{drug}"]
    assert (accepted["mention"], accepted["who"], accepted["kind"]) == (drug, "bob", "accept")
    assert accepted["when"] == first.isoformat().replace("+00:00", "Z")
    assert told[f"mention/{organ}"]["kind"] == "change" and told["done"]["value"] is True
    assert review["comments"] == {drug: "well"}
    by = {m.text: m.by.rule for m in exported.spans}
    assert by["lung disease"] == "review.changed" and by["rituximab"] == "drug.lexicon"


def test_only_what_is_done(store):
    store.take_in([letter("a"), letter("b")])
    act(store, "done", {"value": True}, name="b")
    assert [one.id for one in store.export(only_done=True)] == ["b"]
    assert [one.id for one in store.export("bob", only_done=True)] == []
    assert [one.id for one in store.export("bob")] == ["a", "b"]


def test_fifty_decisions_and_back(store, tmp_path):
    """Predictions in, 50 decisions, export, and evaluation against it."""
    letters = [letter(f"letter{n}") for n in range(10)]
    store.take_in(letters)
    for one in letters:
        act(store, "accept_form", {"mention": find(store, "tofacitinib", name=one.id)}, name=one.id)
        act(store, "reject", {"mention": find(store, "rituximab", name=one.id)}, name=one.id)
        start = one.text.index("café")
        act(store, "add", {"start": start, "end": start + 4, "label": "DRUG"}, name=one.id)
        organ = find(store, "lung disease", name=one.id)
        act(
            store,
            "move",
            {"mention": organ, "start": one.text.index("lung"), "end": one.text.index("lung") + 4},
            name=one.id,
        )
        act(store, "done", {"value": True}, name=one.id)
    assert sum(len(store.history(one.id, "")) for one in letters) == 50
    write_annotations(tmp_path / "gold.jsonl", store.export(only_done=True))
    gold = list(read_annotations(tmp_path / "gold.jsonl", problem_with))
    counts = score(gold, letters).counts["strict"]
    assert (counts["DRUG"].tp, counts["DRUG"].fp, counts["DRUG"].fn) == (20, 10, 10)
    assert (counts["ORGAN"].tp, counts["ORGAN"].fp, counts["ORGAN"].fn) == (0, 10, 10)
    assert counts["PATIENTS"].f1 == 1
    assert score(gold, gold).counts["strict"]["DRUG"].f1 == 1
