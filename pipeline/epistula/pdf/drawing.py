"""Pictures of a letter's pages as they were read: lines, zones, reading order."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from epistula.model import Box, Letter, ZoneKind

DPI = 110
SCALE = DPI / 72
LEGEND = 190
"""Width of the strip beside the page, pixels."""
COLOURS = {
    ZoneKind.COVER: "#7f7f7f",
    ZoneKind.TITLE: "#d62728",
    ZoneKind.AUTHORS: "#e377c2",
    ZoneKind.AFFILIATION: "#b55d9c",
    ZoneKind.ABSTRACT: "#9467bd",
    ZoneKind.HEADING: "#ff7f0e",
    ZoneKind.BODY: "#1f77b4",
    ZoneKind.CAPTION: "#2ca02c",
    ZoneKind.TABLE: "#0f8a6d",
    ZoneKind.FOOTNOTE: "#8c564b",
    ZoneKind.ACKNOWLEDGEMENT: "#a08020",
    ZoneKind.FUNDING: "#6b8e23",
    ZoneKind.DATA_AVAILABILITY: "#5f7f9f",
    ZoneKind.COMPETING_INTERESTS: "#bc8f5f",
    ZoneKind.REFERENCE: "#17a2b8",
    ZoneKind.FURNITURE: "#555555",
}
ARROW = (200, 0, 0, 200)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Point = tuple[float, float]


class Part(NamedTuple):
    """What of a zone stands in one column of one page: the zone's place in reading order, kind, box, lines."""

    number: int
    kind: ZoneKind
    box: Box
    lines: tuple[Box, ...]


def draw_pages(letter: Letter, data: bytes) -> Iterator[tuple[int, Image.Image]]:
    """Yield number and picture of each page of a letter.

    Args:
        letter: the letter as read.
        data: the PDF that it was read from.
    """
    parts = parts_of(letter)
    document = pdfium.PdfDocument(data, password="")
    try:
        for page in letter.pages:
            sheet = document[page.number - 1].render(scale=SCALE).to_pil().convert("RGB")
            here = [part for part in parts if part.box.page == page.number]
            yield page.number, draw_page(sheet, here, f"page {page.number} of {len(letter.pages)}")
    finally:
        document.close()


def save_pages(letter: Letter, data: bytes, folder: Path, name: str) -> list[Path]:
    """Write the picture of each page to `FOLDER/NAME-p001.png` …; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, picture in draw_pages(letter, data):
        paths.append(folder / f"{name}-p{number:03d}.png")
        picture.save(paths[-1])
    return paths


def parts_of(letter: Letter) -> list[Part]:
    """Return the parts of all zones in reading order; zones are numbered from 1."""
    parts: list[Part] = []
    lines = iter(letter.lines)
    line = next(lines, None)
    for number, zone in enumerate(letter.zones, 1):
        boxes: list[Box] = []
        while line is not None and line.start < zone.end:
            boxes.append(line.box)
            line = next(lines, None)
        parts += [Part(number, zone.kind, around(group), tuple(group)) for group in by_column(boxes)]
    return parts


def by_column(boxes: Sequence[Box]) -> list[list[Box]]:
    """Cut the lines of a zone where they go on in another column or on another page."""
    groups: list[list[Box]] = []
    for box in boxes:
        before = groups[-1][-1] if groups else None
        if before and box.page == before.page and box.bottom > before.top:
            groups[-1].append(box)
        else:
            groups.append([box])
    return groups


def around(boxes: Sequence[Box]) -> Box:
    """Return the rectangle around boxes of one page."""
    return Box(
        boxes[0].page,
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )


def draw_page(sheet: Image.Image, parts: Sequence[Part], head: str) -> Image.Image:
    """Return the picture of a page with its parts and the legend beside it."""
    canvas = Image.new("RGB", (sheet.width + LEGEND, max(sheet.height, 400)), "white")
    canvas.paste(sheet)
    pen = ImageDraw.Draw(canvas, "RGBA")
    for part in parts:
        draw_part(pen, part)
    order = [part for part in parts if part.kind is not ZoneKind.FURNITURE]
    for before, after in pairwise(order):
        draw_arrow(pen, before.box, after.box)
    font = font_of(11)
    for part in parts:
        draw_number(pen, part, font)
    draw_legend(pen, sheet.width, head, parts)
    return canvas


def draw_part(pen: ImageDraw.ImageDraw, part: Part) -> None:
    """Draw the lines of a part and the box around them."""
    colour = COLOURS[part.kind]
    for line in part.lines:
        pen.rectangle(pixels(line), outline=f"{colour}90", fill=f"{colour}18")
    x0, top, x1, bottom = pixels(part.box)
    pen.rectangle((x0 - 3, top - 2, x1 + 3, bottom + 2), outline=colour, width=2)


def draw_arrow(pen: ImageDraw.ImageDraw, before: Box, after: Box) -> None:
    """Draw an arrow from the foot of a part to the head of the next."""
    start, end = tail_and_tip(before, after)
    pen.line((start, end), fill=ARROW, width=2)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    wings = [(end[0] - 9 * math.cos(angle + turn), end[1] - 9 * math.sin(angle + turn)) for turn in (-0.45, 0.45)]
    pen.polygon([end, *wings], fill=ARROW)


def tail_and_tip(before: Box, after: Box) -> tuple[Point, Point]:
    """Return where an arrow starts and ends: short and upright where both parts share a column."""
    a, b = pixels(before), pixels(after)
    left, right = max(a[0], b[0]), min(a[2], b[2])
    if right > left:
        x = (left + right) / 2
        return (x, a[3] - 5), (x, b[1] + 5)
    return ((a[0] + a[2]) / 2, a[3]), ((b[0] + b[2]) / 2, b[1])


def draw_number(pen: ImageDraw.ImageDraw, part: Part, font: Font) -> None:
    """Draw a zone's number at the upper left corner of a part."""
    x0, top, _, _ = pixels(part.box)
    text = str(part.number)
    width = pen.textlength(text, font=font) + 5
    left = max(0.0, x0 - width - 2)
    pen.rectangle((left, top - 2, left + width, top + 11), fill=COLOURS[part.kind])
    pen.text((left + 2, top - 2), text, fill="white", font=font)


def draw_legend(pen: ImageDraw.ImageDraw, left: int, head: str, parts: Sequence[Part]) -> None:
    """Draw what the colours mean, for the kinds on the page, in the strip beside it."""
    pen.rectangle((left, 0, left + LEGEND, 10_000), fill="#f4f4f4")
    pen.text((left + 12, 12), head, fill="black", font=font_of(16))
    font, y = font_of(14), 46
    for kind in [kind for kind in ZoneKind if any(part.kind is kind for part in parts)]:
        pen.rectangle((left + 12, y, left + 28, y + 16), fill=f"{COLOURS[kind]}60", outline=COLOURS[kind], width=2)
        pen.text((left + 36, y), kind.replace("_", " "), fill="black", font=font)
        y += 24
    for line in ("numbers: zones in", "reading order", "arrows: from zone to", "zone, furniture left out"):
        pen.text((left + 12, y + 8), line, fill="#444444", font=font_of(12))
        y += 16


def pixels(box: Box) -> tuple[float, float, float, float]:
    """Return a box in pixels."""
    return box.x0 * SCALE, box.top * SCALE, box.x1 * SCALE, box.bottom * SCALE


def font_of(size: int) -> Font:
    """Return the font that Pillow brings, in a size in pixels."""
    return ImageFont.load_default(size)
