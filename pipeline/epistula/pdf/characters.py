"""Characters of a page from PDFium, in bulk.

pypdfium2's own bindings check and convert every argument; a page has thousands of characters and
seven questions for each, so the functions are called here with plain addresses of numpy memory.
"""

import ctypes
import re
from collections import deque
from itertools import count, repeat
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from epistula.errors import ReadError
from epistula.model import FailureCategory
from epistula.pdf.glyphs import Bools, Floats, Glyphs, Ints

MAX_PAGE_CHARS = 200_000
SLANTED = re.compile(r"It|Obl|Slant|CM[TM]I|ti\d", re.ASCII)
"""Names of fonts whose letters reach over the next letter."""
HIGH, LOW, LOW_END, UNICODE_END = 0xD800, 0xDC00, 0xE000, 0x110000
"""Where the halves of UTF-16 pairs begin and end, and where Unicode does."""
NONCHARACTERS = 0xFFF0
"""From here on PDFium's text has codes of its own, as for a hyphen at the end of a line."""
RIGHT_TO_LEFT, RIGHT_TO_LEFT_END = 0x590, 0x900
"""Scripts whose characters PDFium reorders (Hebrew, Arabic, Syriac and their kin)."""
LEVEL = 1e-3
"""Coordinates nearer to each other than this are one, points."""
HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})


class Frame(NamedTuple):
    """The visible part of a page: corners in user space, and the clockwise quarter turns it is shown with."""

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
    """What text objects say of all their characters, one entry an object; a font is a number of `handles`."""

    size: Floats
    stretch: Floats
    angle: Floats
    font: Ints
    hidden: Bools
    handles: tuple[int, ...]


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
        total = max(0, raw.FPDFText_CountChars(textpage.raw))
        if total > MAX_PAGE_CHARS:
            reason = f"page {number} holds {total:,} characters, more than {MAX_PAGE_CHARS:,}"
            raise ReadError(FailureCategory.LIMIT, reason)
        glyphs, fonts = read_glyphs(textpage, total, frame)
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


def read_glyphs(textpage: pdfium.PdfTextPage, total: int, frame: Frame) -> tuple[Glyphs, tuple[str, ...]]:
    """Read `total` characters with their geometry; those that PDFium made up are left out."""
    codes, objects, chosen = ask_codes(textpage, total)
    loose = ask_boxes(textpage, chosen)
    addresses, first, which = np.unique(objects, return_index=True, return_inverse=True)
    drawn = ask_objects(textpage, addresses, chosen[first])
    font = drawn.font[which]
    names = tuple(font_name(handle) for handle in drawn.handles)
    kinds = glyph_kinds(textpage, codes, font, chosen, loose, drawn.handles)
    origin = ask_origins(textpage, chosen, which, first, loose, kinds.flush)
    left, top = frame.place(loose[:, 0], loose[:, 1])
    right, bottom = frame.place(loose[:, 2], loose[:, 3])
    x, y = frame.place(origin[:, 0], origin[:, 1])
    corners = [
        np.minimum(left, right),
        np.minimum(top, bottom),
        np.maximum(left, right),
        np.maximum(top, bottom),
    ]
    glyphs = Glyphs(
        text=codes.astype("<u4").view("<U1").astype("<U4"),
        box=np.stack(corners, axis=1),
        x0=x,
        x1=x + kinds.advance * drawn.stretch[which],
        base=y,
        size=drawn.size[which],
        font=font,
        angle=((drawn.angle - 90 * frame.turns) % 360)[which],
        hidden=drawn.hidden[which],
        failed=kinds.failed,
        glyph=number_glyphs(objects, loose, origin),
    )
    return lay_along(mend_heights(glyphs, y), x, y, *frame.size), names


def ask_codes(textpage: pdfium.PdfTextPage, total: int) -> tuple[Ints, Ints, Ints]:
    """Return code point, address of the text object, and index of each character that is drawn.

    The spaces and line breaks that PDFium says it put in are not drawn.
    """
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    codes = ask_text(handle, total)
    drawn = ~((codes >= LOW) & (codes < LOW_END))
    spaces = np.flatnonzero(codes <= ord(" "))
    drawn[spaces] = np.fromiter(map(IS_GENERATED, repeat(handle), spaces.tolist()), np.int64, len(spaces)) != 1
    chosen = np.flatnonzero(drawn)
    turned = ((codes >= RIGHT_TO_LEFT) & (codes < RIGHT_TO_LEFT_END)) | ((codes >= 0xFB1D) & (codes < NONCHARACTERS))
    find = find_every_object if turned.any() else find_objects
    objects = find(handle, chosen.tolist())
    named = objects != 0
    return join_surrogates(codes)[chosen][named], objects[named], chosen[named]


def ask_text(handle: int | None, total: int) -> Ints:
    """Return the UTF-16 code of each character; all are asked for at once where there is one for each."""
    buffer = np.zeros(total + 1, dtype=np.uint16)
    written = GET_TEXT(handle, 0, total, buffer.ctypes.data) - 1
    codes = buffer[:total].astype(np.int64)
    if written != total or ((codes >= HIGH) & (codes < LOW_END)).any():
        return np.fromiter(map(GET_UNICODE, repeat(handle), range(total)), np.int64, total)
    for i in np.flatnonzero((codes < ord(" ")) | (codes >= NONCHARACTERS)).tolist():
        codes[i] = GET_UNICODE(handle, i)
    return codes


