"""`epistula evaluate`: predictions against gold."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    predicted: Annotated[Path, typer.Argument(help="Annotation file to score.")],
    gold: Annotated[Path, typer.Option("--gold", help="Gold annotation file.")],
    only: Annotated[
        Path | None, typer.Option("--only", help="Score the letters whose ids stand in this file, one a line.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Another run on the same letters: is the difference chance?")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures there as JSON.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with figures and all that is wrong there.")
    ] = None,
) -> None:
    """Score predicted mentions against gold: strict and overlap, by label, with attributes."""
    import json

    from rich.console import Console

    from epistula.errors import InputError
    from epistula.evaluate.report import NARROWEST, difference_table, to_json, to_tables
    from epistula.evaluate.scores import predictions_by_gold_id, score
    from epistula.jsonl import read_annotations, read_lines, write_text
    from epistula.labels import problem_with

    for path in (predicted, gold):
        for written in filter(None, (json_file, html)):
            if written.resolve() == path.resolve():
                raise InputError(f"{written}: is also an input. Name another file for the figures.")
    letters = list(read_annotations(gold, problem_with, bare=True))
    if only:
        wanted = {line.decode().strip() for _, line in read_lines(only)}
        if unknown := wanted - {letter.id for letter in letters}:
            raise InputError(f"{only}: the gold has no letter {sorted(unknown)[0]!r}. Give ids of letters in {gold}.")
        letters = [letter for letter in letters if letter.id in wanted]
    found = list(read_annotations(predicted, problem_with, bare=True))
    if only:
        found = list(predictions_by_gold_id(letters, found).values())
    scores = score(letters, found)
    console = Console()
    console.width = max(console.width, NARROWEST)
    console.print(to_tables(scores))
    if against:
        console.print(difference_table(scores, score(letters, read_annotations(against, problem_with, bare=True))))
    if json_file:
        write_text(json_file, json.dumps(to_json(scores), indent=2, ensure_ascii=False) + "\n")
    if html:
        from epistula.evaluate.html import to_html

        write_text(html, to_html(f"{predicted.name} against {gold.name}", scores, letters, found))
