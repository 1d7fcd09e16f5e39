"""Zones: what each block of a letter is, by its words, its type and its place."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from epistula.model import ZoneKind
from epistula.pdf.blocks import TERMINAL, Block, Typed, same_size, tabular
from epistula.pdf.headings import is_kicker, is_salutation, normal, run_in_section, section_of

COVER = re.compile(
    r"\bHAL Id\b|archive ouverte|to cite this version|pour citer cette version"
    r"|this is the (author'?s? )?(accepted|published|peer.reviewed) (version|manuscript)"
    r"|(institutional|research|open access) repository|copyright and moral rights|version of record",
    re.IGNORECASE,
)
"""What a repository's cover page says."""
CAPTION = re.compile(
    r"^(supplement\w* |online |extended data )?(?P<what>fig(ure)?|table|box|scheme|chart|panel|plate|video)"
    r"s?\.?\s*"
    r"(S?\d{1,2}[A-Za-z]?|[IVX]{1,4})\b\s*(?P<mark>[.:|–—-])?",
    re.IGNORECASE,
)
"""The label of a caption."""
AFFILIATION = re.compile(
    r"^[*†‡§¶#\d,. a-f]{0,6}\s*(from the )?(depart?e?ment|division|institut|universit|hospital|faculty"
    r"|school of|service|laborator|cent(er|re)\b|unit of|clinic\b|college|section of|inserm|cnrs"
    r"|assistance publique)"
    r"|correspond(ence|ing)|\be-?mails?\b|^(received|revised|accepted|submitted|published)\b.{0,40}\d{4}|@\w"
    r"|\borcid\b|academic editor|^(edited|reviewed|handled) by|equal contribution|contributed equally"
    r"|^address\b|^tel\b|^fax\b",
    re.IGNORECASE,
)
"""How an affiliation, a correspondence line or a date of receipt starts."""
ADDRESS = re.compile(r"^(department|division|institute|faculty|school) of|^correspondence|^e-?mail", re.IGNORECASE)
"""The same where entries of the references may stand as well."""
BRIEF = frozenset({"keywords", "key words", "abbreviations"})
"""Headings over lists; the next sentence is the body's again."""
PLACE = re.compile(
    r"universit|hospital|department|institut|clinic|\bcent(er|re)\b|\bfrance\b|\busa\b|school|division", re.I
)
LICENCE = re.compile(r"copyright|©|creative commons|open access article|licen[cs]e|all rights reserved", re.IGNORECASE)
NOTE_MARK = re.compile(r"^([*†‡§¶#]|\(?[a-z\d]\)?[. ])")
BACK_MATTER = frozenset(
    {
        ZoneKind.ACKNOWLEDGEMENT,
        ZoneKind.FUNDING,
        ZoneKind.DATA_AVAILABILITY,
        ZoneKind.COMPETING_INTERESTS,
        ZoneKind.FOOTNOTE,
    }
)
ENTRY = re.compile(r"^\[?\(?\d{1,3}[\]).]?\s*[A-Z]")
YEAR = re.compile(r"\b(19|20)\d\d[a-z]?\b")


@dataclass
class State:
    """Where in the letter the reader is."""

    body_size: float
    section: ZoneKind = ZoneKind.BODY
    in_front: bool = True
    heading_size: float = 0.0
    table_at: tuple[int, int] | None = None
    brief: bool = False
    abstract_at: tuple[int, int] | None = None
    typed: list[Typed] = field(default_factory=list)


def classify(blocks: Sequence[Block]) -> list[Typed]:
    """Tell what each block is; the blocks are those of all pages, in reading order, without furniture."""
    covers = cover_pages(blocks)
    article = [block for block in blocks if block.page not in covers]
    state = State(body_size=body_size(article))
    title = find_title(article, state.body_size)
    typed = [Typed(block, ZoneKind.COVER) for block in blocks if block.page in covers]
    state.in_front = bool(title)
    for i, block in enumerate(article):
        state.typed.append(Typed(block, kind_of(block, i, title, article, state)))
    return typed + state.typed


