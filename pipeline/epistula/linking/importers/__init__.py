"""Importers of vocabularies: one module a format, found by looking.

A module here is a format of its name, unless it starts with an underscore. Its function `read(path)`
yields terms; what it takes by keyword beside the path are the options that the format has.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from epistula.errors import InputError
from epistula.linking.importers._files import Term


def formats() -> list[str]:
    """Return the names of the formats, in order."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))


def read_terms(name: str, path: Path, *, under: Sequence[str] = (), related: bool = False) -> Iterator[Term]:
    """Yield the terms of a vocabulary, as its file has them.

    Args:
        name: a format.
        path: the file; gzip-compressed if its name ends in .gz.
        under: ids of terms of which only the descendants are wanted.
        related: take related synonyms too.

    Raises:
        InputError: there is no such format, it has no such option, or the file is not in it.
    """
    if name not in formats():
        raise InputError(f"there is no format {name!r}. Choose of: {', '.join(formats())}.")
    read = importlib.import_module(f"{__name__}.{name}").read
    options = {option: value for option, value in {"under": under, "related": related}.items() if value}
    if beyond := options.keys() - inspect.signature(read).parameters.keys():
        raise InputError(f"the format {name} has no option --{min(beyond)}. Leave it out.")
    yield from read(path, **options)
