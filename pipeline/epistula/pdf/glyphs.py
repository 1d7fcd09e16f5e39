"""The characters of a page as arrays, and what is done to them before they become lines."""

import unicodedata
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]

HYPHENS = {"\x02": "-", "\u2010": "-", "\u2011": "-", "\ufffe": "-"}
"""Characters that PDF makers and PDFium write for a hyphen."""
DEGREE = {"\u2218": "°"}
"""The ring that TeX draws for a degree sign."""

ACCENTS = {
    "´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¸": "\u0327",
    "˚": "\u030a", "ˇ": "\u030c", "˘": "\u0306", "¯": "\u0304", "˙": "\u0307", "˝": "\u030b",
}  # fmt: skip
"""Accents drawn as glyphs of their own over a letter, and the combining character each stands for."""

DOTLESS = {"ı": "i", "ȷ": "j"}
"""Letters that lose their dot under an accent."""


@dataclass(frozen=True, eq=False)
class Glyphs:
    """The characters of one page; every field has shape (n,) but `box`, which has (n, 4).

    Args:
        text: one character each (`<U2`: a few stand for more).
        box: x0, top, x1, bottom in points, origin top left of the page as displayed.
        x0, x1: left and right end along the writing, points.
        base: baseline across the writing, points, growing downwards.
        size: font size in points as displayed.
        font: index into the page's font names.
        angle: direction of the writing in degrees, 0 upright as displayed, in [0, 360).
        hidden: drawn invisibly (text render mode 3).
        failed: the font does not say which character it is.
        glyph: number of the drawn glyph in the content stream; the pieces of a ligature share it.
    """

    text: Texts
    box: Floats
    x0: Floats
    x1: Floats
    base: Floats
    size: Floats
    font: Ints
    angle: Floats
    hidden: Bools
    failed: Bools
    glyph: Ints

    def __len__(self) -> int:
        return len(self.text)

    def take(self, which: Bools | Ints) -> Self:
        """Return the glyphs chosen by a mask or by indices."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def change(self, **changes: Any) -> Self:
        """Return a copy with some fields replaced."""
        return type(self)(**{f.name: changes.get(f.name, getattr(self, f.name)) for f in fields(self)})


def clean(glyphs: Glyphs) -> Glyphs:
    """Make plain characters: ligatures split, accents composed, doubles and control characters dropped."""
    glyphs = glyphs.take(np.array([is_drawn(t) for t in glyphs.text], dtype=bool))
    glyphs = split_ligatures(glyphs.change(text=np.array([plain(t) for t in glyphs.text], dtype="<U4")))
    return compose_accents(drop_doubles(spread_shared_boxes(glyphs)))


def is_drawn(text: str) -> bool:
    """Tell whether the character is more than a control character or a lone surrogate."""
    return text in HYPHENS or unicodedata.category(text[:1] or "\0") not in {"Cc", "Cs", "Cn"}


def plain(text: str) -> str:
    """Return the character as it is written in running text.

    Hyphens of all makes become `-`, no-break and thin spaces a space; mathematical letters and
    presentation forms (ligatures) become the letters they show. Nothing else is touched.
    """
    if text in HYPHENS or text in DEGREE:
        return HYPHENS.get(text) or DEGREE[text]
    if unicodedata.category(text[0]) == "Zs":
        return " "
    if "\ufb00" <= text <= "\ufb06" or "\U0001d400" <= text <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFC", text)


def split_ligatures(glyphs: Glyphs) -> Glyphs:
    """Give each letter of a ligature its own entry; the entries share box and `glyph` number."""
    lengths = np.char.str_len(glyphs.text)
    if (lengths == 1).all():
        return glyphs
    spread = glyphs.take(np.repeat(np.arange(len(glyphs)), lengths))
    return spread.change(text=np.array(list("".join(glyphs.text.tolist())), dtype="<U4"))


def spread_shared_boxes(glyphs: Glyphs) -> Glyphs:
    """Divide the width of a glyph evenly among the letters it stands for."""
    if len(glyphs) < 2:
        return glyphs
    first = np.r_[True, np.diff(glyphs.glyph) != 0]
    group = np.cumsum(first) - 1
    count = np.bincount(group)[group]
    if (count == 1).all():
        return glyphs
    rank = np.arange(len(glyphs)) - np.flatnonzero(first)[group]
    left, right = rank / count, (rank + 1) / count
    width = glyphs.x1 - glyphs.x0
    box = glyphs.box.copy()
    upright = glyphs.angle == 0
    box[upright, 0] = (glyphs.box[:, 0] + (glyphs.box[:, 2] - glyphs.box[:, 0]) * left)[upright]
    box[upright, 2] = (glyphs.box[:, 0] + (glyphs.box[:, 2] - glyphs.box[:, 0]) * right)[upright]
    return glyphs.change(x0=glyphs.x0 + width * left, x1=glyphs.x0 + width * right, box=box)


def drop_doubles(glyphs: Glyphs) -> Glyphs:
    """Drop a character drawn again over itself (poor man's bold, shadows).

    Two characters are the same when they read the same, in the same size, and lie within a fifth
    of the size of each other.
    """
    order = np.lexsort((glyphs.x0, np.round(glyphs.base), glyphs.text))
    sorted_ = glyphs.take(order)
    double = np.zeros(len(glyphs), dtype=bool)
    for step in (1, 2):
        if len(glyphs) <= step:
            break
        a, b = slice(None, -step), slice(step, None)
        near = 0.2 * sorted_.size[b]
        double[step:] |= (
            (sorted_.text[a] == sorted_.text[b])
            & (sorted_.glyph[a] != sorted_.glyph[b])
            & (np.abs(sorted_.size[a] - sorted_.size[b]) < 0.1)
            & (np.abs(sorted_.base[a] - sorted_.base[b]) < near)
            & (np.abs(sorted_.x0[a] - sorted_.x0[b]) < np.minimum(near, 0.5 * (sorted_.x1[b] - sorted_.x0[b])))
        )
    keep = np.ones(len(glyphs), dtype=bool)
    keep[order[double]] = False
    return glyphs if keep.all() else glyphs.take(keep)


def compose_accents(glyphs: Glyphs) -> Glyphs:
    """Put an accent drawn by itself onto the letter that it overlaps."""
    accents = [i for i, t in enumerate(glyphs.text.tolist()) if t in ACCENTS]
    if not accents:
        return glyphs
    text, keep = glyphs.text.copy(), np.ones(len(glyphs), dtype=bool)
    for i in accents:
        for j in (i + 1, i - 1):
            if 0 <= j < len(glyphs) and text[j].isalpha() and overlaps(glyphs, i, j):
                composed = unicodedata.normalize("NFC", DOTLESS.get(text[j], text[j]) + ACCENTS[text[i]])
                if len(composed) == 1:
                    text[j], keep[i] = composed, False
                    break
    return glyphs.change(text=text).take(keep)


def overlaps(glyphs: Glyphs, i: int, j: int) -> bool:
    """Tell whether two characters share most of their width on the same line."""
    shared = min(glyphs.x1[i], glyphs.x1[j]) - max(glyphs.x0[i], glyphs.x0[j])
    narrow = min(glyphs.x1[i] - glyphs.x0[i], glyphs.x1[j] - glyphs.x0[j])
    return bool(shared > 0.6 * narrow and abs(glyphs.base[i] - glyphs.base[j]) < 0.5 * glyphs.size[j])
