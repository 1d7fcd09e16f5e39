"""Case records of a letter compared, slot by slot.

Gold and predicted records are paired so that the slots they share are as many as can be (an assignment problem); a
record that shares nothing with any is alone, and all its slots are missed or too many.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from epistula.evaluate.counts import Counts
from epistula.evaluate.values import declared
from epistula.model import CaseRecord

Slot = tuple[str, str]
"""Name of the slot and one value in it."""

WHOLE = "whole record"
"""The row of records that are right in every slot."""
SINGLE = ("n", "age_group", "sex", "attribution")
SEVERAL = ("diagnosis", "autoantibodies", "drugs", "organ_systems", "citation")


@dataclass(frozen=True)
class ComparedRecords:
    """Slots that gold and its paired record share, and those of only one; how many records are right as a whole.

    `missed` and `extra` have the number of the record, from 1, in gold or in the prediction.
    """

    shared: list[Slot]
    missed: list[tuple[int, Slot]]
    extra: list[tuple[int, Slot]]
    whole: Counts

    def counts(self) -> dict[str, Counts]:
        """Return the counts by slot, and of whole records."""
        tp = Counter(name for name, _ in self.shared)
        fn, fp = (Counter(name for _, (name, _) in side) for side in (self.missed, self.extra))
        return {n: Counts(tp[n], fp[n], fn[n]) for n in sorted({*tp, *fn, *fp})} | {WHOLE: self.whole}


def slots(record: CaseRecord) -> Counter[Slot]:
    """Return the filled slots of a record, each value in the form in which it is compared."""
    return Counter(_slots(record))


def compare_records(gold: Sequence[CaseRecord], predicted: Sequence[CaseRecord]) -> ComparedRecords:
    """Compare the records of a letter."""
    ours, theirs = [slots(r) for r in gold], [slots(r) for r in predicted]
    partner = _paired(ours, theirs)
    shared: list[Slot] = []
    missed: list[tuple[int, Slot]] = []
    for number, own in enumerate(ours):
        found = theirs[partner[number]] if number in partner else Counter()
        shared += (own & found).elements()
        missed += ((number + 1, slot) for slot in (own - found).elements())
    own_of = {found: number for number, found in partner.items()}
    extra = [
        (number + 1, slot)
        for number, found in enumerate(theirs)
        for slot in (found - (ours[own_of[number]] if number in own_of else Counter())).elements()
    ]
    right = sum(ours[number] == theirs[found] for number, found in partner.items())
    return ComparedRecords(shared, missed, extra, Counts(right, len(theirs) - right, len(ours) - right))


def _paired(ours: Sequence[Counter[Slot]], theirs: Sequence[Counter[Slot]]) -> dict[int, int]:
    if not ours or not theirs:
        return {}
    # whole records first: such a pair outweighs whatever two others could share
    most = sum(max(map(Counter.total, side)) for side in (ours, theirs)) * min(len(ours), len(theirs)) + 1
    worth = np.array([[(a & b).total() + (most if a == b and a else 0) for b in theirs] for a in ours])
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0}


def _slots(record: CaseRecord) -> Iterator[Slot]:
    for name in SINGLE:
        if (value := getattr(record, name)) is not None:
            yield name, str(value)
    for name in SEVERAL:
        for value in getattr(record, name):
            yield name, _canonical(name, value)
    for outcome in record.outcomes:
        parts = (outcome.category, outcome.organ_system, None if outcome.n is None else f"n={outcome.n}")
        yield "outcomes", ", ".join(filter(None, parts))


def _canonical(name: str, value: str) -> str:
    plain = " ".join(value.split()).casefold()
    if name == "autoantibodies" and "antigen" in declared("AUTOANTIBODY"):
        return declared("AUTOANTIBODY")["antigen"].canonical(value).casefold()
    return plain
