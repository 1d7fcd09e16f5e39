"""`epistula text`: a letter's text as it is read, and pictures of how."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from epistula.model import Failure, Letter, ZoneKind


def text(
    file: Annotated[Path, typer.Argument(help="PDF, .txt or .jsonl file.")],
    zone: Annotated[
        list[str] | None, typer.Option("--zone", metavar="KIND", help="Print zones of this kind only; may be repeated.")
    ] = None,
    running: Annotated[bool, typer.Option("--running", help="Print running text only: what is annotated.")] = False,
    layout: Annotated[
        Path | None, typer.Option("--layout", metavar="FOLDER", help="Draw each page there with its zones (PNG).")
    ] = None,
    ocr: Annotated[bool, typer.Option("--ocr", help="Recognise the text of scanned pages (OCRmyPDF).")] = False,
) -> None:
    """Print the text of a letter, zone by zone; draw how its pages were read."""
    from epistula.batch.letters import read_letters
    from epistula.model import Failure
    from epistula.pdf.isolated import read_pdf_isolated
    from epistula.pdf.ocr import read_pdf_ocr

    kinds = _wanted(zone or [], running)
    items = list(read_letters(file, read_pdf_ocr if ocr else read_pdf_isolated))
    for item in items:
        if isinstance(item, Failure):
            _tell(item, ocr)
            continue
        if len(items) > 1:
            typer.echo(typer.style(f"=== {item.id}", bold=True) + "\n")
        _print(item, kinds)
        if layout:
            _draw(item, file, layout)
    if any(isinstance(item, Failure) for item in items):
        raise typer.Exit(1)


def _wanted(names: list[str], running: bool) -> "Collection[ZoneKind]":
    """Return the kinds of zones to print.

    Raises:
        InputError: there is no such kind.
    """
    from epistula.errors import InputError
    from epistula.model import RUNNING_TEXT, ZoneKind

    unknown = [name for name in names if name not in set(ZoneKind)]
    if unknown:
        raise InputError(f"there is no zone {unknown[0]!r}. Choose of: {', '.join(ZoneKind)}.")
    if not names and not running:
        return frozenset(ZoneKind)
    return frozenset(map(ZoneKind, names)) | (RUNNING_TEXT if running else frozenset())


def _print(letter: "Letter", kinds: "Collection[ZoneKind]") -> None:
    """Print the zones of some kinds, under a heading where the kind changes."""
    last = None
    for zone in letter.zones:
        if zone.kind not in kinds:
            continue
        if zone.kind != last:
            typer.echo(("\n" if last else "") + typer.style(f"[{zone.kind}]", fg="cyan", bold=True))
        typer.echo(letter.text[zone.start : zone.end])
        last = zone.kind


def _draw(letter: "Letter", file: Path, folder: Path) -> None:
    """Draw the pages of a letter.

    Raises:
        InputError: it has none, or the pictures cannot be written.
    """
    from epistula.errors import InputError

    if not letter.pages:
        raise InputError(f"{file}: plain text has no pages to draw. Leave out --layout or give a PDF.")
    from epistula.pdf.drawing import save_pages

    try:
        drawn = save_pages(letter, file.read_bytes(), folder, file.stem)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}. Name another folder.") from error
    typer.echo(f"{len(drawn)} page{'s' * (len(drawn) != 1)} drawn into {folder}.", err=True)


def _tell(failure: "Failure", ocr: bool) -> None:
    """Say why a letter cannot be read, and what else to try."""
    line = f", line {failure.line}" if failure.line else ""
    typer.echo(f"epistula: {failure.path}{line}: {failure.reason} [{failure.category}]", err=True)
    if failure.category == "no_text" and not ocr and failure.path.casefold().endswith(".pdf"):
        typer.echo("Try: epistula text --ocr", err=True)
