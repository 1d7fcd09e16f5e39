"""From the pages of a PDF to a Letter: the order of the steps."""

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from epistula.model import Box, Letter, Line, Page, Zone, ZoneKind, content_id
from epistula.pdf.blocks import Block, Typed, make_blocks, measure_leading
from epistula.pdf.characters import PageText
from epistula.pdf.columns import part_further, part_page
from epistula.pdf.floats import set_floats_apart
from epistula.pdf.furniture import find_furniture
from epistula.pdf.glyphs import Bools, Glyphs, Ints
from epistula.pdf.hyphens import count_words
from epistula.pdf.lines import Sheet, TextLine, make_lines
from epistula.pdf.metadata import read_source
from epistula.pdf.neighbours import Foreign, find_neighbours
from epistula.pdf.paragraphs import Written, join_paragraphs
from epistula.pdf.rows import write_any
from epistula.pdf.tables import Grid, set_tables
from epistula.pdf.words import make_words, order_glyphs
from epistula.pdf.zones import classify

Boxes = npt.NDArray[np.float32]


class Layout(NamedTuple):
    """A page laid out: the lines of each region in reading order, its furniture, and its glyphs' boxes."""

    number: int
    regions: list[list[TextLine]]
    furniture: list[TextLine]
    boxes: Boxes


def read_letter(
    pages: list[PageText],
    info: Mapping[str, str],
    path: str | None,
    sha256: str,
    grids: Callable[[int], Sequence[Grid]] = lambda page: (),
) -> Letter:
    """Make a Letter of the characters of its pages; `grids` returns the ruled tables of a page.

    The pages are taken out of their list, so that a long letter is not kept twice.
    """
    sizes = tuple(Page(page.number, page.width, page.height) for page in pages)
    layouts = lay_out(pages)
    boxes = {page.number: page.boxes for page in layouts}
    hint = f"{info.get('Title', '')} {info.get('title', '')}"
    typed = join_paragraphs(set_tables(type_blocks(layouts, hint), grids, boxes))
    attested = count_words(line.text for page in layouts for region in page.regions for line in region)
    written = [(item.kind, write_any(item.block, attested)) for item in typed]
    written = [(kind, compose(part)) for kind, part in written]
    text = "\n".join(part.text for _, part in written)
    zones = tuple(place_zones(written))
    own = [zone for zone, item in zip(zones, typed, strict=True) if not isinstance(item, Foreign)]
    named = [(zone.kind, text[zone.start : zone.end]) for zone in own]
    char_pages, char_boxes = trace([part for _, part in written], boxes)
    return Letter(
        id=content_id("letter", sha256),
        text=text,
        zones=zones,
        source=read_source(named, info, path, sha256, len(sizes)),
        pages=sizes,
        lines=tuple(place_lines([part for _, part in written], boxes)),
        char_boxes=char_boxes,
        char_pages=char_pages,
    )


def lay_out(pages: list[PageText]) -> list[Layout]:
    """Find furniture, columns and lines of every page; the list is empty afterwards."""
    pages.reverse()
    sheets, slanted = [], []
    while pages:
        page = pages.pop()
        sheets.append(make_sheet(page))
        slanted.append(slanted_lines(page, sheets[-1].glyphs))
    masks = find_furniture(sheets)
    parted = [part_page(sheet.words.take(~mask)) for sheet, mask in zip(sheets, masks, strict=True)]
    known = tuple(sorted({gutter for page in parted for gutter in page.gutters}))
    return [
        lay_out_page(sheet, mask, part_further(sheet.words.take(~mask), found.regions, known), *aside)
        for sheet, mask, found, aside in zip(sheets, masks, parted, slanted, strict=True)
    ]


def make_sheet(page: PageText) -> Sheet:
    """Order the upright glyphs of a page and gather them to words."""
    glyphs, starts = order_glyphs(page.glyphs.take(page.glyphs.angle == 0))
    words = make_words(glyphs, starts)
    return Sheet(page.number, page.width, page.height, glyphs, starts, words, page.fonts)


def lay_out_page(
    sheet: Sheet, furniture: Bools, leaves: Sequence[Ints], slanted: list[TextLine], boxes: Boxes
) -> Layout:
    """Find the lines of one page.

    Args:
        sheet: its upright glyphs and words.
        furniture: which words are furniture.
        leaves: regions of the words that are none, in reading order.
        slanted: its lines that are not upright.
        boxes: the boxes of all its glyphs.
    """
    kept, apart = np.flatnonzero(~furniture), np.flatnonzero(furniture)
    regions = [make_lines(sheet, n, kept[leaf]) for n, leaf in enumerate(leaves)]
    aside = make_lines(sheet, -1, apart)
    return Layout(sheet.number, regions, aside + slanted, boxes)


