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
    old: Annotated[
        Path | None, typer.Option("--compare", help="Older figures (--json): what got better and worse, item by item.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures and the items behind them there as JSON.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the figures there as Markdown.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with figures and all that is wrong there.")
    ] = None,
) -> None:
    """Score predictions against gold: mentions, attributes, relations and case records."""
    from rich.console import Console

    from epistula.cli.scoring import gold_of, records_that_stay, refuse_inputs, write_reports
    from epistula.evaluate.compare import compare, predictions_by_gold_id
    from epistula.evaluate.figures import changes, read_figures, to_json
    from epistula.evaluate.findings import findings
    from epistula.evaluate.report import NARROWEST, against_table, change_tables, to_tables
    from epistula.evaluate.scores import score, scores_of
    from epistula.jsonl import read_annotations
    from epistula.labels import problem_with

    refuse_inputs((predicted, gold, only, against), (json_file, markdown, html))
    before = read_figures(old) if old else None
    with records_that_stay():
        letters = gold_of(gold, only)
        found = list(read_annotations(predicted, problem_with, bare=True))
        if only:
            found = list(predictions_by_gold_id(letters, found).values())
        comparison = compare(letters, found)
        scores, wrong = scores_of(comparison), findings(comparison)
        figures = to_json(scores, comparison, wrong) if json_file or before else None
        changed = changes(figures, before) if figures and before else None
        console = Console()
        console.width = max(console.width, NARROWEST)
        console.print(to_tables(scores))
        if against:
            other = score(letters, read_annotations(against, problem_with, bare=True))
            console.print(against_table(against.name, scores, other))
        if changed:
            console.print(change_tables(changed))
        title = f"{predicted.name} against {gold.name}"
        write_reports(title, comparison, scores, wrong, figures, changed, json_file, markdown, html)
