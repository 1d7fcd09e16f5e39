"""Characters of a page from PDFium, in bulk.

pypdfium2's own bindings check and convert every argument; a page has thousands of characters and
seven questions for each, so the functions are called here with plain addresses of numpy memory.
"""

import ctypes
import re
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf.glyphs import Bools, Floats, Glyphs, Ints, Texts

MAX_PAGE_CHARS = 200_000
SLANTED = re.compile(r"It|Obl|Slant|CM[TM]I|ti\d", re.ASCII)
"""Names of fonts whose letters reach over the next letter."""
HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})


class Frame(NamedTuple):
    """The visible part of a page: its corners in user space, and the clockwise quarter turns it is shown with."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as displayed."""
        across, up = self.right - self.left, self.top - self.bottom
        return (up, across) if self.turns % 2 else (across, up)

    def place(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Move points from user space (y upwards) to the displayed page (y downwards)."""
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        if self.turns == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y


class Drawn(NamedTuple):
    """What a text object says of all its characters."""

    size: float
    stretch: float
    angle: float
    font: int
    hidden: bool


class PageText(NamedTuple):
    """The characters of one page as read; `number` counts from 1, `fonts` are PostScript names."""

    number: int
    width: float
    height: float
    glyphs: Glyphs
    fonts: tuple[str, ...]


def read_characters(page: pdfium.PdfPage, number: int) -> PageText:
    """Read the characters of a page.

    Raises:
        ReadError: the page holds more than `MAX_PAGE_CHARS` characters (LIMIT).
    """
    frame = page_frame(page)
    textpage = page.get_textpage()
    try:
        count = max(0, raw.FPDFText_CountChars(textpage.raw))
        if count > MAX_PAGE_CHARS:
            reason = f"page {number} holds {count:,} characters, more than {MAX_PAGE_CHARS:,}"
            raise ReadError(FailureCategory.LIMIT, reason)
        glyphs, fonts = read_glyphs(textpage, count, frame)
    finally:
        textpage.close()
    width, height = frame.size
    return PageText(number, width, height, glyphs.take(on_page(glyphs, width, height)), fonts)


def page_frame(page: pdfium.PdfPage) -> Frame:
    """Return the page's visible part, as PDFium shows it."""
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page.raw, box)
    return Frame(box.left, box.bottom, box.right, box.top, raw.FPDFPage_GetRotation(page.raw) % 4)


def on_page(glyphs: Glyphs, width: float, height: float) -> Bools:
    """Return a mask of the characters that touch the visible page."""
    box = glyphs.box
    within: Bools = (box[:, 2] > 0) & (box[:, 0] < width) & (box[:, 3] > 0) & (box[:, 1] < height)
    return within


def read_glyphs(textpage: pdfium.PdfTextPage, count: int, frame: Frame) -> tuple[Glyphs, tuple[str, ...]]:
    """Read `count` characters with their geometry; those that PDFium made up are left out."""
    codes, objects, flags = ask_codes(textpage, count)
    chosen = np.flatnonzero((flags[:, 0] != 1) & (objects != 0) & ~is_low_surrogate(codes))
    loose, origin = ask_boxes(textpage, chosen)
    drawn, fonts = ask_objects(textpage, objects[chosen], chosen)
    left, top = frame.place(*user_corner(loose, 0, 1))
    right, bottom = frame.place(*user_corner(loose, 2, 3))
    x, y = frame.place(origin[:, 0], origin[:, 1])
    text, font = join_surrogates(codes, chosen), np.array([d.font for d in drawn], dtype=np.int64)
    angle = np.array([(d.angle - 90 * frame.turns) % 360 for d in drawn], dtype=float)
    box = np.stack(
        [np.minimum(left, right), np.minimum(top, bottom), np.maximum(left, right), np.maximum(top, bottom)], axis=1
    )
    glyphs = Glyphs(
        text=text,
        box=box,
        x0=x,
        x1=x + advances(text, font, fonts, drawn),
        base=y,
        size=np.array([d.size for d in drawn], dtype=float),
        font=font,
        angle=angle,
        hidden=np.array([d.hidden for d in drawn], dtype=bool),
        failed=flags[chosen, 1] == 1,
        glyph=number_glyphs(objects[chosen], loose, origin),
    )
    names = tuple(font_name(handle) for handle in fonts)
    return lay_along(mend_heights(glyphs, y), x, y, *frame.size), names


