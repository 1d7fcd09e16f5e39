"""How the values of an attribute are confused, by the kind of letter.

    python bench/confusion.py PREDICTED.jsonl GOLD.jsonl [--attribute attribution] [--manifest corpus/manifest.jsonl]

On pairs of gold and predicted mentions that overlap: a matrix for each kind of letter of the manifest (`kind`), and
one for all; rows are gold, columns predicted. `assertion` and `attribution` are taken over all labels.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from epistula.evaluate.align import project
from epistula.evaluate.match import overlap_pairs
from epistula.evaluate.scores import predictions_by_gold_id
from epistula.jsonl import read_annotations
from epistula.model import Mention

ALL = "all"


def value(mention: Mention, attribute: str) -> str | None:
    """Return the value of an attribute as a string, None where there is none."""
    found = mention.attributes.get(attribute) if attribute in mention.attributes else getattr(mention, attribute, None)
    return None if found is None else str(found)


def matrix(title: str, counts: Counter[tuple[str, str]]) -> Table:
    """Return a matrix as a table; its title has the share on the diagonal."""
    values = sorted({one for pair in counts for one in pair})
    right, total = sum(n for (a, b), n in counts.items() if a == b), sum(counts.values())
    table = Table("gold \\ predicted", *values, title=f"{title}: {right} of {total} right, {right / total:.3f}")
    for gold in values:
        table.add_row(gold, *(str(counts[gold, predicted]) for predicted in values))
    return table


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description="Print how the values of an attribute are confused.")
    parser.add_argument("predicted", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--attribute", default="attribution")
    parser.add_argument("--manifest", type=Path)
    options = parser.parse_args()
    rows = options.manifest.read_text(encoding="utf-8").splitlines() if options.manifest else []
    kinds = {row["id"]: row["kind"] for row in map(json.loads, rows)}
    gold = list(read_annotations(options.gold, bare=True))
    found = predictions_by_gold_id(gold, list(read_annotations(options.predicted, bare=True)))
    counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for letter in gold:
        if letter.id not in found:
            continue
        read, _ = project(letter, found[letter.id])
        for one, other in overlap_pairs(read, found[letter.id].spans):
            pair = value(one, options.attribute), value(other, options.attribute)
            if pair[0] is not None:
                for kind in {ALL, kinds.get(letter.id, ALL)}:
                    counts[kind][str(pair[0]), str(pair[1])] += 1
    for kind in sorted(counts, key=lambda kind: (kind == ALL, kind)):
        Console().print(matrix(kind, counts[kind]))


if __name__ == "__main__":
    main()
