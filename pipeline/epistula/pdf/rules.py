"""Ruling lines of a page, seen with PDFium: whether they make a table."""

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

MAX_PATHS = 3000
"""A page with more paths is a drawing, no table."""
MAX_SEGMENTS = 400
"""A path with more segments is a curve."""
THICK = 3.0
"""Most points across a ruling line; lines that miss each other by less meet."""
LONG = 8.0
"""Fewest points along one; a cell is no smaller."""
CROSSINGS = 9
"""Where the lines of two rows of two cells meet."""


class Edge(NamedTuple):
    """A straight line: level (`y0` is about `y1`) or upright, points of user space."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def level(self) -> bool:
        """Whether it lies and does not stand."""
        return self.x1 - self.x0 > LONG and self.y1 - self.y0 < THICK

    @property
    def upright(self) -> bool:
        """Whether it stands and does not lie."""
        return self.y1 - self.y0 > LONG and self.x1 - self.x0 < THICK


class Ruled(NamedTuple):
    """The straight lines of a page, and the rectangle in which they meet as a table's do; user space."""

    part: Edge
    edges: list[Edge]


def ruled_part(page: pdfium.PdfPage) -> Ruled | None:
    """Return the lines of a page that meet as a table's do: two rows, two columns; else None."""
    edges: list[Edge] = []
    paths = 0
    for i in range(raw.FPDFPage_CountObjects(page.raw)):
        item = raw.FPDFPage_GetObject(page.raw, i)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_PATH:
            edges.extend(edges_of(item))
            paths += 1
            if paths > MAX_PATHS:
                return None
    part = crosses(edges)
    return Ruled(part, [edge for edge in edges if edge.level or edge.upright]) if part else None


def edges_of(path: Any) -> Iterator[Edge]:
    """Yield the edges of a path: a thin line as one, a rectangle's four, those within a longer path."""
    segments = raw.FPDFPath_CountSegments(path)
    if 5 < segments <= MAX_SEGMENTS:
        yield from inner_edges(path, segments)
        return
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if segments > MAX_SEGMENTS or not raw.FPDFPageObj_GetBounds(path, left, bottom, right, top):
        return
    x0, y0, x1, y1 = left.value, bottom.value, right.value, top.value
    if x1 - x0 < THICK or y1 - y0 < THICK:
        yield Edge(x0, y0, x1, y1)
    else:
        yield from (Edge(x0, y0, x1, y0), Edge(x0, y1, x1, y1), Edge(x0, y0, x0, y1), Edge(x1, y0, x1, y1))


def inner_edges(path: Any, segments: int) -> Iterator[Edge]:
    """Yield the straight segments of a path."""
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    before: tuple[float, float] | None = None
    for i in range(segments):
        segment = raw.FPDFPath_GetPathSegment(path, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        at = matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        if before is not None and raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO:
            yield Edge(min(before[0], at[0]), min(before[1], at[1]), max(before[0], at[0]), max(before[1], at[1]))
        before = at


def crosses(edges: list[Edge]) -> Edge | None:
    """Return the rectangle around where level and upright edges meet, None when they do in too few points."""
    level = np.array([edge for edge in edges if edge.level]).reshape(-1, 4)
    upright = np.array([edge for edge in edges if edge.upright]).reshape(-1, 4)
    if len(level) < 3 or len(upright) < 3:
        return None
    x, y = upright[:, 0], level[:, 1]
    meet = (
        (level[:, None, 0] - THICK < x)
        & (x < level[:, None, 2] + THICK)
        & (upright[:, 1] - THICK < y[:, None])
        & (y[:, None] < upright[:, 3] + THICK)
    )
    rows, columns = np.nonzero(meet)
    points = {(round(x[c] / THICK), round(y[r] / THICK)) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)}
    across = {x for x, _ in points}
    down = {y for _, y in points}
    if len(points) < CROSSINGS or len(across) < 3 or len(down) < 3:
        return None
    return Edge(min(across) * THICK, min(down) * THICK, max(across) * THICK, max(down) * THICK)
