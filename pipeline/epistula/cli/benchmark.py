"""`epistula benchmark`: our pipeline and others on a corpus of somebody else."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from epistula.benchmark.mapping import CorpusMapping
    from epistula.benchmark.run import Run


def benchmark(
    corpus: Annotated[Path, typer.Argument(help="Corpus: a file, or a folder of files; or gold of our own.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            help="What its labels stand for: bc5cdr, e3c, e3c-polarity, maccrobat, negex, phee, or a TOML file.",
        ),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="Read the corpus in this format, and not in that of the mapping.")
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(
            "--system", metavar="PATH[:FORMAT]", help="Output of another system, or a spaCy pipeline; may be repeated."
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="THEIRS=OURS", help="What a label of a system stands for; may be repeated."),
    ] = None,
    predicted: Annotated[
        Path | None, typer.Option("--predicted", help="Score these predictions as ours, and do not run the pipeline.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Take only so many letters, from the first.")
    ] = None,
    old: Annotated[
        Path | None, typer.Option("--compare", help="Older figures (--json): what got better and worse, item by item.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures there as JSON.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the figures there as Markdown.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with our figures and all that is wrong there.")
    ] = None,
) -> None:
    """Score our pipeline, and other systems beside it, on a corpus with labels of its own."""
    from rich.console import Console
    from rich.progress import Progress

    from epistula.benchmark.mapping import load_mapping
    from epistula.benchmark.run import Task
    from epistula.benchmark.run import benchmark as run_all
    from epistula.benchmark.systems import label_options
    from epistula.cli.scoring import refuse_inputs
    from epistula.evaluate.figures import read_figures

    systems = (Path(part) for spec in system or () for part in (spec, spec.rpartition(":")[0]) if part)
    refuse_inputs((corpus, predicted, old, *systems), (json_file, markdown, html))
    before = read_figures(old) if old else None
    chosen = load_mapping(mapping) if mapping else None
    task = Task(corpus, chosen, format_, system or (), predicted, label_options(label or ()), limit)
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        bars = [progress.add_task("", total=None)]
        runs = run_all(
            task,
            lambda name, letters: progress.reset(bars[0], description=name, total=letters),
            lambda: progress.advance(bars[0]),
        )
    _show(runs, chosen, corpus, before, (json_file, markdown, html))


def _show(
    runs: "Sequence[Run]",
    mapping: "CorpusMapping | None",
    corpus: Path,
    before: Mapping[str, Any] | None,
    outputs: tuple[Path | None, Path | None, Path | None],
) -> None:
    """Print the tables and write the reports."""
    from rich.console import Console
    from rich.text import Text

    from epistula.benchmark.table import about, side_by_side, systems_json, to_markdown
    from epistula.cli.scoring import write_reports
    from epistula.evaluate.figures import changes, to_json
    from epistula.evaluate.findings import findings
    from epistula.evaluate.markdown import to_markdown as figures_in_markdown
    from epistula.evaluate.report import NARROWEST, change_tables, to_tables
    from epistula.jsonl import write_text

    ours, (json_file, markdown, html) = runs[0], outputs
    wrong = findings(ours.comparison)
    figures = to_json(ours.scores, ours.comparison, wrong)
    figures |= {"benchmark": about(corpus, mapping), "systems": systems_json(runs)}
    changed = changes(figures, before) if before else None
    console = Console()
    console.width = max(console.width, NARROWEST)
    for line in about(corpus, mapping).values():
        console.print(Text(line))
    console.print(to_tables(ours.scores))
    for other in runs[1:]:
        console.print(side_by_side(ours, other))
    if changed:
        console.print(change_tables(changed))
    title = f"{ours.name} on {mapping.name if mapping else corpus.name}"
    write_reports(title, ours.comparison, ours.scores, wrong, figures, changed, json_file, None, html)
    if markdown:
        write_text(markdown, f"{figures_in_markdown(title, ours.scores, changed)}\n{to_markdown(runs)}")
