"""Lines: the words of a column on one baseline, with the raised and lowered characters beside them."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from epistula.pdf.glyphs import Bools, Floats, Glyphs, Ints
from epistula.pdf.words import Words, middle

RAISED = re.compile(r"[0-9*†‡§¶#,;–-]")
"""Characters of a raised note mark or citation number."""
BOLD = re.compile(r"bold|black|heavy|demi|[-.]b(d|$)|cmbx|cmb\d|medi(um)?$|SFBX", re.IGNORECASE)
"""Names of fonts that are bold."""
ITALIC = re.compile(r"It|Obl|Slant|CMTI|SFTI")
"""Names of fonts that are slanted."""


@dataclass(frozen=True, eq=False)
class TextLine:
    """A line of a page.

    Args:
        page: 1-based number of the page.
        leaf: number of the region of the page that the line stands in.
        text: the characters, one space between words.
        glyphs: int64 of shape (len(text),): number of each character's glyph on its page, -1 for a space.
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


def make_lines(sheet: Sheet, leaf: int, region: Ints) -> list[TextLine]:
    """Return the lines of one region of a page, top to bottom."""
    words, glyphs = sheet.words, sheet.glyphs
    if not len(region):
        return []
    groups = attach_raised(words, baseline_groups(words, region))
    lines = []
    for group in raise_initials(words, groups, glyphs):
        order = np.concatenate([np.arange(words.first[w], words.last[w]) for w in group])
        order = order[np.argsort(glyphs.x0[order], kind="stable")]
        chosen = glyphs.take(order).change(glyph=order)
        lines.append(make_line(sheet, leaf, chosen, word_breaks(chosen, sheet.starts[order])))
    if not lines:
        return []
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    return [replace(line, left=left, right=right) for line in sorted(lines, key=lambda line: line.base)]


def baseline_groups(words: Words, region: Ints) -> list[list[int]]:
    """Part the words of a region by baseline; steps of less than a fifth of the size are none."""
    order = region[np.argsort(words.base[region], kind="stable")]
    base, size = words.base[order], words.size[order]
    step = np.diff(base) > 0.2 * np.minimum(size[1:], size[:-1])
    return [part.tolist() for part in np.split(order, np.flatnonzero(step) + 1)]


def attach_raised(words: Words, groups: list[list[int]]) -> list[list[int]]:
    """Move smaller words that touch a word of a line nearby, a little above or below, into that line."""
    sizes = [float(words.size[group].max()) for group in groups]
    kept: list[list[int]] = [[] for _ in groups]
    for i, group in enumerate(groups):
        near = [j for j in range(max(0, i - 3), min(len(groups), i + 4)) if j != i]
        largest = max((sizes[j] for j in near), default=0.0)
        for w in group:
            small = words.size[w] <= 0.85 * largest
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
    for i, group in enumerate(groups):
        for w in group[:]:
            if words.last[w] - words.first[w] != 1 or not glyphs.text[words.first[w]].isupper():
                continue
            others = [float(words.size[v]) for g in groups[max(0, i - 2) : i + 1] for v in g if v != w]
            if not others or words.size[w] < 1.8 * np.median(others):
                continue
            head = next((j for j in range(max(0, i - 4), i) if words.base[groups[j][0]] > words.top[w]), i)
            if head != i:
                group.remove(w)
                groups[head].insert(0, w)
    return [group for group in groups if group]


def make_line(sheet: Sheet, leaf: int, glyphs: Glyphs, parted: Bools) -> TextLine:
    """Write the glyphs of a line, given from left to right with their number on the page in `glyph`.

    `parted` marks those that a space goes before.
    """
    fonts = sheet.fonts
    size = commonest(np.rint(glyphs.size * 100)) / 100
    usual = np.abs(glyphs.size - size) < 0.1 * size
    base = middle(glyphs.base[usual])
    characters = glyphs.text.tolist()
    raised = (glyphs.size < 0.85 * size) & (base - glyphs.base > 0.15 * size)
    for i in run_starts(raised):
        parted[i] |= parts_from(characters, raised.tolist(), i)
    text = "".join([" " + c if b else c for c, b in zip(characters, parted.tolist(), strict=True)])
    numbers = np.full(len(text), -1, dtype=np.int64)
    numbers[np.arange(len(characters)) + np.cumsum(parted)] = glyphs.glyph
    bold = [is_bold(fonts[f]) for f in glyphs.font.tolist()]
    slanted = sum(is_italic(fonts[f]) for f in glyphs.font.tolist())
    gaps = glyphs.x0[1:] - np.maximum.accumulate(glyphs.x1)[:-1]
    return TextLine(
        page=sheet.number,
        leaf=leaf,
        text=text,
        glyphs=numbers,
        x0=float(glyphs.x0.min()),
        x1=float(glyphs.x1.max()),
        top=base - 0.7 * size,
        bottom=base + 0.2 * size,
        base=base,
        size=size,
        font=fonts[int(commonest(glyphs.font))],
        bold=sum(bold) > 0.8 * len(bold),
        italic=slanted > 0.8 * len(bold),
        bold_start=bold.index(False) if False in bold else len(bold),
        word_x1=float(glyphs.x1[: int(np.argmax(parted)) or len(parted)].max()),
        holes=count_holes(gaps[parted[1:]], size),
    )


def count_holes(gaps: Floats, size: float) -> int:
    """Count the gaps between words that are too wide for a space; a line stretched evenly has none."""
    usual = float(gaps.min()) if len(gaps) > 1 else 2.0 * size
    return int(((gaps > 1.5 * size) & (gaps > 1.5 * usual)).sum())


def run_starts(flags: Bools) -> list[int]:
    """Return where runs of set flags start, but for the first place."""
    found: list[int] = (np.flatnonzero(flags[1:] & ~flags[:-1]) + 1).tolist()
    return found


@cache
def is_bold(font: str) -> bool:
    """Tell whether the name of a font says bold."""
    return BOLD.search(font) is not None


@cache
def is_italic(font: str) -> bool:
    """Tell whether the name of a font says slanted."""
    return ITALIC.search(font) is not None


def commonest(values: npt.NDArray[Any]) -> float:
    """Return the commonest value, the largest of equals."""
    if (values == values[0]).all():
        return float(values[0])
    found, counts = np.unique(values, return_counts=True)
    return float(found[len(counts) - 1 - int(np.argmax(counts[::-1]))])


def word_breaks(glyphs: Glyphs, starts: Bools) -> Bools:
    """Tell for each glyph of a line whether a word starts there.

    Within a word the glyphs follow each other on the page; where a raised run comes between, the gap decides.
    """
    breaks = np.zeros(len(glyphs), dtype=bool)
    gap = glyphs.x0[1:] - np.maximum.accumulate(glyphs.x1)[:-1]
    limit = 0.2 * np.minimum(glyphs.size[1:], glyphs.size[:-1])
    breaks[1:] = np.where(glyphs.glyph[1:] - glyphs.glyph[:-1] == 1, starts[1:], gap > limit)
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