def cover_pages(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the pages before the article that a repository put there: the first, at most, of several."""
    pages = sorted({block.page for block in blocks})
    if len(pages) < 2:
        return frozenset()
    first = " ".join(block.text for block in blocks if block.page == pages[0])
    marks = {match[0].lower() for match in COVER.finditer(first)}
    return frozenset(pages[:1]) if len(marks) > 1 or (marks and len(first) < 2500) else frozenset()


def body_size(blocks: Sequence[Block]) -> float:
    """Return the size of most of the type before the references, points."""
    counts: Counter[float] = Counter()
    for block in blocks:
        if section_of(block.text) is ZoneKind.REFERENCE and counts:
            break
        for line in block.lines:
            counts[round(line.size, 1)] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def find_title(blocks: Sequence[Block], body: float) -> frozenset[int]:
    """Return the indices of the blocks that make the title: the largest type in the article's first page."""
    if not blocks:
        return frozenset()
    first = [i for i, block in enumerate(blocks) if block.page == blocks[0].page]
    early = [i for i in first if could_be_title(blocks[i], body)]
    if not early:
        return frozenset()
    size = max(blocks[i].size for i in early)
    start = next(i for i in early if same_size(blocks[i].size, size))
    end = start
    while end + 1 in early and same_size(blocks[end + 1].size, size) and blocks[end + 1].bold == blocks[start].bold:
        end += 1
    return frozenset(range(start, end + 1))


def could_be_title(block: Block, body: float) -> bool:
    """Tell whether a block is set like a title: larger than the body, or bold; no section, no kicker."""
    text = block.text
    large = block.size > 1.12 * body or (block.bold and block.size > 0.98 * body)
    words = len(text.split())
    return (
        large and 2 <= words <= 60 and not is_kicker(text) and section_of(text) is None and not AFFILIATION.search(text)
    )


def kind_of(block: Block, i: int, title: frozenset[int], blocks: Sequence[Block], state: State) -> ZoneKind:
    """Return the kind of block `i` and move the state on."""
    if i in title:
        return ZoneKind.TITLE
    if stands_over_title(block, i, title, blocks, state):
        return ZoneKind.FURNITURE
    marked = caption_kind(block, state) or heading_kind(block, state)
    if marked is not None:
        return marked
    return front_kind(block, state) if state.in_front else text_kind(block, blocks[0].page, state)


def stands_over_title(block: Block, i: int, title: frozenset[int], blocks: Sequence[Block], state: State) -> bool:
    """Tell whether a block of the first page is the journal's banner or the kind of article."""
    if block.page != blocks[0].page:
        return False
    if title and i < min(title) and block.place == blocks[min(title)].place:
        return True
    return is_kicker(block.text) and (state.in_front or section_of(block.text) is None)


def caption_kind(block: Block, state: State) -> ZoneKind | None:
    """Return CAPTION for a caption, TABLE for what stands under a table's caption, else None."""
    match = CAPTION.match(block.text)
    small = block.size < 0.97 * state.body_size
    if match and (small or match["mark"] or block.lines[0].bold_start >= 5):
        state.table_at = block.place if match["what"].lower() == "table" else None
        return ZoneKind.CAPTION
    if state.table_at == block.place and (small or tabular(block)) and section_of(block.text) is None:
        return ZoneKind.TABLE
    state.table_at = None
    return None


def heading_kind(block: Block, state: State) -> ZoneKind | None:
    """Return the kind of a heading and enter its section; None when the block is no heading."""
    text = block.text
    if len(text) > 120 or len(block.lines) > 3 or tabular(block):
        return None
    section = section_of(text)
    if section is not None and stands_alone(block, state):
        return known_heading(block, section, state)
    if state.in_front or not stands_out(block, state):
        return None
    if state.section is ZoneKind.REFERENCE and not same_size(block.size, state.heading_size):
        return None
    state.section = ZoneKind.BODY
    return ZoneKind.HEADING


def known_heading(block: Block, section: ZoneKind, state: State) -> ZoneKind:
    """Enter the section of a known heading and return the heading's kind.

    The headings within an abstract leave it open; those of the back matter are of their section.
    """
    within = state.section is ZoneKind.ABSTRACT and block.place == state.abstract_at
    if within and section is ZoneKind.BODY and normal(block.text) != "introduction":
        return ZoneKind.HEADING
    state.abstract_at = block.place if section is ZoneKind.ABSTRACT else None
    state.in_front = state.in_front and section in BACK_MATTER
    state.brief = normal(block.text) in BRIEF
    state.section = section
    if section is not ZoneKind.ABSTRACT:
        state.heading_size = max(state.heading_size, block.size)
    return ZoneKind.HEADING if section in {ZoneKind.BODY, ZoneKind.ABSTRACT} else section


def stands_alone(block: Block, state: State) -> bool:
    """Tell whether the words of a known heading are set as one: on a line of their own, bold or large."""
    return len(block.lines) == 1 or block.bold or block.size > 1.05 * state.body_size


def stands_out(block: Block, state: State) -> bool:
    """Tell whether a block that no list knows is set as a heading: short, and bold or large."""
    text, words = block.text, len(block.text.split())
    strong = block.bold or block.size > 1.1 * state.body_size
    return strong and words <= 14 and block.size >= 0.9 * state.body_size and not text[0].islower()


def front_kind(block: Block, state: State) -> ZoneKind:
    """Return the kind of a block between the title and the first paragraph."""
    text = block.text
    if run_in := run_in_section(text):
        return run_in
    if is_affiliation(block, state):
        return ZoneKind.AFFILIATION
    if LICENCE.search(text[:120]):
        return ZoneKind.FURNITURE
    if is_salutation(text) or is_prose(block, state):
        state.in_front = False
        return ZoneKind.BODY
    if len(text.split()) >= 40 and TERMINAL.search(text):
        return ZoneKind.ABSTRACT
    seen = {typed.kind for typed in state.typed}
    return ZoneKind.AFFILIATION if ZoneKind.AFFILIATION in seen else ZoneKind.AUTHORS


def is_affiliation(block: Block, state: State) -> bool:
    """Tell whether a block names a place of work, an address or a date of receipt."""
    text = block.text
    if AFFILIATION.search(text[:200]):
        return not reads_on(text)
    return block.size < 0.97 * state.body_size and bool(PLACE.search(text)) and not reads_on(text)


def reads_on(text: str) -> bool:
    """Tell whether a text is sentences: long, mostly in lower case, ended by a full stop."""
    words = text.split()
    lower = sum(word[:1].islower() for word in words)
    return len(words) >= 25 and lower > 0.6 * len(words) and bool(TERMINAL.search(text))


def is_prose(block: Block, state: State) -> bool:
    """Tell whether a block is running text in the size of the body."""
    if not same_size(block.size, state.body_size):
        return False
    words = block.text.split()
    lower = sum(word[:1].islower() for word in words)
    return len(words) >= 8 and lower > 0.5 * len(words)


def text_kind(block: Block, first_page: int, state: State) -> ZoneKind:
    """Return the kind of a block after the front matter."""
    if state.section is ZoneKind.REFERENCE:
        return reference_kind(block)
    if run_in := run_in_section(block.text):
        return run_in
    if leaves_abstract(block, state) or (state.brief and is_prose(block, state)):
        state.section, state.brief = ZoneKind.BODY, False
    if state.section is not ZoneKind.BODY:
        return state.section
    if same_size(block.size, state.body_size) or block.size > state.body_size:
        return ZoneKind.BODY if not tabular(block) or is_prose(block, state) else ZoneKind.TABLE
    return small_kind(block, first_page, state)


def reference_kind(block: Block) -> ZoneKind:
    """Return the kind of a block under the references: an entry, a note, or an address at the end."""
    if block.text[0] in "*†‡§¶":
        return ZoneKind.FOOTNOTE
    return ZoneKind.AFFILIATION if ADDRESS.search(block.text[:200]) else ZoneKind.REFERENCE


def leaves_abstract(block: Block, state: State) -> bool:
    """Tell whether the body starts without a heading: in its own size, after an abstract in another."""
    if state.section is not ZoneKind.ABSTRACT:
        return False
    before = next((typed.block.size for typed in state.typed if typed.kind is ZoneKind.ABSTRACT), None)
    return before is not None and not same_size(before, state.body_size) and is_prose(block, state)


def small_kind(block: Block, first_page: int, state: State) -> ZoneKind:
    """Return the kind of small type: address, entry, note when it reads as one, else a figure's words."""
    text, words = block.text, len(block.text.split())
    previous = state.typed[-1] if state.typed else None
    if block.page == first_page and AFFILIATION.search(text[:200]):
        return ZoneKind.AFFILIATION
    if ENTRY.match(text) and YEAR.search(text):
        return ZoneKind.REFERENCE
    if previous and previous.kind is ZoneKind.CAPTION and words > 4 and goes_with(previous.block, block):
        return ZoneKind.CAPTION
    is_note = words >= 6 and (NOTE_MARK.match(text) or TERMINAL.search(text))
    return ZoneKind.FOOTNOTE if is_note else ZoneKind.FURNITURE


def goes_with(a: Block, b: Block) -> bool:
    """Tell whether two blocks stand in one region in one size."""
    return a.place == b.place and same_size(a.size, b.size)
