"""Furniture: running headers and footers, page numbers, stamps and line numbers, found before the columns."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from epistula.pdf.glyphs import Bools, Floats, Ints
from epistula.pdf.lines import Sheet
from epistula.pdf.words import Words

MARGIN = 0.12
"""Share of the page's height, above and below, in which running headers and footers stand."""
LARGE = 1.3
"""Least size of a watermark, in sizes of the text."""
NUMBER = re.compile(r"\W*(page )?[a-z]{0,2}\d{1,5}( ?(of|/|-|–) ?[a-z]?\d{1,5})?\W*|[ivxl]{1,6}", re.IGNORECASE)
"""A page number by itself."""
DIGITS = re.compile(r"\d+")
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
    """Words on one baseline with no wide gap between them; `pattern` is the text with digits made alike."""

    page: int
    words: Ints
    text: str
    base: float
    x0: float
    x1: float
    size: float
    pattern: str


def find_furniture(sheets: Sequence[Sheet]) -> list[Bools]:
    """Return for each page a mask of its words that are furniture.

    A page is never emptied: where nearly all words would go, none goes.
    """
    texts = [word_texts(sheet) for sheet in sheets]
    strips = [make_strips(n, sheet, texts[n]) for n, sheet in enumerate(sheets)]
    numbered = line_numbers(sheets, texts, strips)
    for n, mask in enumerate(numbered):
        if mask.any():
            strips[n] = make_strips(n, sheets[n], texts[n], mask)
    alike: dict[str, list[Strip]] = defaultdict(list)
    for strip in (strip for page in strips for strip in page):
        alike[strip.pattern].append(strip)
    masks = []
    for number, sheet in enumerate(sheets):
        mask = numbered[number].copy()
        for strip in marginal_furniture(sheet, strips[number], alike, len(sheets)):
            mask[strip.words] = True
        masks.append(mask & (mask.mean() < 0.8) if len(mask) else mask)
    return masks


def word_texts(sheet: Sheet) -> list[str]:
    """Return the text of each word of a page."""
    characters = sheet.glyphs.text.tolist()
    bounds = zip(sheet.words.first.tolist(), sheet.words.last.tolist(), strict=True)
    return ["".join(characters[first:last]) for first, last in bounds]


def make_strips(number: int, sheet: Sheet, texts: Sequence[str], without: Bools | None = None) -> list[Strip]:
    """Return the strips of a page, top to bottom and left to right; words of the mask are left out."""
    words = sheet.words
    order = np.lexsort((words.x0, np.round(words.base)))
    order = order if without is None else order[~without[order]]
    if not len(order):
        return []
    base, x0, x1, size = words.base[order], words.x0[order], words.x1[order], words.size[order]
    apart = (np.abs(np.diff(base)) > 1) | (x0[1:] - x1[:-1] > 1.2 * np.maximum(size[1:], size[:-1]))
    first = np.flatnonzero(np.r_[True, apart])
    last = np.r_[first[1:], len(order)]
    edges = (least(base, first), least(x0, first), most(x1, first), most(size, first))
    strips = []
    for start, end, y, left, right, large in zip(first.tolist(), last.tolist(), *edges, strict=True):
        text = " ".join([texts[w] for w in order[start:end].tolist()])
        pattern = DIGITS.sub("0", text.lower())
        strips.append(Strip(number, order[start:end], text, y, left, right, large, pattern))
    return strips


def least(values: Floats, first: Ints) -> list[float]:
    """Return the least value of each run, given where the runs start."""
    found: list[float] = np.minimum.reduceat(values, first).tolist()
    return found


def most(values: Floats, first: Ints) -> list[float]:
    """Return the greatest value of each run, given where the runs start."""
    found: list[float] = np.maximum.reduceat(values, first).tolist()
    return found


def marginal_furniture(
    sheet: Sheet, strips: Sequence[Strip], alike: Mapping[str, Sequence[Strip]], pages: int
) -> list[Strip]:
    """Return the strips of a page that are furniture by repetition, number or stamp.

    Rows count from the edge of the page inwards, up to the first that is no furniture.

    Args:
        sheet: the page.
        strips: its strips.
        alike: the strips of all pages by pattern.
        pages: number of pages.
    """
    usual = float(np.median(sheet.words.size)) if len(sheet.words) else 0.0
    found = [strip for strip in strips if is_watermark(strip, alike, pages, usual)]
    rows = part_rows([strip for strip in strips if strip not in found])
    for outwards in (rows, rows[::-1]):
        for i, row in enumerate(outwards):
            if not in_margin(row[0], sheet) or not is_furniture_row(row, strips, alike):
                break
            if is_line_of_text(outwards[i : i + 3]):
                break
            found += row
    return found


def is_line_of_text(rows: Sequence[Sequence[Strip]]) -> bool:
    """Tell whether a long row goes on with the two rows further in: same size, same distance."""
    if len(rows) < 3 or max(len(strip.text) for strip in rows[0]) < 30 or STAMP.search(rows[0][0].text):
        return False
    sizes = [max(strip.size for strip in row) for row in rows]
    bases = [max(row, key=lambda strip: strip.size).base for row in rows]
    steps = [abs(b - a) for a, b in pairwise(bases)]
    return max(sizes) - min(sizes) < 0.05 * max(sizes) and abs(steps[0] - steps[1]) < 0.15 * max(steps)


