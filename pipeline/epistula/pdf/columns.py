"""Columns and reading order: a recursive cut of the page along its white space (XY-cut).

A region is cut where the longest gutter runs: what stands above it, its columns from left to
right, what stands below it. Each part is cut again until no gutter is left (Nagy & Seth 1984; the
gutter before the row, as in Breuel 2002, because every line break is a row).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from epistula.pdf.glyphs import Ints
from epistula.pdf.words import Words, middle

MIN_GUTTER = 0.8
"""Narrowest gutter, in font sizes."""
MIN_LINES = 4
"""Fewest lines on either side of a gutter that is not yet known."""
MIN_COLUMN = 8.0
"""Narrowest column (median of its lines), in font sizes; narrower ones are cells of a table."""
LONG = 8
"""Fewest lines on either side of a gutter that other pages may follow."""
MAX_DEPTH = 6


class Gutter(NamedTuple):
    """An empty upright strip between two columns, points."""

    x0: float
    x1: float


class Row(NamedTuple):
    """Words that no horizontal white space parts; one line, or lines of columns side by side."""

    words: Ints
    top: float
    bottom: float
    size: float


class Band(NamedTuple):
    """Rows `first` to `last` (half-open) that leave the gutter free."""

    first: int
    last: int
    gutter: Gutter


class Parted(NamedTuple):
    """The regions of a page in reading order, as indices of its words, and the long gutters between them."""

    regions: list[Ints]
    gutters: tuple[Gutter, ...]


def part_page(words: Words) -> Parted:
    """Cut a page along its clear gutters."""
    gutters: list[Gutter] = []
    everything = np.arange(len(words))
    regions = cut(words, everything, (), gutters, 0) if len(words) else []
    return Parted(regions, tuple(sorted(gutters)))


def part_further(words: Words, regions: Sequence[Ints], known: tuple[Gutter, ...]) -> list[Ints]:
    """Cut regions where a gutter known from other pages runs, however short it is here."""
    return [leaf for region in regions for leaf in (cut(words, region, known, [], 0) if known else [region])]


def cut(words: Words, region: Ints, known: tuple[Gutter, ...], gutters: list[Gutter], depth: int) -> list[Ints]:
    """Cut a region into regions without gutters, in reading order; long gutters are added to `gutters`."""
    rows = rows_of(words, region)
    band = best_band(words, rows, known) if depth < MAX_DEPTH else None
    if band is None:
        return [region]
    left, right = split_sides(words, rows, band)
    if min(len(baselines(words, side)) for side in (left, right)) >= LONG:
        gutters.append(band.gutter)
    parts = gather(rows[: band.first]), left, right, gather(rows[band.last :])
    return [leaf for part in parts if len(part) for leaf in cut(words, part, known, gutters, depth + 1)]


def gather(rows: list[Row]) -> Ints:
    """Return the words of several rows."""
    return np.concatenate([row.words for row in rows]) if rows else np.zeros(0, dtype=np.int64)


def rows_of(words: Words, region: Ints) -> list[Row]:
    """Part the words of a region wherever a horizontal line of white space runs through it."""
    order = region[np.argsort(words.top[region], kind="stable")]
    top, bottom = words.top[order], words.bottom[order]
    reach = np.maximum.accumulate(bottom)
    starts = np.flatnonzero(np.r_[True, top[1:] >= reach[:-1]])
    ends = np.r_[starts[1:], len(order)]
    return [
        Row(order[a:b], float(top[a]), float(reach[b - 1]), middle(words.size[order[a:b]].tolist()))
        for a, b in zip(starts, ends, strict=True)
    ]


def wide_gaps(words: Words, some: Ints, width: float) -> list[Gutter]:
    """Return the upright strips between words that are at least so wide, from left to right."""
    spans = sorted(zip(words.x0[some].tolist(), words.x1[some].tolist(), strict=True))
    gaps, reach = [], spans[0][1]
    for x0, x1 in spans:
        if x0 - reach >= width and x0 > reach:
            gaps.append(Gutter(reach, x0))
        reach = max(reach, x1)
    return gaps


def best_band(words: Words, rows: list[Row], known: tuple[Gutter, ...]) -> Band | None:
    """Return the band with the most words on its narrower side, of those whose sides are columns of text."""
    best: tuple[int, Band] | None = None
    seen: list[Band] = []
    for i, row in enumerate(rows):
        limit = MIN_GUTTER * row.size
        for gap in wide_gaps(words, row.words, limit):
            if any(within(i, gap, band, limit) for band in seen):
                continue
            seen.append(extend(words, rows, i, gap))
            band = trim(words, rows, seen[-1])
            weight = smaller_side(words, rows, band)
            if weight > (best[0] if best else 0) and parts_columns(words, rows, band, known):
                best = weight, band
    return best[1] if best else None


def within(i: int, gap: Gutter, band: Band, limit: float) -> bool:
    """Tell whether a gap of row `i` is part of a band's gutter."""
    shared = min(gap.x1, band.gutter.x1) - max(gap.x0, band.gutter.x0)
    return band.first <= i < band.last and shared >= limit


