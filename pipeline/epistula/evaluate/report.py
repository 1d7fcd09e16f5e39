"""Scores as tables for people and as JSON for machines."""

from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from epistula.evaluate.bootstrap import FEW, differences, intervals, labels_of
from epistula.evaluate.scores import Accuracy, Counts, Scores

NOTHING = "–"
NARROWEST = 80
"""Columns that the tables need: a cut figure is no figure."""


def to_json(scores: Scores) -> dict[str, Any]:
    """Return the scores as plain objects; a figure with a zero denominator is null."""
    return {
        "letters": list(scores.letters),
        "missing": list(scores.missing),
        "surplus": list(scores.surplus),
        "schemes": {
            scheme: {"all": _counts(scores.micro(scheme))} | {k: _counts(v) for k, v in by_label.items()}
            for scheme, by_label in scores.counts.items()
        },
        "intervals": {scheme: intervals(scores.by_letter[scheme]) for scheme in scores.by_letter},
        "attributes": {
            label: {name: _accuracy(a) for name, a in by_name.items()} for label, by_name in scores.attributes.items()
        },
        "lost_in_reading": dict(scores.lost_in_reading),
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "support": counts.support,
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn,
    }


def _accuracy(accuracy: Accuracy) -> dict[str, Any]:
    return {"accuracy": accuracy.value, "right": accuracy.right, "total": accuracy.total}


def to_tables(scores: Scores) -> Group:
    """Return the scores as tables for the terminal."""
    parts: list[Table | Text] = [_label_table(scores), _interval_table(scores), _attribute_table(scores)]
    if scores.missing:
        parts.append(
            Text(f"No prediction for {_letters(len(scores.missing))} (all counted as missed): ")
            + Text(", ".join(scores.missing))
        )
    if scores.surplus:
        parts.append(
            Text(f"Left out, as gold has no such letter: {_letters(len(scores.surplus))}: ")
            + Text(", ".join(scores.surplus[:10]) + (" …" if len(scores.surplus) > 10 else ""))
        )
    if any(scores.lost_in_reading.values()):
        lost = ", ".join(f"{label} {count}" for label, count in scores.lost_in_reading.items())
        parts.append(Text(f"Missed because their text was not in what was read: {lost}"))
    parts.append(Text(f"“{NOTHING}”: the denominator is zero, so there is no figure."))
    return Group(*parts)


def _label_table(scores: Scores) -> Table:
    # narrow enough for 80 columns, which is what a pipe gets; a cut figure is no figure
    table = Table(title=_letters(len(scores.letters)), box=box.SIMPLE_HEAD, padding=0)
    table.add_column("label")
    for name in ("support", "strict\nP", "\nR", "\nF1", "overlap\nP", "\nR", "\nF1", "tp", "fp", "fn"):
        table.add_column(name, justify="right", no_wrap=True)
    labels = list(scores.counts["strict"])
    for label in labels:
        table.add_row(label, *_row(scores.counts["strict"][label], scores.counts["overlap"][label]))
    table.add_section()
    table.add_row("all", *_row(scores.micro("strict"), scores.micro("overlap")))
    return table


def _row(strict: Counts, overlap: Counts) -> list[str]:
    figures = [strict.precision, strict.recall, strict.f1, overlap.precision, overlap.recall, overlap.f1]
    return [str(strict.support), *map(_figure, figures), str(strict.tp), str(strict.fp), str(strict.fn)]


def _interval_table(scores: Scores) -> Table:
    few = f"; {_letters(len(scores.letters))}, too few to be sure" if len(scores.letters) < FEW else ""
    table = Table(title=f"95 % intervals of F1, letters drawn anew{few}", box=box.SIMPLE_HEAD, padding=0)
    table.add_column("label")
    for scheme in scores.by_letter:
        table.add_column(scheme, justify="right")
    found = {scheme: intervals(letters) for scheme, letters in scores.by_letter.items()}
    for label in labels_of(scores.by_letter.get("strict", {})):
        table.add_row(label, *(f"{_figure(by[label].low)}–{_figure(by[label].high)}" for by in found.values()))
    return table


def difference_table(scores: Scores, other: Scores) -> Table:
    """Return how much better than another run the scores are, by label, as a table for the terminal."""
    table = Table(title="F1 less that of the other run, strict", box=box.SIMPLE_HEAD, padding=0)
    table.add_column("label")
    for name in ("difference", "95 %", "p"):
        table.add_column(name, justify="right")
    for label, found in differences(scores.by_letter["strict"], other.by_letter["strict"]).items():
        ends = f"{_signed(found.interval.low)} to {_signed(found.interval.high)}"
        table.add_row(label, _signed(found.value), ends, _figure(found.p))
    return table


def _signed(value: float | None) -> str:
    return NOTHING if value is None else f"{value:+.3f}"


def _attribute_table(scores: Scores) -> Table:
    table = Table(title="Attributes on matched mentions (overlap)", box=box.SIMPLE_HEAD, padding=0)
    for name in ("label", "attribute"):
        table.add_column(name)
    for name in ("accuracy", "right", "of"):
        table.add_column(name, justify="right")
    for label, by_name in scores.attributes.items():
        for name, accuracy in by_name.items():
            table.add_row(label, name, _figure(accuracy.value), str(accuracy.right), str(accuracy.total))
    return table


def _letters(count: int) -> str:
    return f"{count} letter{'s' * (count != 1)}"


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
