"""Tables: their text has a row a line, the cells of a row parted by tabs.

Where a table has ruling lines they tell its cells; else its rows are the lines of the page, parted where
the gap between two words is as wide as between columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from epistula.model import ZoneKind
from epistula.pdf.blocks import Block, Typed
from epistula.pdf.floats import LOOSE
from epistula.pdf.lines import TextLine

Boxes = npt.NDArray[np.float32]

MOST_WORDS = 40
"""A cell with more is a frame around text, where no caption says that it is a table."""
MIN_STRIP = 0.6
"""Narrowest white strip through all rows that parts columns, font sizes."""


class Cell(NamedTuple):
    """A cell between ruling lines: points, origin top left of the page as displayed."""

    x0: float
    top: float
    x1: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies in the cell."""
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom


Grid = tuple[tuple[Cell | None, ...], ...]
"""The rows of a table with ruling lines; None where a cell to the left or above reaches over the place."""
Row = tuple[tuple[TextLine, ...], ...]
"""The lines of each cell of a row."""
Place = tuple[int, int]
"""Row and column of a cell."""


@dataclass(frozen=True, eq=False)
class TableBlock(Block):
    """A block whose lines are those of cells, row by row."""

    rows: tuple[Row, ...] = ()


def set_tables(
    typed: Sequence[Typed], grids: Callable[[int], Sequence[Grid]], boxes: Mapping[int, Boxes]
) -> list[Typed]:
    """Return the blocks with those that make tables gathered and parted to rows and cells.

    Args:
        typed: the blocks of all pages.
        grids: returns the ruled tables of a page.
        boxes: box of each glyph, by page.
    """
    items = list(typed)
    for page in sorted({item.block.page for item in items}):
        for grid in grids(page):
            items = gather_ruled(items, page, grid, boxes[page])
    runs = groupby(items, key=lambda item: (item.kind is ZoneKind.TABLE, item.block.place))
    return [item for (table, _), run in runs for item in (part_unruled(list(run), boxes) if table else run)]


def gather_ruled(items: list[Typed], page: int, grid: Grid, boxes: Boxes) -> list[Typed]:
    """Gather what stands in a ruled table to one block, unless it is a frame, a figure or no text at all."""
    cells = {(r, c): cell for r, row in enumerate(grid) for c, cell in enumerate(row) if cell}
    pieces: dict[Place, list[TextLine]] = {}
    inside: dict[int, set[int]] = {}
    for i, item in enumerate(items):
        if item.kind not in LOOSE or item.block.page != page or isinstance(item.block, TableBlock):
            continue
        for n, line in enumerate(item.block.lines):
            if line.page == page and (found := part_by_cells(line, cells, boxes)):
                inside.setdefault(i, set()).add(n)
                for place, piece in found:
                    pieces.setdefault(place, []).append(piece)
    known = any(items[i].kind is ZoneKind.TABLE for i in inside)
    if not is_table(pieces, known):
        return items
    return replace_lines(items, inside, make_table(grid, pieces))


def part_by_cells(line: TextLine, cells: Mapping[Place, Cell], boxes: Boxes) -> list[tuple[Place, TextLine]]:
    """Return the pieces of a line by cell; none when it does not stand in the table, or stands sideways."""
    drawn = np.flatnonzero(line.glyphs >= 0).tolist()
    box = boxes[line.glyphs[drawn]]
    x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    if np.ptp(y) > line.size:
        return []
    points = zip(x.tolist(), y.tolist(), strict=True)
    places = [next((place for place, cell in cells.items() if cell.holds(*point)), None) for point in points]
    if sum(place is not None for place in places) < 0.6 * len(places):
        return []
    found, last = [], next(place for place in places if place)
    for at, place in zip(drawn, places, strict=True):
        last = place or last
        found.append((last, at))
    runs = [(place, [at for _, at in run]) for place, run in groupby(found, key=lambda pair: pair[0])]
    return [(place, cut_line(line, run[0], run[-1] + 1)) for place, run in runs]


def cut_line(line: TextLine, start: int, end: int) -> TextLine:
    """Return some characters of a line as a line; its edges stay those of the whole."""
    return replace(line, text=line.text[start:end], glyphs=line.glyphs[start:end])


