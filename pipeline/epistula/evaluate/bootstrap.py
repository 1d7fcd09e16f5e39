"""How sure a score is: intervals by resampling letters, and whether two runs differ.

Efron and Tibshirani, An Introduction to the Bootstrap (1993); for the comparison, Berg-Kirkpatrick et al., An empirical
investigation of statistical significance in NLP (2012). Letters are drawn, not mentions: those of a letter are alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from epistula.evaluate.counts import Counts

SAMPLES = 2000
SEED = 0
FEW = 20
"""With fewer letters an interval is a rough guide only."""
LEAST = 2
"""With fewer letters nothing says how much one letter differs from the next."""
LEVEL = 0.95
ALL = "all"

LetterCounts = Mapping[str, Mapping[str, Counts]]
"""Letter → label → counts."""


class Interval(NamedTuple):
    """The interval of an F1 at `LEVEL`; None for both ends where fewer than `LEAST` letters have anything to count."""

    low: float | None
    high: float | None


NO_INTERVAL = Interval(None, None)


class Difference(NamedTuple):
    """F1 of one run less that of another, its interval, and the two-sided p value of no difference; no interval and no
    p where fewer than `LEAST` letters have anything to count."""

    value: float | None
    interval: Interval
    p: float | None


def intervals(letters: LetterCounts) -> dict[str, Interval]:
    """Return the interval of F1 for each label and for all together."""
    names = sorted(letters)
    drawn = _drawn(len(names))
    found = {}
    for label in labels_of(letters):
        table = _table(letters, names, label)
        found[label] = _interval(_f1(table[drawn].sum(axis=1))) if _enough(table) else NO_INTERVAL
    return found


def differences(one: LetterCounts, other: LetterCounts) -> dict[str, Difference]:
    """Return how much the F1 of one run is above that of another on the same letters, label by label.

    The p value is twice the share of samples in which the sign turns, with the sample itself counted, so never 0. In a
    sample without the label the runs do not differ.
    """
    names = sorted(one.keys() & other.keys())
    drawn = _drawn(len(names))
    found = {}
    for label in sorted({*labels_of(one), *labels_of(other)}, key=lambda label: (label == ALL, label)):
        tables = [_table(letters, names, label) for letters in (one, other)]
        value = float(_f1(tables[0].sum(axis=0)) - _f1(tables[1].sum(axis=0)))
        gaps = _f1(tables[0][drawn].sum(axis=1)) - _f1(tables[1][drawn].sum(axis=1))
        if np.isnan(value) or not _enough(tables[0] + tables[1]):
            found[label] = Difference(None if np.isnan(value) else value, NO_INTERVAL, None)
            continue
        gaps = np.nan_to_num(gaps)
        turned = min((gaps <= 0).sum(), (gaps >= 0).sum()) + 1
        found[label] = Difference(value, _interval(gaps), min(1.0, 2 * float(turned) / (SAMPLES + 1)))
    return found


def labels_of(letters: LetterCounts) -> list[str]:
    """Return the labels of any letter, and ALL."""
    return [*sorted({label for counts in letters.values() for label in counts}), ALL]


def _drawn(count: int) -> npt.NDArray[np.int64]:
    """Return `SAMPLES` draws of so many letters, with replacement; the same for the same count."""
    return np.random.default_rng(SEED).integers(0, max(count, 1), (SAMPLES, count))


def _table(letters: LetterCounts, names: Sequence[str], label: str) -> npt.NDArray[np.int64]:
    """Return tp, fp and fn of each letter as an array of shape (letters, 3)."""
    rows = []
    for name in names:
        counts = letters[name]
        here = sum(counts.values(), Counts()) if label == ALL else counts.get(label, Counts())
        rows.append((here.tp, here.fp, here.fn))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _f1(counts: npt.NDArray[np.int64]) -> Any:
    """Return F1 of counts whose last axis is tp, fp and fn; NaN where there is nothing."""
    tp, wrong = counts[..., 0], counts[..., 1] + counts[..., 2]
    with np.errstate(invalid="ignore"):
        return 2 * tp / (2 * tp + wrong)


def _enough(table: npt.NDArray[np.int64]) -> bool:
    return int(table.any(axis=1).sum()) >= LEAST


def _interval(values: npt.NDArray[np.float64]) -> Interval:
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return Interval(low, high)
