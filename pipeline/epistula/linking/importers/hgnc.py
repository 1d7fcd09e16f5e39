"""Human genes, as in hgnc_complete_set.txt: approved symbols, with the names and symbols of now and before."""

from collections.abc import Iterator
from pathlib import Path

from epistula.linking.importers._files import Term, released, table

HEADER = {"id": "hgnc_id", "name": "symbol", "full_name": "name", "status": "status"}
LISTS = ("alias_symbol", "alias_name", "prev_symbol", "prev_name")


def read(path: Path) -> Iterator[Term]:
    """Yield the genes whose status is Approved, by their symbols.

    Raises:
        InputError: the file cannot be read or a line is no gene.
    """
    source = released("HGNC", path)
    for _, row in table(path, HEADER | {name: name for name in LISTS}):
        if row["status"] == "Approved":
            others = [name.strip() for column in LISTS for name in row[column].split("|")]
            yield Term(row["id"], row["name"], tuple(filter(None, [row["full_name"], *others])), source)
