"""Paragraphs: blocks joined over columns, pages and floats, and lines joined to text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from epistula.model import ZoneKind
from epistula.pdf.blocks import TERMINAL, Block, Typed, same_size
from epistula.pdf.glyphs import Ints
from epistula.pdf.hyphens import is_suspended, keeps_hyphen
from epistula.pdf.lines import TextLine
from epistula.pdf.zones import CAPTION

FLOWING = frozenset(
    {
        ZoneKind.BODY,
        ZoneKind.ABSTRACT,
        ZoneKind.REFERENCE,
        ZoneKind.ACKNOWLEDGEMENT,
        ZoneKind.FUNDING,
        ZoneKind.DATA_AVAILABILITY,
        ZoneKind.COMPETING_INTERESTS,
    }
)
"""Zones whose paragraphs run on over columns and pages."""
ASIDE = frozenset({ZoneKind.CAPTION, ZoneKind.TABLE, ZoneKind.FOOTNOTE, ZoneKind.FURNITURE, ZoneKind.AFFILIATION})
"""Zones that a paragraph runs around; an address may stand at the foot of the first page."""
MERGED = frozenset({ZoneKind.TITLE, ZoneKind.CAPTION})
"""Zones whose blocks in a row are one paragraph when their type is the same."""

ADDRESS = re.compile(r"(https?://|www\.|doi\.org/|doi:)\S*$", re.IGNORECASE)
"""A web address that may go on in the next line."""


@dataclass(frozen=True, eq=False)
class Written:
    """The text of a paragraph.

    Args:
        text: NFC is for the reader to apply; characters are as on the page.
        pages, glyphs: int32 of shape (len(text),): page (0 where added) and glyph of each character.
        lines: start and end of each line of the page in the text, with the line.
    """

    text: str
    pages: Ints
    glyphs: Ints
    lines: tuple[tuple[int, int, TextLine], ...]


def join_paragraphs(typed: Sequence[Typed]) -> list[Typed]:
    """Join blocks that go on with the paragraph before; what stood between follows the paragraph."""
    indents = uses_indents(typed)
    done: list[Typed] = []
    for item in typed:
        at = last_open(done, item)
        if at is not None and goes_on(done[at], item, indents):
            done[at] = merge(done[at], item)
        else:
            done.append(item)
    return done


def uses_indents(typed: Sequence[Typed]) -> bool:
    """Tell whether the body marks its paragraphs by indents."""
    body = [item.block for item in typed if item.kind is ZoneKind.BODY and len(item.block.lines) > 1]
    return sum(block.indented for block in body) > 0.3 * len(body)


def last_open(done: Sequence[Typed], item: Typed) -> int | None:
    """Return the index of the paragraph that `item` may go on with."""
    for at in range(len(done) - 1, -1, -1):
        if done[at].kind is item.kind:
            return at
        if done[at].kind not in ASIDE or item.kind not in FLOWING:
            return None
    return None


def goes_on(before: Typed, item: Typed, indents: bool) -> bool:
    """Tell whether a block goes on with the paragraph of an earlier one."""
    a, b = before.block, item.block
    if item.kind in MERGED:
        return same_size(a.size, b.size) and a.page == b.page and a.bold == b.bold and not restarts(item)
    if item.kind not in FLOWING or not same_size(a.size, b.size):
        return False
    same_region = a.lines[-1].page == b.page and a.lines[-1].leaf == b.lines[0].leaf
    return not same_region_break(same_region, a, b) and flows(a, b, item.kind, indents)


def restarts(item: Typed) -> bool:
    """Tell whether a caption block starts with a label of its own."""
    return item.kind is ZoneKind.CAPTION and CAPTION.match(item.block.text) is not None


def same_region_break(same_region: bool, a: Block, b: Block) -> bool:
    """Tell whether two blocks of one region were parted for good: the sentence had ended."""
    if a.text.endswith("-") and b.text[:1].islower():
        return False
    return same_region and (bool(TERMINAL.search(a.text)) or b.indented or not b.text[:1].islower())


def flows(a: Block, b: Block, kind: ZoneKind, indents: bool) -> bool:
    """Tell whether the words and the edges of two blocks let a paragraph run from one to the other."""
    if a.text.endswith("-") or b.text[:1].islower():
        return not (kind is ZoneKind.REFERENCE and b.indented and TERMINAL.search(a.text) is not None)
    if TERMINAL.search(a.text):
        runs_on = not a.ended if indents or kind is ZoneKind.REFERENCE else a.full
        return runs_on and not b.indented
    return not b.indented or not a.ended


def merge(before: Typed, item: Typed) -> Typed:
    """Return the paragraph with the lines of both."""
    lines = before.block.lines + item.block.lines
    return replace(before, block=replace(before.block, lines=lines, ended=item.block.ended, full=item.block.full))


def write(block: Block, attested: Counter[str]) -> Written:
    """Write the lines of a block as one text, words broken at line ends mended."""
    text = ""
    numbers: list[Ints] = []
    pages: list[Ints] = []
    places: list[tuple[int, int, TextLine]] = []
    for line in block.lines:
        drop, gap = seam(text, line.text, attested)
        if drop:
            text = text[:-1]
            numbers[-1], pages[-1] = numbers[-1][:-1], pages[-1][:-1]
            start, end, last = places[-1]
            places[-1] = start, end - 1, last
        if gap:
            text += " "
            numbers.append(np.array([-1], dtype=np.int32))
            pages.append(np.array([0], dtype=np.int32))
        places.append((len(text), len(text) + len(line.text), line))
        text += line.text
        numbers.append(line.glyphs)
        pages.append(np.where(line.glyphs >= 0, line.page, 0).astype(np.int32))
    return Written(text, np.concatenate(pages), np.concatenate(numbers), tuple(places))


def seam(before: str, after: str, attested: Counter[str]) -> tuple[bool, bool]:
    """Tell how a line joins the text before it: whether the last character goes, whether a space comes."""
    if not before:
        return False, False
    if len(before) > 1 and before.endswith("-") and before[-2] != " ":
        return (False, True) if is_suspended(after) else (not keeps_hyphen(before, after, attested), False)
    if ADDRESS.search(before) and after[:1] in "./?=&_" and after[1:2].isalnum():
        return False, False
    if before[-1] in "–—/" and before[-2:-1].isalnum() and after[:1].isalnum():
        return False, False
    return False, True
