"""The lines of a JSONL file as places in it: what is between them is not held in memory."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from epistula.batch.ref import Kind, Ref
from epistula.batch.spool import CHUNK
from epistula.model import Failure, FailureCategory

NO_LINE = 'holds no line. Give each letter a line with "id" and "text".'


class Place(NamedTuple):
    """Where a line stands: its number from 1, offset and bytes without the line break."""

    line: int
    offset: int
    length: int


def places(file: BinaryIO) -> Iterator[Place]:
    """Yield the places of the lines that are not blank."""
    line, offset = 1, 0
    blank, size, end = True, 0, b""
    while chunk := file.readline(CHUNK):
        blank = blank and not chunk.strip()
        size, end = size + len(chunk), (end + chunk)[-2:]
        if not chunk.endswith(b"\n") and len(chunk) == CHUNK:
            continue  # a line longer than a chunk goes on
        if not blank:
            yield Place(line, offset, size - _break(end))
        line, offset = line + 1, offset + size
        blank, size, end = True, 0, b""
    if not blank:  # the last line ended with a chunk
        yield Place(line, offset, size)


def _break(end: bytes) -> int:
    """Return the length of the line break at the end."""
    return 2 if end == b"\r\n" else int(end.endswith(b"\n"))


def row_refs(path: str, name: str) -> Iterator[Ref | Failure]:
    """Yield a reference for each line of a JSONL file; none of them is parsed.

    Args:
        path: the local file.
        name: what it is recorded as.

    Raises:
        OSError: the file cannot be read.
    """
    place = None
    with Path(path).open("rb") as file:
        for place in places(file):
            yield Ref(name, Kind.ROW, name, offset=place.offset, length=place.length, line=place.line)
    if place is None:
        yield Failure(name, FailureCategory.NO_TEXT, NO_LINE)


def lists_files(path: str) -> bool:
    """Tell whether a JSONL file is a manifest: its first row has a `path` and no `text`.

    Raises:
        OSError: the file cannot be read.
    """
    with Path(path).open("rb") as file:
        first = next(places(file), None)
        if first is None or first.length > CHUNK:
            return False
        file.seek(first.offset)
        row: Any = None
        with suppress(ValueError, RecursionError):
            row = json.loads(file.read(first.length).decode("utf-8-sig"))
        return isinstance(row, dict) and isinstance(row.get("path"), str) and "text" not in row
