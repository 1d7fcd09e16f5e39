"""The characters of a page as arrays, and what is done to them before they become lines."""

import unicodedata
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.signedinteger[Any]]
Texts = npt.NDArray[np.str_]

SOFT_HYPHEN = "\u00ad"
HYPHENS = {SOFT_HYPHEN: "-", "\x02": "-", "\u2010": "-", "\u2011": "-", "\ufffe": "-"}
"""Characters that PDF makers and PDFium write for a hyphen; a soft one that is drawn is one."""
OPERATORS = {"\u2218": "°", "\u223c": "~"}
"""Mathematical operators that TeX draws for a degree sign and a tilde."""
MAX_ACCENTS = 2000

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
        if which.dtype == bool and which.all():
            return self
        return type(self)(*[getattr(self, name)[which] for name in NAMES])

    def compact(self) -> Self:
        """Return the glyphs in the smallest types that hold them: a third of the memory, for the pages that wait."""
        return type(self)(*[getattr(self, name).astype(SMALL[name], copy=False) for name in NAMES])

    def change(self, **changes: Any) -> Self:
        """Return a copy with some fields replaced."""
        return type(self)(*[changes.get(name, getattr(self, name)) for name in NAMES])


NAMES = tuple(f.name for f in fields(Glyphs))
SMALL = dict.fromkeys(NAMES, np.float32) | {
    "text": "<U1",
    "font": np.int32,
    "hidden": np.bool_,
    "failed": np.bool_,
    "glyph": np.int32,
}
"""The types of glyphs that have been cleaned; a float32 tells places on a page to a ten-thousandth of a point."""


def clean(glyphs: Glyphs) -> Glyphs:
    """Make plain characters: ligatures split, accents composed, doubles and control characters dropped."""
    glyphs = glyphs.take((glyphs.text != SOFT_HYPHEN) | (glyphs.x1 - glyphs.x0 > 0.05 * glyphs.size))
    texts = glyphs.text.tolist()
    different = set(texts)
    if not all(map(is_drawn, different)):
        glyphs = glyphs.take(np.array([is_drawn(t) for t in texts], dtype=bool))
    if any(plain(t) != t for t in different if is_drawn(t)):
        plains = np.array([plain(t) for t in glyphs.text.tolist()], dtype="<U4")
        glyphs = glyphs.change(text=plains)
    return compose_accents(drop_doubles(spread_shared_boxes(split_ligatures(glyphs))))


@cache
def is_drawn(text: str) -> bool:
    """Tell whether the character is more than a control character or a lone surrogate."""
    return text in HYPHENS or unicodedata.category(text[:1] or "\0") not in {"Cc", "Cs", "Cn"}


@cache
def plain(text: str) -> str:
    """Return the character as it is written in running text.

    Hyphens of all makes become `-`, no-break and thin spaces a space; mathematical letters and
    presentation forms (ligatures) become the letters they show. Nothing else is touched.
    """
    if text in HYPHENS or text in OPERATORS:
        return HYPHENS.get(text) or OPERATORS[text]
    if unicodedata.category(text[0]) == "Zs":
        return " "
    if "\ufb00" <= text <= "\ufb06" or "\U0001d400" <= text <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFC", text)


def split_ligatures(glyphs: Glyphs) -> Glyphs:
    """Give each letter of a ligature its own entry; the entries share box and `glyph` number."""
    if set(map(len, glyphs.text.tolist())) <= {1}:
        return glyphs
    lengths = np.char.str_len(glyphs.text)
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
    codes = glyphs.text.astype("<U1").view("<u4")
    order = np.lexsort((glyphs.x0, np.round(glyphs.base), codes))
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
    """Put an accent drawn by itself onto the letter that it overlaps, wherever the stream has either."""
    marks = [t for t in set(glyphs.text.tolist()) if t in ACCENTS or unicodedata.combining(t)]
    accents = np.flatnonzero(np.isin(glyphs.text, marks)).tolist() if marks else []
    if not accents or len(accents) > MAX_ACCENTS:
        return glyphs
    text, keep = glyphs.text.copy(), np.ones(len(glyphs), dtype=bool)
    for i in accents:
        for j in overlapped(glyphs, i).tolist():
            letter = DOTLESS.get(str(text[j]), str(text[j]))
            composed = unicodedata.normalize("NFC", letter + ACCENTS.get(str(text[i]), str(text[i])))
            if len(composed) == 1 and letter.isalpha():
                text[j], keep[i] = composed, False
                break
    return glyphs.change(text=text).take(keep)


def overlapped(glyphs: Glyphs, i: int) -> Ints:
    """Return the characters of a line that share most of their width with character `i`, nearest first."""
    shared = np.minimum(glyphs.x1, glyphs.x1[i]) - np.maximum(glyphs.x0, glyphs.x0[i])
    narrow = np.minimum(glyphs.x1 - glyphs.x0, glyphs.x1[i] - glyphs.x0[i])
    level = np.abs(glyphs.base - glyphs.base[i]) < 0.5 * glyphs.size
    found = np.flatnonzero(level & (shared > 0.6 * narrow) & (shared > 0) & (np.arange(len(glyphs)) != i))
    return np.asarray(found[np.argsort(-shared[found], kind="stable")])
