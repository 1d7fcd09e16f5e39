"""Hits and misses, and the figures made of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from epistula.evaluate.match import Pair
from epistula.model import Mention


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and false negatives; in halves where half a hit is one."""

    tp: float = 0
    fp: float = 0
    fn: float = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def support(self) -> float:
        """Mentions in gold."""
        return self.tp + self.fn

    @property
    def precision(self) -> float | None:
        """Share of predictions that are right; None when nothing was predicted."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """Share of gold that was found; None when gold holds nothing."""
        return self.tp / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """2·tp / (2·tp + fp + fn); None when there is neither gold nor prediction."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True)
class Accuracy:
    """How often an attribute is right on matched mentions; None when none states it."""

    right: int = 0
    total: int = 0

    def __add__(self, other: "Accuracy") -> "Accuracy":
        return Accuracy(self.right + other.right, self.total + other.total)

    @property
    def value(self) -> float | None:
        """Right over total; None when there was nothing to compare."""
        return self.right / self.total if self.total else None


Group = Callable[[Mention], str | None]
"""What a mention is counted under; None leaves it out."""


def tally(
    gold: Sequence[Mention],
    predicted: Sequence[Mention],
    pairs: Sequence[Pair],
    *,
    halves: Collection[int] = (),
    of_gold: Group = lambda m: m.label,
    of_predicted: Group = lambda m: m.label,
) -> dict[str, Counts]:
    """Return the counts of a letter by group, by label unless told otherwise.

    A pair counts in the group of its gold mention, as half a hit where the gold mention is one of `halves` (ids of
    Python objects). Where labels need not be the same, the prediction of a pair counts
    in no other group, so that the sum over all groups has as many predictions as there are.
    """
    counts: dict[str, Counts] = defaultdict(Counts)

    def add(group: str | None, here: Counts) -> None:
        if group is not None:
            counts[group] += here

    for one, _ in pairs:
        add(of_gold(one), Counts(0.5, 0.5, 0.5) if id(one) in halves else Counts(tp=1))
    left, right = {id(g) for g, _ in pairs}, {id(p) for _, p in pairs}
    for mention in gold:
        if id(mention) not in left:
            add(of_gold(mention), Counts(fn=1))
    for mention in predicted:
        if id(mention) not in right:
            add(of_predicted(mention), Counts(fp=1))
    return dict(counts)


def added_up(letters: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """Return the counts of several letters together, by group in order."""
    total: dict[str, Counts] = defaultdict(Counts)
    for counts in letters:
        for group, here in counts.items():
            total[group] += here
    return dict(sorted(total.items()))


def macro_f1(counts: Mapping[str, Counts]) -> float | None:
    """Return the mean of the F1 of the groups that have one; None when none has."""
    known = [f1 for c in counts.values() if (f1 := c.f1) is not None]
    return sum(known) / len(known) if known else None
