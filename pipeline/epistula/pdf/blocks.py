"""Blocks: the lines of a region gathered to paragraphs by space, indent and type."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from epistula.pdf.lines import TextLine

TERMINAL = re.compile(r"(?<!\bet al)(?<!\bvs)(?<!\b[Ff]ig)(?<!\bi\.e)(?<!\be\.g)[.?!:;][)\]”’\"'»]*( ?\d[\d,–-]*)?$")
"""The end of a sentence, with quotes, brackets and citation numbers after it."""
ITEM = re.compile(r"[•●▪■◦*–—-]\s|[(\[]?(\d{1,2}|[a-z]|[ivx]{1,4})[)\].]\s|\d{1,2}\s[A-Z]|[“\"‘(\[][A-Z]")
"""The start of a list item or quotation."""
NUMBERED = re.compile(r"([\[(]?)(\d{1,3})([\]).]\s?|\s)(?=[A-Z])")
"""The number of a list item or reference."""
INDENT = 0.6
"""Least indent, in font sizes."""
MAX_INDENT = 5.0


@dataclass(frozen=True, eq=False)
class Block:
    """Lines that belong together: a paragraph, a heading, a caption, an entry of the references.

    Args:
        lines: in reading order; several pages when a paragraph was joined.
        indented: the first line starts right of the column's edge.
        ended: the last line stops short of the column's edge by more than a word.
    """

    lines: tuple[TextLine, ...]
    indented: bool = False
    ended: bool = False

    @cached_property
    def text(self) -> str:
        """The lines as they stand, a space between them."""
        return " ".join(line.text for line in self.lines)

    @cached_property
    def size(self) -> float:
        """Size of most of the type, points."""
        counts: Counter[float] = Counter()
        for line in self.lines:
            counts[line.size] += len(line.text)
        return max(counts, key=lambda size: (counts[size], size))

    @property
    def bold(self) -> bool:
        """Whether every line is bold."""
        return all(line.bold for line in self.lines)

    @property
    def italic(self) -> bool:
        """Whether every line is slanted."""
        return all(line.italic for line in self.lines)

    @property
    def page(self) -> int:
        """The page the block starts on."""
        return self.lines[0].page

    @property
    def place(self) -> tuple[int, int]:
        """Page and region the block starts in."""
        return self.lines[0].page, self.lines[0].leaf


def same_size(a: float, b: float) -> bool:
    """Tell whether two font sizes are meant to be one."""
    return abs(a - b) <= 0.06 * max(a, b)


def measure_leading(regions: Iterable[Sequence[TextLine]]) -> Callable[[float], float]:
    """Return a function from font size to the usual distance of baselines, points."""
    pitches: dict[float, list[float]] = defaultdict(list)
    for lines in regions:
        for a, b in zip(lines, lines[1:], strict=False):
            if same_size(a.size, b.size) and 0.5 * a.size < b.base - a.base < 3 * a.size:
                pitches[round(a.size)].append(b.base - a.base)
    usual = {size: float(np.percentile(found, 40)) for size, found in pitches.items() if len(found) > 2}
    return lambda size: usual.get(round(size), 1.2 * size)


def make_blocks(lines: Sequence[TextLine], leading: Callable[[float], float]) -> list[Block]:
    """Gather the lines of one region, top to bottom, to blocks."""
    blocks: list[Block] = []
    current: list[TextLine] = []
    measured = {size: column_edges(lines, size) for size in {line.size for line in lines}}
    edges = [measured[line.size] for line in lines]
    hanging = {size: hangs(lines, size) for size in measured}
    for i, line in enumerate(lines):
        if current and starts_block(current, line, edges[i], leading(line.size), hanging[line.size]):
            blocks.append(close(current, edges[i - 1], hanging[current[0].size]))
            current = []
        current.append(line)
    if current:
        blocks.append(close(current, edges[-1], hanging[current[0].size]))
    return blocks


def column_edges(lines: Sequence[TextLine], size: float) -> tuple[float, float]:
    """Return left and right edge of the type of one size within a region."""
    alike = [line for line in lines if same_size(line.size, size)]
    return min(line.x0 for line in alike), max(line.x1 for line in alike)


def close(lines: Sequence[TextLine], edges: tuple[float, float], hanging: bool) -> Block:
    """Return a block of lines; in a list with hanging indents an entry starts at the edge."""
    first, last = lines[0], lines[-1]
    indented = is_indented(first, edges[0])
    return Block(tuple(lines), indented != hanging, edges[1] - last.x1 > 2.5 * last.size)


def is_indented(line: TextLine, left: float) -> bool:
    """Tell whether a line starts a little right of an edge."""
    return INDENT * line.size < line.x0 - left < MAX_INDENT * line.size


def hangs(lines: Sequence[TextLine], size: float) -> bool:
    """Tell whether the type of one size hangs: its many indented lines go on where the line before was full."""
    alike = [line for line in lines if same_size(line.size, size)]
    left, right = column_edges(lines, size)
    full = short = 0
    for a, b in zip(alike, alike[1:], strict=False):
        if is_indented(b, left):
            full += not leaves_room(a, b, right)
            short += leaves_room(a, b, right)
    return full > short and full + short > 0.35 * len(alike)


def leaves_room(a: TextLine, b: TextLine, right: float) -> bool:
    """Tell whether the first word of `b` would have fitted at the end of `a`."""
    word = len(b.text.split(" ", 1)[0])
    width = (b.x1 - b.x0) * (word + 1) / max(len(b.text), 1)
    return right - a.x1 > width + 0.3 * a.size


def starts_block(
    current: Sequence[TextLine], b: TextLine, edges: tuple[float, float], leading: float, hanging: bool
) -> bool:
    """Tell whether line `b` begins a new block after the lines of the current one."""
    a = current[-1]
    if not same_size(a.size, b.size) or a.bold != b.bold:
        return not continues_run(a, b)
    if b.base - a.base > 1.3 * leading or b.base - a.base < 0.3 * a.size:
        return True
    if counts_on(current[0], b):
        return True
    if bool(a.holes) != bool(b.holes) and max(a.holes, b.holes) > 1:
        return True
    if is_indented(b, edges[0]) != is_indented(a, edges[0]):
        first = not is_indented(b, edges[0]) if hanging else is_indented(b, edges[0])
        if first and (hanging or not (len(current) > 1 and is_indented(current[-2], edges[0]))):
            return True
    if hanging and not is_indented(b, edges[0]):
        return True
    return leaves_room(a, b, edges[1]) and begins_anew(a, b)


def counts_on(first: TextLine, b: TextLine) -> bool:
    """Tell whether a line starts with the number after that of the block's first line, in the same way."""
    one, two = NUMBERED.match(first.text), NUMBERED.match(b.text)
    if one is None or two is None:
        return False
    return int(two[2]) == int(one[2]) + 1 and (one[1], one[3]) == (two[1], two[3])


def continues_run(a: TextLine, b: TextLine) -> bool:
    """Tell whether a line in other type still goes on with the sentence of the line before."""
    if not same_size(a.size, b.size):
        return False
    if a.bold and 0 < b.bold_start:
        return True
    return bool(b.bold and not a.bold and not TERMINAL.search(a.text) and b.text[:1].islower())


def begins_anew(a: TextLine, b: TextLine) -> bool:
    """Tell whether the words allow a new paragraph at `b`: a sentence ended, or a capital or list item starts."""
    if a.text.endswith("-"):
        return False
    return bool(TERMINAL.search(a.text)) or b.text[:1].isupper() or bool(ITEM.match(b.text))
