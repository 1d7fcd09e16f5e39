"""Pairing gold and predicted mentions, one to one, whatever the order of either."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from epistula.model import Mention

Pair = tuple[Mention, Mention]
T = TypeVar("T")


def strict_pairs(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Return the pairs with the same label, start and end."""
    by_place: dict[tuple[str, int, int], list[Mention]] = {}
    for mention in reversed(_ordered(predicted)):
        by_place.setdefault(_place(mention), []).append(mention)
    return [(g, by_place[_place(g)].pop()) for g in _ordered(gold) if by_place.get(_place(g))]


def overlap_pairs(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Return the pairs with the same label that share a character.

    Exact pairs are made first; the rest so that the characters shared are as many as can be
    (assignment problem; Crouse, On implementing 2D rectangular assignment algorithms, 2016).
    """
    pairs = strict_pairs(gold, predicted)
    # by identity: nothing keeps gold and predictions from using the same ids
    paired_gold, paired_predicted = {id(g) for g, _ in pairs}, {id(p) for _, p in pairs}
    for label in sorted({m.label for m in gold}):
        left = [m for m in _ordered(gold) if m.label == label and id(m) not in paired_gold]
        right = [m for m in _ordered(predicted) if m.label == label and id(m) not in paired_predicted]
        pairs += _assigned(left, right)
    return pairs


def _assigned(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    shared = np.array([[max(0, shared_characters(g, p)) for p in predicted] for g in gold])
    if not shared.size:
        return []
    rows, columns = linear_sum_assignment(shared, maximize=True)
    return [(gold[r], predicted[c]) for r, c in zip(rows, columns, strict=True) if shared[r, c] > 0]


def shared_characters(one: Mention, other: Mention) -> int:
    """Return how many characters two spans share; negative when they stand apart."""
    return min(one.end, other.end) - max(one.start, other.start)


def _ordered(mentions: Sequence[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda m: (m.start, m.end, m.label, m.id))


def _place(mention: Mention) -> tuple[str, int, int]:
    return mention.label, mention.start, mention.end
