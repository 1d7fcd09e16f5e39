"""The DrugBank open vocabulary: its CSV as released, or the same with tabs and plain headings."""

from collections.abc import Iterator
from pathlib import Path

from epistula.linking.importers._files import Term, released, table

RELEASED = {"id": "DrugBank ID", "name": "Common name", "cas": "CAS", "unii": "UNII", "synonyms": "Synonyms"}
PLAIN = {"id": "drugbank_id", "name": "name", "cas": "cas", "unii": "unii", "synonyms": "synonyms"}


def read(path: Path) -> Iterator[Term]:
    """Yield the drugs, with UNII and CAS number as other identifiers.

    Raises:
        InputError: the file cannot be read or a line is no drug.
    """
    source = released("DrugBank", path)
    for _, row in table(path, RELEASED, PLAIN):
        synonyms = tuple(filter(None, map(str.strip, row["synonyms"].split("|"))))
        xrefs = tuple(f"{name.upper()}:{row[name]}" for name in ("cas", "unii") if row[name])
        yield Term(f"DrugBank:{row['id']}", row["name"], synonyms, source, xrefs)
