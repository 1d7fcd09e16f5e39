"""Lines: the words of a column on one baseline, with the raised and lowered characters beside them."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from epistula.pdf.glyphs import Bools, Glyphs, Ints
from epistula.pdf.words import Words, middle

RAISED = re.compile(r"[0-9*†‡§¶#,;–-]")
"""Characters of a raised note mark or citation number."""
BOLD = re.compile(r"bold|black|heavy|demi|[-.]b(d|$)|cmbx|cmb\d|medi(um)?$|SFBX", re.IGNORECASE)
"""Names of fonts that are bold."""
ITALIC = re.compile(r"It|Obl|Slant|CMTI|SFTI")
"""Names of fonts that are slanted."""


@dataclass(frozen=True, eq=False, slots=True)
class TextLine:
    """A line of a page.

    Args:
        page: 1-based number of the page.
        leaf: number of the region of the page that the line stands in.
        text: the characters, one space between words.
        glyphs: int32 of shape (len(text),): number of each character's glyph on its page, -1 for a space.
        x0, x1, top, bottom, base: points along and across the writing; `top` and `bottom` are the
            letters' edges, not the font's.
        size: size of most characters, points.
        font: name of the font of most characters.
        bold: whether nearly all letters are bold.
        italic: whether nearly all letters are slanted.
        bold_start: how many characters at the start of the line are bold.
        word_x1: right end of the first word.
        left, right: ends of the region that the line stands in.
        holes: number of gaps between words that are wide for the line, as between cells of a table.
    """

    page: int
    leaf: int
    text: str
    glyphs: Ints
    x0: float
    x1: float
    top: float
    bottom: float
    base: float
    size: float
    font: str = ""
    bold: bool = False
    italic: bool = False
    bold_start: int = 0
    word_x1: float = 0.0
    left: float = 0.0
    right: float = 0.0
    holes: int = 0

    def shift(self, offset: int) -> "TextLine":
        """Return the line with its glyphs numbered from `offset`."""
        return replace(self, glyphs=np.where(self.glyphs >= 0, self.glyphs + offset, -1))


class Sheet(NamedTuple):
    """A page before its layout.

    Args:
        number: 1-based number of the page.
        width, height: points.
        glyphs: the upright glyphs, ordered.
        starts: mask of the glyphs that start a word.
        words: the words.
        fonts: names of the fonts.
    """

    number: int
    width: float
    height: float
    glyphs: Glyphs
    starts: Bools
    words: Words
    fonts: tuple[str, ...]


class Run(NamedTuple):
    """The glyphs of a line from left to right, as lists: numpy is slow on so few.

    Args:
        number: of the glyph on its page.
        text, x0, x1, base, size, font: as in `Glyphs`.
        hundredths: size in hundredths of a point.
        starts: whether a word starts at the glyph.
        follows: whether the glyph is the next on the page after the one before.
    """

    number: list[int]
    text: list[str]
    x0: list[float]
    x1: list[float]
    base: list[float]
    size: list[float]
    font: list[int]
    hundredths: list[int]
    starts: list[bool]
    follows: list[bool]


def make_lines(sheet: Sheet, leaf: int, region: Ints) -> list[TextLine]:
    """Return the lines of one region of a page, top to bottom."""
    if not len(region):
        return []
    groups = attach_raised(sheet.words, baseline_groups(sheet.words, region))
    runs = make_runs(sheet, raise_initials(sheet.words, groups, sheet.glyphs))
    if not runs:
        return []
    left, right = min(min(run.x0) for run in runs), max(max(run.x1) for run in runs)
    lines = [make_line(sheet, leaf, run, left, right) for run in runs]
    return sorted(lines, key=lambda line: line.base)


def make_runs(sheet: Sheet, groups: list[list[int]]) -> list[Run]:
    """Return the glyphs of each line, given its words."""
    words, glyphs = sheet.words, sheet.glyphs
    every = np.array([w for group in groups for w in group], dtype=np.int64)
    lengths = words.last[every] - words.first[every]
    line = np.repeat(np.repeat(np.arange(len(groups)), [len(group) for group in groups]), lengths)
    number = np.repeat(words.first[every] - np.cumsum(lengths) + lengths, lengths) + np.arange(len(line))
    order = np.lexsort((glyphs.x0[number], line))
    number = number[order]
    hundredths = np.rint(glyphs.size * 100).astype(np.int64)
    columns = (glyphs.text, glyphs.x0, glyphs.x1, glyphs.base, glyphs.size, glyphs.font, hundredths, sheet.starts)
    follows = np.diff(number, prepend=-1) == 1
    lists = [number.tolist(), *(column[number].tolist() for column in columns), follows.tolist()]
    ends = np.cumsum(np.bincount(line, minlength=len(groups))).tolist()
    return [Run(*(values[start:end] for values in lists)) for start, end in pairwise([0, *ends])]


def baseline_groups(words: Words, region: Ints) -> list[list[int]]:
    """Part the words of a region by baseline; steps of less than a fifth of the size are none."""
    order = region[np.argsort(words.base[region], kind="stable")]
    base, size = words.base[order], words.size[order]
    step = np.diff(base) > 0.2 * np.minimum(size[1:], size[:-1])
    return [part.tolist() for part in np.split(order, np.flatnonzero(step) + 1)]


def attach_raised(words: Words, groups: list[list[int]]) -> list[list[int]]:
    """Move smaller words that touch a word of a line nearby, a little above or below, into that line."""
    size = words.size.tolist()
    sizes = [max(size[w] for w in group) for group in groups]
    kept: list[list[int]] = [[] for _ in groups]
    for i, group in enumerate(groups):
        near = [j for j in range(max(0, i - 3), min(len(groups), i + 4)) if j != i]
        largest = max((sizes[j] for j in near), default=0.0)
        for w in group:
            small = size[w] <= 0.85 * largest
            host = next((j for j in near if is_beside(words, w, groups[j], sizes[j])), i) if small else i
            kept[host].append(w)
    return [group for group in kept if group]


def is_beside(words: Words, w: int, group: list[int], size: float) -> bool:
    """Tell whether word `w` is a superscript or subscript of a line whose words have `size`."""
    rise = words.base[group[0]] - words.base[w]
    if not 0.45 * size < words.size[w] <= 0.85 * size or not -0.35 * size < rise < 0.75 * size:
        return False
    reach = 0.4 * size
    return any(
        words.size[v] > words.size[w] * 1.1
        and words.x0[v] - reach <= words.x1[w]
        and words.x0[w] <= words.x1[v] + reach
        for v in group
    )


def raise_initials(words: Words, groups: list[list[int]], glyphs: Glyphs) -> list[list[int]]:
    """Move a drop cap from the line its foot stands on to the line its head stands at."""
    single = (words.last - words.first == 1).tolist()
    for i, group in enumerate(groups):
        for w in group[:]:
            if not single[w] or not glyphs.text[words.first[w]].isupper():
                continue
            others = [float(words.size[v]) for g in groups[max(0, i - 2) : i + 1] for v in g if v != w]
            if not others or words.size[w] < 1.8 * np.median(others):
                continue
            head = next((j for j in range(max(0, i - 4), i) if words.base[groups[j][0]] > words.top[w]), i)
            if head != i:
                group.remove(w)
                groups[head].insert(0, w)
    return [group for group in groups if group]


def make_line(sheet: Sheet, leaf: int, run: Run, left: float, right: float) -> TextLine:
    """Write the glyphs of a line of a region that reaches from `left` to `right`."""
    size = commonest(run.hundredths) / 100
    base = usual_base(run, size)
    gaps = gaps_before(run)
    parted = word_breaks(run, gaps)
    part_citations(run, parted, size, base)
    bold = flag_glyphs(run.font, sheet.fonts, is_bold)
    slanted = sum(flag_glyphs(run.font, sheet.fonts, is_italic))
    return TextLine(
        page=sheet.number,
        leaf=leaf,
        text="".join([" " + c if space else c for c, space in zip(run.text, parted, strict=True)]),
        glyphs=with_spaces(run.number, parted),
        x0=min(run.x0),
        x1=max(run.x1),
        top=base - 0.7 * size,
        bottom=base + 0.2 * size,
        base=base,
        size=size,
        font=sheet.fonts[commonest(run.font)],
        bold=sum(bold) > 0.8 * len(bold),
        italic=slanted > 0.8 * len(bold),
        bold_start=bold.index(False) if False in bold else len(bold),
        word_x1=max(run.x1[: parted.index(True)] if True in parted else run.x1),
        left=left,
        right=right,
        holes=count_holes([gap for gap, space in zip(gaps, parted, strict=True) if space], size),
    )


def usual_base(run: Run, size: float) -> float:
    """Return the baseline of the glyphs that have about the line's size."""
    if min(run.hundredths) == max(run.hundredths):
        return middle(run.base)
    return middle([y for y, s in zip(run.base, run.size, strict=True) if abs(s - size) < 0.1 * size])


