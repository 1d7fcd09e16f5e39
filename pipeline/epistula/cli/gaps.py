"""`epistula gaps` and `epistula accept`: what the lexicons lack, and adding it."""

from pathlib import Path
from typing import Annotated

import typer


def gaps(
    annotations: Annotated[list[Path], typer.Argument(help="Annotation files, as `epistula annotate` writes them.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the gaps there (JSON Lines), to accept from.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option("--label", help="Show this label only; may be repeated.")] = None,
    at_least: Annotated[int, typer.Option("--at-least", min=1, help="Show forms that stand so often.")] = 1,
) -> None:
    """List words that look like a drug, antibody, manifestation or disease and are in no lexicon."""
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from epistula.errors import InputError
    from epistula.jsonl import read_annotations, write_text
    from epistula.labels import all_labels
    from epistula.labels.gaps import find_gaps

    if output and output.resolve() in {path.resolve() for path in annotations}:
        raise InputError(f"{output}: is also an input. Name another file for the gaps.")
    if unknown := set(label or ()) - set(all_labels()):
        raise InputError(f"there is no label {sorted(unknown)[0]!r}. Choose of: {', '.join(all_labels())}.")
    found = find_gaps(letter for path in annotations for letter in read_annotations(path, bare=True))
    found = [gap for gap in found if gap.count >= at_least and gap.label in (label or all_labels())]
    table = Table("", "label", "form", "count", "letters", "why", "where", box=None, pad_edge=False)
    for number, gap in enumerate(found, start=1):
        why, where = ", ".join(gap.rules), gap.contexts[0]
        cells = (str(number), gap.label, gap.form, str(gap.count), str(gap.letters), why, where)
        table.add_row(*map(Text, cells))
    if output:
        write_text(output, "".join(json.dumps(asdict(gap), ensure_ascii=False) + "\n" for gap in found))
    Console().print(table if found else "Nothing is missing that any rule could see.")


def accept(
    file: Annotated[Path, typer.Argument(help="What `epistula gaps -o` wrote.")],
    number: Annotated[list[int], typer.Argument(help="Lines of it to accept, counted from 1.")],
    into: Annotated[
        Path | None, typer.Option("--into", help="Concepts file to add to; the label's own when left out.")
    ] = None,
    alias_of: Annotated[
        str | None, typer.Option("--alias-of", metavar="ID", help="The forms are names of this concept.")
    ] = None,
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field of the new concepts.")
    ] = None,
) -> None:
    """Add gaps to a concepts file, as new concepts or as names of one that is there."""
    from epistula.errors import InputError
    from epistula.jsonl import parse_row, read_lines
    from epistula.labels import all_labels
    from epistula.labels.accept import accept as add

    rows = [parse_row(file, line, data) for line, data in read_lines(file)]
    more = dict(item.partition("=")[::2] for item in fields or ())
    for n in number:
        row = rows[n - 1] if 1 <= n <= len(rows) else {}
        if not all(isinstance(row.get(name), str) for name in ("label", "form")):
            raise InputError(f"{file}: has no gap {n}. Give numbers from 1 to {len(rows)}.")
    labels = {rows[n - 1]["label"] for n in number}
    if len(labels) > 1 or not labels <= set(all_labels()):
        raise InputError(f"these are gaps of {', '.join(sorted(labels))}. Accept those of one of our labels at a time.")
    (label,) = labels
    folder = all_labels()[label].folder
    if into is None and folder is None:
        raise InputError(f"{label} has no concepts file. Name one with --into.")
    path = into or folder / "concepts.jsonl"  # type: ignore[operator]
    forms = list(dict.fromkeys(rows[n - 1]["form"] for n in number))
    for form, concept in zip(forms, add(path, label, forms, more, alias_of), strict=True):
        typer.echo(f"{form} → {concept} in {path}")
