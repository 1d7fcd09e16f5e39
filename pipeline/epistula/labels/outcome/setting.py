"""Where a trigger stands: before or after treatment, in a patient or in a laboratory value."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from epistula.labels.grammar import any_of, read_grammar
from epistula.model import Mention
from epistula.text.reading import Reading

UNDER = re.compile(
    r"\b(?:despite|in spite of|although|under|on|during|while|after|following|with|upon|to|by)\s", re.IGNORECASE
)
GRAMMAR = Path(__file__).parent / "grammar.json"


@lru_cache(maxsize=1)
def _treatment() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{read_grammar(GRAMMAR)['treatment']})\b", re.IGNORECASE)


@lru_cache(maxsize=2)
def _laboratory(before: bool) -> re.Pattern[str]:
    words = any_of(read_grammar(GRAMMAR)["laboratory"])
    if before:
        return re.compile(rf"(?<!\w){words}\s(?:\([^()]*\)\s)?(?:[\w-]+\s){{0,3}}\Z", re.IGNORECASE)
    return re.compile(rf"\s(?:in|of)\s(?:the\s|her\s|his\s)?(?:[\w-]+\s){{0,2}}{words}(?!\w)", re.IGNORECASE)


def first_treatment(reading: Reading, drugs: Sequence[Mention]) -> int:
    """Return where the letter first speaks of treatment; its length when it never does."""
    word = _treatment().search(reading.text)
    starts = [drug.start for drug in drugs] + ([word.start()] if word else [])
    return min(starts, default=len(reading.text))


def treatment_began(reading: Reading, offset: int, drugs: Sequence[Mention], first: int) -> bool:
    """Say whether treatment was spoken of before `offset`, or is right behind it in words such as
    "despite" and "under".

    Course words before treatment belong to the presenting complaint (guideline, OUTCOME).

    Args:
        reading: the letter.
        offset: where the course word stands.
        drugs: the letter's drugs.
        first: what `first_treatment` says.
    """
    if first < offset:
        return True
    under = UNDER.search(reading.after(offset))
    if under is None:
        return False
    start, end = offset + under.end(), reading.sentence_at(offset)[1]
    return any(start <= d.start < end for d in drugs) or _treatment().search(reading.text, start, end) is not None


def is_laboratory(before: str, after: str) -> bool:
    """Say whether a laboratory value or a biomarker is what changed."""
    return _laboratory(True).search(before[-60:]) is not None or _laboratory(False).match(after) is not None
