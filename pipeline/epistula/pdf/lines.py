"""Lines: the words of a column on one baseline, with the raised and lowered characters beside them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from epistula.pdf.glyphs import Bools, Glyphs, Ints
from epistula.pdf.words import Words

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
        left, right: ends of the region that the line stands in.
        holes: number of gaps wider than 1.5 font sizes.
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
    left: float = 0.0
    right: float = 0.0
    holes: int = 0

    def shift(self, offset: int) -> "TextLine":
        """Return the line with its glyphs numbered from `offset`."""
        return replace(self, glyphs=np.where(self.glyphs >= 0, self.glyphs + offset, -1))


def make_lines(
    page: int, leaf: int, glyphs: Glyphs, fonts: Sequence[str], starts: Bools, words: Words, region: Ints
) -> list[TextLine]:
    """Return the lines of one region of a page, top to bottom."""
    if not len(region):
        return []
    groups = attach_raised(words, baseline_groups(words, region))
    lines = []
    for group in raise_initials(words, groups, glyphs):
        order = np.concatenate([np.arange(words.first[w], words.last[w]) for w in group])
        order = order[np.argsort(glyphs.x0[order], kind="stable")]
        lines.append(make_line(page, leaf, glyphs, fonts, starts, order))
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
    sizes = [max(words.size[w] for w in group) for group in groups]
    kept: list[list[int]] = [[] for _ in groups]
    for i, group in enumerate(groups):
        for w in group:
            near = [j for j in range(max(0, i - 3), min(len(groups), i + 4)) if j != i]
            host = next((j for j in near if is_beside(words, w, groups[j], sizes[j])), i)
            kept[host].append(w)
    return [group for group in kept if group]


def is_beside(words: Words, w: int, group: list[int], size: float) -> bool:
    """Tell whether word `w` is a superscript or subscript of a line whose words have `size`."""
    rise = words.base[group[0]] - words.base[w]
    if words.size[w] > 0.85 * size or not -0.35 * size < rise < 0.75 * size:
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
            others = [float(words.size[v]) for g in groups[max(0, i - 2) : i + 1] for v in g if v != w]
            if not others or words.last[w] - words.first[w] != 1 or words.size[w] < 1.8 * np.median(others):
                continue
            head = next((j for j in range(max(0, i - 4), i) if words.base[groups[j][0]] > words.top[w]), i)
            if head != i and glyphs.text[words.first[w]].isupper():
                group.remove(w)
                groups[head].insert(0, w)
    return [group for group in groups if group]


def make_line(
    page: int, leaf: int, glyphs: Glyphs, fonts: Sequence[str], starts: Bools, order: Ints
) -> TextLine:
    """Write the glyphs of a line, given from left to right, with spaces between words."""
    size, font = most(glyphs.size[order].round(2).tolist()), most(glyphs.font[order].tolist())
    at_size = np.abs(glyphs.size[order] - size) < 0.1 * size
    base = float(np.median(glyphs.base[order][at_size]))
    raised = (glyphs.size[order] < 0.85 * size) & (base - glyphs.base[order] > 0.15 * size)
    text, numbers = [], []
    characters = glyphs.text[order].tolist()
    parted = word_breaks(glyphs, starts, order, size)
    for i, number in enumerate(order.tolist()):
        if parted[i] or (i and raised[i] and not raised[i - 1] and parts_from(characters, raised.tolist(), i)):
            text.append(" ")
            numbers.append(-1)
        text.append(characters[i])
        numbers.append(number)
    weights = [bool(BOLD.search(fonts[f])) for f in glyphs.font[order].tolist()]
    slants = [bool(ITALIC.search(fonts[f])) for f in glyphs.font[order].tolist()]
    gaps = glyphs.x0[order][1:] - np.maximum.accumulate(glyphs.x1[order])[:-1]
    return TextLine(
        page=page,
        leaf=leaf,
        text="".join(text),
        glyphs=np.array(numbers, dtype=np.int64),
        x0=float(glyphs.x0[order].min()),
        x1=float(glyphs.x1[order].max()),
        top=base - 0.7 * size,
        bottom=base + 0.2 * size,
        base=base,
        size=size,
        font=fonts[font],
        bold=share(weights) > 0.8,
        italic=share(slants) > 0.8,
        bold_start=weights.index(False) if False in weights else len(weights),
        holes=int((gaps > 1.5 * size).sum()),
    )


def most(values: list[float]) -> float | int:
    """Return the commonest value, the largest of equals."""
    counts = Counter(values)
    return max(counts, key=lambda value: (counts[value], value))


def share(flags: list[bool]) -> float:
    """Return the share of the flags that are set."""
    return sum(flags) / len(flags)


def word_breaks(glyphs: Glyphs, starts: Bools, order: Ints, size: float) -> list[bool]:
    """Tell for each glyph of a line whether a word starts there.

    Within a word the ordered glyphs follow each other; where a raised run comes between, the gap decides.
    """
    x0, x1 = glyphs.x0[order], np.maximum.accumulate(glyphs.x1[order])
    gap = np.r_[0.0, x0[1:] - x1[:-1]]
    follows = np.r_[True, np.diff(order) == 1]
    limit = 0.2 * np.minimum(glyphs.size[order], np.r_[size, glyphs.size[order][:-1]])
    breaks: list[bool] = np.where(follows, starts[order], gap > limit).tolist()
    breaks[0] = False
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
    return before[-1] in ".,;:)]”’\"?!" or (len(before) == 3 and before.isalpha() and before.islower())