def with_spaces(number: list[int], parted: list[bool]) -> Ints:
    """Return the numbers of the glyphs with -1 for each space."""
    numbers: list[int] = []
    for n, space in zip(number, parted, strict=True):
        if space:
            numbers.append(-1)
        numbers.append(n)
    return np.array(numbers, dtype=np.int32)


def gaps_before(run: Run) -> list[float]:
    """Return the gap between each glyph and all before it, 0 for the first."""
    reach = accumulate(run.x1, max)
    return [0.0, *(x0 - x1 for x0, x1 in zip(run.x0[1:], reach, strict=False))]


def part_citations(run: Run, parted: list[bool], size: float, base: float) -> None:
    """Note in `parted` the raised citations of a line, given its size and baseline."""
    if min(run.size) >= 0.85 * size:
        return
    raised = [s < 0.85 * size and base - y > 0.15 * size for s, y in zip(run.size, run.base, strict=True)]
    for i in range(1, len(raised)):
        if raised[i] and not raised[i - 1] and parts_from(run.text, raised, i):
            parted[i] = True


def flag_glyphs(font: list[int], names: tuple[str, ...], holds: Callable[[str], bool]) -> list[bool]:
    """Tell for each glyph whether something holds for the name of its font."""
    different = set(font)
    held = {number for number in different if holds(names[number])}
    if len(held) in {0, len(different)}:
        return [bool(held)] * len(font)
    return [number in held for number in font]


