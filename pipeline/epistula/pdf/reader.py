"""What a PDF reader is: a function from the bytes of a PDF to the characters of its pages.

There are two, PDFium's (`opening`) and pdfplumber's (`plumber`); all that follows is the same for both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf.characters import PageText
from epistula.pdf.glyphs import clean
from epistula.pdf.tables import Grid
from epistula.readers import ReaderName

MAX_PAGES = 500
MAX_CHARS = 2_000_000


class Reading(NamedTuple):
    """What a reader found in a PDF.

    Args:
        pages: the characters of each page that can be loaded, clean.
        info: the PDF's information dictionary.
        images: tells whether one of the first pages shows an image.
        grids: returns the tables with ruling lines of a page, by its number.
    """

    pages: list[PageText]
    info: Mapping[str, str]
    images: bool
    grids: Callable[[int], Sequence[Grid]]


class Reader(Protocol):
    """Reads the characters of a PDF.

    Raises:
        ReadError: the PDF is encrypted (ENCRYPTED), cannot be parsed (BROKEN) or has too much of anything (LIMIT).
    """

    def __call__(self, data: bytes) -> Reading:
        """Read the bytes of a PDF."""


def reader_of(name: str) -> Reader:
    """Return the reader of a name, and import no other: pdfplumber's takes long.

    Raises:
        ValueError: no reader has the name.
    """
    if ReaderName(name) is ReaderName.PDFPLUMBER:
        from epistula.pdf.plumber import read_with_pdfplumber

        return read_with_pdfplumber
    from epistula.pdf.opening import read_with_pdfium

    return read_with_pdfium


def check_page_count(count: int) -> None:
    """Refuse a PDF with no page or too many.

    Raises:
        ReadError: BROKEN or LIMIT.
    """
    if count > MAX_PAGES:
        raise ReadError(FailureCategory.LIMIT, f"{count:,} pages, more than {MAX_PAGES}")
    if count <= 0:
        raise ReadError(FailureCategory.BROKEN, "the PDF has no pages")


def collect_pages(found: Iterable[PageText | None]) -> list[PageText]:
    """Return the pages, clean, without those that could not be loaded.

    Raises:
        ReadError: no page can be loaded (BROKEN), or there are more than `MAX_CHARS` characters (LIMIT).
    """
    pages: list[PageText] = []
    total = 0
    for page in found:
        if page is None:
            continue
        pages.append(tidy(page))
        total += len(pages[-1].glyphs)
        if total > MAX_CHARS:
            raise ReadError(FailureCategory.LIMIT, f"more than {MAX_CHARS:,} characters")
    if not pages:
        raise ReadError(FailureCategory.BROKEN, "none of the pages can be loaded")
    return pages


def tidy(page: PageText) -> PageText:
    """Clean and compact the characters of a page; invisible ones stay only where the page has no others (OCR)."""
    glyphs = page.glyphs
    if not glyphs.hidden.all():
        glyphs = glyphs.take(~glyphs.hidden)
    return page._replace(glyphs=clean(glyphs).compact())


def require_text(reading: Reading) -> None:
    """Refuse a PDF without readable text.

    Raises:
        ReadError: NO_TEXT.
    """
    drawn = sum(len(page.glyphs) for page in reading.pages)
    failed = sum(int(page.glyphs.failed.sum()) for page in reading.pages)
    if failed > 0.5 * drawn:
        reason = "its fonts do not say which characters they draw; text recognition (OCR) is needed"
        raise ReadError(FailureCategory.NO_TEXT, reason)
    if any((page.glyphs.text != " ").any() for page in reading.pages):
        return
    scanned = "; its pages hold images: it looks like a scan and needs text recognition (OCR)"
    raise ReadError(FailureCategory.NO_TEXT, "the PDF has no text" + (scanned if reading.images else ""))
