"""From characters of the text to places on the page, and back."""

import re
from dataclasses import replace

import numpy as np

from epistula.model import Box, Letter, Mention

UNIT = re.compile(r"(?:/m|mm|cm|/kg|\bm|[×x]\s?10|\b10)\s?\Z")
"""What a raised number stands behind when it is an exponent: kg/m², 10⁹/L."""
NUMBERS = re.compile(r"\d[\d,–-]*(?<=\d)")
SMALL, RAISED = 0.85, 0.12
"""Height of a superscript, and how far its foot is above the line's, as shares of the character before."""


def place(mention: Mention, letter: Letter) -> Mention:
    """Return the mention with its page and boxes; unchanged for a letter without pages."""
    boxes = boxes_of(letter, mention.start, mention.end)
    return replace(mention, page=boxes[0].page, boxes=boxes) if boxes else mention


def boxes_of(letter: Letter, start: int, end: int) -> tuple[Box, ...]:
    """Return one box for each line that the characters [start, end) stand on, in text order.

    A new line begins where the page changes or a character lies to the left of the one before, or
    does not share its height. Points, origin top left; rounded to a hundredth.
    """
    if not len(letter.char_boxes):
        return ()
    placed = [i for i in range(start, end) if letter.char_pages[i]]
    lines: list[list[int]] = []
    for i in placed:
        if lines and _same_line(letter, lines[-1][-1], i):
            lines[-1].append(i)
        else:
            lines.append([i])
    return tuple(_box(letter, line) for line in lines)


def character_at(letter: Letter, page: int, x: float, y: float) -> int | None:
    """Return the offset of the character at a point of a page, None where there is none.

    Of several characters whose boxes hold the point it is the one with the nearest centre.

    Args:
        letter: the letter.
        page: number of the page, from 1.
        x: points from the left edge.
        y: points from the upper edge.
    """
    x0, top, x1, bottom = letter.char_boxes.astype(np.float64).T
    holds = (letter.char_pages == page) & (x0 <= x) & (x <= x1) & (top <= y) & (y <= bottom)
    found = np.flatnonzero(holds)
    if not len(found):
        return None
    apart = np.hypot((x0 + x1)[found] / 2 - x, (top + bottom)[found] / 2 - y)
    return int(found[apart.argmin()])


def span_in(letter: Letter, box: Box) -> list[tuple[int, int]]:
    """Return the stretches of text inside a rectangle, as half-open offsets in text order.

    A character is inside when its centre is. White space and what reading added do not part a stretch.
    """
    x0, top, x1, bottom = letter.char_boxes.astype(np.float64).T
    x, y = (x0 + x1) / 2, (top + bottom) / 2
    across, down = (box.x0 <= x) & (x <= box.x1), (box.top <= y) & (y <= box.bottom)
    spans: list[tuple[int, int]] = []
    for i in np.flatnonzero((letter.char_pages == box.page) & across & down).tolist():
        if spans and not letter.text[spans[-1][1] : i].strip():
            spans[-1] = spans[-1][0], i + 1
        else:
            spans.append((i, i + 1))
    return spans


def superscripts(letter: Letter) -> tuple[tuple[int, int], ...]:
    """Return where raised numbers stand, as half-open offsets: "3,4" of "patients 3,4".

    A run of digits, commas and dashes is raised when its boxes are lower than that of the character
    before it and end above its foot. Empty for a letter without pages.
    """
    if not len(letter.char_boxes):
        return ()
    return tuple((m.start(), m.end()) for m in NUMBERS.finditer(letter.text) if _is_raised(letter, *m.span()))


def _is_raised(letter: Letter, start: int, end: int) -> bool:
    if UNIT.search(letter.text, max(0, start - 8), start) or letter.text.startswith("/", end):
        return False
    before = start - 1 if start and letter.char_pages[start - 1] else start - 2
    if before < 0 or letter.char_pages[before] != letter.char_pages[start]:
        return False
    _, top, _, bottom = letter.char_boxes[before]
    boxes = letter.char_boxes[start:end]
    height = bottom - top
    small = float((boxes[:, 3] - boxes[:, 1]).max()) < SMALL * height
    return bool(small and float(boxes[:, 3].max()) < bottom - RAISED * height and float(boxes[:, 3].max()) > top)


def _same_line(letter: Letter, before: int, after: int) -> bool:
    x0, top, _, bottom = letter.char_boxes[before]
    next_x0, next_top, _, next_bottom = letter.char_boxes[after]
    shared = min(bottom, next_bottom) - max(top, next_top)
    return bool(
        letter.char_pages[before] == letter.char_pages[after]
        and next_x0 >= x0
        and shared > 0.3 * min(bottom - top, next_bottom - next_top)
    )


def _box(letter: Letter, characters: list[int]) -> Box:
    part = letter.char_boxes[characters]
    x0, top = part[:, :2].min(axis=0)
    x1, bottom = part[:, 2:].max(axis=0)
    numbers = (round(float(v), 2) for v in np.asarray([x0, top, x1, bottom], dtype=float))
    return Box(int(letter.char_pages[characters[0]]), *numbers)
