"""The test set of NegEx: a sentence a row, a concept in it, and whether it is affirmed or negated.

Tab-separated as published (Report No., Concept, Sentence, Negation, and perhaps more columns), or JSON Lines of
`concept`, `text`, `negation`.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from epistula.convert.formats._letters import Found, letter, text_of
from epistula.jsonl import parse_row, read_lines
from epistula.model import Annotation

LABEL = "CONCEPT"
COLUMNS = ("concept", "sentence", "negation")


def read(path: Path) -> Iterator[Annotation]:
    """Yield a letter a row, named after the file and numbered from 1, its concept as the one mention.

    A row whose concept does not stand in its sentence is a letter without mention.

    Raises:
        ValueError: there are no such columns; RecordError: a line of JSON is none.
    """
    rows = _json_rows(path) if path.suffix.casefold() == ".jsonl" else _rows(path)
    for name, row in rows:
        concept, text, negation = (text_of(f"{name}: {key}", row.get(key)) for key in COLUMNS)
        place = occurrence(concept, text)
        attributes = {"negation": negation.strip().strip('"').strip()}
        yield letter(name, text, [Found(LABEL, *place, attributes)] if place else [])


def _json_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in read_lines(path):
        row = parse_row(path, number, line)
        yield str(row.get("id", f"{path.stem}-{number}")), {"sentence": row.get("text"), **row}


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")  # as published copies are
    lines = csv.reader(StringIO(text, newline=""), delimiter="\t", strict=True)
    head = [name.strip().casefold() for name in next(lines, [])]
    if missing := set(COLUMNS) - set(head):
        raise ValueError(f"line 1 names no column {min(missing)!r}")
    yield from _numbered(path.stem, head, lines)


def _numbered(stem: str, head: list[str], lines: Iterable[list[str]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, fields in enumerate(filter(any, lines), start=1):
        yield f"{stem}-{number}", dict(zip(head, fields, strict=False))


def occurrence(concept: str, text: str) -> tuple[int, int] | None:
    """Return where a concept stands in a text, white space and case aside; where it is in capitals, if it is."""
    words = concept.strip().strip('"').split()
    for pattern, flags in ((r"\s+".join(re.escape(w.upper()) for w in words), 0),
                           (r"\s+".join(map(re.escape, words)), re.IGNORECASE)):  # fmt: skip
        if words and (found := re.search(pattern, text, flags)):
            return found.span()
    return None
