"""BioC, as XML or JSON (Comeau et al., BioC: a minimalist approach to interoperability, 2013), read with bioc."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from epistula.convert.formats._letters import Found, letter, library
from epistula.model import Annotation


class Piece(NamedTuple):
    """A stretch of text, where BioC says it begins, and where it begins in the letter."""

    offset: int
    start: int
    text: str


def read(path: Path) -> Iterator[Annotation]:
    """Yield the documents of a collection: their passages, a line each.

    The `type` of an annotation is its label, its other infons are its attributes. Where the passages of a document
    do not stand one character apart, mentions keep their words and not their numbers.

    Raises:
        InputError: bioc is not installed.
        ValueError: an annotation lies in no passage, or has no type.
    """
    xml = path.suffix.casefold() != ".json"
    reader = library("bioc.biocxml" if xml else "bioc.biocjson")
    with path.open("rb") as file:
        collection = reader.load(file)
    for document in collection.documents:
        pieces = list(_pieces(document.passages))
        found = [_found(document.id, pieces, annotation) for annotation in _annotations(document)]
        yield letter(str(document.id), "\n".join(piece.text for piece in pieces), found)


def _pieces(passages: Iterable[Any]) -> Iterator[Piece]:
    """Yield the texts of the passages, or of their sentences where these hold the text."""
    start = 0
    for passage in passages:
        for part in [passage] if passage.text or not passage.sentences else passage.sentences:
            if part.text:
                yield Piece(part.offset, start, part.text)
                start += len(part.text) + 1


def _annotations(document: Any) -> Iterator[Any]:
    sentences = chain.from_iterable(passage.sentences for passage in document.passages)
    for part in [document, *document.passages, *sentences]:
        yield from part.annotations


def _found(name: str, pieces: list[Piece], annotation: Any) -> Found:
    if not annotation.locations:
        raise ValueError(f"{name}: the annotation {annotation.id!r} has no location")
    first = min(location.offset for location in annotation.locations)
    last = max(location.offset + location.length for location in annotation.locations)
    infons = {key: str(value) for key, value in annotation.infons.items() if value is not None}
    if "type" not in infons:
        raise ValueError(f"{name}: the annotation {annotation.id!r} has no type")
    start = _moved(pieces, first)
    end = _moved(pieces, last - 1)
    if start is None or end is None:
        raise ValueError(f"{name}: the annotation {annotation.id!r} at {first} lies in no passage")
    words = annotation.text if len(annotation.locations) == 1 else None
    return Found(infons.pop("type"), start, end + 1, infons, words)


def _moved(pieces: list[Piece], offset: int) -> int | None:
    """Return where the character at an offset of BioC stands in the letter."""
    inside = (p.start + offset - p.offset for p in pieces if p.offset <= offset < p.offset + len(p.text))
    return next(inside, None)
