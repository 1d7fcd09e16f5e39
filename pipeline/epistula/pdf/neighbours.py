"""Letters among letters: what belongs to the letter before and after ours on pages of correspondence.

A letter begins at a title. Another title set in the same type after a list of references begins the
next letter; what stands over the first title and holds a list of references, or starts within a
sentence, is the end of the letter before.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from epistula.model import ZoneKind
from epistula.pdf.blocks import Block, Typed, same_size
from epistula.pdf.headings import is_kicker, section_of
from epistula.pdf.zones import CAPTION, ENTRY, YEAR, body_size, could_be_title, cover_pages, find_title

APPENDIX = re.compile(
    r"^(supplement|supporting|appendi|additional|figure|table|legend|how to cite|cite this|submit|publisher|editor'?s"
    r"|author|about the|related|online)",
    re.IGNORECASE,
)
"""How headings after the references start that are no letter's title."""


class Foreign(Typed):
    """A block of another letter."""


class Part(NamedTuple):
    """Blocks `start` to `end` (half-open) of one letter; the title is empty for the end of a letter before."""

    start: int
    end: int
    title: str


def find_neighbours(blocks: Sequence[Block], hint: str = "") -> frozenset[int]:
    """Return the indices of the blocks that belong to other letters.

    Ours is the letter whose title the cover or `hint` names; else the titled one with the most text.

    Args:
        blocks: those of all pages, in reading order, without furniture.
        hint: a title that the file gives for itself.
    """
    covers = cover_pages(blocks)
    own = [i for i, block in enumerate(blocks) if block.page not in covers]
    parts = part_letters([blocks[i] for i in own])
    if len(parts) < 2:
        return frozenset()
    named = letters_of(" ".join([hint, *(blocks[i].text for i in range(len(blocks)) if i not in set(own))]))
    article = [blocks[i] for i in own]
    ours = max(parts, key=lambda part: (is_named(part, named), bool(part.title), length(article, part)))
    return frozenset(i for n, i in enumerate(own) if not ours.start <= n < ours.end)


def part_letters(blocks: Sequence[Block]) -> list[Part]:
    """Part the blocks of an article at the titles of letters; one part when it is one letter."""
    body = body_size(blocks)
    first = sorted(find_title(blocks, body))
    if not first:
        return []
    begins = [i for i in range(first[0] + 1, len(blocks)) if begins_letter(blocks, i, blocks[first[0]], body)]
    starts = [first[0], *(i for i in begins if i not in first)]
    starts = [with_kickers(blocks, start) for start in starts]
    head = [Part(0, starts[0], "")] if ends_letter(blocks[: starts[0]], body) else []
    begin = starts[0] if head else 0
    ends = [*starts[1:], len(blocks)]
    return head + [
        Part(begin if n == 0 else start, end, title_at(blocks, start, end, body))
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def begins_letter(blocks: Sequence[Block], i: int, title: Block, body: float) -> bool:
    """Tell whether block `i` is set like the title and follows a list of references."""
    block = blocks[i]
    if not same_type(block, title) or not could_be_title(block, body) or same_type(blocks[i - 1], title):
        return False
    if section_of(block.text) or CAPTION.match(block.text) or APPENDIX.match(block.text):
        return False
    return follows_references(blocks[:i], title)


def same_type(a: Block, b: Block) -> bool:
    """Tell whether two blocks are set in the same size and weight."""
    return same_size(a.size, b.size) and a.bold == b.bold


def follows_references(blocks: Sequence[Block], title: Block) -> bool:
    """Tell whether a list of references has begun since the last block that is set like the title."""
    since = next((i for i in range(len(blocks) - 1, -1, -1) if same_type(blocks[i], title)), -1)
    return has_references(blocks[since + 1 :])


def has_references(blocks: Sequence[Block]) -> bool:
    """Tell whether blocks hold a list of references: its heading, or two numbered entries with a year."""
    if any(section_of(block.text) is ZoneKind.REFERENCE for block in blocks):
        return True
    return sum(bool(ENTRY.match(block.text) and YEAR.search(block.text)) for block in blocks) >= 2


def ends_letter(blocks: Sequence[Block], body: float) -> bool:
    """Tell whether the blocks over the first title are the end of a letter, no banner and no summary."""
    prose = [block for block in blocks if same_size(block.size, body) and len(block.text.split()) >= 8]
    return has_references(blocks) or bool(prose and prose[0].text[0].islower())


def with_kickers(blocks: Sequence[Block], start: int) -> int:
    """Return where a letter starts, counting the kind of article that stands over its title."""
    while start and is_kicker(blocks[start - 1].text):
        start -= 1
    return start


def title_at(blocks: Sequence[Block], start: int, end: int, body: float) -> str:
    """Return the title of a letter that starts at a block."""
    at = next((i for i in range(start, end) if could_be_title(blocks[i], body)), start)
    following = range(at, min(end, at + 4))
    return " ".join(blocks[i].text for i in following if same_type(blocks[i], blocks[at]))


def letters_of(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    return "".join(c for c in text.lower() if c.isalnum())


def is_named(part: Part, named: str) -> bool:
    """Tell whether a text names the title of a letter."""
    title = letters_of(part.title)
    return len(title) >= 15 and title in named


def length(blocks: Sequence[Block], part: Part) -> int:
    """Return how many characters a letter takes."""
    return sum(len(block.text) for block in blocks[part.start : part.end])
