"""Blocks: the lines of a region gathered to paragraphs by space, indent and type."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from epistula.model import ZoneKind
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
        full: the last line reaches the column's edge.
    """

    lines: tuple[TextLine, ...]
    indented: bool = False
    ended: bool = False
    full: bool = False

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


@dataclass(frozen=True, eq=False)
class Typed:
    """A block and what it is."""

    block: Block
    kind: ZoneKind


def tabular(block: Block) -> bool:
    """Tell whether most lines of a block have wide holes."""
    return sum(line.holes > 0 for line in block.lines) > 0.5 * len(block.lines)


def same_size(a: float, b: float) -> bool:
    """Tell whether two font sizes are meant to be one."""
    return abs(a - b) <= 0.06 * max(a, b)


def measure_leading(regions: Iterable[Sequence[TextLine]]) -> Callable[[float], float]:
    """Return a function from font size to the usual distance of baselines, points."""
    pitches: dict[float, list[float]] = defaultdict(list)
    for lines in regions:
        for a, b in pairwise(lines):
            if same_size(a.size, b.size) and 0.5 * a.size < b.base - a.base < 3 * a.size:
                pitches[round(a.size)].append(b.base - a.base)
    usual = {size: float(np.percentile(found, 40)) for size, found in pitches.items() if len(found) > 2}
    return lambda size: usual.get(round(size), 1.2 * size)


class Measure(NamedTuple):
    """How the type of one size is set in a region: its edges, the distance of baselines, hanging indents."""

    left: float
    right: float
    leading: float
    hanging: bool


def make_blocks(lines: Sequence[TextLine], leading: Callable[[float], float]) -> list[Block]:
    """Gather the lines of one region, top to bottom, to blocks."""
    measures = {size: measure(lines, size, leading(size)) for size in {line.size for line in lines}}
    groups: list[list[TextLine]] = []
    for i, line in enumerate(lines):
        after = lines[i + 1] if i + 1 < len(lines) else None
        if not groups or starts_block(groups[-1], line, after, measures[line.size]):
            groups.append([])
        groups[-1].append(line)
    return [close(group, measures[group[0].size], measures[group[-1].size]) for group in groups]


def measure(lines: Sequence[TextLine], size: float, leading: float) -> Measure:
    """Measure the type of one size within a region."""
    alike = [line for line in lines if same_size(line.size, size)]
    left, right = min(line.x0 for line in alike), max(line.x1 for line in alike)
    return Measure(left, right, leading, hangs(alike, left, right))


def close(lines: Sequence[TextLine], first: Measure, last: Measure) -> Block:
    """Return a block of lines; in a list with hanging indents an entry starts at the edge."""
    indented = is_indented(lines[0], first.left)
    room, size = last.right - lines[-1].x1, lines[-1].size
    return Block(tuple(lines), indented != first.hanging, room > 2.5 * size, room < 0.3 * size)


def is_indented(line: TextLine, left: float) -> bool:
    """Tell whether a line starts a little right of an edge."""
    return INDENT * line.size < line.x0 - left < MAX_INDENT * line.size


def hangs(alike: Sequence[TextLine], left: float, right: float) -> bool:
    """Tell whether type hangs: many lines are indented, and those go on where the line before was full."""
    full = short = 0
    for a, b in pairwise(alike):
        if is_indented(b, left):
            full += not leaves_room(a, b, right)
            short += leaves_room(a, b, right)
    return full > short and full + short > 0.35 * len(alike)


def leaves_room(a: TextLine, b: TextLine, right: float) -> bool:
    """Tell whether the first word of `b` would have fitted at the end of `a`."""
    return right - a.x1 > b.word_x1 - b.x0 + 0.5 * a.size


def starts_block(current: Sequence[TextLine], b: TextLine, after: TextLine | None, set_: Measure) -> bool:
    """Tell whether line `b` begins a new block after the lines of the current one.

    Args:
        current: the lines of the block so far.
        b: the line.
        after: the line after it, if there is one.
        set_: how the type of its size is set.
    """
    a = current[-1]
    if not same_size(a.size, b.size) or a.bold != b.bold:
        return not continues_run(a, b)
    if is_spaced(a, b, set_.leading) or counts_on(current[0], b) or changes_table(a, b):
        return True
    if set_.hanging:
        return not is_indented(b, set_.left)
    return opens_by_indent(current, b, after, set_.left) or (leaves_room(a, b, set_.right) and begins_anew(a, b))


def is_spaced(a: TextLine, b: TextLine, leading: float) -> bool:
    """Tell whether two lines are further apart than lines of a paragraph, or side by side."""
    return not 0.3 * a.size <= b.base - a.base <= 1.3 * leading


def changes_table(a: TextLine, b: TextLine) -> bool:
    """Tell whether just one of two lines is a row of cells."""
    return bool(a.holes) != bool(b.holes) and max(a.holes, b.holes) > 1


def opens_by_indent(current: Sequence[TextLine], b: TextLine, after: TextLine | None, left: float) -> bool:
    """Tell whether line `b` is the indented first line of a paragraph, and no line of an indented block."""
    a = current[-1]
    if not is_indented(b, left):
        return False
    if not is_indented(a, left):
        return not (len(current) > 1 and is_indented(current[-2], left))
    returns = after is not None and same_size(after.size, b.size) and not is_indented(after, left)
    return returns and TERMINAL.search(a.text) is not None


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
    if a.bold and b.bold_start > 0:
        return True
    return bool(b.bold and not a.bold and not TERMINAL.search(a.text) and b.text[:1].islower())


def begins_anew(a: TextLine, b: TextLine) -> bool:
    """Tell whether the words allow a new paragraph at `b`: a sentence ended, a capital or item starts."""
    if a.text.endswith("-"):
        return False
    return bool(TERMINAL.search(a.text)) or b.text[:1].isupper() or bool(ITEM.match(b.text))