def ask_codes(textpage: pdfium.PdfTextPage, count: int) -> tuple[Ints, Ints, Ints]:
    """Return UTF-16 code, address of the text object, and (generated, unmapped) of each character."""
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    span = range(count)
    codes = np.fromiter((GET_UNICODE(handle, i) for i in span), dtype=np.int64, count=count)
    objects = np.fromiter((GET_OBJECT(handle, i) or 0 for i in span), dtype=np.int64, count=count)
    generated = np.fromiter((IS_GENERATED(handle, i) for i in span), dtype=np.int64, count=count)
    failed = np.fromiter((HAS_MAP_ERROR(handle, i) for i in span), dtype=np.int64, count=count)
    return codes, objects, np.stack([generated, failed], axis=1)


def ask_boxes(textpage: pdfium.PdfTextPage, chosen: Ints) -> tuple[Floats, Floats]:
    """Return loose boxes (left, top, right, bottom) and origins (x, y) of the characters, in user space.

    A loose box spans the advance of the character and the ascent and descent of its font.
    """
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    loose = np.zeros((len(chosen), 4), dtype=np.float32)
    origin = np.zeros((len(chosen), 2), dtype=np.float64)
    loose_at, origin_at = loose.ctypes.data, origin.ctypes.data
    for rank, i in enumerate(chosen.tolist()):
        GET_LOOSE_BOX(handle, i, loose_at + 16 * rank)
        GET_ORIGIN(handle, i, origin_at + 16 * rank, origin_at + 16 * rank + 8)
    return loose.astype(np.float64), origin


def ask_objects(
    textpage: pdfium.PdfTextPage, objects: Ints, chosen: Ints
) -> tuple[list[Drawn], tuple[int, ...]]:
    """Return size, angle, font and visibility of each character, asked once a text object.

    Returns:
        One entry a character, and the addresses of the fonts.
    """
    fonts: dict[int, int] = {}
    known: dict[int, Drawn] = {}
    for address, i in zip(objects.tolist(), chosen.tolist(), strict=True):
        if address not in known:
            known[address] = ask_object(textpage, address, i, fonts)
    return [known[address] for address in objects.tolist()], tuple(fonts)


