"""The knowledge base of a label: its concepts and those of vocabularies, as scispaCy has them.

Names are kept in the normal form of `text.words`, so that spelling, plural and hyphens do not matter.
"""

from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz
from scispacy.linking_utils import Entity, KnowledgeBase

from epistula.labels.concepts import Entry
from epistula.text.words import key

SHORTEST = 3
"""Shorter names are alike by chance."""
EXACT = 3
"""Words up to this length, and numbers of any, must agree: "IL-5" is not nearly "IL-6"."""
NEARLY = 0.75
"""Least likeness of two words of which one may be the other written wrongly."""
OPPOSITES = (("hypo", "hyper"), ("micro", "macro"))


def knowledge_base(entries: Iterable[Entry]) -> KnowledgeBase:
    """Return the knowledge base of some concepts; of two with one id the first counts."""
    return KnowledgeBase(_entities(entries))


def _entities(entries: Iterable[Entry]) -> Iterator[Entity]:
    seen = set()
    for entry in entries:
        names = sorted({normal for name in entry.names if len(normal := normal_form(name)) >= SHORTEST})
        if entry.id not in seen and names:
            seen.add(entry.id)
            yield Entity(concept_id=entry.id, canonical_name=names[0], aliases=names, definition=entry.name)


def normal_form(name: str) -> str:
    """Return a name as it is compared."""
    return " ".join(key(name))


def likeness(one: str, other: str) -> float:
    """Return how alike two names in normal form are, 0 to 1.

    Every word of the longer one wants a word of the other that is nearly it, else the likeness is 0: "type 1" is
    not nearly "type 2", nor "distal myopathy" nearly "proximal myopathy".
    """
    shorter, longer = sorted((one.split(), other.split()), key=len)
    alike = [max((_alike(word, w) for w in shorter), default=0.0) for word in longer]
    if min(alike, default=0.0) < NEARLY:
        return 0.0
    return sum(len(word) * share for word, share in zip(longer, alike, strict=True)) / sum(map(len, longer))


def _alike(one: str, other: str) -> float:
    """Return how alike two words are; short ones, their first letters and opposites must agree."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) <= EXACT or one[0] != other[0] or not (one + other).isalpha():
        return 0.0
    if any({one[: len(a)], other[: len(b)]} == {a, b} for pair in OPPOSITES for a, b in (pair, pair[::-1])):
        return 0.0
    return float(fuzz.ratio(one, other)) / 100
