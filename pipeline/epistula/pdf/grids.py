"""From ruling lines to the cells of tables, by pdfplumber's table finder."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from epistula.pdf.tables import Cell, Grid


def grids_of(lines: Sequence[Cell]) -> list[Grid]:
    """Return the tables that ruling lines make, as rows of cells.

    Args:
        lines: thin boxes, points, origin top left of the page as displayed.
    """
    from pdfplumber.table import TableFinder  # pdfminer takes long to import

    edges = [edge_of(line) for line in lines]
    page: Any = SimpleNamespace(edges=edges, bbox=(0, 0, 0, 0))  # all that its strategy "lines" looks at
    finder = TableFinder(page)
    return [
        tuple(tuple(Cell(*cell) if cell else None for cell in row.cells) for row in table.rows)
        for table in finder.tables
    ]


def edge_of(line: Cell) -> dict[str, Any]:
    """Return a ruling line as pdfplumber has it: an edge along its middle."""
    width, height = line.x1 - line.x0, line.bottom - line.top
    level = width > height
    x, y = (line.x0 + line.x1) / 2, (line.top + line.bottom) / 2
    return {
        "object_type": "line",
        "orientation": "h" if level else "v",
        "x0": line.x0 if level else x,
        "x1": line.x1 if level else x,
        "top": y if level else line.top,
        "bottom": y if level else line.bottom,
        "width": width if level else 0.0,
        "height": 0.0 if level else height,
    }
