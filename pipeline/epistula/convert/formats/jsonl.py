"""Our own JSON Lines, under whatever labels."""

from collections.abc import Iterator
from pathlib import Path

from epistula.jsonl import read_annotations
from epistula.model import Annotation


def read(path: Path) -> Iterator[Annotation]:
    """Yield the letters of a file."""
    yield from read_annotations(path, bare=True)
