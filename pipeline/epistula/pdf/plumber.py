"""The pdfplumber reader: the same characters as PDFium's, and tables by their ruling lines."""

import io
import logging
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf import characters, reader
from epistula.pdf.characters import Frame, PageText, lay_along, mend_heights, on_page
from epistula.pdf.device import Shown, ShownPage, TooManyError
from epistula.pdf.glyphs import Floats, Glyphs
from epistula.pdf.reader import Reading, check_page_count, collect_pages
from epistula.pdf.tables import Cell, Grid

logging.getLogger("pdfminer").addHandler(logging.NullHandler())  # its warnings are for whoever asks for them
UNNAMED = re.compile(r"\(cid:\d+\)|\ufffd|\0")
REPLACEMENT = "\ufffd"
LETTER_SIZE = (0, 0, 612, 792)
"""The page where the PDF does not say how large it is."""
MAX_EDGES = 3000
"""A page with more lines is a drawing, no table."""


def read_with_pdfplumber(data: bytes) -> Reading:
    """Read the bytes of a PDF with pdfplumber; see `Reader`."""
    plumber = open_plumber(data)
    pages = collect_pages(read_pages(plumber))
    images = not any(len(page.glyphs) for page in pages) and plumber.shows_images()
    return Reading(pages, plumber.info(), images, plumber.grids)


def open_plumber(data: bytes) -> "Plumber":
    """Open a PDF, with the empty password if it asks for one.

    Raises:
        ReadError: ENCRYPTED, BROKEN, or LIMIT for too many pages.
    """
    try:
        plumber = Plumber(data)
    except MemoryError:
        raise
    except Exception as error:  # pdfminer raises what it likes on files that it cannot follow
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, PDFPasswordIncorrect):
            raise ReadError(FailureCategory.ENCRYPTED, "the file needs a password; save it without one") from error
        if isinstance(cause, PDFEncryptionError):
            raise ReadError(FailureCategory.ENCRYPTED, "encrypted in a way that cannot be undone") from error
        raise ReadError(FailureCategory.BROKEN, f"the PDF cannot be parsed: {cause!r}") from error
    check_page_count(len(plumber.pages))
    return plumber


def read_pages(plumber: "Plumber") -> Iterator[PageText | None]:
    """Yield the characters of each page, None for one that cannot be followed.

    Raises:
        ReadError: a page has more characters than it may (LIMIT).
    """
    for number in range(1, len(plumber.pages) + 1):
        try:
            yield plumber.page_text(number)
        except TooManyError as error:
            reason = f"page {number} holds more than {characters.MAX_PAGE_CHARS:,} characters"
            raise ReadError(FailureCategory.LIMIT, reason) from error


class Plumber:
    """A PDF opened by pdfplumber; its pages are drawn when asked for."""

    def __init__(self, data: bytes) -> None:
        self.pdf = PDF.open(io.BytesIO(data))
        self.pages = list(islice(PDFPage.create_pages(self.pdf.doc), reader.MAX_PAGES + 1))
        self._kept: tuple[int, ShownPage, list[Shown]] | None = None

    def page_text(self, number: int) -> PageText | None:
        """Return the characters of a page, counted from 1; None when pdfminer cannot follow it.

        Raises:
            TooManyError: the page has more characters than it may.
        """
        try:
            page, shown = self._draw(number)
            frame, left, top = self._frame(page)
        except (MemoryError, TooManyError):
            raise
        except Exception:  # pdfminer raises what it likes on pages that it cannot follow
            return None
        width, height = frame.size
        fonts = tuple(sorted({font_name(char.font) for char in shown}))
        glyphs = make_glyphs(shown, fonts, left, float(page.height), top)
        glyphs = lay_along(mend_heights(glyphs, glyphs.base), glyphs.x0, glyphs.base, width, height)
        return PageText(number, width, height, glyphs.take(on_page(glyphs, width, height)), fonts)

    def grids(self, number: int) -> Sequence[Grid]:
        """Return the tables with ruling lines of a page; none when pdfminer cannot follow it."""
        try:
            page, _ = self._draw(number)
            _, left, top = self._frame(page)
            if not 6 <= len(page.edges) <= MAX_EDGES:
                return ()
            left, top = left + float(page.mediabox[0]), top + float(page.mediabox[1])
            return [make_grid(table, left, top) for table in page.find_tables()]
        except MemoryError:
            raise
        except Exception:  # pdfminer raises what it likes on pages that it cannot follow
            return ()

    def info(self) -> dict[str, str]:
        """Return the information dictionary, without what is empty or no text."""
        return {key: value for key, value in self.pdf.metadata.items() if isinstance(value, str) and value}

    def shows_images(self) -> bool:
        """Tell whether one of the first pages shows an image."""
        try:
            return any(self._draw(number)[0].images for number in range(1, len(self.pages) + 1)[:3])
        except Exception:  # pdfminer raises what it likes on pages that it cannot follow
            return False

    def _draw(self, number: int) -> tuple[ShownPage, list[Shown]]:
        """Draw a page, or take it from the last drawing."""
        if self._kept is None or self._kept[0] != number:
            source = self.pages[number - 1]
            source.attrs.setdefault("MediaBox", list(LETTER_SIZE))
            page = ShownPage(self.pdf, source, page_number=number)
            self._kept = number, page, page.draw(characters.MAX_PAGE_CHARS)
        return self._kept[1], self._kept[2]

    def _frame(self, page: ShownPage) -> tuple[Frame, float, float]:
        """Return a page's visible part, and its upper left corner on the whole page as displayed."""
        turns = int(page.rotation) // 90 % 4
        media = ordered(page.page_obj.mediabox)
        crop = ordered(page.page_obj.cropbox or media)
        low, high = np.maximum(media[:2], crop[:2]), np.minimum(media[2:], crop[2:])
        if not (low < high).all():
            low, high = media[:2], media[2:]
        x, y = make_frame(media[:2], media[2:], turns).place(np.array([low[0], high[0]]), np.array([low[1], high[1]]))
        return make_frame(low, high, turns), float(x.min()), float(y.min())


