"""The organ system of a lesion that could be anywhere: "ulceration", "fibrosis", "pain".

It is the system of the place that the text speaks of: one named behind the lesion ("of the left
earlobe"), the nearest in its sentence ("the renal biopsy showed …"), else the last of the two
sentences before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from epistula.labels.grammar import read_grammar
from epistula.labels.label import Match
from epistula.text.reading import Reading
from epistula.text.words import key

CONTEXT = Path(__file__).parent / "context.json"
BEHIND = re.compile(r"\s(?:of|in|at|on|over|within)\s(?:(?:the|his|her|both|left|right|all)\s)*(?:[\w-]+\s){0,2}\Z")
BEFORE = 2
"""How many sentences back a place may stand."""

Place = tuple[int, int, str]
"""Start, end and system of a word that names a place."""


def is_vague(reading: Reading, match: Match) -> bool:
    """Say whether the words of a manifestation leave open where it is."""
    words = key(reading.text[match.start : match.end])
    heads = _forms("vague_heads")
    return bool(words) and words[-1] in heads and all(w in heads or w in _forms("vague_modifiers") for w in words)


@lru_cache(maxsize=2)
def _forms(name: str) -> frozenset[str]:
    return frozenset(key(word)[-1] for word in read_grammar(CONTEXT)[name])


def located(reading: Reading, matches: Sequence[Match], places: Sequence[Place]) -> Iterator[Match]:
    """Yield the matches, the vague ones with the system of the place spoken of."""
    for match in matches:
        system = _spoken_of(reading, match, places) if is_vague(reading, match) else None
        yield replace(match, attributes={**match.attributes, "system": system}) if system else match


def _spoken_of(reading: Reading, match: Match, places: Sequence[Place]) -> str | None:
    sentence = reading.sentence_index(match.start)
    here = [p for p in places if reading.sentence_index(p[0]) == sentence and not match.start <= p[0] < match.end]
    behind = next((p for p in here if p[0] >= match.end and BEHIND.fullmatch(reading.text[match.end : p[0]])), None)
    if behind:
        return behind[2]
    if here:
        return min(here, key=lambda place: abs(place[0] - match.start))[2]
    earlier = [p for p in places if 0 < sentence - reading.sentence_index(p[0]) <= BEFORE]
    return max(earlier)[2] if earlier else None
