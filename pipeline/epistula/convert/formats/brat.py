"""brat standoff: TEXT.txt and TEXT.ann (https://brat.nlplab.org/standoff.html), read with bioc."""

from collections.abc import Iterator
from pathlib import Path

from epistula.convert.formats._letters import Found, letter, library
from epistula.errors import InputError
from epistula.model import Annotation


def read(path: Path) -> Iterator[Annotation]:
    """Yield the letter of an .ann file, named after it.

    A mention in several pieces goes from the first to the last of them. Attributes without a value are "true".

    Raises:
        InputError: there is no text beside it, or bioc is not installed.
        ValueError, AssertionError: a line is not standoff.
    """
    brat = library("bioc.brat")
    beside = path.with_suffix(".txt")
    if not beside.is_file():
        raise InputError(f"{path}: there is no {beside.name} beside it. Keep text and annotations together.")
    # brat counts characters as they are: no line end may be changed, and a byte order mark is one of them
    text = beside.read_bytes().decode("utf-8")
    document = brat.loads_ann(path.read_text("utf-8-sig"))
    said: dict[str, dict[str, str]] = {}
    for attribute in document.attributes:
        said.setdefault(attribute.refid, {})[attribute.type] = " ".join(sorted(attribute.attributes)) or "true"
    found = []
    for entity in document.entities:
        start, end = entity.total_span
        words = entity.text if len(entity.locations) == 1 else None
        found.append(Found(entity.type, start, end, said.get(entity.id, {}), words))
    yield letter(path.stem, text, found)
