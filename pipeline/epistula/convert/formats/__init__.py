"""Reading other people's annotations: each format gives letters with mentions under the labels of its own.

A reader takes one file; `read_corpus` takes a file or a folder of them.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

from epistula.errors import InputError
from epistula.model import Annotation

FORMATS: Mapping[str, tuple[str, str]] = {
    "jsonl": ("jsonl", "*.jsonl"),
    "brat": ("brat", "*.ann"),
    "pubtator": ("pubtator", "*.txt"),
    "bioc": ("bioc", "*.xml"),
    "bioc-json": ("bioc", "*.json"),
    "conll": ("conll", "*.conll"),
    "spacy": ("docbin", "*.spacy"),
    "xmi": ("xmi", "*.xml"),
    "negex": ("negex", "*.txt"),
    "phee": ("phee", "*.json"),
}
"""Format → module beside this file, and the files of it in a folder."""

BROKEN = (
    OSError, ValueError, AssertionError, KeyError, IndexError, AttributeError, TypeError, SyntaxError,
)  # fmt: skip
"""What the readers and the libraries behind them raise for a file that is not of the format."""


def read_corpus(path: Path, name: str, pattern: str | None = None) -> Iterator[Annotation]:
    """Yield the letters of a corpus, in the order of the files' names.

    Args:
        path: a file, or a folder that is searched below.
        name: one of `FORMATS`.
        pattern: which files of a folder; those usual for the format unless given.

    Raises:
        InputError: there is no such format or file, a file is not of that format, or an id stands twice.
    """
    if name not in FORMATS:
        raise InputError(f"there is no format {name!r}. Use one of {', '.join(FORMATS)}.")
    module, usual = FORMATS[name]
    read: Callable[[Path], Iterator[Annotation]] = import_module(f"{__name__}.{module}").read
    seen: dict[str, Path] = {}
    for file in _files(path, pattern or usual):
        try:
            for letter in read(file):
                if letter.id in seen:
                    raise InputError(f"{file}: the id {letter.id!r} stands in {seen[letter.id]} too. Keep one.")
                seen[letter.id] = file
                yield letter
        except BROKEN as error:
            problem = f"{type(error).__name__}: {error}".rstrip(". ")
            raise InputError(f"{file}: cannot be read as {name} ({problem}). Mend it, or give its format.") from error


def _files(path: Path, pattern: str) -> list[Path]:
    """Return a file, or those of a folder; hidden ones, such as archives of macOS bring, are left out."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder. Name the file or folder of the corpus.")
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob(pattern) if not file.name.startswith("."))
    if not files:
        raise InputError(f"{path}: no file there fits {pattern}. Name the folder of the corpus, or give its format.")
    return files
