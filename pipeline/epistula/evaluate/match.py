"""Pairing gold and predicted mentions, one to one, whatever the order of either.

The schemes are those of SemEval-2013 task 9.1 (Segura-Bedmar et al., 2013), where ours called overlap is called
type, and one more by intersection over union of characters. In every scheme exact pairs are made first, the rest so
that what they share is as much as can be (assignment problem; Crouse, On implementing 2D rectangular assignment
algorithms, 2016).
"""

from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from epistula.model import Mention

Pair = tuple[Mention, Mention]
IOU = 0.5
"""From which intersection over union a pair counts."""


class Scheme(StrEnum):
    """When a gold and a predicted mention make a pair."""

    STRICT = "strict"
    """Same label, same start and end."""
    EXACT = "exact"
    """Same start and end, whatever the labels."""
    PARTIAL = "partial"
    """A character is shared, whatever the labels; half a hit unless start and end are the same."""
    OVERLAP = "overlap"
    """Same label, a character is shared."""
    IOU = "iou"
    """Same label, and `IOU` or more of the characters of either are those of both."""

    @property
    def keeps_label(self) -> bool:
        """Whether the labels of a pair must be the same."""
        return self not in (Scheme.EXACT, Scheme.PARTIAL)


def pairs_by(scheme: Scheme, gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Return the pairs that a scheme makes."""
    match scheme:
        case Scheme.STRICT:
            return strict_pairs(gold, predicted)
        case Scheme.EXACT:
            return exact_pairs(gold, predicted)
        case Scheme.OVERLAP:
            return overlap_pairs(gold, predicted)
        case Scheme.IOU:
            pairs = strict_pairs(gold, predicted)
            return pairs + _rest(gold, predicted, pairs, by_label=True, likeness=_iou)
        case Scheme.PARTIAL:
            pairs = exact_pairs(gold, predicted)
            return pairs + _rest(gold, predicted, pairs, by_label=False, likeness=_shared)


def strict_pairs(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Return the pairs with the same label, start and end."""
    return _same(_ordered(gold), _ordered(predicted), lambda m: (m.label, m.start, m.end))


def exact_pairs(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Return the pairs with the same start and end; those with the same label are made first."""
    pairs = strict_pairs(gold, predicted)
    left, right = _unpaired(gold, predicted, pairs)
    return pairs + _same(left, right, lambda m: (m.start, m.end))


def overlap_pairs(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Return the pairs with the same label that share a character."""
    pairs = strict_pairs(gold, predicted)
    return pairs + _rest(gold, predicted, pairs, by_label=True, likeness=_shared)


def shared_characters(one: Mention, other: Mention) -> int:
    """Return how many characters two spans share; negative when they stand apart."""
    return min(one.end, other.end) - max(one.start, other.start)


Likeness = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], npt.NDArray[np.float64]]
"""Starts and ends of gold, shape (2, g, 1), and of predictions, (2, 1, p) → how good each pair is, (g, p)."""


def _shared(gold: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    common = np.minimum(gold[1], predicted[1]) - np.maximum(gold[0], predicted[0])
    shared: npt.NDArray[np.float64] = np.maximum(common, 0).astype(np.float64)
    return shared


def _iou(gold: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    common = _shared(gold, predicted)
    share = common / ((gold[1] - gold[0]) + (predicted[1] - predicted[0]) - common)
    return np.asarray(np.where(share >= IOU, share, 0.0), dtype=np.float64)


def _rest(
    gold: Sequence[Mention], predicted: Sequence[Mention], pairs: Sequence[Pair], *, by_label: bool, likeness: Likeness
) -> list[Pair]:
    """Return the best pairs of what is not paired yet."""
    left, right = _unpaired(gold, predicted, pairs)
    if not by_label:
        return _assigned(left, right, likeness)
    found = []
    for label in sorted({m.label for m in left}):
        found += _assigned([m for m in left if m.label == label], [m for m in right if m.label == label], likeness)
    return found


def _assigned(gold: Sequence[Mention], predicted: Sequence[Mention], likeness: Likeness) -> list[Pair]:
    if not gold or not predicted:
        return []
    if _places(predicted) < _places(gold):  # among ties the solver minds which side is which: it always gets the same
        return [(one, other) for other, one in _assigned(predicted, gold, likeness)]
    left = np.array([(m.start, m.end) for m in gold]).T[:, :, None]
    right = np.array([(m.start, m.end) for m in predicted]).T[:, None, :]
    worth = likeness(left, right)
    # among equally good assignments that with more pairs: no number of pairs outweighs one more shared character
    ranked = np.where(worth > 0, worth * (min(worth.shape) + 1) + 1, 0)
    rows, columns = linear_sum_assignment(ranked, maximize=True)
    return [(gold[r], predicted[c]) for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0]


def _places(mentions: Sequence[Mention]) -> list[tuple[int, int, str]]:
    return [(m.start, m.end, m.label) for m in mentions]


def _same(gold: Sequence[Mention], predicted: Sequence[Mention], key: Callable[[Mention], Hashable]) -> list[Pair]:
    by_key: dict[Hashable, list[Mention]] = {}
    for mention in reversed(predicted):
        by_key.setdefault(key(mention), []).append(mention)
    return [(mention, by_key[key(mention)].pop()) for mention in gold if by_key.get(key(mention))]


def _unpaired(
    gold: Sequence[Mention], predicted: Sequence[Mention], pairs: Sequence[Pair]
) -> tuple[list[Mention], list[Mention]]:
    # by identity: nothing keeps gold and predictions from using the same ids
    left, right = {id(g) for g, _ in pairs}, {id(p) for _, p in pairs}
    return [m for m in _ordered(gold) if id(m) not in left], [m for m in _ordered(predicted) if id(m) not in right]


def _ordered(mentions: Sequence[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda m: (m.start, m.end, m.label, m.id))
