"""What the commands that score have in common."""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epistula.errors import InputError

if TYPE_CHECKING:
    from epistula.evaluate.compare import Comparison
    from epistula.evaluate.figures import Changes
    from epistula.evaluate.findings import Finding
    from epistula.evaluate.scores import Scores
    from epistula.model import Annotation


@contextmanager
def records_that_stay() -> Iterator[None]:
    """Do not look for garbage: hundreds of thousands of records live to the end, and each look walks all of them."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def refuse_inputs(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """Refuse to write over what is read, or twice to one file.

    Raises:
        InputError: a file is in both, or in one twice.
    """
    from epistula.jsonl import is_special

    inputs = {path.resolve() for path in read if path}
    outputs = [path for path in written if path and not is_special(path)]
    for number, path in enumerate(outputs):
        if path.resolve() in inputs:
            raise InputError(f"{path}: is also an input. Name another file to write.")
        if path.resolve() in {other.resolve() for other in outputs[:number]}:
            raise InputError(f"{path}: is to be written twice. Name a file for each.")


def gold_of(path: Path, only: Path | None) -> "list[Annotation]":
    """Return the letters of a gold file, only those whose ids a file names where one is given.

    Raises:
        InputError: a file cannot be read, or a letter is named that gold does not have.
    """
    from epistula.jsonl import read_annotations, read_lines
    from epistula.labels import problem_with

    letters = list(read_annotations(path, problem_with, bare=True))
    if only is None:
        return letters
    try:
        wanted = {line.decode("utf-8-sig").strip() for _, line in read_lines(only)}
    except UnicodeDecodeError as error:
        raise InputError(f"{only}: {error}. Give a text file in UTF-8, an id a line.") from error
    if not wanted:
        raise InputError(f"{only}: names no letter. Give ids of letters in {path}, one a line.")
    if unknown := wanted - {letter.id for letter in letters}:
        raise InputError(f"{only}: the gold has no letter {min(unknown)!r}. Give ids of letters in {path}.")
    return [letter for letter in letters if letter.id in wanted]


def write_reports(
    title: str,
    comparison: "Comparison",
    scores: "Scores",
    wrong: "Sequence[Finding]",
    figures: Mapping[str, Any] | None,
    changed: "Changes | None",
    json_file: Path | None,
    markdown: Path | None,
    html: Path | None,
) -> None:
    """Write the reports that were asked for."""
    from epistula.jsonl import write_text

    if json_file and figures is not None:
        write_text(json_file, json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    if markdown:
        from epistula.evaluate.markdown import to_markdown

        write_text(markdown, to_markdown(title, scores, changed))
    if html:
        from epistula.evaluate.html import to_html

        write_text(html, to_html(title, scores, comparison, wrong))
