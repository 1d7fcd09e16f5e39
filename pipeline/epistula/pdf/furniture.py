"""Furniture: running headers and footers, page numbers, stamps and line numbers, found before the columns."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from epistula.pdf.glyphs import Bools, Floats, Glyphs, Ints
from epistula.pdf.words import Words

MARGIN = 0.12
"""Share of the page's height, above and below, in which running headers and footers stand."""
NUMBER = re.compile(r"\W*(page )?[a-z]{0,2}\d{1,5}( ?(of|/|-|–) ?[a-z]?\d{1,5})?\W*|[ivxl]{1,6}", re.IGNORECASE)
"""A page number by itself."""
STAMP = re.compile(
    r"^(https?://|www\.|doi\s*:|doi\.org)|downloaded (from|by|on)|all rights reserved|©|\(c\) (19|20)\d\d"
    r"|copyright (holder|19|20)|for permissions|permissions?@|published by|preprint doi|not certified by peer"
    r"|no reuse allowed|licen[cs]ed? (under|to)|creative commons|protected by copyright|author manuscript"
    r"|\bissn\b|accepted article|see (front|the) matter|page \d+ (of|/) \d+",
    re.IGNORECASE,
)
"""What the edge of a page says of itself, not of patients."""


@dataclass(frozen=True, eq=False)
class Strip:
    """Words on one baseline with no wide gap between them."""

    page: int
    words: Ints
    text: str
    base: float
    x0: float
    x1: float
    size: float

    @property
    def pattern(self) -> str:
        """The text with its digits made alike."""
        return re.sub(r"\d+", "0", self.text.lower())


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page before its layout: size in points, ordered glyphs, and words."""

    width: float
    height: float
    glyphs: Glyphs
    words: Words
    starts: Bools


def find_furniture(sheets: Sequence[Sheet]) -> list[Bools]:
    """Return for each page a mask of its words that are furniture.

    A page is never emptied: where nearly all words would go, none goes.
    """
    strips = [make_strips(number, sheet) for number, sheet in enumerate(sheets)]
    numbered = line_numbers(sheets, strips)
    masks = []
    for number, sheet in enumerate(sheets):
        mask = np.zeros(len(sheet.words), dtype=bool)
        for strip in marginal_furniture(number, sheet, strips):
            mask[strip.words] = True
        mask |= numbered[number]
        masks.append(mask & (mask.mean() < 0.8) if len(mask) else mask)
    return masks


def make_strips(number: int, sheet: Sheet) -> list[Strip]:
    """Return the strips of a page, top to bottom and left to right."""
    words = sheet.words
    if not len(words):
        return []
    order = np.lexsort((words.x0, np.round(words.base)))
    base, x0, x1, size = words.base[order], words.x0[order], words.x1[order], words.size[order]
    apart = (np.abs(np.diff(base)) > 1) | (x0[1:] - x1[:-1] > 1.2 * np.maximum(size[1:], size[:-1]))
    parts = np.split(order, np.flatnonzero(apart) + 1)
    return [make_strip(number, sheet, part) for part in parts]


def make_strip(number: int, sheet: Sheet, part: Ints) -> Strip:
    """Return a strip of some words."""
    words = sheet.words
    text = " ".join("".join(sheet.glyphs.text[words.first[w] : words.last[w]].tolist()) for w in part.tolist())
    base, size = float(np.median(words.base[part])), float(np.median(words.size[part]))
    return Strip(number, part, text, base, float(words.x0[part].min()), float(words.x1[part].max()), size)


def marginal_furniture(number: int, sheet: Sheet, strips: Sequence[Sequence[Strip]]) -> list[Strip]:
    """Return the strips of a page that are furniture by repetition, number or stamp."""
    rows: dict[int, list[Strip]] = defaultdict(list)
    for strip in strips[number]:
        if in_margin(strip, sheet):
            rows[round(strip.base / 2)].append(strip)
    found = [s for row in rows.values() if is_furniture_row(number, sheet, row, strips) for s in row]
    return found + [s for s in strips[number] if is_watermark(s, strips)]


def in_margin(strip: Strip, sheet: Sheet) -> bool:
    """Tell whether a strip stands at the upper or lower edge of the page."""
    return strip.base < MARGIN * sheet.height or strip.base > (1 - MARGIN) * sheet.height


def is_furniture_row(
    number: int, sheet: Sheet, row: Sequence[Strip], strips: Sequence[Sequence[Strip]]
) -> bool:
    """Tell whether a row at the edge is furniture: repeated, stamped, or beside a lone page number."""
    if any(STAMP.search(strip.text) for strip in row) or any(is_repeated(strip, strips) for strip in row):
        return True
    return any(NUMBER.fullmatch(strip.text) for strip in row) and stands_apart(row, strips[number])


def is_repeated(strip: Strip, strips: Sequence[Sequence[Strip]]) -> bool:
    """Tell whether another page has the same pattern at the same height."""
    return any(
        other.pattern == strip.pattern and abs(other.base - strip.base) < 3
        for page in strips
        for other in page
        if other.page != strip.page
    )


def is_watermark(strip: Strip, strips: Sequence[Sequence[Strip]]) -> bool:
    """Tell whether the very same strip stands at the very same place on most of three pages or more."""
    if len(strips) < 3 or len(strip.text) < 4:
        return False
    pages = sum(
        any(abs(o.base - strip.base) < 1 and abs(o.x0 - strip.x0) < 1 and o.text == strip.text for o in page)
        for page in strips
    )
    return pages >= max(3, 0.6 * len(strips))


def stands_apart(row: Sequence[Strip], page: Sequence[Strip]) -> bool:
    """Tell whether nothing but space lies between a row and the outer edge or within a line of it."""
    base, size = row[0].base, max(strip.size for strip in row)
    others = [abs(strip.base - base) for strip in page if abs(strip.base - base) > 2]
    return not others or min(others) > 1.3 * size


def line_numbers(sheets: Sequence[Sheet], strips: Sequence[Sequence[Strip]]) -> list[Bools]:
    """Return for each page a mask of the words that count its lines in the margin."""
    masks = [number_column(sheet, page) for sheet, page in zip(sheets, strips, strict=True)]
    counted = sum(mask.any() for mask in masks)
    used = sum(len(sheet.words) > 20 for sheet in sheets)
    return masks if counted >= max(1, 0.5 * used) else [np.zeros_like(mask) for mask in masks]


def number_column(sheet: Sheet, strips: Sequence[Strip]) -> Bools:
    """Return a mask of a page's numbers that stand in a column of their own and count most of its lines."""
    words, mask = sheet.words, np.zeros(len(sheet.words), dtype=bool)
    numbers = [w for w in range(len(words)) if word_number(sheet, w) is not None]
    for edge in (words.x1, words.x0):
        groups: dict[int, list[int]] = defaultdict(list)
        for w in numbers:
            groups[round(float(edge[w]) / 3)].append(w)
        for group in groups.values():
            if counts_lines(sheet, group, strips):
                mask[group] = True
    return mask


