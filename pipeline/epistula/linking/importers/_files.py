"""What the importers share: a term, and reading lines and tables, compressed or not, with the line of every fault."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from epistula.errors import InputError, RecordError

DELIMITERS = "\t,;"
FILLED = ("id", "name")
"""Columns that no row of a table leaves empty."""
RELEASE = re.compile(r"(?<!\d)(?:19|20)\d\d(?:-\d\d-\d\d)?(?!\d)")


class Term(NamedTuple):
    """A term of a vocabulary; `xrefs` are other identifiers of the same thing."""

    id: str
    name: str
    aliases: tuple[str, ...]
    source: str
    xrefs: tuple[str, ...] = ()


def released(name: str, path: Path) -> str:
    """Return the name of a vocabulary with the year or day that its file is named after, if any."""
    release = RELEASE.search(path.name)
    return f"{name} {release[0]}" if release else name


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 text with their numbers from 1.

    Raises:
        InputError: the file is not there, or not what its ending says.
        RecordError: a line that is not UTF-8.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(path, number, "no UTF-8", "Give the file as it was released, unpacked or as .gz.") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {reason}. Give a file that can be read.") from error


def table(path: Path, *headers: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table whose first line is its header, with their line numbers.

    Args:
        path: a file with commas, semicolons or tabs between the columns.
        headers: the headers that the file may have: our name of a column → its heading.

    Raises:
        InputError: the file cannot be read.
        RecordError: it has none of the headers; a row of another width, without id or name, or badly quoted.
    """
    text = (line for _, line in lines(path))
    first = next(text, "")
    delimiter, columns = _columns(path, first, headers)
    reader = csv.reader(chain([first], text), delimiter=delimiter, strict=True)
    try:
        width = len(next(reader))
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != width:
                problem = f"{len(cells)} columns where the header has {width}"
                raise RecordError(path, reader.line_num, problem, "Mend or remove the line.")
            row = {name: cells[column].strip() for name, column in columns.items()}
            if empty := [name for name in FILLED if not row[name]]:
                raise RecordError(path, reader.line_num, f"no {empty[0]}", "Mend or remove the line.")
            yield reader.line_num, row
    except csv.Error as error:
        raise RecordError(path, reader.line_num, f"no row: {error}", "Mend or remove the line.") from error


def _columns(path: Path, first: str, headers: tuple[Mapping[str, str], ...]) -> tuple[str, dict[str, int]]:
    """Return the delimiter of a table, and where each column stands in it."""
    for delimiter in DELIMITERS:
        headings = next(csv.reader(first.splitlines()[:1], delimiter=delimiter), [])
        found = [heading.strip().casefold() for heading in headings]
        for header in headers:
            if all(heading.casefold() in found for heading in header.values()):
                return delimiter, {name: found.index(heading.casefold()) for name, heading in header.items()}
    wanted = " or ".join(", ".join(header.values()) for header in headers)
    raise RecordError(path, 1, f"the columns are not {wanted}", "Give the file as it was released.")
