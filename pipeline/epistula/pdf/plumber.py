"""Characters of a page from pdfplumber, for fonts that PDFium cannot name the characters of."""

import io
import logging
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pdfplumber

from epistula.pdf.characters import PageText
from epistula.pdf.glyphs import Glyphs

logging.getLogger("pdfminer").addHandler(logging.NullHandler())  # its warnings are for whoever asks for them
UNNAMED = re.compile(r"\(cid:\d+\)|\ufffd|\0")
REPLACEMENT = "\ufffd"


def read_with_plumber(data: bytes, page: PageText) -> PageText:
    """Return the page with pdfplumber's characters, or as it is when those are no better."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            found = pdf.pages[page.number - 1]
            left, top = found.cropbox[0], found.cropbox[1]
            chars = [char for char in found.chars if char["text"]]
    except Exception:  # pdfminer raises what it likes on files that it cannot follow
        return page
    failed = sum(bool(UNNAMED.fullmatch(char["text"])) for char in chars)
    if not chars or failed >= page.glyphs.failed.sum():
        return page
    fonts = tuple(sorted({char["fontname"] for char in chars}))
    return page._replace(glyphs=make_glyphs(chars, fonts, left, top), fonts=fonts)


def make_glyphs(chars: list[dict[str, Any]], fonts: tuple[str, ...], left: float, top: float) -> Glyphs:
    """Return pdfplumber's characters as arrays, moved so that the crop box's corner is the origin."""
    column = {key: np.array([float(char[key]) for char in chars]) for key in ("x0", "top", "x1", "bottom")}
    box = np.stack([column["x0"] - left, column["top"] - top, column["x1"] - left, column["bottom"] - top], axis=1)
    size = np.array([float(char["size"]) for char in chars])
    texts = [str(char["text"]) for char in chars]
    failed = np.array([bool(UNNAMED.fullmatch(text)) for text in texts])
    return Glyphs(
        text=np.array([REPLACEMENT if bad else text for text, bad in zip(texts, failed, strict=True)], dtype="<U4"),
        box=box,
        x0=box[:, 0],
        x1=box[:, 2],
        base=box[:, 3] - 0.22 * size,
        size=size,
        font=np.array([fonts.index(str(char["fontname"])) for char in chars]),
        angle=np.array([angle_of(char["matrix"]) for char in chars]),
        hidden=np.zeros(len(chars), dtype=bool),
        failed=failed,
        glyph=np.arange(len(chars)),
    )


def angle_of(matrix: Sequence[float]) -> float:
    """Return the direction that a text matrix writes in, degrees in [0, 360)."""
    return round(math.degrees(math.atan2(matrix[1], matrix[0])), 1) % 360