def make_frame(low: Floats, high: Floats, turns: int) -> Frame:
    """Return the frame between two corners of user space."""
    return Frame(float(low[0]), float(low[1]), float(high[0]), float(high[1]), turns)


def ordered(box: Any) -> Floats:
    """Return a rectangle of the PDF with its lower left corner first."""
    x0, y0, x1, y1 = (float(value) for value in box)
    return np.array([min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)])


def make_glyphs(shown: Sequence[Shown], fonts: tuple[str, ...], left: float, height: float, top: float) -> Glyphs:
    """Return characters as arrays, moved so that the visible page's upper left corner is the origin.

    A character that stands for several (a ligature) becomes as many that share its number.
    """
    texts = [REPLACEMENT if UNNAMED.fullmatch(char.text) else char.text for char in shown]
    which = np.repeat(np.arange(len(shown)), [len(text) for text in texts])
    box = np.array([char.box for char in shown], dtype=float).reshape(-1, 4)[which]
    origin = np.array([char.origin for char in shown], dtype=float).reshape(-1, 2)[which]
    number = {font: i for i, font in enumerate(fonts)}
    x, y = origin[:, 0] - left, height - origin[:, 1] - top
    text = np.array(list("".join(texts)), dtype="<U4")
    return Glyphs(
        text=text,
        box=np.stack([box[:, 0] - left, height - box[:, 3] - top, box[:, 2] - left, height - box[:, 1] - top], axis=1),
        x0=x,
        x1=x,
        base=y,
        size=np.array([char.em * math.hypot(*char.matrix[2:4]) for char in shown], dtype=float)[which],
        font=np.array([number[font_name(char.font)] for char in shown], dtype=np.int64)[which],
        angle=np.array([angle_of(char.matrix) for char in shown], dtype=float)[which],
        hidden=np.array([char.hidden for char in shown], dtype=bool)[which],
        failed=text == REPLACEMENT,
        glyph=which.astype(np.int64),
    )


def font_name(name: str) -> str:
    """Return the PostScript name of a font, without the subset tag."""
    return name.rpartition("+")[2]


def angle_of(matrix: Sequence[float]) -> float:
    """Return the direction that a text matrix writes in, degrees in [0, 360)."""
    return round(math.degrees(math.atan2(matrix[1], matrix[0])), 1) % 360


def make_grid(table: Any, left: float, top: float) -> Grid:
    """Return a table of pdfplumber as rows of cells on the visible page."""

    def moved(x0: float, y0: float, x1: float, y1: float) -> Cell:
        return Cell(x0 - left, y0 - top, x1 - left, y1 - top)

    return tuple(tuple(cell and moved(*cell) for cell in row.cells) for row in table.rows)
