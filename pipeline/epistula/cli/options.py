"""Options that several commands have, and what follows from them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from epistula.readers import ReaderName

if TYPE_CHECKING:
    from epistula.batch.work import Settings

Output = Annotated[
    str,
    typer.Option("--output", "-o", help="File to write (.jsonl, .jsonl.gz, .jsonl.zst, .parquet), or see --shards."),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=0, help="Processes beside this one; as many as processors unless said."),
]
ShardSize = Annotated[
    int | None, typer.Option("--shards", min=1, help="Write a folder of shards of so many letters each.")
]
Form = Annotated[str | None, typer.Option("--format", help="Of the shards: jsonl, jsonl.gz, jsonl.zst or parquet.")]
Order = Annotated[
    str,
    typer.Option("--order", help="Lines stand as their letters were named (input), or as they are done (finish)."),
]
RedoWhat = Annotated[
    str,
    typer.Option("--redo", help="What to do again of an earlier run: changed letters, those that failed too, all."),
]
Seconds = Annotated[
    float, typer.Option("--seconds", min=0.1, help="Time that reading, and that annotating a letter may take.")
]
MemoryMb = Annotated[
    int, typer.Option("--memory-mb", min=64, help="Memory that reading, and that annotating a letter may take, MB.")
]
LogJson = Annotated[
    Path | None, typer.Option("--log-json", help="Write what happens there, a JSON object a line; - for stderr.")
]
Ocr = Annotated[bool, typer.Option("--ocr", help="Recognise the text of scanned pages (OCRmyPDF).")]
Reader = Annotated[
    ReaderName, typer.Option("--reader", help="What reads the characters of a PDF; pdfplumber is slower.")
]
Link = Annotated[bool, typer.Option("--link", help="Give concepts by likeness to mentions that no lexicon knows.")]
Vocabulary = Annotated[
    list[Path] | None,
    typer.Option("--vocabulary", help="Link to this one too (`epistula vocabulary build`); may be repeated."),
]
Lexicon = Annotated[
    list[Path] | None,
    typer.Option("--lexicon", help="Names that count beside our lexicons, and names that do not; may be repeated."),
]
Model = Annotated[str | None, typer.Option("--model", help="A spaCy model whose entities count beside our rules.")]
ModelLabel = Annotated[
    list[str] | None,
    typer.Option("--model-label", metavar="THEIRS=OURS", help="What a label of the model stands for."),
]


def settings_of(
    output: str,
    reader: ReaderName,
    ocr: bool,
    link: bool,
    vocabulary: Sequence[Path] | None,
    model: str | None,
    model_label: Sequence[str] | None,
    seconds: float,
    memory: int,
    lexicon: Sequence[Path] | None = None,
) -> "Settings":
    """Return what letters are annotated with.

    Raises:
        InputError: options do not go together.
    """
    from epistula.batch.work import Settings
    from epistula.errors import InputError

    if model_label and not model:
        raise InputError("--model-label says what labels of a model stand for. Give the model with --model.")
    if Path(output).resolve() in {path.resolve() for path in (*(vocabulary or ()), *(lexicon or ()))}:
        raise InputError(f"{output}: is also an input. Name another file for the annotations.")
    labels = dict(item.partition("=")[::2] for item in model_label or ())
    lexicons = tuple(map(str, lexicon or ()))
    return Settings(reader, ocr, link, tuple(map(str, vocabulary or ())), model, labels, seconds, memory, lexicons)


def one_of(option: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a value that is none of the choices."""
    if value not in choices:
        raise typer.BadParameter(f"{option} {value}: choose from {', '.join(choices)}.")


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
