"""The report of an evaluation as one page of HTML that needs nothing from outside."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from epistula.evaluate.bootstrap import ALL, FEW, intervals, labels_of
from epistula.evaluate.findings import Finding, Matrix, findings
from epistula.evaluate.report import NOTHING
from epistula.evaluate.scores import Counts, Scores
from epistula.model import Annotation

SHOWN = 200
"""Findings that a group shows; a page with all of thousands of letters opens in no browser."""


def to_html(title: str, scores: Scores, gold: Iterable[Annotation], predicted: Iterable[Annotation]) -> str:
    """Return the page: scores with intervals and bars, matrices of attributes, and all that is wrong."""
    wrong, matrices = findings(gold, predicted)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["figure"] = lambda value: NOTHING if value is None else f"{value:.3f}"
    return environment.get_template("report.html.j2").render(
        title=title,
        letters=len(scores.letters),
        missing=scores.missing,
        few=len(scores.letters) < FEW,
        rows=list(_rows(scores)),
        lost=dict(scores.lost_in_reading) if any(scores.lost_in_reading.values()) else {},
        matrices=[_matrix(label, name, m) for label, by_name in matrices.items() for name, m in by_name.items()],
        groups=list(_groups(wrong)),
    )


def _rows(scores: Scores) -> Iterator[Mapping[str, Any]]:
    strict, overlap = (intervals(scores.by_letter[scheme]) for scheme in ("strict", "overlap"))
    for label in labels_of(scores.by_letter["strict"]):
        counts = {
            scheme: scores.micro(scheme) if label == ALL else scores.counts[scheme].get(label, Counts())
            for scheme in ("strict", "overlap")
        }
        yield {"label": label, **counts, "interval": strict[label], "overlap_interval": overlap[label]}


def _matrix(label: str, name: str, counts: Matrix) -> Mapping[str, Any]:
    values = sorted({gold for gold, _ in counts})
    columns = [*values, *sorted({found for _, found in counts} - set(values))]
    right, total = sum(n for (gold, found), n in counts.items() if gold == found), sum(counts.values())
    shares = {"total": total, "share": right / total}
    return {"label": label, "name": name, "rows": values, "columns": columns, "counts": counts, **shares}


def _groups(wrong: Sequence[Finding]) -> Iterator[Mapping[str, Any]]:
    ordered = sorted(wrong, key=lambda f: (f.label, f.kind))
    for (label, kind), group in groupby(ordered, key=lambda f: (f.label, f.kind)):
        here = list(group)
        yield {"label": label, "kind": kind, "count": len(here), "findings": here[:SHOWN]}
