"""Words: characters on one baseline with no gap between them; the atoms of the layout."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from epistula.pdf.glyphs import Bools, Floats, Glyphs, Ints

GAP = 0.13
"""A gap wider than this share of the font size parts two words."""
GAP_IF_SPACED = 0.25
"""The same on a page that draws its spaces, where letters may be spaced out to fill the line."""
JUMP = 1.7
"""Ratio of sizes that parts an initial from its word."""


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a page; every field has shape (n,).

    Args:
        first, last: half-open range of glyph numbers; the glyphs are in writing order.
        x0, x1, base, size: along the writing, across it, and font size, points.
    """

    first: Ints
    last: Ints
    x0: Floats
    x1: Floats
    base: Floats
    size: Floats

    def __len__(self) -> int:
        return len(self.first)

    def take(self, which: Ints | Bools) -> "Words":
        """Return the words chosen by a mask or by indices."""
        return Words(*(getattr(self, name)[which] for name in ("first", "last", "x0", "x1", "base", "size")))

    @property
    def top(self) -> Floats:
        """Upper edge of the letters, a little less than the ascent so that lines keep apart."""
        return self.base - 0.7 * self.size

    @property
    def bottom(self) -> Floats:
        """Lower edge of the letters."""
        return self.base + 0.2 * self.size


def order_glyphs(glyphs: Glyphs) -> tuple[Glyphs, Bools]:
    """Put the glyphs of a page in baselines from top to bottom, each from left to right.

    Returns:
        The glyphs without drawn spaces, and a mask of those that start a word.
    """
    if not len(glyphs):
        return glyphs, np.zeros(0, dtype=bool)
    row = number_rows(glyphs)
    order = np.lexsort((glyphs.x0, row))
    glyphs, row = glyphs.take(order), row[order]
    drawn = glyphs.text != " "
    spaces = np.cumsum(~drawn)[drawn]
    glyphs, row = glyphs.take(drawn), row[drawn]
    if not len(glyphs):
        return glyphs, np.zeros(0, dtype=bool)
    gap = np.r_[0.0, glyphs.x0[1:] - np.maximum(glyphs.x1[:-1], glyphs.x0[:-1])]
    new_row = np.r_[True, np.diff(row) != 0]
    spaced = np.r_[False, np.diff(spaces) > 0] & (gap > 0.05 * glyphs.size)
    limit = GAP_IF_SPACED if spaced.mean() > 0.05 else GAP
    return glyphs, new_row | spaced | (gap > wide_gap(glyphs, limit))


def wide_gap(glyphs: Glyphs, limit: float) -> Floats:
    """Return the gap that parts each glyph from the one before it, points."""
    before = np.r_[glyphs.size[:1], glyphs.size[:-1]]
    return np.asarray(limit * np.minimum(glyphs.size, before))


def number_rows(glyphs: Glyphs) -> Ints:
    """Number the baselines from top to bottom; near ones (a twelfth of the size) are one."""
    order = np.argsort(glyphs.base, kind="stable")
    base = glyphs.base[order]
    step = np.r_[False, np.diff(base) > max(0.3, 0.08 * float(np.median(glyphs.size)))]
    row = np.empty(len(base), dtype=np.int64)
    row[order] = np.cumsum(step)
    return row


def make_words(glyphs: Glyphs, starts: Bools) -> Words:
    """Gather ordered glyphs to words; a large initial is a word of its own."""
    first = np.flatnonzero(starts | jumps(glyphs.size))
    last = np.r_[first[1:], len(starts)][: len(first)]
    if not len(first):
        none = np.zeros(0)
        return Words(first, last, none, none, none, none)
    return Words(
        first,
        last,
        np.minimum.reduceat(glyphs.x0, first),
        np.maximum.reduceat(glyphs.x1, first),
        np.maximum.reduceat(glyphs.base, first),
        np.maximum.reduceat(glyphs.size, first),
    )


def jumps(size: Floats) -> Bools:
    """Return a mask of the glyphs much larger or smaller than the one before."""
    before = np.concatenate([size[:1], size[:-1]])
    return np.asarray(np.maximum(size, before) > JUMP * np.minimum(size, before))


def middle(values: Iterable[float]) -> float:
    """Return the upper median; numpy's is slow on short arrays."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
