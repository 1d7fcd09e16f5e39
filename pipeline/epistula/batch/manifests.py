"""Lists of files: CSV or TSV with a header, or JSONL with `path`; read row by row."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from epistula.batch.ref import MANIFESTS, suffix_of
from epistula.batch.rows import places
from epistula.errors import RecordError

COLUMNS = ("path", "file", "url")
ROW_BYTES = 2**20
SHA256 = re.compile("[0-9a-f]{64}", re.IGNORECASE)
ROWS_OF_A_NAME = 32
"""Lines that one row may have: a name may hold line breaks, within quotes."""


class Row(NamedTuple):
    """What a row names: a path or URL as written, and the SHA-256 when it is stated."""

    line: int
    path: str
    sha256: str | None = None


def manifest_rows(path: str, name: str) -> Iterator[Row | RecordError]:
    """Yield what a manifest names, in its order; a row that is wrong is yielded as the error.

    Args:
        path: the local file.
        name: what it is recorded as.

    Raises:
        OSError: the file cannot be read.
        RecordError: a table has no header with one of `COLUMNS`.
    """
    suffix = suffix_of(name)
    with Path(path).open("rb") as file:
        if suffix in MANIFESTS:
            yield from _table(file, name, "\t" if suffix == ".tsv" else ",")
        else:
            yield from _json(file, name)


def _json(file: BinaryIO, name: str) -> Iterator[Row | RecordError]:
    for place in places(file):
        file.seek(place.offset)
        line = file.read(min(place.length, ROW_BYTES + 1))
        _pass_break(file)
        try:
            yield _row(name, place.line, _parsed(name, place.line, line), ("path",))
        except RecordError as error:
            yield error


def _pass_break(file: BinaryIO) -> None:
    """Read on to the end of the line, where `places` goes on."""
    while (rest := file.readline(ROW_BYTES)) and not rest.endswith(b"\n"):
        pass


def _parsed(name: str, number: int, line: bytes) -> dict[str, Any]:
    if len(line) > ROW_BYTES:
        raise RecordError(name, number, "the row is longer than 1 MiB", "Mend or remove the row.")
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RecordError(name, number, f"no JSON object: {error}", "Mend or remove the row.") from error
    if not isinstance(row, dict):
        raise RecordError(name, number, "no JSON object", "Mend or remove the row.")
    return row


def _table(file: BinaryIO, name: str, delimiter: str) -> Iterator[Row | RecordError]:
    rows = Table(file, name, delimiter)
    header: list[str] | None = None
    for number, cells in rows:
        if header is None:
            if isinstance(cells, RecordError):
                raise cells
            header = [cell.strip().casefold() for cell in cells]
            _check(name, number, header)
        elif isinstance(cells, RecordError):
            yield cells
        else:
            yield _cells(name, number, header, cells)
    if header is None:
        raise RecordError(name, 1, "the manifest is empty", f"Give it a header with {' or '.join(COLUMNS)}.")


def _check(name: str, number: int, header: list[str]) -> None:
    found = [column for column in header if column in COLUMNS]
    if len(found) != 1:
        problem = "the header has no column" if not found else "the header has more than one column"
        way_out = "Give it exactly one of them."
        raise RecordError(name, number, f"{problem} {', '.join(COLUMNS[:-1])} or {COLUMNS[-1]}", way_out)


def _cells(name: str, number: int, header: list[str], cells: list[str]) -> Row | RecordError:
    if len(cells) > len(header):
        problem = f"the row has {len(cells)} cells and the header {len(header)}"
        return RecordError(name, number, problem, "Put quotes around a name that holds the delimiter.")
    try:
        return _row(name, number, dict(zip(header, cells, strict=False)), COLUMNS)
    except RecordError as error:
        return error


def _row(name: str, number: int, row: Mapping[str, Any], columns: tuple[str, ...]) -> Row:
    path = next((row[column] for column in columns if column in row), None)
    if not isinstance(path, str) or not path:
        raise RecordError(name, number, f"the row has no {' or '.join(columns)}", "Mend or remove the row.")
    digest = row.get("sha256") or None
    if digest is not None and not (isinstance(digest, str) and SHA256.fullmatch(digest.strip())):
        raise RecordError(name, number, f"sha256 is no SHA-256: {digest!r}", "Give 64 hexadecimal digits, or none.")
    return Row(number, path, digest.strip().casefold() if digest else None)


class Table:
    """The rows of a CSV file with their line numbers; one with bad quoting costs only its own line."""

    def __init__(self, file: BinaryIO, name: str, delimiter: str) -> None:
        self._file, self._name, self._delimiter = file, name, delimiter

    def __iter__(self) -> Iterator[tuple[int, list[str] | RecordError]]:
        number = 0
        while line := self._file.readline(ROW_BYTES):
            number, more = number + 1, 0
            cells = self._split(number, line)
            if isinstance(cells, RecordError) and line.count(b'"') % 2:
                after = self._file.tell()
                cells, more = self._joined(number, line, cells)
                if not more:
                    self._file.seek(after)
            while not more and line and not line.endswith(b"\n"):  # the rest of a row that is too long
                line = self._file.readline(ROW_BYTES)
            if isinstance(cells, RecordError) or any(cell.strip() for cell in cells):
                yield number, cells
            number += more

    def _joined(self, number: int, line: bytes, error: RecordError) -> tuple[list[str] | RecordError, int]:
        """Return the cells of a row that goes on over line breaks within quotes, and over how many."""
        for more, following in enumerate(islice(self._file, ROWS_OF_A_NAME), start=1):
            line += following
            if line.count(b'"') % 2 == 0:
                cells = self._split(number, line)
                return (error, 0) if isinstance(cells, RecordError) else (cells, more)
        return error, 0

    def _split(self, number: int, line: bytes) -> list[str] | RecordError:
        if len(line) >= ROW_BYTES:
            return RecordError(self._name, number, "the row is longer than 1 MiB", "Mend or remove the row.")
        text = line.decode("utf-8", "surrogateescape").removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            return RecordError(self._name, number, f"the row cannot be split: {error}", "Mend its quotes.")