def find_every_object(handle: int | None, chosen: list[int]) -> Ints:
    """Return the address of the text object of each character, 0 for none."""
    return np.array([GET_OBJECT(handle, i) or 0 for i in chosen], dtype=np.int64)


def find_objects(handle: int | None, chosen: list[int]) -> Ints:
    """Return the address of the text object of each character, 0 for none.

    The characters of an object follow each other, so that a stretch which starts and ends in one
    object lies in it; any other is halved.
    """
    found = np.zeros(len(chosen), dtype=np.int64)
    if not chosen:
        return found
    stretches = [(0, GET_OBJECT(handle, chosen[0]), len(chosen) - 1, GET_OBJECT(handle, chosen[-1]))]
    while stretches:
        first, one, last, two = stretches.pop()
        if one == two:
            found[first : last + 1] = one or 0
        elif last - first == 1:
            found[first], found[last] = one or 0, two or 0
        else:
            middle = (first + last) // 2
            between = GET_OBJECT(handle, chosen[middle])
            stretches += [(first, one, middle, between), (middle, between, last, two)]
    return found


def ask_boxes(textpage: pdfium.PdfTextPage, chosen: Ints) -> Floats:
    """Return loose boxes (left, top, right, bottom) of the characters, in user space.

    A loose box spans the advance of the character and the ascent and descent of its font.
    """
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    loose = np.zeros((len(chosen), 4), dtype=np.float32)
    places = count(loose.ctypes.data, loose.strides[0])
    deque(map(GET_LOOSE_BOX, repeat(handle), chosen.tolist(), places), maxlen=0)
    return loose.astype(np.float64)


def ask_origins(
    textpage: pdfium.PdfTextPage, chosen: Ints, which: Ints, first: Ints, loose: Floats, flush: Bools
) -> Floats:
    """Return the origins (x, y) of the characters, in user space.

    The characters of a text object whose boxes have their edges on two lines have one baseline;
    only those of other objects, and those whose box does not start at the origin, are asked.

    Args:
        textpage: the page.
        chosen: index of each character.
        which: number of each character's text object.
        first: each text object's first character, as a place in `chosen`.
        loose: box of each character.
        flush: whether the box of each character starts at its origin.
    """
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    start = ask_origin(handle, chosen[first])
    bent = (np.abs(loose[:, 1::2] - loose[first][which][:, 1::2]) > LEVEL).any(axis=1)
    level = np.bincount(which, bent, len(first)) == 0
    origin: Floats = np.stack([loose[:, 0], start[which, 1]], axis=1)
    others = np.flatnonzero(~(level[which] & flush))
    origin[others] = ask_origin(handle, chosen[others])
    return origin


def ask_origin(handle: int | None, chosen: Ints) -> Floats:
    """Return the origins (x, y) that PDFium tells of some characters."""
    origin = np.zeros((len(chosen), 2), dtype=np.float64)
    x, y = count(origin.ctypes.data, origin.strides[0]), count(origin[:, 1:].ctypes.data, origin.strides[0])
    deque(map(GET_ORIGIN, repeat(handle), chosen.tolist(), x, y), maxlen=0)
    return origin


def ask_objects(textpage: pdfium.PdfTextPage, addresses: Ints, chosen: Ints) -> Drawn:
    """Return what the text objects at some addresses say of their characters; `chosen` has one character of each."""
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    objects, characters = addresses.tolist(), chosen.tolist()
    matrix = np.zeros((len(objects), 6), dtype=np.float32)
    deque(map(GET_MATRIX, repeat(handle), characters, count(matrix.ctypes.data, matrix.strides[0])), maxlen=0)
    a, b, c, d = matrix[:, :4].astype(np.float64).T
    em = np.fromiter(map(GET_FONT_SIZE, repeat(handle), characters), np.float64, len(objects))
    fonts = [font or 0 for font in map(GET_FONT, objects)]
    number = {font: n for n, font in enumerate(dict.fromkeys(fonts))}
    return Drawn(
        size=em * np.hypot(c, d),
        stretch=em * np.hypot(a, b),
        angle=np.round(np.degrees(np.arctan2(b, a)), 1),
        font=np.array([number[font] for font in fonts], dtype=np.int64),
        hidden=np.array([mode in HIDDEN_MODES for mode in map(GET_RENDER_MODE, objects)], dtype=bool),
        handles=tuple(number),
    )


