"""`epistula annotate`: letters in, annotations out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from epistula.readers import ReaderName

if TYPE_CHECKING:
    from rich.console import Console

    from epistula.batch.run import Summary


def annotate(
    paths: Annotated[
        list[str],
        typer.Argument(help="PDF, .txt or .jsonl files ({id, text} a line), folders or quoted globs."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Annotation file to write (JSON Lines).")],
    ocr: Annotated[bool, typer.Option("--ocr", help="Recognise the text of scanned pages (OCRmyPDF).")] = False,
    reader: Annotated[
        ReaderName, typer.Option("--reader", help="What reads the characters of a PDF; pdfplumber is slower.")
    ] = ReaderName.PDFIUM,
    link: Annotated[
        bool, typer.Option("--link", help="Give concepts by likeness to mentions that no lexicon knows.")
    ] = False,
    vocabulary: Annotated[
        list[Path] | None,
        typer.Option("--vocabulary", help="Link to this one too (`epistula vocabulary build`); may be repeated."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="A spaCy model whose entities count beside our rules.")
    ] = None,
    model_label: Annotated[
        list[str] | None,
        typer.Option("--model-label", metavar="THEIRS=OURS", help="What a label of the model stands for."),
    ] = None,
) -> None:
    """Annotate letters into a JSON Lines file; those that fail go to OUTPUT.failures.jsonl."""
    from functools import partial

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from epistula.batch.run import annotate_files
    from epistula.batch.worklist import work_list
    from epistula.errors import InputError
    from epistula.jsonl import failures_path
    from epistula.nlp import load
    from epistula.pdf.isolated import read_pdf_isolated
    from epistula.pdf.ocr import read_pdf_ocr

    plain = partial(read_pdf_isolated, reader=reader)
    read = partial(read_pdf_ocr, read=plain) if ocr else plain
    console = Console(stderr=True)
    if model_label and not model:
        raise InputError("--model-label says what labels of a model stand for. Give the model with --model.")
    if output.resolve() in {path.resolve() for path in vocabulary or ()}:
        raise InputError(f"{output}: is also an input. Name another file for the annotations.")
    labels = dict(item.partition("=")[::2] for item in model_label or ())
    nlp = load(link=link, vocabularies=vocabulary or (), model=model, model_labels=labels)
    items = list(work_list(paths, written=(output, failures_path(output))))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Annotating", total=len(items))
        summary = annotate_files(nlp, items, output, lambda _: progress.advance(task), read)
    _print_summary(console, summary, output)
    if summary.failures:
        raise typer.Exit(1)


def _print_summary(console: "Console", summary: "Summary", output: Path) -> None:
    from epistula.jsonl import failures_path

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, highlight=False, markup=False)

    rate = f", {summary.letters / summary.seconds:.1f} letters/s" if summary.seconds else ""
    pages = f" ({summary.pages} pages)" if summary.pages else ""
    count = f"{summary.letters} letter{'s' * (summary.letters != 1)}{pages}"
    say(f"{count} annotated into {output} in {summary.seconds:.1f} s{rate}.")
    if summary.mentions:
        counts = ", ".join(f"{label} {count}" for label, count in sorted(summary.mentions.items()))
        say(f"Mentions: {counts}.")
    for failure in summary.failures:
        line = f", line {failure.line}" if failure.line else ""
        console.print("[red]failed[/] ", end="")
        say(f"{failure.path}{line}: {failure.reason} [{failure.category}]")
    if summary.failures:
        say(f"{len(summary.failures)} failed; they are listed in {failures_path(output)}.")
