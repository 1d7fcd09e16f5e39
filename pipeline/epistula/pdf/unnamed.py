"""Characters whose font does not say which they are."""

import numpy as np

from epistula.pdf.glyphs import Glyphs

UNMAPPED = 0.2
"""Share of a page's characters that may lack a name before all of them are looked at."""
COMMON = frozenset("etaoins")
LIGATURES = {code: text for start in (0x0B, 0x1B) for code, text in enumerate(("ff", "fi", "fl", "ffi", "ffl"), start)}
"""Where TeX's font encodings (OT1 and T1) keep ligatures."""


def mark_unnamed(glyphs: Glyphs) -> Glyphs:
    """Write U+FFFD for the characters without a name; ligatures of TeX's encodings get theirs."""
    return replace_failed(glyphs, keep=False)


def guess_names(glyphs: Glyphs) -> Glyphs:
    """Take the characters' codes for their names; they are no longer marked as failed."""
    guessed = replace_failed(glyphs, keep=True)
    return guessed.change(failed=np.zeros(len(glyphs), dtype=bool))


def replace_failed(glyphs: Glyphs, keep: bool) -> Glyphs:
    """Replace the failed characters by ligatures where their codes say so, else by U+FFFD or nothing."""
    text = glyphs.text.copy()
    for i in np.flatnonzero(glyphs.failed).tolist():
        text[i] = LIGATURES.get(ord(text[i][0]) if text[i] else 0, text[i] if keep else "\ufffd")
    return glyphs.change(text=text)


def reads_like_text(glyphs: Glyphs) -> bool:
    """Tell whether the letters are distributed as in a European language and not shifted or shuffled."""
    letters = [c for c in "".join(glyphs.text.tolist()).lower() if c.isalpha()]
    return len(letters) > 20 and sum(c in COMMON for c in letters) > 0.42 * len(letters)