def extend(words: Words, rows: list[Row], i: int, gap: Gutter) -> Band:
    """Follow a gap upwards and downwards as far as the rows leave it free."""
    limit = MIN_GUTTER * rows[i].size
    first, last = i, i + 1
    while last < len(rows) and not float_ends(words, rows[last - 1], rows[last], gap):
        narrower = narrow(words, rows[last], gap, limit)
        if narrower is None:
            break
        gap, last = narrower, last + 1
    while first > 0 and not float_ends(words, rows[first - 1], rows[first], gap):
        narrower = narrow(words, rows[first - 1], gap, limit)
        if narrower is None:
            break
        gap, first = narrower, first - 1
    return Band(first, last, gap)


def float_ends(words: Words, upper: Row, lower: Row, gap: Gutter) -> bool:
    """Tell whether space and another size part two rows on both sides of a gap: a wide table ends there."""
    if all(sides(words, row, gap) != "both" for row in (upper, lower)):
        return False
    sizes = upper.size, lower.size
    return lower.top - upper.bottom > 1.5 * max(sizes) and abs(sizes[0] - sizes[1]) > 0.05 * max(sizes)


def narrow(words: Words, row: Row, gap: Gutter, limit: float) -> Gutter | None:
    """Return what a row leaves of a gap, None when that is narrower than `limit`."""
    x0, x1 = words.x0[row.words], words.x1[row.words]
    before = x0 + x1 < gap.x0 + gap.x1
    left, right = x1[before].max(initial=gap.x0), x0[~before].min(initial=gap.x1)
    return Gutter(float(left), float(right)) if right - left >= limit else None


def trim(words: Words, rows: list[Row], band: Band) -> Band:
    """Leave out rows at the ends of a band that have words on one side only and belong elsewhere."""
    first, last = band.first, band.last
    while first < last and sides(words, rows[first], band.gutter) == "left" and apart(rows, first):
        first += 1
    while last > first and sides(words, rows[last - 1], band.gutter) != "both" and heads_next(rows, last - 1):
        last -= 1
    return Band(first, last, band.gutter)


def sides(words: Words, row: Row, gutter: Gutter) -> str:
    """Tell on which side of a gutter the words of a row stand: left, right or both."""
    left = words.x1[row.words] <= gutter.x1 - 1e-6
    return "both" if left.any() and not left.all() else "left" if left.all() else "right"


def apart(rows: list[Row], i: int) -> bool:
    """Tell whether row `i` is set off from the row below it by space or by its type."""
    if i + 1 >= len(rows):
        return False
    size, next_size = rows[i].size, rows[i + 1].size
    return rows[i + 1].top - rows[i].bottom > 1.2 * next_size or abs(size - next_size) > 0.1 * next_size


def heads_next(rows: list[Row], i: int) -> bool:
    """Tell whether row `i` stands nearer to the row below than to the row above (a caption over a table)."""
    if i + 1 >= len(rows) or i == 0:
        return False
    above, below = rows[i].top - rows[i - 1].bottom, rows[i + 1].top - rows[i].bottom
    return above > 1.5 * below and above > rows[i].bottom - rows[i].top


def split_sides(words: Words, rows: list[Row], band: Band) -> tuple[Ints, Ints]:
    """Return the words of a band left and right of its gutter."""
    some = gather(rows[band.first : band.last])
    left = words.x1[some] <= band.gutter.x1
    return some[left], some[~left]


def smaller_side(words: Words, rows: list[Row], band: Band) -> int:
    """Count the words on the side of the gutter that has fewer."""
    return min(len(side) for side in split_sides(words, rows, band))


def parts_columns(words: Words, rows: list[Row], band: Band, known: tuple[Gutter, ...]) -> bool:
    """Tell whether the gutter of a band parts two columns of text, not two cells of a table."""
    both = split_sides(words, rows, band)
    if any(not len(side) for side in both):
        return False
    if all(is_columns(words, side) for side in both):
        return True
    near = any(min(g.x1, band.gutter.x1) - max(g.x0, band.gutter.x0) > 2 for g in known)
    return near and all(is_column(words, side, 1, 0) for side in both)


def is_columns(words: Words, some: Ints) -> bool:
    """Tell whether words make a column, or several side by side with free strips between them."""
    if is_column(words, some, MIN_LINES, MIN_COLUMN):
        return True
    strips = wide_gaps(words, some, MIN_GUTTER * middle(words.size[some].tolist()))
    if not strips:
        return False
    left = words.x1[some] <= strips[0].x1
    return is_column(words, some[left], MIN_LINES, MIN_COLUMN) and is_columns(words, some[~left])


def is_column(words: Words, some: Ints, min_lines: int, min_width: float) -> bool:
    """Tell whether words make enough long lines without wide holes."""
    lines = baselines(words, some)
    size = middle(words.size[some].tolist())
    widths = [float(words.x1[line].max() - words.x0[line].min()) for line in lines]
    if len(lines) < min_lines or middle(widths) < min_width * size:
        return False
    holes = sum(any(g.x1 - g.x0 > 2 * size for g in wide_gaps(words, line, 2 * size)) for line in lines)
    return holes <= 0.3 * len(lines)


def baselines(words: Words, some: Ints) -> list[Ints]:
    """Part words by baseline, top to bottom; raised and lowered ones make rows of their own or join."""
    order = some[np.argsort(words.base[some], kind="stable")]
    step = np.diff(words.base[order]) > 0.3 * middle(words.size[order].tolist())
    return np.split(order, np.flatnonzero(step) + 1)