def word_number(sheet: Sheet, w: int) -> int | None:
    """Return the number that a word is, None when it is more or less than one."""
    text = "".join(sheet.glyphs.text[sheet.words.first[w] : sheet.words.last[w]].tolist())
    return int(text) if text.isdecimal() and len(text) < 5 else None


def counts_lines(sheet: Sheet, group: Sequence[int], strips: Sequence[Strip]) -> bool:
    """Tell whether numbers in a column count up by a fixed step, lie outside the text and mark most lines."""
    words = sheet.words
    ordered = sorted(group, key=lambda w: float(words.base[w]))
    values = [word_number(sheet, w) or 0 for w in ordered]
    steps = Counter(b - a for a, b in zip(values, values[1:], strict=False))
    step, often = steps.most_common(1)[0] if steps else (0, 0)
    if len(group) < 5 or step not in {1, 5} or often < 0.8 * (len(group) - 1):
        return False
    rows = len({round(strip.base / 3) for strip in strips})
    return len(group) * step > 0.6 * rows and lies_outside(words, np.array(ordered))


def lies_outside(words: Words, group: Ints) -> bool:
    """Tell whether a column of words has all others on one side of it."""
    others = np.ones(len(words), dtype=bool)
    others[group] = False
    near: Floats = words.base[others]
    beside = (near > words.base[group].min() - 2) & (near < words.base[group].max() + 2)
    x0, x1 = words.x0[others][beside], words.x1[others][beside]
    left, right = float(words.x0[group].min()), float(words.x1[group].max())
    return bool((x0 > right).all() or (x1 < left).all())
