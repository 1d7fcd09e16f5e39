"""Reading a label's concepts file: one JSON object a line."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonlines

from epistula.errors import DeclarationError
from epistula.model import Concept
from epistula.text.lexicon import Lexicon, is_short_form
from epistula.text.words import key

FIELDS = frozenset({"id", "name", "aliases", "source", "ambiguous"})


@dataclass(frozen=True)
class Entry:
    """A concept with its names.

    `ambiguous` are the names that have other usual meanings; `more` holds the fields that the label
    adds, such as `system`.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    source: str
    ambiguous: frozenset[str] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> Iterator[str]:
        """All names, each once: the preferred one, the aliases, the ambiguous ones."""
        yield from dict.fromkeys((self.name, *self.aliases, *sorted(self.ambiguous)))

    @property
    def concept(self) -> Concept:
        """What a mention carries of it."""
        return Concept(self.id, self.name)


def read_concepts(path: Path, more: Collection[str] = ()) -> list[Entry]:
    """Read a concepts file.

    Args:
        path: a JSONL file with `id`, `name`, `aliases`, `source` and, if wanted, `ambiguous`.
        more: further fields that the label allows.

    Raises:
        DeclarationError: unknown or missing fields, an id or a name that stands twice.
    """
    entries: list[Entry] = []
    ids: set[str] = set()
    names: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    with jsonlines.open(path) as reader:
        for line, row in enumerate(reader, start=1):
            entry = _entry(row, frozenset(more), f"{path.parent.name}/{path.name}, line {line}")
            if entry.id in ids:
                raise DeclarationError(f"{path}, line {line}: the id {entry.id} stands twice. Merge the two.")
            ids.add(entry.id)
            for name in entry.names:
                _refuse_clash(path, line, name, entry.id, names.setdefault(key(name), set()))
            entries.append(entry)
    return entries


def _entry(row: Mapping[str, Any], more: frozenset[str], place: str) -> Entry:
    unknown, missing = row.keys() - FIELDS - more, {"id", "name", "source"} - row.keys()
    if unknown or missing:
        problem = f"unknown field {sorted(unknown)}" if unknown else f"missing field {sorted(missing)}"
        raise DeclarationError(f"{place}: {problem}. Fields are {sorted(FIELDS | more)}.")
    return Entry(
        row["id"],
        row["name"],
        tuple(row.get("aliases", ())),
        row["source"],
        frozenset(row.get("ambiguous", ())),
        {name: row[name] for name in more if name in row},
    )


def _refuse_clash(path: Path, line: int, name: str, entry_id: str, seen: set[tuple[str, str]]) -> None:
    for other, other_id in seen:
        if other_id != entry_id and (other == name or not (is_short_form(other) or is_short_form(name))):
            raise DeclarationError(
                f"{path}, line {line}: {name!r} is a name of {entry_id} and of {other_id}. Keep one."
            )
    seen.add((name, entry_id))


def lexicon_of(entries: Collection[Entry]) -> Lexicon[Entry]:
    """Return the lexicon of all names of the entries."""
    return Lexicon((name, entry) for entry in entries for name in entry.names)