def is_table(pieces: Mapping[Place, Sequence[TextLine]], known: bool) -> bool:
    """Tell whether cells make a table: two rows and two columns with text; if unknown, short and well filled."""
    rows, columns = {row for row, _ in pieces}, {column for _, column in pieces}
    if len(rows) < 2 or len(columns) < 2:
        return False
    words = [sum(len(line.text.split()) for line in lines) for lines in pieces.values()]
    return known or (len(pieces) >= 0.6 * len(rows) * len(columns) and max(words) <= MOST_WORDS)


def make_table(grid: Grid, pieces: Mapping[Place, Sequence[TextLine]]) -> TableBlock:
    """Return the block of a ruled table; rows without text are left out."""
    rows = []
    for r, row in enumerate(grid):
        cells = tuple(tuple(sorted(pieces.get((r, c), ()), key=lambda line: line.base)) for c in range(len(row)))
        if any(cells):
            rows.append(cells)
    return TableBlock(tuple(line for row in rows for cell in row for line in cell), rows=tuple(rows))


def replace_lines(items: Sequence[Typed], inside: Mapping[int, set[int]], table: TableBlock) -> list[Typed]:
    """Return the blocks without the lines of a table, which stands where its first line stood."""
    result: list[Typed] = []
    for i, item in enumerate(items):
        if i not in inside:
            result.append(item)
            continue
        first = i == min(inside)
        for within, run in groupby(range(len(item.block.lines)), key=lambda n: n in inside[i]):
            if not within:
                result.append(replace(item, block=Block(tuple(item.block.lines[n] for n in run))))
            elif first:
                result.append(Typed(table, ZoneKind.TABLE))
                first = False
    return result


def part_unruled(items: Sequence[Typed], boxes: Mapping[int, Boxes]) -> list[Typed]:
    """Part the lines of a table without ruling lines, given block by block, to cells."""
    lines = [line for item in items if not isinstance(item.block, TableBlock) for line in item.block.lines]
    rows = [place_words(line, boxes[line.page]) for line in lines if line.holes]
    strips = white_strips(rows) if len(rows) > 2 else []
    return [part_block(item, strips, boxes) for item in items]


def part_block(item: Typed, strips: Sequence[tuple[float, float]], boxes: Mapping[int, Boxes]) -> Typed:
    """Part the lines of a block to cells; notes and single words stay as they are."""
    block = item.block
    if isinstance(block, TableBlock):
        return item
    wide = [(x0, x1) for x0, x1 in strips if x1 - x0 > MIN_STRIP * block.size]
    rows = tuple(part_line(line, place_words(line, boxes[line.page]), wide) for line in block.lines)
    if sum(len(row) > 1 for row in rows) < 0.5 * len(rows):
        return item
    return Typed(TableBlock(tuple(line for row in rows for cell in row for line in cell), rows=rows), item.kind)


class Placed(NamedTuple):
    """A word of a line: where it is in the text, and its ends on the page."""

    start: int
    end: int
    x0: float
    x1: float


def place_words(line: TextLine, boxes: Boxes) -> list[Placed]:
    """Return the words of a line."""
    found, start = [], 0
    for word in line.text.split(" "):
        end = start + len(word)
        box = boxes[line.glyphs[start:end]]
        if len(box):
            found.append(Placed(start, end, float(box[:, 0].min()), float(box[:, 2].max())))
        start = end + 1
    return found


def white_strips(lines: Sequence[Sequence[Placed]]) -> list[tuple[float, float]]:
    """Return the upright strips that no word of any line touches."""
    spans = sorted((word.x0, word.x1) for line in lines for word in line)
    strips, reach = [], spans[0][1]
    for x0, x1 in spans[1:]:
        if x0 > reach:
            strips.append((reach, x0))
        reach = max(reach, x1)
    return strips


def part_line(line: TextLine, words: Sequence[Placed], strips: Sequence[tuple[float, float]]) -> Row:
    """Part a line where a gap is a hole or shares most of its width with a white strip."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(words)]
    usual = min(gaps) if len(gaps) > 1 else 0.0
    cuts = [0]
    for i, (a, b) in enumerate(pairwise(words)):
        hole = line.holes > 0 and gaps[i] > 1.5 * max(line.size, usual)
        shared = max((min(b.x0, x1) - max(a.x1, x0) for x0, x1 in strips), default=0.0)
        if hole or shared > max(MIN_STRIP * line.size, 0.5 * gaps[i]):
            cuts.append(i + 1)
    ends = [*cuts[1:], len(words)]
    return tuple((cut_line(line, words[a].start, words[b - 1].end),) for a, b in zip(cuts, ends, strict=True))
