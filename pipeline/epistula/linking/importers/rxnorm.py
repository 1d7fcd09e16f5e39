"""RxNorm: RXNCONSO.RRF, one name a line, 18 columns, each closed by a bar (RxNorm technical documentation)."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from epistula.errors import RecordError
from epistula.linking.importers._files import Term, lines, released

WIDTH = 18
RXCUI, LAT, SAB, TTY, STR, SUPPRESS = 0, 1, 11, 12, 14, 16
PREFERRED = ("IN", "PIN", "MIN", "BN")
"""Ingredient, precise and multiple ingredient, brand: their name is that of the concept."""
OTHER = ("SY", "PSN")


class Name(NamedTuple):
    """A name of a concept, with its term type."""

    rxcui: str
    type: str
    text: str


def read(path: Path) -> Iterator[Term]:
    """Yield ingredients and brands with RxNorm's own names; strengths, dose forms and packs are left out.

    Raises:
        InputError: the file cannot be read or a line is no row of it.
    """
    source = released("RxNorm", path)
    names: dict[str, list[Name]] = {}
    for name in _names(path):
        names.setdefault(name.rxcui, []).append(name)
    for rxcui, found in names.items():
        found.sort(key=lambda name: (*PREFERRED, *OTHER).index(name.type))
        if found[0].type in PREFERRED:
            yield Term(f"RXNORM:{rxcui}", found[0].text, tuple(name.text for name in found[1:]), source)


def _names(path: Path) -> Iterator[Name]:
    for number, line in lines(path):
        cells = line.rstrip("\r\n").split("|")
        if len(cells) != WIDTH + 1 or cells[WIDTH] or not cells[RXCUI].isdecimal() or not cells[STR].strip():
            problem = f"no row of {WIDTH} columns with an RXCUI and a name"
            raise RecordError(path, number, problem, "Give RXNCONSO.RRF as it was released.")
        kept = (cells[SAB], cells[LAT], cells[SUPPRESS]) == ("RXNORM", "ENG", "N")
        if kept and cells[TTY] in (*PREFERRED, *OTHER):
            yield Name(cells[RXCUI], cells[TTY], cells[STR])
