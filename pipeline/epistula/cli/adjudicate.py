"""`epistula adjudicate`: two annotations made into one, by decisions."""

from pathlib import Path
from typing import Annotated

import typer


def adjudicate(
    one: Annotated[Path, typer.Argument(help="Annotation file.")],
    other: Annotated[Path, typer.Argument(help="Another annotation of the same letters.")],
    decisions: Annotated[
        Path, typer.Option("--decisions", help="Tab-separated file of the disagreements; written when it is not there.")
    ],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the adjudicated letters there.")] = None,
) -> None:
    """Merge two annotations of the same letters: write down what differs, then do as was decided.

    First without -o: the disagreements are written, a row each. Fill in the column "decision" ("one", "other", or
    "=VALUE" for an attribute) and "by", in a spreadsheet or an editor; decided rows are kept when it is written again.
    Then with -o: the letters are merged, and each keeps its decisions under `meta.adjudication`.
    """
    from rich.console import Console
    from rich.text import Text

    from epistula.cli.scoring import refuse_inputs
    from epistula.evaluate.adjudicate import adjudicated, questions, read_decisions
    from epistula.jsonl import read_annotations, write_annotations, write_text
    from epistula.labels import problem_with

    refuse_inputs((one, other), (decisions, output))
    first, second = (list(read_annotations(path, problem_with, bare=True)) for path in (one, other))
    known = read_decisions(decisions) if decisions.exists() else {}
    console = Console()
    if output is None:
        text = questions(first, second, known)
        write_text(decisions, text)
        rows = text.count("\n") - 1
        kept = len(read_decisions(decisions))
        gone = f" {len(known) - kept} answered to none and are gone." if kept < len(known) else ""
        console.print(Text(f"{decisions}: {rows} disagreements, {kept} decided.{gone}"))
        return
    letters = adjudicated(first, second, known)
    write_annotations(output, letters)
    console.print(Text(f"{output}: {len(letters)} letters, {len(known)} disagreements decided."))