def ask_object(textpage: pdfium.PdfTextPage, address: int, i: int, fonts: dict[int, int]) -> Drawn:
    """Ask what holds for all characters of the text object at `address`, of which `i` is one."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage.raw, i, matrix)
    em = raw.FPDFText_GetFontSize(textpage.raw, i)
    obj = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
    handle = ctypes.cast(raw.FPDFTextObj_GetFont(obj), ctypes.c_void_p).value or 0
    return Drawn(
        size=em * float(np.hypot(matrix.c, matrix.d)),
        stretch=em * float(np.hypot(matrix.a, matrix.b)),
        angle=round(float(np.degrees(np.arctan2(matrix.b, matrix.a))), 1),
        font=fonts.setdefault(handle, len(fonts)),
        hidden=raw.FPDFTextObj_GetTextRenderMode(obj) in HIDDEN_MODES,
    )


def font_name(handle: int) -> str:
    """Return the PostScript name of a font, without the subset tag."""
    if not handle:
        return ""
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(ctypes.cast(handle, raw.FPDF_FONT), buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace").rpartition("+")[2]


def advances(text: Texts, font: Ints, fonts: tuple[int, ...], drawn: list[Drawn]) -> Floats:
    """Return how far each character that may reach over the next one moves the pen, points; else 0."""
    width = ctypes.c_float()
    known: dict[tuple[int, str], float] = {}
    for index, character in set(zip(font.tolist(), text.tolist(), strict=True)):
        leans = fonts[index] and (character == "f" or SLANTED.search(font_name(fonts[index])))
        handle = ctypes.cast(fonts[index], raw.FPDF_FONT) if leans else None
        width.value = 0.0
        if handle:
            raw.FPDFFont_GetGlyphWidth(handle, ord(character), 1.0, width)
        known[index, character] = max(0.0, width.value)
    stretch = np.array([d.stretch for d in drawn], dtype=float)
    return stretch * np.array([known[key] for key in zip(font.tolist(), text.tolist(), strict=True)])


def user_corner(loose: Floats, x: int, y: int) -> tuple[Floats, Floats]:
    """Return two columns of the boxes."""
    return loose[:, x], loose[:, y]


def is_low_surrogate(codes: Ints) -> Bools:
    """Return a mask of the second halves of UTF-16 pairs."""
    low: Bools = (codes >= 0xDC00) & (codes < 0xE000)
    return low


def join_surrogates(codes: Ints, chosen: Ints) -> Texts:
    """Return the chosen codes as characters; a first half takes the second half after it."""
    following = np.r_[codes, 0]
    texts = []
    for i in chosen.tolist():
        code = int(codes[i])
        if 0xD800 <= code < 0xDC00 and 0xDC00 <= following[i + 1] < 0xE000:
            code = 0x10000 + ((code - 0xD800) << 10) + int(following[i + 1]) - 0xDC00
        texts.append(chr(code) if 0 < code < 0x110000 else "\ufffd")
    return np.array(texts, dtype="<U4")


def number_glyphs(objects: Ints, loose: Floats, origin: Floats) -> Ints:
    """Number the drawn glyphs: characters in a row with object, box and origin in common are one glyph."""
    if not len(objects):
        return np.zeros(0, dtype=np.int64)
    same = (
        (np.diff(objects) == 0)
        & (np.abs(np.diff(loose, axis=0)).max(axis=1) < 1e-3)
        & (np.abs(np.diff(origin, axis=0)).max(axis=1) < 1e-3)
    )
    return np.cumsum(np.r_[True, ~same])


def mend_heights(glyphs: Glyphs, y: Floats) -> Glyphs:
    """Give a usual height to upright characters whose font tells an absurd one, and a size where it is 0."""
    height = glyphs.box[:, 3] - glyphs.box[:, 1]
    size = np.where(glyphs.size > 0.1, glyphs.size, np.maximum(height, 1.0))
    odd = (glyphs.angle == 0) & ((height < 0.5 * size) | (height > 2.5 * size))
    box = glyphs.box.copy()
    box[odd, 1], box[odd, 3] = (y - 0.75 * size)[odd], (y + 0.25 * size)[odd]
    return glyphs.change(size=size, box=box)


def lay_along(glyphs: Glyphs, x: Floats, y: Floats, width: float, height: float) -> Glyphs:
    """Set `x0`, `x1` and `base` along the direction most characters are written in.

    The angles are turned so that this direction is 0: on a page of text set sideways, the
    sideways text is the upright one. A letter's end is where the pen goes on, not where a slanted
    stroke ends, if the font tells.
    """
    quarter = np.round(glyphs.angle / 90).astype(int) % 4
    turns = int(np.bincount(quarter, minlength=4).argmax()) if len(glyphs) else 0
    left, top, right, bottom = glyphs.box.T
    advance = glyphs.x1 - glyphs.x0
    x0, x1, pen, base = (
        (left, right, x, y),
        (height - bottom, height - top, height - y, x),
        (width - right, width - left, width - x, height - y),
        (top, bottom, y, width - x),
    )[turns]
    angle = (glyphs.angle - 90 * turns) % 360
    single = np.bincount(glyphs.glyph, minlength=1)[glyphs.glyph] == 1
    hangs_over = single & (advance > 0.5 * (x1 - x0)) & (advance < x1 - x0)
    return glyphs.change(
        x0=np.where(single & (pen < x1), np.maximum(pen, x0), x0),
        x1=np.where(hangs_over, np.minimum(pen + advance, x1), x1),
        base=base,
        angle=np.where(np.abs(angle - 180) > 178, 0.0, angle),
    )


def address_of(function: object, result: type, *arguments: type) -> "ctypes._FuncPointer":
    """Return the library's function taking plain addresses."""
    pointer = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    return ctypes.CFUNCTYPE(result, *arguments)(pointer or 0)


HANDLE, INDEX, PLACE = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
GET_UNICODE = address_of(raw.FPDFText_GetUnicode, ctypes.c_uint, HANDLE, INDEX)
GET_OBJECT = address_of(raw.FPDFText_GetTextObject, ctypes.c_void_p, HANDLE, INDEX)
IS_GENERATED = address_of(raw.FPDFText_IsGenerated, ctypes.c_int, HANDLE, INDEX)
HAS_MAP_ERROR = address_of(raw.FPDFText_HasUnicodeMapError, ctypes.c_int, HANDLE, INDEX)
GET_LOOSE_BOX = address_of(raw.FPDFText_GetLooseCharBox, ctypes.c_int, HANDLE, INDEX, PLACE)
GET_ORIGIN = address_of(raw.FPDFText_GetCharOrigin, ctypes.c_int, HANDLE, INDEX, PLACE, PLACE)
