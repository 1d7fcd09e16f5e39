"""pdfminer's drawing surface, which also notes what pdfplumber's characters do not tell: origin, size, visibility."""

from typing import Any, NamedTuple

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.utils import apply_matrix_pt, apply_matrix_rect
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent

INVISIBLE_MODES = frozenset({3, 7})
"""Text render modes that draw nothing: invisible, and clipping only."""
DESCENT = -0.22
"""Where a letter's lower edge is when the font does not say, font sizes from the baseline."""


class Shown(NamedTuple):
    """A character as drawn: points from the lower left corner of the page as displayed."""

    text: str
    font: str
    matrix: tuple[float, float, float, float, float, float]
    em: float
    box: tuple[float, float, float, float]
    origin: tuple[float, float]
    hidden: bool


class Device(PDFPageAggregatorWithMarkedContent):
    """Gathers pdfplumber's layout, and a `Shown` for each character."""

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown: list[Shown] = []
        self._most = most
        self._hidden = False

    def render_string(self, textstate: Any, *args: Any) -> None:
        """Note how the string is drawn, then draw it."""
        self._hidden = textstate.render in INVISIBLE_MODES
        super().render_string(textstate, *args)

    def render_char(self, matrix: Any, font: Any, fontsize: Any, scaling: Any, rise: Any, *rest: Any) -> float:
        """Draw a character and note it.

        Raises:
            TooMany: the page has more characters than it may.
        """
        advance = super().render_char(matrix, font, fontsize, scaling, rise, *rest)
        item: Any = self.cur_item._objs[-1]
        box = item.bbox if font.is_vertical() else horizontal_box(matrix, font, fontsize, rise, advance)
        origin = apply_matrix_pt(matrix, (0, rise))
        name = font.fontname if isinstance(font.fontname, str) else str(font.fontname, "utf-8", "replace")
        self.shown.append(Shown(item.get_text(), name, matrix, fontsize, box, origin, self._hidden))
        if len(self.shown) > self._most:
            raise TooManyError
        return advance


class TooManyError(Exception):
    """A page has more characters than it may."""


def horizontal_box(matrix: Any, font: Any, em: float, rise: float, advance: float) -> Any:
    """Return the rectangle around a character: its advance, from the font's descent one size up."""
    low = (font.get_descent() or DESCENT) * em + rise
    x0, y0, x1, y1 = apply_matrix_rect(matrix, (0, low, advance, low + em))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


class ShownPage(Page):
    """A page of pdfplumber that keeps the characters as drawn in `shown`."""

    shown: list[Shown]

    def draw(self, most: int) -> list[Shown]:
        """Interpret the page; pdfplumber's own objects are then those of this drawing.

        Raises:
            TooManyError: it has more than `most` characters.
        """
        device = Device(self.pdf.rsrcmgr, most=most, pageno=self.page_number, laparams=None)
        PDFPageInterpreter(self.pdf.rsrcmgr, device).process_page(self.page_obj)
        self._layout = device.get_result()
        return device.shown
