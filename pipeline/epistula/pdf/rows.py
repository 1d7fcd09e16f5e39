"""Writing a table: a row a line, its cells parted by tabs."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from epistula.pdf.blocks import Block
from epistula.pdf.lines import TextLine
from epistula.pdf.paragraphs import Written, write
from epistula.pdf.tables import TableBlock

NOTHING = np.zeros(0, dtype=np.int32)


def write_any(block: Block, attested: Counter[str]) -> Written:
    """Write a paragraph or a table; `attested` counts the words of the document."""
    if not isinstance(block, TableBlock):
        return write(block, attested)
    rows = [join_written([write_cell(cell, attested) for cell in row], "\t") for row in block.rows]
    return join_written(rows, "\n")


def write_cell(lines: tuple[TextLine, ...], attested: Counter[str]) -> Written:
    """Write the lines of a cell, which may be empty."""
    return write(Block(lines), attested) if lines else Written("", NOTHING, NOTHING, ())


def join_written(parts: Sequence[Written], mark: str) -> Written:
    """Return texts as one, with a mark that was added between them."""
    pages, glyphs, lines, offset = [], [], [], 0
    for n, part in enumerate(parts):
        if n:
            pages.append(np.array([0], dtype=np.int32))
            glyphs.append(np.array([-1], dtype=np.int32))
            offset += len(mark)
        pages.append(part.pages)
        glyphs.append(part.glyphs)
        lines += [(offset + start, offset + end, line) for start, end, line in part.lines]
        offset += len(part.text)
    text = mark.join(part.text for part in parts)
    return Written(text, np.concatenate(pages), np.concatenate(glyphs), tuple(lines))