def count_holes(gaps: list[float], size: float) -> int:
    """Count the gaps between words that are too wide for a space; a line stretched evenly has none."""
    limit = 1.5 * max(size, min(gaps) if len(gaps) > 1 else 2.0 * size)
    return sum(gap > limit for gap in gaps)


@cache
def is_bold(font: str) -> bool:
    """Tell whether the name of a font says bold."""
    return BOLD.search(font) is not None


@cache
def is_italic(font: str) -> bool:
    """Tell whether the name of a font says slanted."""
    return ITALIC.search(font) is not None


def commonest(values: list[int]) -> int:
    """Return the commonest value, the largest of equals."""
    if min(values) == max(values):
        return values[0]
    counts = Counter(values)
    return max(counts, key=lambda value: (counts[value], value))


def word_breaks(run: Run, gaps: list[float]) -> list[bool]:
    """Tell for each glyph of a line whether a word starts there.

    Within a word the glyphs follow each other on the page; where a raised run comes between, the gap decides.
    """
    breaks = run.starts[:]
    breaks[0] = False
    for i in range(1, len(gaps)):
        if not run.follows[i]:
            breaks[i] = gaps[i] > 0.2 * min(run.size[i], run.size[i - 1])
    return breaks


def parts_from(characters: list[str], raised: list[bool], i: int) -> bool:
    """Tell whether the raised run that starts at `i` is a citation, to be parted from the word before.

    It is when it holds digits and marks only and follows punctuation or a lower-case word of three
    letters or more: `patients 3`, `vasculopathy. 4`; not `mm2`, `10` with its power, `CD4+`.
    """
    end = next((j for j in range(i, len(raised)) if not raised[j]), len(raised))
    if not all(RAISED.match(c) for c in characters[i:end]):
        return False
    before = "".join(characters[max(0, i - 3) : i])
    return before[-1] in '.,;:)]”’"?!' or (len(before) == 3 and before.isalpha() and before.islower())
