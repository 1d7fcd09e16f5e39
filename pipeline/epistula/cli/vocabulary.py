"""`epistula vocabulary`: compiling official vocabularies, and where they meet our own lexicons."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from epistula.linking.importers import formats

if TYPE_CHECKING:
    from epistula.linking.vocabulary import Conflict

SHOWN = 10
"""Conflicts on the screen when there is a file with all of them."""

vocabulary = typer.Typer(
    name="vocabulary",
    help="Compile vocabularies such as HPO, MONDO and DrugBank for linking.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@vocabulary.command("build")
def build_vocabulary(
    source: Annotated[Path, typer.Argument(help="A release as it was downloaded; may be a .gz.")],
    name: Annotated[str, typer.Option("--format", help=f"What it is: {', '.join(formats())}.")],
    label: Annotated[str, typer.Option(help="The label whose mentions its concepts are for.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the concepts there (JSON Lines).")],
    under: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Keep what is below this term only; may be repeated.")
    ] = None,
    related: Annotated[bool, typer.Option("--related", help="Take related synonyms too, not only exact ones.")] = False,
) -> None:
    """Compile a vocabulary; names that our lexicons know otherwise go into FILE.conflicts.tsv."""
    from epistula.errors import InputError
    from epistula.jsonl import is_special, write_text
    from epistula.linking.vocabulary import build, conflicts, conflicts_table, write_vocabulary

    if output.resolve() == source.resolve():
        raise InputError(f"{output}: is also the input. Name another file for the vocabulary.")
    concepts = build(source, name, label, under=under or (), related=related)
    found = conflicts(concepts, label)
    write_vocabulary(output, concepts)
    beside = output.with_name(f"{output.name}.conflicts.tsv")
    if not is_special(output):
        beside.unlink(missing_ok=True)
        if found:
            write_text(beside, conflicts_table(found))
    names = sum(1 for concept in concepts for _ in concept.entry.names)
    summary = f"{len(concepts)} concepts with {names} names in {output}; {len(found)} conflicts with our lexicons."
    typer.echo(summary, err=is_special(output))
    if not is_special(output):
        _show(found[:SHOWN])
        if len(found) > SHOWN:
            typer.echo(f"… all in {beside}")


@vocabulary.command("conflicts")
def show_conflicts(
    file: Annotated[Path, typer.Argument(help="What `epistula vocabulary build` wrote.")],
) -> None:
    """List the names of a compiled vocabulary that our lexicons know otherwise."""
    from epistula.linking.vocabulary import conflicts, read_vocabulary

    concepts = read_vocabulary(file)
    labels = sorted({concept.label for concept in concepts})
    found = [met for label in labels for met in conflicts([c for c in concepts if c.label == label], label)]
    _show(found)
    typer.echo(f"{len(found)} conflicts with our lexicons.")


def _show(found: "Sequence[Conflict]") -> None:
    for name, vocabulary_id, our_id, our_label, kind in found:
        typer.echo(f"{kind}: {name} is {vocabulary_id}, and {our_id} of {our_label}")
