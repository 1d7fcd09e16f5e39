"""What the data card says of the gold and of agreement is what the files give."""

from pathlib import Path

import pytest

from epistula.evaluate.adjudicate import adjudicated, read_decisions
from epistula.evaluate.agreement import agreement
from epistula.evaluate.counts import Counts
from epistula.jsonl import read_annotations

FOLDER = Path(__file__).parents[2] / "annotations"
CARD = (FOLDER / "README.md").read_text()


@pytest.fixture(scope="module")
def annotators():
    return [list(read_annotations(FOLDER / "agreement" / f"{name}.jsonl")) for name in ("first", "second")]


def test_the_published_agreement_is_what_the_two_annotations_give(annotators):
    found = agreement(*annotators)
    strict, overlap = (found.counts[scheme] for scheme in ("strict", "overlap"))
    both = {label: (strict[label], overlap[label]) for label in strict}
    both["all"] = tuple(sum(counts.values(), Counts()) for counts in (strict, overlap))
    rows = [f"| {label} | {s.support} | {s.tp + s.fp} | {s.f1:.3f} | {o.f1:.3f} |" for label, (s, o) in both.items()]
    assert len(rows) == 8
    assert [row for row in rows if row not in CARD] == []
    assert f"the {len(found.disagreements)} disagreements" in CARD


def test_a_third_of_the_letters_is_annotated_twice_and_every_disagreement_is_decided_with_a_reason(annotators):
    gold = list(read_annotations(FOLDER / "gold" / "letters.jsonl"))
    decisions = read_decisions(FOLDER / "agreement" / "decisions.tsv")
    assert 3 * len(adjudicated(*annotators, decisions)) >= len(gold)
    assert all(decision.by and decision.note for decision in decisions.values())


def test_the_card_counts_what_the_gold_holds():
    gold = list(read_annotations(FOLDER / "gold" / "letters.jsonl"))
    mentions = [mention.label for letter in gold for mention in letter.spans]
    counted = ", ".join(f"{label} {mentions.count(label)}" for label in sorted(set(mentions)))
    assert f"| mentions | {len(mentions):,}: {counted} |" in CARD
    relations, records = (sum(len(getattr(a, name)) for a in gold) for name in ("relations", "records"))
    assert f"| relations, records | {relations:,} and {records} |" in CARD
