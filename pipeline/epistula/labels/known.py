"""What the lexicons know of words: their concept, and the attributes that it decides."""

from collections.abc import Mapping
from functools import lru_cache

from epistula.labels import all_labels
from epistula.labels.concepts import Entry, lexicon_of
from epistula.text.lexicon import Lexicon


def named(label: str, form: str) -> Entry | None:
    """Return the concept of a label that has a form among its names."""
    return lexicon(label).get(form)


@lru_cache(maxsize=32)
def lexicon(label: str) -> Lexicon[Entry]:
    """Return the lexicon of a label."""
    return lexicon_of(all_labels()[label].entries())


def is_complete(label: str, attributes: Mapping[str, str | int]) -> bool:
    """Say whether all attributes are there that mentions of a label have, as an organ its system."""
    return all(a.name in attributes for a in all_labels()[label].attributes if a.values)


def attributes_of(label: str, entry: Entry) -> dict[str, str | int]:
    """Return the attributes that a concept decides: the system of an organ, the antigen of an antibody."""
    found: dict[str, str | int] = {}
    for attribute in all_labels()[label].attributes:
        if attribute.name in entry.more and attribute.admits(entry.more[attribute.name]):
            found[attribute.name] = entry.more[attribute.name]
    return {"antigen": entry.name, "status": "unspecified", **found} if label == "AUTOANTIBODY" else found
