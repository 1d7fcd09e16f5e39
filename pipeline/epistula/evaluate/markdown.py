"""Scores as Markdown, for a pull request."""

from collections.abc import Iterable, Sequence

from epistula.evaluate.bootstrap import ALL, FEW, intervals, labels_of
from epistula.evaluate.counts import Counts
from epistula.evaluate.figures import Changes
from epistula.evaluate.report import NOTHING, SHOWN, described, from_to
from epistula.evaluate.scores import Scores

ESCAPED = {**{ord(sign): f"\\{sign}" for sign in "\\|*_`[]"}, ord("<"): "&lt;", ord(">"): "&gt;"}


def to_markdown(title: str, scores: Scores, found: Changes | None = None) -> str:
    """Return figures by label, attributes, and what got better and worse where older figures are given."""
    parts = [f"## {_escaped(title)}", f"{len(scores.letters)} letters"]
    if len(scores.letters) < FEW:
        parts[-1] += ", so few that the intervals are a rough guide only"
    parts.append(_table(["label", "gold", "P", "R", "F1", "95 %", "overlap F1", *(["change", "p"] if found else [])],
                        _labels(scores, found)))  # fmt: skip
    attributes = [
        [label, name, _figure(accuracy.value), f"{accuracy.right} of {accuracy.total}"]
        for label, by_name in scores.attributes.items()
        for name, accuracy in by_name.items()
    ]
    parts.append(_table(["label", "attribute", "accuracy", "right"], attributes))
    misses = [[k, str(m.reading), str(m.tagging), str(m.boundary)] for k, m in scores.misses.items()]
    parts.append(_table(["label", "lost in reading", "lost in tagging", "boundary"], misses))
    if found:
        for name, items in (("Better", found.better), ("Worse", found.worse)):
            lines = [f"- {_escaped(described(item))}" for item in items[:SHOWN]]
            more = [f"- … and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
            parts.append("\n".join([f"### {name}: {len(items)}", "", *lines, *more]).rstrip())
    return "\n\n".join(parts) + "\n"


def _labels(scores: Scores, found: Changes | None) -> Iterable[list[str]]:
    known = intervals(scores.by_letter["strict"])
    for label in labels_of(scores.by_letter["strict"]):
        strict, overlap = (
            scores.micro(s) if label == ALL else scores.counts[s].get(label, Counts()) for s in ("strict", "overlap")
        )
        row = [label, f"{strict.support:g}", *map(_figure, (strict.precision, strict.recall, strict.f1))]
        row += [from_to(known[label]), _figure(overlap.f1)]
        if found and label in found.labels:
            change = found.labels[label]
            row += [NOTHING if change.value is None else f"{change.value:+.3f}", _figure(change.p)]
        yield row


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *([*row, *[""] * (len(head) - len(row))] for row in rows)]
    return "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines)


def _escaped(text: str) -> str:
    """Return text in which nothing is markup."""
    return text.translate(ESCAPED)


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
