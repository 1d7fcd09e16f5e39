"""pdfplumber's view of single pages, for what PDFium cannot tell; imported and opened when first asked."""

from functools import cached_property
from typing import TYPE_CHECKING

from epistula.pdf.characters import PageText

if TYPE_CHECKING:
    from epistula.pdf.plumber import Plumber


class Fallback:
    """A PDF that pdfplumber opens when PDFium's answer is not enough."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _plumber(self) -> "Plumber | None":
        from epistula.pdf.plumber import Plumber  # pdfminer takes long to import

        try:
            return Plumber(self._data)
        except Exception:  # pdfminer raises what it likes on files that it cannot follow
            return None

    def better(self, page: PageText) -> PageText:
        """Return the page with pdfplumber's characters, or as it is when those are no better."""
        from epistula.pdf.device import TooManyError

        try:
            found = self._plumber.page_text(page.number) if self._plumber else None
        except TooManyError:
            return page
        if found is None or not len(found.glyphs) or found.glyphs.failed.sum() >= page.glyphs.failed.sum():
            return page
        return page._replace(glyphs=found.glyphs, fonts=found.fonts)