def part_rows(strips: Sequence[Strip]) -> list[list[Strip]]:
    """Gather the strips of a page to rows of one baseline, top to bottom."""
    rows: list[list[Strip]] = []
    for strip in sorted(strips, key=lambda strip: strip.base):
        if rows and strip.base - rows[-1][-1].base < max(2.0, 0.5 * strip.size):
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return rows


def in_margin(strip: Strip, sheet: Sheet) -> bool:
    """Tell whether a strip stands at the upper or lower edge of the page."""
    return strip.base < MARGIN * sheet.height or strip.base > (1 - MARGIN) * sheet.height


def is_furniture_row(row: Sequence[Strip], strips: Sequence[Strip], alike: Mapping[str, Sequence[Strip]]) -> bool:
    """Tell whether a row at the edge is furniture: repeated, stamped, or beside a lone page number."""
    if any(STAMP.search(strip.text) or is_repeated(strip, alike) for strip in row):
        return True
    return any(NUMBER.fullmatch(strip.text) for strip in row) and stands_apart(row, strips)


def is_repeated(strip: Strip, alike: Mapping[str, Sequence[Strip]]) -> bool:
    """Tell whether another page has the same pattern at the same height."""
    return any(o.page != strip.page and abs(o.base - strip.base) < 3 for o in alike[strip.pattern])


def is_watermark(strip: Strip, alike: Mapping[str, Sequence[Strip]], pages: int, usual: float) -> bool:
    """Tell whether the very same large strip stands at the very same place on most of three pages or more."""
    if pages < 3 or len(strip.text) < 4 or strip.size < LARGE * usual:
        return False
    same = (o for o in alike[strip.pattern] if o.text == strip.text)
    found = {o.page for o in same if abs(o.base - strip.base) < 1 and abs(o.x0 - strip.x0) < 1}
    return len(found) >= max(3, 0.6 * pages)


def stands_apart(row: Sequence[Strip], page: Sequence[Strip]) -> bool:
    """Tell whether nothing but space lies between a row and the outer edge or within a line of it."""
    base, size = row[0].base, max(strip.size for strip in row)
    others = [abs(strip.base - base) for strip in page if abs(strip.base - base) > 2]
    return not others or min(others) > 1.3 * size


def line_numbers(
    sheets: Sequence[Sheet], texts: Sequence[Sequence[str]], strips: Sequence[Sequence[Strip]]
) -> list[Bools]:
    """Return for each page a mask of the words that count its lines in the margin."""
    masks = [number_column(*page) for page in zip(sheets, texts, strips, strict=True)]
    counted = sum(mask.any() for mask in masks)
    used = sum(len(sheet.words) > 20 for sheet in sheets)
    return masks if counted >= max(1, 0.5 * used) else [np.zeros_like(mask) for mask in masks]


def number_column(sheet: Sheet, texts: Sequence[str], strips: Sequence[Strip]) -> Bools:
    """Return a mask of a page's numbers that stand in a column of their own and count most of its lines."""
    words, mask = sheet.words, np.zeros(len(sheet.words), dtype=bool)
    numbers = {w: int(text) for w, text in enumerate(texts) if len(text) < 5 and text.isdecimal()}
    for edge in (words.x1, words.x0):
        for group in aligned(list(numbers), edge):
            if counts_lines(words, group, numbers, strips):
                mask[group] = True
    return mask


def aligned(some: Sequence[int], edge: Floats) -> list[list[int]]:
    """Gather words whose edges lie within two points of the next."""
    groups: list[list[int]] = []
    for w in sorted(some, key=lambda w: float(edge[w])):
        if groups and edge[w] - edge[groups[-1][-1]] < 2:
            groups[-1].append(w)
        else:
            groups.append([w])
    return groups


def counts_lines(words: Words, group: Sequence[int], numbers: Mapping[int, int], strips: Sequence[Strip]) -> bool:
    """Tell whether numbers in a column count up by a fixed step, lie outside the text and mark most lines."""
    ordered = sorted(group, key=lambda w: float(words.base[w]))
    values = [numbers[w] for w in ordered]
    steps = Counter(b - a for a, b in pairwise(values))
    step, often = steps.most_common(1)[0] if steps else (0, 0)
    if len(group) < 5 or step not in {1, 5} or often < 0.8 * (len(group) - 1):
        return False
    rows = part_rows([strip for strip in strips if len(strip.text) > 20])
    return len(group) * step > 0.6 * len(rows) and lies_outside(words, np.array(ordered))


def lies_outside(words: Words, group: Ints) -> bool:
    """Tell whether a column of words has all others on one side of it."""
    others = np.ones(len(words), dtype=bool)
    others[group] = False
    near: Floats = words.base[others]
    beside = (near > words.base[group].min() - 2) & (near < words.base[group].max() + 2)
    x0, x1 = words.x0[others][beside], words.x1[others][beside]
    left, right = float(words.x0[group].min()), float(words.x1[group].max())
    return bool((x0 > right).all() or (x1 < left).all())