def slanted_lines(page: PageText, upright: Glyphs) -> tuple[list[TextLine], Boxes]:
    """Return the lines that are not upright, and the boxes of all glyphs: the upright ones, then these."""
    lines: list[TextLine] = []
    boxes = [upright.box]
    for angle in np.unique(page.glyphs.angle[page.glyphs.angle != 0]).tolist():
        glyphs, starts = order_glyphs(turn(page.glyphs.take(page.glyphs.angle == angle), angle))
        offset = sum(len(part) for part in boxes)
        words = make_words(glyphs, starts)
        sheet = Sheet(page.number, page.width, page.height, glyphs, starts, words, page.fonts)
        made = make_lines(sheet, -2, np.arange(len(words)))
        lines += [line.shift(offset) for line in made]
        boxes.append(glyphs.box)
    return lines, np.concatenate(boxes).astype(np.float32)


def turn(glyphs: Glyphs, angle: float) -> Glyphs:
    """Lay slanted glyphs along their own direction, so that lines can be made of them."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    left, top, right, bottom = glyphs.box.T
    x, y = (left + right) / 2, (top + bottom) / 2
    straight = angle % 90 == 0
    half = (abs(cos) * (right - left) + abs(sin) * (bottom - top)) / 2 if straight else 0.25 * glyphs.size
    along, across = x * cos - y * sin, x * sin + y * cos
    return glyphs.change(x0=along - half, x1=along + half, base=np.round(across + 0.25 * glyphs.size, 1))


def type_blocks(layouts: Sequence[Layout], hint: str = "") -> list[Typed]:
    """Gather lines to blocks and tell what each is; the furniture of a page comes after its blocks.

    `hint` is what the file says the title is: it tells which letter of several is ours.
    """
    leading = measure_leading(region for page in layouts for region in page.regions)
    blocks = [block for page in layouts for region in page.regions for block in make_blocks(region, leading)]
    apart = find_neighbours(blocks, hint)
    ours = iter(set_floats_apart(classify([block for i, block in enumerate(blocks) if i not in apart])))
    typed = [Foreign(block, ZoneKind.FURNITURE) if i in apart else next(ours) for i, block in enumerate(blocks)]
    on_page: dict[int, list[Typed]] = defaultdict(list)
    for item in typed:
        on_page[item.block.page].append(item)
    result: list[Typed] = []
    for page in layouts:
        result += on_page[page.number]
        result += [Typed(Block((line,)), ZoneKind.FURNITURE) for line in page.furniture]
    return result


def place_zones(written: Sequence[tuple[ZoneKind, Written]]) -> Iterator[Zone]:
    """Yield the zone of each paragraph; a line break lies between two."""
    start = 0
    for kind, part in written:
        yield Zone(start, start + len(part.text), kind)
        start += len(part.text) + 1


def place_lines(written: Sequence[Written], boxes: Mapping[int, Boxes]) -> Iterator[Line]:
    """Yield the lines of the pages where they stand in the text."""
    offset = 0
    for part in written:
        for start, end, line in part.lines:
            if end > start:
                yield Line(offset + start, offset + end, line_box(line, boxes[line.page]))
        offset += len(part.text) + 1


def line_box(line: TextLine, boxes: Boxes) -> Box:
    """Return the rectangle around a line's characters."""
    box = boxes[line.glyphs[line.glyphs >= 0]]
    x0, top = box[:, :2].min(axis=0).tolist()
    x1, bottom = box[:, 2:].max(axis=0).tolist()
    return Box(line.page, round(x0, 3), round(top, 3), round(x1, 3), round(bottom, 3))


def trace(written: Sequence[Written], boxes: Mapping[int, Boxes]) -> tuple[npt.NDArray[np.uint16], Boxes]:
    """Return page and box of every character of the text, line breaks between paragraphs included."""
    length = max(0, sum(len(part.text) + 1 for part in written) - 1)
    found_pages = np.zeros(length, dtype=np.uint16)
    found = np.full((length, 4), np.nan, dtype=np.float32)
    start = 0
    for part in written:
        for page in np.unique(part.pages).tolist():
            if page in boxes:
                here = np.flatnonzero(part.pages == page)
                found[start + here] = boxes[page][part.glyphs[here]]
        found_pages[start : start + len(part.text)] = part.pages
        start += len(part.text) + 1
    return found_pages, found


def compose(part: Written) -> Written:
    """Return the paragraph in Unicode's composed form (NFC)."""
    if unicodedata.is_normalized("NFC", part.text):
        return part
    kept, text = [], ""
    for i, character in enumerate(part.text):
        joined = unicodedata.normalize("NFC", text + character)
        if len(joined) > len(text):
            kept.append(i)
        text = joined
    new = np.array([bisect_left(kept, i) for i in range(len(part.text) + 1)])
    lines = tuple((int(new[start]), int(new[end]), line) for start, end, line in part.lines)
    return Written(text, part.pages[kept], part.glyphs[kept], lines)
