"""The accepted figures: scores.json, recomputed from the letters of the corpus.

    python annotations/score.py --accept "LINE OF THE CHANGELOG"    # accept what the pipeline scores now
    python annotations/score.py                                     # exit 1 when it scores less than was accepted

A label has fallen when its strict F1 is below what it would be with one mention less found than was accepted, an
attribute when its accuracy is below that with one value less right. Whoever accepts other figures names the line of
the CHANGELOG that says why.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from epistula.batch.letters import read_letters
from epistula.evaluate.bootstrap import intervals
from epistula.evaluate.counts import Accuracy, Counts
from epistula.evaluate.scores import Scores, score
from epistula.jsonl import read_annotations, write_text
from epistula.model import Annotation, Failure
from epistula.nlp import annotate, load

HERE = Path(__file__).parent
FILE = HERE / "scores.json"
CHANGELOG = HERE.parent / "CHANGELOG.md"

Figures = Mapping[str, Any]
"""`change`, and for each split: `letters`, `labels` → [tp, fp, fn], `intervals` of F1 → [low, high] by label and of all
labels, `attributes` → [right, total]."""
ROWS = ("labels", "intervals", "attributes")


def main(arguments: Sequence[str] | None = None) -> int:
    """Accept or check the figures; return the exit status."""
    parser = argparse.ArgumentParser(description="Check or accept the scores of the pipeline on our gold.")
    parser.add_argument("--accept", metavar="LINE", help="accept the figures; LINE of the CHANGELOG says why")
    line = parser.parse_args(arguments).accept
    now = measured()
    if line is not None:
        if problem := unnamed(line):
            print(problem, file=sys.stderr)
            return 1
        write_text(FILE, _as_text({"change": line, **now}))
        return 0
    problems = fallen(json.loads(FILE.read_text("utf-8")), now)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def measured() -> Figures:
    """Return the figures of the pipeline over the PDFs of the corpus, by split."""
    gold = list(read_annotations(HERE / "gold" / "letters.jsonl"))
    predicted = list(_annotated(letter.id for letter in gold))
    test = set((HERE / "gold" / "test.txt").read_text("utf-8").split())
    splits = {"train": [a for a in gold if a.id not in test], "test": [a for a in gold if a.id in test]}
    return {name: _figures(score(letters, predicted)) for name, letters in splits.items()}


def _annotated(ids: Iterable[str]) -> Iterator[Annotation]:
    folder, nlp = HERE.parent / "corpus" / "letters", load()
    for name in ids:
        for letter in read_letters(folder / f"{name}.pdf"):
            if not isinstance(letter, Failure):
                yield from annotate(nlp, [letter])


def _figures(scores: Scores) -> Figures:
    attributes = {
        f"{label}.{name}": [accuracy.right, accuracy.total]
        for label, by_name in scores.attributes.items()
        for name, accuracy in by_name.items()
    }
    labels = {label: [int(c.tp), int(c.fp), int(c.fn)] for label, c in scores.counts["strict"].items()}
    found = {
        label: [round(end or 0, 3) for end in ends] for label, ends in intervals(scores.by_letter["strict"]).items()
    }
    return {"letters": len(scores.letters), "labels": labels, "intervals": found, "attributes": attributes}


def fallen(accepted: Figures, now: Figures) -> list[str]:
    """Return what has fallen by more than one mention's worth, a line each; a figure that is gone has fallen."""
    return [
        f"{split}, {name}: {after:.4f}, accepted {before:.4f}. Mend it, or accept it: make scores CHANGE='…'."
        for split in ("train", "test")
        for kind, least in (("labels", _least_f1), ("attributes", _least_accuracy))
        for name, counts in accepted[split][kind].items()
        for before, after in [(_value(kind, counts), _value(kind, now[split][kind].get(name, [0, 0, 0])))]
        if after < least(counts)
    ]


def _value(kind: str, counts: Sequence[int]) -> float:
    return (Counts(*counts).f1 if kind == "labels" else Accuracy(*counts[:2]).value) or 0.0


def _least_f1(counts: Sequence[int]) -> float:
    tp, fp, fn = counts
    return Counts(max(tp - 1, 0), fp, fn + min(tp, 1)).f1 or 0.0


def _least_accuracy(counts: Sequence[int]) -> float:
    right, total = counts
    return Accuracy(max(right - 1, 0), total).value or 0.0


def unnamed(line: str) -> str | None:
    """Return what is wrong with a line that is to say why figures changed; None when it stands in the CHANGELOG."""
    text = " ".join(CHANGELOG.read_text("utf-8").split())
    if " ".join(line.split()) in text and line.strip():
        return None
    return f"{line!r} does not stand in {CHANGELOG.name}. Write there what the change does to the scores, and name it."


def _as_text(figures: Figures) -> str:
    """Return the file: a row a line, so that a difference can be read."""

    def rows(found: Mapping[str, Any]) -> str:
        return ",\n".join(f"   {json.dumps(name)}: {json.dumps(counts)}" for name, counts in found.items())

    def split(found: Mapping[str, Any]) -> str:
        parts = [f'  "letters": {found["letters"]}', *(f'  "{name}": {{\n{rows(found[name])}\n  }}' for name in ROWS)]
        return ",\n".join(parts)

    splits = [f' "{name}": {{\n{split(figures[name])}\n }}' for name in ("train", "test")]
    return ",\n".join([f'{{\n "change": {json.dumps(figures["change"], ensure_ascii=False)}', *splits]) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
