"""Scores as tables for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from epistula.evaluate.bootstrap import ALL, FEW, Difference, Interval, differences, intervals, labels_of
from epistula.evaluate.counts import Counts
from epistula.evaluate.figures import Changes
from epistula.evaluate.records import WHOLE
from epistula.evaluate.scores import Misses, Scores

NOTHING = "–"
NARROWEST = 80
"""Columns that the tables need: a cut figure is no figure."""
SHOWN = 20
"""Items of each kind that a list in the terminal shows."""


def to_tables(scores: Scores) -> Group:
    """Return the scores as tables for the terminal."""
    parts: list[Table | Text] = [
        _label_table(scores),
        _interval_table(scores),
        _miss_table(scores),
        *([_attribute_table(scores)] if scores.attributes else []),
    ]
    if _any_predicted(scores.relations.get("strict", {})):
        strict, overlap = scores.relations.values()
        title = "Relations, by their ends: strict and overlapping"
        parts.append(_table(title, "relation", {k: (strict.get(k, Counts()), c) for k, c in overlap.items()}))
    if _any_predicted(scores.records):
        parts.append(_table("Case records, by slot", "slot", {slot: (c,) for slot, c in scores.records.items()}))
    parts += map(Text, _remarks(scores))
    return Group(*parts)


def _any_predicted(counts: Mapping[str, Counts]) -> bool:
    return any(c.tp + c.fp for c in counts.values())


def _remarks(scores: Scores) -> list[str]:
    said = []
    relations = sum(c.support for c in scores.relations.get("strict", {}).values())
    records = scores.records.get(WHOLE, Counts()).support
    for count, name, counts in (
        (relations, "relations", scores.relations.get("strict", {})),
        (records, "case records", scores.records),
    ):
        if count and not _any_predicted(counts):
            said.append(f"Gold has {count:g} {name}; none was predicted.")
    if scores.missing:
        said.append(
            f"No prediction for {_letters(len(scores.missing))} (all counted as missed): {', '.join(scores.missing)}"
        )
    if scores.surplus:
        names = ", ".join(scores.surplus[:10]) + (" …" if len(scores.surplus) > 10 else "")
        said.append(f"Left out, as gold has no such letter: {_letters(len(scores.surplus))}: {names}")
    return [*said, f"“{NOTHING}”: the denominator is zero, so there is no figure."]


def _label_table(scores: Scores) -> Table:
    # narrow enough for 80 columns, which is what a pipe gets
    title = _letters(len(scores.letters))
    strict, overlap = scores.counts["strict"], scores.counts["overlap"]
    table = _table(title, "label", {label: (strict[label], overlap.get(label, Counts())) for label in strict})
    table.add_section()
    table.add_row("all", *_row(scores.micro("strict"), scores.micro("overlap")))
    macros = [_figure(scores.macro(scheme)) for scheme in ("strict", "overlap")]
    table.add_row("mean of labels", "", "", "", macros[0], "", "", macros[1], "", "", "")
    return table


def _table(title: str, first: str, rows: Mapping[str, tuple[Counts, ...]]) -> Table:
    """Return a table of precision, recall and F1, with the counts behind the first."""
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0)
    table.add_column(first)
    twice = any(len(counts) > 1 for counts in rows.values()) or not rows
    heads = ["strict\nP", "\nR", "\nF1", "overlap\nP", "\nR", "\nF1"] if twice else ["P", "R", "F1"]
    for name in ("support", *heads, "tp", "fp", "fn"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, counts in rows.items():
        table.add_row(name, *_row(*counts))
    return table


def _row(*counts: Counts) -> list[str]:
    figures = [_figure(figure) for c in counts for figure in (c.precision, c.recall, c.f1)]
    first = counts[0]
    return [f"{first.support:g}", *figures, f"{first.tp:g}", f"{first.fp:g}", f"{first.fn:g}"]


def _interval_table(scores: Scores) -> Table:
    table = Table(
        title=f"95 % intervals of F1, letters drawn anew{few(len(scores.letters))}", box=box.SIMPLE_HEAD, padding=0
    )
    table.add_column("label")
    for scheme in scores.by_letter:
        table.add_column(scheme, justify="right")
    found = {scheme: intervals(letters) for scheme, letters in scores.by_letter.items()}
    for label in labels_of(scores.by_letter.get("strict", {})):
        table.add_row(label, *(from_to(by[label]) for by in found.values()))
    return table


def few(letters: int) -> str:
    """Return what a title says where letters are few."""
    return f"; {_letters(letters)}, too few to be sure" if letters < FEW else ""


def _miss_table(scores: Scores) -> Table:
    table = Table(title="Gold without a strict pair, and why", box=box.SIMPLE_HEAD, padding=0)
    table.add_column("label")
    for name in ("all", "lost in reading", "lost in tagging", "boundary"):
        table.add_column(name, justify="right")
    for label, misses in [*scores.misses.items(), (ALL, sum(scores.misses.values(), Misses()))]:
        table.add_row(label, *map(str, (misses.all, misses.reading, misses.tagging, misses.boundary)))
    return table


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


def against_table(name: str, scores: Scores, other: Scores) -> Table:
    """Return two runs on the same letters side by side, strict, with the difference and its p value."""
    missing = len(other.missing)
    lacking = f"; {_letters(missing)} without prediction there, counted as missed" if missing else ""
    title = f"F1 beside that of {name}, strict{lacking}{few(len(scores.letters))}"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0)
    table.add_column("label")
    for column in ("F1", "other", "difference", "95 %", "p"):
        table.add_column(column, justify="right")
    for label, found in differences(scores.by_letter["strict"], other.by_letter["strict"]).items():
        both = (s.micro("strict") if label == ALL else s.counts["strict"].get(label, Counts()) for s in (scores, other))
        table.add_row(label, *(_figure(counts.f1) for counts in both), *difference_cells(found))
    return table


def change_tables(found: Changes) -> Group:
    """Return what got better and worse since older figures."""
    said = few(found.letters) or f", {_letters(found.letters)}"
    table = Table(title=f"F1 less that of before, strict{said}", box=box.SIMPLE_HEAD, padding=0)
    table.add_column("label")
    for column in ("difference", "95 %", "p"):
        table.add_column(column, justify="right")
    for label, difference in found.labels.items():
        table.add_row(label, *difference_cells(difference))
    parts: list[Table | Text] = [table]
    for title, items in (("Better", found.better), ("Worse", found.worse)):
        parts.append(Text(f"{title}: {len(items)}"))
        parts += (Text(f"  {described(item)}") for item in items[:SHOWN])
        if len(items) > SHOWN:
            parts.append(Text(f"  … and {len(items) - SHOWN} more"))
    return Group(*parts)


def described(item: Mapping[str, Any]) -> str:
    """Return a finding of a file of figures as one line."""
    gold, predicted = ((item[side] or {}).get("text", "") for side in ("gold", "predicted"))
    words = gold if gold == predicted else " → ".join(filter(None, (gold, predicted)))
    parts = [item["letter"], item["label"], item["kind"], " ".join(words.split()), item["detail"]]
    return " · ".join(filter(None, parts))


def difference_cells(found: Difference) -> list[str]:
    """Return a difference, its interval and p as cells."""
    low, high = found.interval
    return [_signed(found.value), NOTHING if low is None else f"{_signed(low)} to {_signed(high)}", _figure(found.p)]


def from_to(found: Interval) -> str:
    """Return an interval as one cell."""
    return NOTHING if found.low is None else f"{_figure(found.low)}–{_figure(found.high)}"


def _signed(value: float | None) -> str:
    return NOTHING if value is None else f"{value:+.3f}"


def _letters(count: int) -> str:
    return f"{count} letter{'s' * (count != 1)}"


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
