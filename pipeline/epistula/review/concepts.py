"""Searching the labels' concepts while a reviewer types: by id, name and alias, and by likeness last."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from epistula.labels import all_labels
from epistula.labels.concepts import Entry
from epistula.text.words import key

MOST = 20
LONGEST = 100
"""Characters of a query that count."""
HOW = ("exact", "prefix", "contains")
LIKE = 70.0
"""The least likeness, 0 to 100, of a name that is offered for its looks."""


class Name(NamedTuple):
    """A name of a concept, as it stands and in the normal form."""

    folded: str
    name: str
    label: str
    entry: Entry


class ConceptSearch:
    """The names of all labels' concepts, read when they are first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, list[Name]] | None = None
        self._ids: dict[str, list[tuple[str, Entry]]] = {}

    def warm(self) -> None:
        """Read the names."""
        with self._lock:
            if self._names is None:
                names: dict[str, list[Name]] = {}
                for label, declared in sorted(all_labels().items()):
                    for entry in declared.entries():
                        self._ids.setdefault(entry.id.casefold(), []).append((label, entry))
                        names.setdefault(label, []).extend(
                            Name(folded(name), name, label, entry) for name in entry.names
                        )
                self._names = names

    def find(self, query: str, label: str | None = None) -> list[dict[str, Any]]:
        """Return up to `MOST` concepts, the best first: by id, by name, by its beginning, by a part, by likeness."""
        self.warm()
        wanted = query.strip()[:LONGEST]
        if not wanted or self._names is None:
            return []
        names = self._names.get(label, []) if label else [name for names in self._names.values() for name in names]
        return list(_first(self._ranked(wanted, names, label)))

    def _ranked(self, wanted: str, names: list[Name], label: str | None) -> Iterator[tuple[str, str, str, Entry]]:
        """Yield how, alias, label and entry, the best first; an entry may come again."""
        for its, entry in self._ids.get(wanted.casefold(), []):
            if label in {None, its}:
                yield "id", entry.name, its, entry
        form = folded(wanted)
        forms = [name.folded for name in names]
        within = [(_kind(form, other), len(other), other, i) for i, other in enumerate(forms) if form in other]
        for kind, _, _, i in sorted(within):
            if kind < 2 or len(form) > 1:
                yield HOW[kind], names[i].name, names[i].label, names[i].entry
        if len(form) > 2:
            alike = process.extract(form, forms, scorer=fuzz.ratio, limit=3 * MOST, score_cutoff=LIKE)
            yield from (("like", names[i].name, names[i].label, names[i].entry) for _, _, i in alike)


def _kind(form: str, other: str) -> int:
    """Return how a name has what is looked for, a place in `HOW`."""
    return 0 if other == form else 1 if other.startswith(form) else 2


def folded(name: str) -> str:
    """Return the normal form in which names are compared: its words; the name itself where it has none."""
    return " ".join(key(name)) or name.casefold()


def _first(ranked: Iterable[tuple[str, str, str, Entry]]) -> Iterator[dict[str, Any]]:
    """Yield each concept once, `MOST` in all."""
    seen: set[tuple[str, str]] = set()
    for how, alias, label, entry in ranked:
        if (label, entry.id) in seen:
            continue
        seen.add((label, entry.id))
        yield {
            "id": entry.id, "name": entry.name, "aliases": list(entry.aliases), "label": label, "alias": alias,
            "how": how,
        }  # fmt: skip
        if len(seen) == MOST:
            return
