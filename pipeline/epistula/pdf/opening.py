"""The PDFium reader: opening a PDF and reading the characters of its pages, or saying why that cannot be done."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf.characters import Frame, PageText, page_frame, read_characters
from epistula.pdf.fallback import Fallback
from epistula.pdf.grids import grids_of
from epistula.pdf.reader import Reading, check_page_count, collect_pages
from epistula.pdf.rules import Ruled, ruled_part
from epistula.pdf.tables import Cell, Grid
from epistula.pdf.unnamed import UNMAPPED, guess_names, mark_unnamed, reads_like_text

FEW = 20
"""A ruled rectangle with fewer characters is the grid of a chart."""


class Drawn(NamedTuple):
    """Ruling lines of a page as thin boxes, and the rectangle in which they meet; points, origin top left."""

    part: Cell
    lines: list[Cell]


def read_with_pdfium(data: bytes) -> Reading:
    """Read the bytes of a PDF with PDFium; see `Reader`."""
    document = open_document(data)
    fallback, ruled = Fallback(data), dict[int, Drawn]()
    try:
        pages = collect_pages(read_pages(document, fallback, ruled))
        info = document.get_metadata_dict(skip_empty=True)
        images = holds_images(document) if not any(len(page.glyphs) for page in pages) else False
    finally:
        document.close()

    def grids(number: int) -> Sequence[Grid]:
        return grids_of(ruled[number].lines) if number in ruled else ()

    return Reading(pages, info, images, grids)


def open_document(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF, with the empty password if it asks for one.

    Raises:
        ReadError: ENCRYPTED, BROKEN, or LIMIT for too many pages.
    """
    try:
        document = pdfium.PdfDocument(data, password="")
    except pdfium.PdfiumError as error:
        code = raw.FPDF_GetLastError()
        if code == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise ReadError(FailureCategory.ENCRYPTED, "the file needs a password; save it without one") from error
        if code == raw.FPDF_ERR_SECURITY or "security" in str(error).lower():
            raise ReadError(FailureCategory.ENCRYPTED, "encrypted in a way that cannot be undone") from error
        raise ReadError(FailureCategory.BROKEN, f"the PDF cannot be parsed: {error}") from error
    try:
        check_page_count(len(document))
    except ReadError:
        document.close()
        raise
    return document


def read_pages(document: pdfium.PdfDocument, fallback: Fallback, ruled: dict[int, Drawn]) -> Iterator[PageText | None]:
    """Yield the characters of each page, None for one that cannot be loaded; `ruled` gets where rules are."""
    for index in range(len(document)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            yield None
            continue
        try:
            found = read_characters(page, index + 1)
            if lines := ruled_part(page):
                drawn = on_display(lines, page_frame(page))
                if count_within(found, drawn.part) >= FEW:
                    ruled[index + 1] = drawn
        except pdfium.PdfiumError:
            yield None
            continue
        finally:
            page.close()
        yield name_characters(found, fallback)


def on_display(ruled: Ruled, frame: Frame) -> Drawn:
    """Return ruling lines where they are displayed."""
    edges = np.array([ruled.part, *ruled.edges])
    x, y = frame.place(edges[:, [0, 2]].ravel(), edges[:, [1, 3]].ravel())
    xs, ys = np.sort(x.reshape(-1, 2)), np.sort(y.reshape(-1, 2))
    part, *lines = (Cell(*map(float, box)) for box in zip(xs[:, 0], ys[:, 0], xs[:, 1], ys[:, 1], strict=True))
    return Drawn(part, lines)


def name_characters(page: PageText, fallback: Fallback) -> PageText:
    """Deal with characters that their font does not name.

    A few become U+FFFD. When there are many, PDFium's guess stays if it reads like text; else
    pdfplumber is asked.
    """
    glyphs = page.glyphs
    if not glyphs.failed.any():
        return page
    if glyphs.failed.mean() <= UNMAPPED:
        return page._replace(glyphs=mark_unnamed(glyphs))
    if reads_like_text(glyphs):
        return page._replace(glyphs=guess_names(glyphs))
    return fallback.better(page)


def count_within(page: PageText, part: Cell) -> int:
    """Count the characters in a rectangle of a page."""
    box = page.glyphs.box
    x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    return int(((part.x0 < x) & (x < part.x1) & (part.top < y) & (y < part.bottom)).sum())


def holds_images(document: pdfium.PdfDocument) -> bool:
    """Tell whether one of the first pages shows an image."""
    for index in range(min(3, len(document))):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            continue
        if any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
            return True
    return False
