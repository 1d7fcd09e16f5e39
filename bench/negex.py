"""How well negation is told on sentences with a given concept, as in the NegEx test set.

    python bench/negex.py FILE.jsonl [--wrong N]

FILE has rows {"id", "concept", "text", "negation": "Affirmed" | "Negated"}. The concept is given: its first
occurrence in the text becomes a mention, and the assertion component alone decides. Possible and hypothetical
count as affirmed. Prints accuracy, precision, recall and F1 of Negated, and the first N wrong ones.
"""

import argparse
import json
import re
from pathlib import Path

from epistula.context.assertion import AssertionComponent
from epistula.model import Assertion, Mention
from epistula.nlp import load
from epistula.text.docs import set_mentions


def occurrence(concept: str, text: str) -> tuple[int, int] | None:
    """Return where a concept stands in a text, white space and case aside."""
    found = re.search(r"\s+".join(map(re.escape, concept.split())), text, re.IGNORECASE)
    return found.span() if found else None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Score negation on sentences with a given concept.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--wrong", type=int, default=0)
    options = parser.parse_args()
    nlp, component = load(exclude=["assertion", "attribution"]), AssertionComponent()
    counts = {(gold, mine): 0 for gold in (True, False) for mine in (True, False)}
    wrong, missing = [], 0
    for line in options.file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        span = occurrence(row["concept"], row["text"])
        if span is None:
            missing += 1
            continue
        doc = nlp(row["text"])
        given = Mention(id="given", start=span[0], end=span[1], label="ORGAN", text=row["text"][slice(*span)])
        others = [m for m in doc._.mentions if m.end <= span[0] or m.start >= span[1]]
        set_mentions(doc, [given, *others])
        decided = next(m for m in component(doc)._.mentions if m.id == "given")
        gold, mine = row["negation"] == "Negated", decided.assertion is Assertion.NEGATED
        counts[gold, mine] += 1
        if gold != mine:
            before, after = row["text"][max(0, span[0] - 80) : span[0]], row["text"][span[1] : span[1] + 50]
            wrong.append(f"{row['negation']:8} {before}[{given.text}]{after}")
    tp, fp, fn = counts[True, True], counts[False, True], counts[True, False]
    print(f"{sum(counts.values())} sentences, {missing} without their concept")
    print(f"accuracy {(tp + counts[False, False]) / sum(counts.values()):.4f}")
    print(f"Negated: precision {tp / (tp + fp):.4f}, recall {tp / (tp + fn):.4f}, F1 {2 * tp / (2 * tp + fp + fn):.4f}")
    print("\n".join(wrong[: options.wrong]))


if __name__ == "__main__":
    main()
