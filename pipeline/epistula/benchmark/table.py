"""Systems side by side: F1 of each, their difference, and whether it may be chance."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from epistula.benchmark.mapping import CorpusMapping
from epistula.benchmark.run import Run
from epistula.evaluate.bootstrap import ALL, differences
from epistula.evaluate.counts import Counts
from epistula.evaluate.figures import to_json
from epistula.evaluate.report import NOTHING, difference_cells, few
from epistula.evaluate.scores import BOTH, Scores


def about(corpus: Path, mapping: CorpusMapping | None) -> dict[str, str]:
    """Return what is to be said of a corpus beside its figures; what is not known is left out."""
    if mapping is None:
        return {"corpus": corpus.name}
    labels: dict[str, list[str]] = {}
    for theirs, ours in mapping.labels.items():
        if ours in mapping.scored:
            labels.setdefault(ours, []).append(theirs)
    said = {
        "corpus": f"{mapping.name}: {corpus.name}",
        "labels": "; ".join(f"{ours} is their {', '.join(names)}" for ours, names in labels.items()),
        "note": mapping.note,
        "licence": f"Licence: {mapping.licence}" if mapping.licence else "",
        "citation": f"Cite: {mapping.citation}" if mapping.citation else "",
    }
    return {key: line for key, line in said.items() if line}


def side_by_side(ours: Run, other: Run) -> Table:
    """Return two systems on the same letters, by label and scheme; below 0 the other is better."""
    missing = len(other.scores.missing)
    lacking = f"; {missing} letters without prediction, counted as missed" if missing else ""
    table = Table(
        title=f"{ours.name} and {other.name}, F1{lacking}{few(len(ours.scores.letters))}",
        box=box.SIMPLE_HEAD,
        padding=0,
    )
    for column in ("label", "scheme"):
        table.add_column(column)
    for column in (ours.name, other.name, "difference", "95 %", "p"):
        table.add_column(column, justify="right", overflow="fold")
    for scheme in BOTH:
        for label, found in _differences(ours, other, scheme).items():
            both = [_figure(f1(run.scores, scheme, label)) for run in (ours, other)]
            table.add_row(label, scheme, *both, *difference_cells(found))
    return table


def _differences(ours: Run, other: Run, scheme: str) -> Mapping[str, Any]:
    return differences(ours.scores.by_letter[scheme], other.scores.by_letter[scheme])


def f1(scores: Scores, scheme: str, label: str) -> float | None:
    """Return the F1 of a label, or of all."""
    return (scores.micro(scheme) if label == ALL else scores.counts[scheme].get(label, Counts())).f1


def systems_json(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the figures of all systems but the first, and what the first is above them."""
    ours, others = runs[0], runs[1:]
    return {
        other.name: {
            "figures": to_json(other.scores),
            "differences": {
                scheme: {
                    label: {"value": found.value, "interval": list(found.interval), "p": found.p}
                    for label, found in _differences(ours, other, scheme).items()
                }
                for scheme in BOTH
            },
        }
        for other in others
    }


def to_markdown(runs: Sequence[Run]) -> str:
    """Return the systems side by side as a section of Markdown; empty for one system."""
    ours, lines = runs[0], list[str]()
    for other in runs[1:]:
        lines += [f"### {ours.name} and {other.name}", "", "| label | scheme | F1 | other | difference | 95 % | p |"]
        lines.append("|---|---|---:|---:|---:|---:|---:|")
        for scheme in BOTH:
            for label, found in _differences(ours, other, scheme).items():
                both = " | ".join(_figure(f1(run.scores, scheme, label)) for run in (ours, other))
                lines.append(f"| {label} | {scheme} | {both} | {' | '.join(difference_cells(found))} |")
        lines.append("")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