def font_name(handle: int) -> str:
    """Return the PostScript name of a font, without the subset tag."""
    if not handle:
        return ""
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(ctypes.cast(handle, raw.FPDF_FONT), buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace").rpartition("+")[2]


class Kinds(NamedTuple):
    """What holds for every drawing of a character in a font, one entry a character.

    Args:
        advance: how far a character that may reach over the next one moves the pen, font sizes; else 0.
        failed: the font does not say which character it is.
        flush: its box starts at its origin; told of no piece of a ligature.
    """

    advance: Floats
    failed: Bools
    flush: Bools


def glyph_kinds(
    textpage: pdfium.PdfTextPage, codes: Ints, font: Ints, chosen: Ints, loose: Floats, handles: tuple[int, ...]
) -> Kinds:
    """Ask once for each character of each font."""
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    keys, first, which = np.unique(font * UNICODE_END + codes, return_index=True, return_inverse=True)
    apart = ~shares_box(loose)
    flush = (np.abs(ask_origin(handle, chosen[first])[:, 0] - loose[first, 0]) <= LEVEL) & apart[first]
    failed = [HAS_MAP_ERROR(handle, i) == 1 for i in chosen[first].tolist()]
    slanted = [bool(address and SLANTED.search(font_name(address))) for address in handles]
    advance = np.zeros(len(keys))
    for i, (number, code) in enumerate(zip(*(part.tolist() for part in divmod(keys, UNICODE_END)), strict=True)):
        if slanted[number] or (code == ord("f") and handles[number]):
            advance[i] = pen_advance(handles[number], code)
    return Kinds(advance[which], np.array(failed, dtype=bool)[which], flush[which] & apart)


def shares_box(loose: Floats) -> Bools:
    """Return a mask of the characters with the box of the one before or after: pieces of a ligature."""
    same = (np.diff(loose, axis=0) == 0).all(axis=1)
    shared: Bools = np.append(same, False)[: len(loose)] | np.append(False, same)[: len(loose)]
    return shared


def pen_advance(font: int, code: int) -> float:
    """Return the width of a character in font sizes."""
    width = ctypes.c_float()
    raw.FPDFFont_GetGlyphWidth(ctypes.cast(font, raw.FPDF_FONT), code, 1.0, width)
    return max(0.0, width.value)


def join_surrogates(codes: Ints) -> Ints:
    """Return UTF-16 codes as code points: a first half takes the second half after it."""
    following = np.r_[codes[1:], 0]
    pair = (codes >= HIGH) & (codes < LOW) & (following >= LOW) & (following < LOW_END)
    joined = np.where(pair, 0x10000 + ((codes - HIGH) << 10) + following - LOW, codes)
    lone = (joined >= HIGH) & (joined < LOW_END) | (joined >= UNICODE_END) | (joined == 0)
    return np.where(lone, 0xFFFD, joined)


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
    hangs_over = single & (advance > 0.3 * (x1 - x0)) & (advance < x1 - x0)
    leaning = ~single & (glyphs.text == "f") & np.r_[np.diff(glyphs.glyph) != 0, True][: len(glyphs)]
    x1 = x1 - 0.08 * glyphs.size * np.bincount(glyphs.glyph, leaning, 1)[glyphs.glyph]
    x1 = np.where(hangs_over, np.minimum(pen + advance, x1), x1)
    box = glyphs.box.copy()
    if turns == 0:
        box[:, 2] = np.where(hangs_over, x1, right)
    return glyphs.change(
        box=box,
        x0=np.where(single & (pen < x1), np.maximum(pen, x0), x0),
        x1=x1,
        base=base,
        angle=np.where(np.abs(angle - 180) > 178, 0.0, angle),
    )


def address_of(function: object, result: type, *arguments: type) -> "ctypes._FuncPointer":
    """Return the library's function taking plain addresses; other threads wait, which costs less for short calls."""
    pointer = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    return ctypes.PYFUNCTYPE(result, *arguments)(pointer or 0)


HANDLE, INDEX, PLACE = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
GET_TEXT = address_of(raw.FPDFText_GetText, ctypes.c_int, HANDLE, INDEX, ctypes.c_int, PLACE)
GET_UNICODE = address_of(raw.FPDFText_GetUnicode, ctypes.c_uint, HANDLE, INDEX)
GET_OBJECT = address_of(raw.FPDFText_GetTextObject, ctypes.c_void_p, HANDLE, INDEX)
GET_MATRIX = address_of(raw.FPDFText_GetMatrix, ctypes.c_int, HANDLE, INDEX, PLACE)
GET_FONT_SIZE = address_of(raw.FPDFText_GetFontSize, ctypes.c_double, HANDLE, INDEX)
GET_FONT = address_of(raw.FPDFTextObj_GetFont, ctypes.c_void_p, HANDLE)
GET_RENDER_MODE = address_of(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, HANDLE)
IS_GENERATED = address_of(raw.FPDFText_IsGenerated, ctypes.c_int, HANDLE, INDEX)
HAS_MAP_ERROR = address_of(raw.FPDFText_HasUnicodeMapError, ctypes.c_int, HANDLE, INDEX)
GET_LOOSE_BOX = address_of(raw.FPDFText_GetLooseCharBox, ctypes.c_int, HANDLE, INDEX, PLACE)
GET_ORIGIN = address_of(raw.FPDFText_GetCharOrigin, ctypes.c_int, HANDLE, INDEX, PLACE, PLACE)
