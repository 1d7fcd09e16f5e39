"""The index of the Anatomical Therapeutic Chemical classification, as the WHO exports it and as others pass it on."""

from collections.abc import Iterator
from pathlib import Path

from epistula.linking.importers._files import Term, released, table

RELEASED = {"id": "ATC code", "name": "ATC level name"}
DERIVED = {"id": "atc_code", "name": "atc_name"}


def read(path: Path) -> Iterator[Term]:
    """Yield the codes of all levels; one that stands once for each dose comes as often.

    Raises:
        InputError: the file cannot be read or a line is no code.
    """
    source = released("ATC", path)
    for _, row in table(path, RELEASED, DERIVED):
        yield Term(f"ATC:{row['id']}", row["name"], (), source)
