"""Reading whatever file holds letters: PDF, plain text, JSONL of `id`, `text` and perhaps `zones`."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from epistula.batch.fetch import Fetched
from epistula.batch.ref import Ref
from epistula.errors import InputError, ReadError, RecordError
from epistula.jsonl import parse_row, read_lines, row_zones
from epistula.model import Failure, FailureCategory, Letter, Source, Zone, content_id
from epistula.pdf.isolated import read_pdf_isolated
from epistula.pdf.ocr import Read
from epistula.text.reading import plain_zones


def read_letters(path: Path, read: Read = read_pdf_isolated) -> Iterator[Letter | Failure]:
    """Yield the letters of a file; what cannot be read is yielded as a Failure.

    Text given is text kept: offsets into it are offsets into what the user gave.

    Args:
        path: the file.
        read: reads a PDF.
    """
    if path.suffix.casefold() == ".jsonl":
        yield from _rows(path)
    else:
        yield read_fetched(Fetched(Ref(str(path)), sha256=None, path=str(path)), read)


def read_fetched(fetched: Fetched, read: Read = read_pdf_isolated) -> Letter | Failure:
    """Return the letter of what was fetched, under the name it was found by."""
    ref = fetched.ref
    if fetched.row is not None:
        return _row(Path(ref.container), ref.line or 1, fetched.row)
    path = Path(fetched.path or ref.name)
    try:
        letter = read_text_file(path) if ref.name.casefold().endswith(".txt") else read(path)
        return replace(letter, source=replace(letter.source, path=ref.name))
    except ReadError as error:
        return Failure(ref.name, error.category, error.reason, sha256=fetched.sha256)
    except OSError as error:
        return Failure(ref.name, FailureCategory.MISSING, f"cannot be opened: {error.strerror or error}.")


def read_text_file(path: Path) -> Letter:
    """Read a plain text file in UTF-8.

    Raises:
        ReadError: it is not UTF-8, or holds no text.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        raise ReadError(FailureCategory.BROKEN, reason) from error
    digest = sha256(data).hexdigest()
    return letter_of(content_id("letter", digest), text, Source(path=str(path), sha256=digest))


def letter_of(identifier: str, text: str, source: Source, zones: tuple[Zone, ...] = ()) -> Letter:
    """Return the letter of a text that came without layout; without zones, it gets those its line breaks suggest.

    Raises:
        ReadError: there is nothing but white space in it.
    """
    if not text.strip():
        raise ReadError(FailureCategory.NO_TEXT, "holds no text. Give a file with text.")
    return Letter(id=identifier, text=text, zones=zones or plain_zones(text), source=source)


def _rows(path: Path) -> Iterator[Letter | Failure]:
    """Yield a letter for each line; a broken line costs only itself."""
    number, seen = 0, set[str]()
    try:
        for number, line in read_lines(path):
            letter = _row(path, number, line)
            if isinstance(letter, Letter) and letter.id in seen:
                reason = f"the id {letter.id!r} stands twice in the file. Give each letter its own."
                letter = Failure(str(path), FailureCategory.INVALID_RECORD, reason, line=number)
            elif isinstance(letter, Letter):
                seen.add(letter.id)
            yield letter
    except InputError as error:
        yield Failure(str(path), FailureCategory.MISSING, str(error))
    else:
        if not number:
            reason = 'holds no line. Give each letter a line with "id" and "text".'
            yield Failure(str(path), FailureCategory.NO_TEXT, reason)


def _row(path: Path, number: int, line: bytes) -> Letter | Failure:
    try:
        row = parse_row(path, number, line)
        identifier, text = row.get("id"), row.get("text")
        named = isinstance(identifier, str | int) and not isinstance(identifier, bool) and identifier != ""
        if not named or not isinstance(text, str):
            raise ReadError(FailureCategory.INVALID_RECORD, 'has no "id" and "text". Give each line both.')
        return letter_of(str(identifier), text, Source(path=str(path)), row_zones(path, number, row, text))
    except RecordError as error:
        reason = f"{error.problem}. {error.way_out}"
        return Failure(str(path), FailureCategory.INVALID_RECORD, reason, line=number)
    except ReadError as error:
        return Failure(str(path), error.category, error.reason, line=number)
