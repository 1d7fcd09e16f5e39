"""`epistula show`: one letter with its mentions in colour."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from epistula.model import Annotation


def show(
    file: Annotated[Path, typer.Argument(help="Annotation file.")],
    letter: Annotated[str, typer.Argument(metavar="ID", help="Id of the letter, its beginning, or the file's stem.")],
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the letter there as an HTML page (displaCy).")
    ] = None,
) -> None:
    """Show a letter with its mentions in colour, in the terminal or as an HTML page."""
    from rich.console import Console

    from epistula.convert.displacy import to_html
    from epistula.jsonl import read_annotations, write_text

    annotation = _find(list(read_annotations(file, bare=True)), letter, file)
    if html:
        write_text(html, to_html(annotation))
        typer.echo(f"{annotation.id} written to {html}.")
    else:
        Console().print(_coloured(annotation), soft_wrap=False)


def _find(annotations: "list[Annotation]", wanted: str, file: Path) -> "Annotation":
    from epistula.errors import InputError
    from epistula.evaluate.compare import stem

    found = [a for a in annotations if a.id == wanted]
    found = found or [a for a in annotations if stem(wanted) in (stem(a.source.path), a.id) and stem(wanted)]
    found = found or [a for a in annotations if a.id.startswith(wanted)]
    if len({a.id for a in found}) == 1:
        return found[0]
    if not annotations:
        raise InputError(f"{file}: holds no letter. Annotate some first.")
    choice = found or annotations
    names = ", ".join(f"{a.id} ({a.source.path})" if a.source.path else a.id for a in choice[:10])
    problem = f"{len(found)} letters answer to {wanted!r}" if found else f"no letter {wanted!r}"
    raise InputError(f"{file}: {problem}. Choose an id: {names}{' …' if len(choice) > 10 else ''}")


def _coloured(annotation: "Annotation") -> "Text":
    from rich.text import Text

    from epistula.labels import all_labels
    from epistula.model import RUNNING_TEXT

    text = Text(annotation.text)
    for zone in annotation.zones:
        if zone.kind not in RUNNING_TEXT:
            text.stylize("dim", zone.start, zone.end)
    for mention in annotation.spans:
        label = all_labels().get(mention.label)
        text.stylize(f"black on {label.colour if label else '#dddddd'}", mention.start, mention.end)
    legend = Text("\n\n")
    for name, label in all_labels().items():
        legend.append(f" {name} ", style=f"black on {label.colour}")
        legend.append(" ")
    return text + legend
