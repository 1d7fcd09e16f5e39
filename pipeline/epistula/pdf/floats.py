"""Floats: figures and tables whose words look like text until one sees what stands beside them."""

from collections.abc import Sequence

from epistula.model import ZoneKind
from epistula.pdf.blocks import TERMINAL, Typed, tabular

LOOSE = frozenset(
    {
        ZoneKind.BODY,
        ZoneKind.HEADING,
        ZoneKind.TABLE,
        ZoneKind.FURNITURE,
        ZoneKind.FOOTNOTE,
        ZoneKind.REFERENCE,
    }
)
"""Zones that a figure's words may have been taken for."""
SMALL_PROSE = frozenset({ZoneKind.FOOTNOTE, ZoneKind.REFERENCE})
"""Zones that a caption without a label may have been taken for."""


def set_floats_apart(typed: Sequence[Typed]) -> list[Typed]:
    """Return the blocks with captions without a label, cells of tables and words of figures told apart."""
    items = list(typed)
    for i in range(len(items)):
        if items[i].kind in SMALL_PROSE and is_caption_text(items[i]) and not under_table(items, i):
            if label_run(items, i) >= 3:
                items[i] = Typed(items[i].block, ZoneKind.CAPTION)
            elif heads_table(items, i):
                items[i] = Typed(items[i].block, ZoneKind.CAPTION)
                mark_table(items, i + 1)
    for i, item in enumerate(items):
        if item.kind is ZoneKind.CAPTION and not item.block.text.lower().startswith("table"):
            for j in range(i - label_run(items, i), i):
                items[j] = Typed(items[j].block, ZoneKind.FURNITURE)
    return items


def is_caption_text(item: Typed) -> bool:
    """Tell whether a block could be a caption: a few sentences that are no note and no reference."""
    text = item.block.text
    return len(text.split()) >= 4 and len(text) < 1500 and text[0].isupper() and not tabular(item.block)


def under_table(items: Sequence[Typed], i: int) -> bool:
    """Tell whether block `i` stands right under rows of a table: it is their note then."""
    before = items[i - 1] if i else None
    return before is not None and before.kind is ZoneKind.TABLE and before.block.place == items[i].block.place


def label_run(items: Sequence[Typed], i: int) -> int:
    """Count the blocks right above block `i`, in its region, that could be words of a figure."""
    at = i - 1
    while at >= 0 and items[at].block.place == items[i].block.place and is_label(items[at]):
        at -= 1
    return i - 1 - at


def is_label(item: Typed) -> bool:
    """Tell whether a block could be words of a figure: few on every line, and no sentence."""
    if item.kind not in LOOSE or (item.kind is ZoneKind.HEADING and item.block.bold):
        return False
    longest = max(len(line.text.split()) for line in item.block.lines)
    return longest <= 6 and not TERMINAL.search(item.block.text)


def heads_table(items: Sequence[Typed], i: int) -> bool:
    """Tell whether a row of three cells or more follows block `i` in its region."""
    after = items[i + 1].block if i + 1 < len(items) else None
    if after is None or after.place != items[i].block.place:
        return False
    return tabular(after) and any(line.holes > 1 for line in after.lines)


def mark_table(items: list[Typed], start: int) -> None:
    """Make TABLE of the blocks from `start` that are rows of a table or set like its first row."""
    first = items[start].block
    for j in range(start, len(items)):
        item = items[j]
        if item.block.place != first.place or not (tabular(item.block) or item.kind is ZoneKind.FURNITURE):
            return
        items[j] = Typed(item.block, ZoneKind.TABLE)
