"""`epistula agreement`: how far two annotations of the same letters agree."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from epistula.evaluate.agreement import Agreement

SHOWN = 20


def agreement(
    one: Annotated[Path, typer.Argument(help="Annotation file.")],
    other: Annotated[Path, typer.Argument(help="Another annotation of the same letters.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write all disagreements there (tab-separated).")
    ] = None,
) -> None:
    """Compare two annotations of the same letters: F1 by label, kappa by attribute, what differs."""
    from rich.console import Console
    from rich.text import Text

    from epistula.evaluate.agreement import Disagreement
    from epistula.evaluate.agreement import agreement as compare
    from epistula.evaluate.report import NARROWEST
    from epistula.jsonl import read_annotations, write_text
    from epistula.labels import problem_with

    found = compare(read_annotations(one, problem_with, bare=True), read_annotations(other, problem_with, bare=True))
    console = Console()
    console.width = max(console.width, NARROWEST)
    console.print(_labels(found), _attributes(found))
    if found.alone:
        console.print(Text(f"In one file only, not counted: {', '.join(found.alone)}"))
    rows = ["\t".join(" ".join(str(cell).split()) for cell in row) for row in found.disagreements]
    if output:
        write_text(output, "\n".join(["\t".join(Disagreement._fields), *rows]) + "\n")
    for row in rows[:SHOWN]:
        console.print(Text(row))
    if len(rows) > SHOWN:
        console.print(Text(f"… {len(rows)} in all" + (f", in {output}" if output else "; write them with -o")))


def _labels(found: "Agreement") -> "Table":
    from rich.table import Table

    from epistula.evaluate.counts import Counts

    table = Table("label", "one", "other", "strict F1", "overlap F1", title=f"{len(found.letters)} letters")
    labels = list(found.counts["strict"])
    for label in [*labels, "all"]:
        strict, overlap = (
            sum(found.counts[scheme].values(), Counts()) if label == "all" else found.counts[scheme][label]
            for scheme in ("strict", "overlap")
        )
        sizes = str(strict.support), str(strict.tp + strict.fp)
        table.add_row(label, *sizes, *("–" if c.f1 is None else f"{c.f1:.3f}" for c in (strict, overlap)))
    return table


def _attributes(found: "Agreement") -> "Table":
    from rich.table import Table

    table = Table("label", "attribute", "kappa", "pairs", title="Cohen's kappa on mentions that both have")
    for label, kappas in found.kappas.items():
        for name, (value, pairs) in kappas.items():
            table.add_row(label, name, "–" if value is None else f"{value:.3f}", str(pairs))
    return table
