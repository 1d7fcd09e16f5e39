"""How much a letter's predictions leave in doubt: what is worth a reviewer's time first.

A mention's doubt is the greatest of what holds of it; a letter's is the mean over its mentions, 0 without any:

- 1 - score, when its concept was found by likeness;
- 0.8, when its rule guesses: a misspelt name, a word built like a name, the entity of an outside model;
- 0.5, when its label has a lexicon and it has no concept;
- 0.5, when it is said to be possible or hypothetical, and 0.2 when it is negated.
"""

from functools import lru_cache
from typing import Any

from epistula.labels import all_labels
from epistula.model import Annotation, Assertion, Mention

GUESSED, UNKNOWN = 0.8, 0.5
GUESSES = ("misspelt", "stem", "stands_for", "conjunct", "shared_head", "affected", "immune_kind", "anaphor", "aged")
"""Ends of the names of rules that have nothing but a pattern to go by."""
ASSERTED = {Assertion.POSSIBLE: 0.5, Assertion.HYPOTHETICAL: 0.5, Assertion.NEGATED: 0.2}


def of_letter(annotation: Annotation) -> float:
    """Return the uncertainty of a letter's predictions, 0 to 1."""
    doubts = [of_mention(mention) for mention in annotation.spans]
    return sum(doubts) / len(doubts) if doubts else 0.0


def of_mention(mention: Mention) -> float:
    """Return the uncertainty of a predicted mention, 0 to 1."""
    return max(_concept(mention), _rule(mention), ASSERTED.get(mention.assertion, 0.0) if mention.assertion else 0.0)


def _concept(mention: Mention) -> float:
    if mention.concept is None:
        return UNKNOWN if has_lexicon(mention.label) else 0.0
    score: Any = mention.concept.score
    return 0.0 if score is None else 1 - min(max(score, 0.0), 1.0)


def _rule(mention: Mention) -> float:
    if mention.by is None:
        return 0.0
    return GUESSED if mention.by.component == "model" or mention.by.rule.endswith(GUESSES) else 0.0


@lru_cache(maxsize=64)
def has_lexicon(label: str) -> bool:
    """Say whether the mentions of a label have concepts."""
    return label in all_labels() and bool(all_labels()[label].entries())
