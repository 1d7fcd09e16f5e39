"""The report of an evaluation as one page of HTML that needs nothing from outside."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from epistula.evaluate.bootstrap import ALL, FEW, intervals, labels_of
from epistula.evaluate.compare import Comparison
from epistula.evaluate.counts import Counts
from epistula.evaluate.findings import Finding, Matrix, matrices
from epistula.evaluate.match import Scheme
from epistula.evaluate.report import NOTHING, from_to
from epistula.evaluate.scores import BOTH, Misses, Scores

SHOWN = 200
"""Findings that a group shows; a page with all of thousands of letters opens in no browser."""
LETTERS = 100
"""Letters in the table by letter, the worst first."""


def to_html(title: str, scores: Scores, comparison: Comparison, wrong: Sequence[Finding]) -> str:
    """Return the page: scores with intervals and bars, matrices of attributes, and all that is wrong."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["figure"] = lambda value: NOTHING if value is None else f"{value:.3f}"
    environment.filters["from_to"] = from_to
    environment.filters["count"] = lambda value: f"{value:g}"
    return environment.get_template("report.html.j2").render(
        title=title,
        letters=len(scores.letters),
        missing=scores.missing,
        few=len(scores.letters) < FEW,
        rows=list(_rows(scores)),
        schemes=[(scheme, scores.micro(scheme), scores.macro(scheme)) for scheme in Scheme],
        misses=[*scores.misses.items(), (ALL, sum(scores.misses.values(), Misses()))],
        groups=[(name, list(counts.items())) for name, counts in scores.groups.items() if counts],
        documents=_documents(scores),
        more_documents=max(0, len(scores.letters) - LETTERS),
        values=[(label, name, list(v.items())) for label, by in scores.values.items() for name, v in by.items()],
        relations=[(name, *_both(scores.relations, name)) for name in scores.relations[Scheme.OVERLAP]],
        records=list(scores.records.items()) if any(c.support for c in scores.records.values()) else [],
        attributes=[(label, name, a) for label, by in scores.attributes.items() for name, a in by.items()],
        matrices=[_matrix(label, n, m) for label, by_name in matrices(comparison).items() for n, m in by_name.items()],
        findings=list(_groups(wrong)),
    )


def _rows(scores: Scores) -> Iterator[Mapping[str, Any]]:
    strict, overlap = (intervals(scores.by_letter[scheme]) for scheme in BOTH)
    for label in labels_of(scores.by_letter[Scheme.STRICT]):
        counts = [scores.micro(scheme) for scheme in BOTH] if label == ALL else _both(scores.counts, label)
        yield {
            "label": label,
            "strict": counts[0],
            "overlap": counts[1],
            "interval": strict[label],
            "overlap_interval": overlap[label],
        }


def _both(counts: Mapping[str, Mapping[str, Counts]], name: str) -> list[Counts]:
    return [counts[scheme].get(name, Counts()) for scheme in BOTH]


def _documents(scores: Scores) -> list[tuple[str, Counts]]:
    totals = {name: sum(by.values(), Counts()) for name, by in scores.by_letter[Scheme.STRICT].items()}
    return sorted(totals.items(), key=lambda item: (-1 if item[1].f1 is None else item[1].f1, item[0]))[:LETTERS]


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
