"""Predictions in, fifty decisions, gold out: the predictions scored against it say what was decided."""

from pathlib import Path

from epistula.batch.letters import read_letters
from epistula.evaluate.scores import score
from epistula.jsonl import read_annotations
from epistula.labels import problem_with
from epistula.nlp import annotate
from epistula.review.store import Store

from .visiting import let_in

LETTERS = Path(__file__).parents[2] / "corpus" / "letters"
REJECTED, RELABELLED, MOVED, ADDED, ACCEPTED = 10, 6, 4, 4, 26


def test_what_was_decided_is_what_is_scored(nlp, tmp_path, make_app):
    letter = next(read_letters(LETTERS / "no-drug.pdf"))
    (predicted,) = annotate(nlp, [letter])
    mentions = [m for m in predicted.spans if m.label == "ORGAN"] + [m for m in predicted.spans if m.label == "OUTCOME"]
    rest = iter(mentions + [m for m in predicted.spans if m.label == "AUTOANTIBODY"])
    store = Store(f"sqlite:///{tmp_path / 'review.sqlite'}")
    store.take_in([predicted])
    browser = let_in(make_app(store))

    def decide(action, **arguments):
        answer = browser.decide(predicted.id, action, **arguments)
        assert answer.status_code == 200, answer.text

    for _ in range(REJECTED):
        decide("reject", mention=next(rest).id)
    for _ in range(RELABELLED):
        decide("change", mention=next(rest).id, label="DIAGNOSIS")
    for _ in range(MOVED):
        one = next(rest)
        decide("move", mention=one.id, start=one.start, end=one.end - 1)
    free = [z for z in predicted.zones if z.kind == "reference"]
    assert len(free) >= ADDED
    for zone in free[:ADDED]:
        decide("add", start=zone.start, end=zone.start + 3, label="CITATION")
    for _ in range(ACCEPTED):
        decide("accept", mention=next(rest).id)
    gold_file = tmp_path / "gold.jsonl"
    gold_file.write_bytes(browser.get("/export.jsonl").content)
    store.close()
    (gold,) = read_annotations(gold_file, problem_with)
    strict = score([gold], [predicted]).micro("strict")
    changed = REJECTED + RELABELLED + MOVED
    assert strict.tp == len(predicted.spans) - changed
    assert strict.fp == changed
    assert strict.fn == RELABELLED + MOVED + ADDED
    decisions = gold.meta["review"]["decisions"]
    assert len(decisions) >= REJECTED + RELABELLED + MOVED + ADDED + ACCEPTED
