"""Opening a PDF and reading the characters of its pages, or saying why that cannot be done."""

from collections.abc import Sequence

import pypdfium2 as pdfium
from pypdfium2 import raw

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf.characters import PageText, read_characters
from epistula.pdf.glyphs import clean
from epistula.pdf.unnamed import UNMAPPED, guess_names, mark_unnamed, reads_like_text

MAX_PAGES = 500
MAX_CHARS = 2_000_000


def open_document(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF, with the empty password if it asks for one.

    Raises:
        ReadError: ENCRYPTED, BROKEN, or LIMIT for more than `MAX_PAGES` pages.
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
    if not 0 < len(document) <= MAX_PAGES:
        count = len(document)
        document.close()
        if count > MAX_PAGES:
            raise ReadError(FailureCategory.LIMIT, f"{count:,} pages, more than {MAX_PAGES}")
        raise ReadError(FailureCategory.BROKEN, "the PDF has no pages")
    return document


def read_pages(document: pdfium.PdfDocument, data: bytes) -> list[PageText]:
    """Read the characters of all pages; a page that cannot be loaded is left out.

    Raises:
        ReadError: no page can be loaded (BROKEN), or there are more than `MAX_CHARS` characters (LIMIT).
    """
    pages: list[PageText] = []
    total = 0
    for index in range(len(document)):
        page = read_page(document, index, data)
        if page is None:
            continue
        pages.append(page)
        total += len(page.glyphs)
        if total > MAX_CHARS:
            raise ReadError(FailureCategory.LIMIT, f"more than {MAX_CHARS:,} characters")
    if not pages:
        raise ReadError(FailureCategory.BROKEN, "none of the pages can be loaded")
    return pages


def read_page(document: pdfium.PdfDocument, index: int, data: bytes) -> PageText | None:
    """Read the characters of one page, clean; None when the page cannot be loaded."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return None
    try:
        found = read_characters(page, index + 1)
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()
    return tidy(name_characters(found, data))


def name_characters(page: PageText, data: bytes) -> PageText:
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
    from epistula.pdf.plumber import read_with_plumber  # pdfminer takes long to import

    return read_with_plumber(data, page)


def tidy(page: PageText) -> PageText:
    """Clean the characters of a page; invisible ones stay only where the page has no others (OCR)."""
    glyphs = page.glyphs
    if not glyphs.hidden.all():
        glyphs = glyphs.take(~glyphs.hidden)
    return page._replace(glyphs=clean(glyphs))


def require_text(pages: Sequence[PageText], document: pdfium.PdfDocument) -> None:
    """Refuse a PDF without readable text.

    Raises:
        ReadError: NO_TEXT.
    """
    drawn = sum(len(page.glyphs) for page in pages)
    failed = sum(int(page.glyphs.failed.sum()) for page in pages)
    if failed > 0.5 * drawn:
        reason = "its fonts do not say which characters they draw; text recognition (OCR) is needed"
        raise ReadError(FailureCategory.NO_TEXT, reason)
    if any((page.glyphs.text != " ").any() for page in pages):
        return
    scanned = "; its pages hold images: it looks like a scan and needs text recognition (OCR)"
    raise ReadError(FailureCategory.NO_TEXT, "the PDF has no text" + (scanned if holds_images(document) else ""))


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
