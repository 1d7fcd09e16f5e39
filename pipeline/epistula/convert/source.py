"""Tagged sources of the corpus, taken apart: a TOML head, then blocks of tagged text.

`corpus/README.md` describes the format for writers. Typesetting works on the blocks;
`epistula.convert.gold` makes the gold of them.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from epistula.errors import DeclarationError
from epistula.model import RUNNING_TEXT, STRICT, Attribution, CaseRecord, ZoneKind


class Role(StrEnum):
    """What a block is on the page; its zone says what it is to a reader of the text."""

    TITLE = "title"
    AUTHORS = "authors"
    AFFILIATION = "affiliation"
    CORRESPONDENCE = "correspondence"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    FIGURE = "figure"
    TABLE = "table"
    ROWS = "rows"
    FOOTNOTE = "footnote"


MARKS = {
    "#": Role.TITLE,
    "##": Role.HEADING,
    "!figure": Role.FIGURE,
    "!table": Role.TABLE,
    "!footnote": Role.FOOTNOTE,
}
ZONES = {
    Role.TITLE: ZoneKind.TITLE,
    Role.AUTHORS: ZoneKind.AUTHORS,
    Role.AFFILIATION: ZoneKind.AFFILIATION,
    Role.CORRESPONDENCE: ZoneKind.AFFILIATION,
    Role.FIGURE: ZoneKind.CAPTION,
    Role.TABLE: ZoneKind.CAPTION,
    Role.ROWS: ZoneKind.TABLE,
    Role.FOOTNOTE: ZoneKind.FOOTNOTE,
}
"""The zone of a block, where it does not depend on the section."""

SECTIONS = {
    "abstract": ZoneKind.ABSTRACT,
    "acknowledgements": ZoneKind.ACKNOWLEDGEMENT,
    "funding": ZoneKind.FUNDING,
    "data availability": ZoneKind.DATA_AVAILABILITY,
    "competing interests": ZoneKind.COMPETING_INTERESTS,
    "references": ZoneKind.REFERENCE,
}
"""The zone of what follows a heading; body, when the heading is any other."""

FILE = re.compile(r"\A\+\+\+[ \t]*\n(?P<head>.*?)^\+\+\+[ \t]*\n(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)
MARK = re.compile(r"(?P<mark>#+|!\w+)(?:\s+|$)")
DEFAULT = re.compile(r"\{attribution=(?P<value>\w*)\}\s*")
CELL_EDGE = re.compile(r"(?<!\\)\|")


@checked_dataclass(frozen=True, config=STRICT)
class Head:
    """What the TOML head says; `evidence` of the records holds the source's own ids, as `#p1`."""

    id: str
    kind: str
    layout: str
    journal: str
    year: int
    doi: str
    authors: tuple[str, ...]
    affiliations: tuple[str, ...]
    volume: str | None = None
    pages: str | None = None
    hal_id: str | None = None
    correspondence: str | None = None
    running_head: str | None = None
    records: tuple[CaseRecord, ...] = ()


@dataclass(frozen=True)
class Block:
    """A block of tagged text.

    Args:
        role: what it is on the page.
        tagged: one line; as many as the table has, for `ROWS`.
        place: file and block, for messages.
        section: what the text under the last heading is; a heading opens its own.
        attribution: what its mentions have unless it is written.
    """

    role: Role
    tagged: str
    place: str
    section: ZoneKind = ZoneKind.BODY
    attribution: Attribution = Attribution.OWN

    @property
    def zone(self) -> ZoneKind:
        """What the block is in the text; mentions may stand in zones of running text alone."""
        if self.role is Role.HEADING and self.section in RUNNING_TEXT:
            return ZoneKind.HEADING
        return ZONES.get(self.role, self.section)


@dataclass(frozen=True)
class TaggedSource:
    """A source taken apart; authors and affiliations of the head are blocks behind the title."""

    name: str
    head: Head
    blocks: tuple[Block, ...]


def read_source(path: Path) -> TaggedSource:
    """Read a tagged source.

    Raises:
        DeclarationError: it does not follow the format; the message names file and block.
    """
    source = parse_source(path.read_text("utf-8"), path.name)
    if source.head.id != path.stem:
        raise DeclarationError(f"{path.name}, head: the id is {source.head.id!r}. Name the file after it.")
    return source


def parse_source(text: str, name: str) -> TaggedSource:
    """Take a tagged source apart; `name` stands for it in messages.

    Raises:
        DeclarationError: as `read_source`.
    """
    parts = FILE.match(text)
    if parts is None:
        raise DeclarationError(f"{name}: no head. Begin with +++, the TOML head and +++, each on its line.")
    head = _head(parts["head"], name)
    title, *rest = _blocks(parts["body"], name)
    return TaggedSource(name, head, (title, *_front_matter(head, name), *rest))


def table_cells(rows: str) -> list[list[str]]:
    """Return the tagged text of the cells of a `ROWS` block, row by row."""
    return [[cell.strip() for cell in CELL_EDGE.split(row.strip())[1:-1]] for row in rows.splitlines()]


def _head(toml: str, name: str) -> Head:
    try:
        return TypeAdapter(Head).validate_python(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{name}, head: {error}. Write it as TOML.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DeclarationError(f"{name}, head: {where}: {first['msg']}. See corpus/README.md.") from error


def _front_matter(head: Head, name: str) -> Iterator[Block]:
    place = f"{name}, head"
    yield Block(Role.AUTHORS, ", ".join(head.authors), place)
    for affiliation in head.affiliations:
        yield Block(Role.AFFILIATION, affiliation, place)
    if head.correspondence:
        yield Block(Role.CORRESPONDENCE, f"Correspondence to: {head.correspondence}", place)


def _blocks(body: str, name: str) -> list[Block]:
    blocks: list[Block] = []
    section = ZoneKind.BODY
    for number, raw in enumerate(re.split(r"\n(?:[ \t]*\n)+", body.strip()), start=1):
        block = _block(raw, section, f"{name}, block {number}")
        section = block.section
        _refuse_misplaced(block, blocks[-1] if blocks else None)
        blocks.append(block)
    if blocks[-1].role is Role.TABLE:
        raise DeclarationError(f"{blocks[-1].place}: a table without rows. Add a block of | a | b | lines.")
    return blocks


def _block(raw: str, section: ZoneKind, place: str) -> Block:
    raw, before = _default_attribution(raw, place)
    if raw.startswith("|"):
        return Block(Role.ROWS, _rows(raw, place), place, section)
    role = Role.PARAGRAPH
    if mark := MARK.match(raw):
        if mark["mark"] not in MARKS:
            raise DeclarationError(f"{place}: unknown mark {mark['mark']!r}. Use one of {', '.join(MARKS)}.")
        role, raw = MARKS[mark["mark"]], raw[mark.end() :]
    raw, behind = _default_attribution(raw, place)
    tagged = " ".join(raw.split())
    if not tagged:
        raise DeclarationError(f"{place}: nothing stands behind the mark. Add text or remove the block.")
    if role is Role.HEADING:
        section = SECTIONS.get(tagged.lower(), ZoneKind.BODY)
    return Block(role, tagged, place, section, before or behind or Attribution.OWN)


def _default_attribution(raw: str, place: str) -> tuple[str, Attribution | None]:
    """Cut `{attribution=…}` off a block, before or behind its mark."""
    written = DEFAULT.match(raw)
    if written is None:
        return raw, None
    if written["value"] not in list(Attribution):
        raise DeclarationError(f"{place}: attribution {written['value']!r}. Use {', '.join(Attribution)}.")
    return raw[written.end() :], Attribution(written["value"])


def _rows(raw: str, place: str) -> str:
    rows = [" ".join(line.split()) for line in raw.splitlines()]
    if not all(row.startswith("|") and row.endswith("|") and len(row) > 1 for row in rows):
        raise DeclarationError(f"{place}: a row of a table begins and ends with |. Close every line.")
    widths = {len(cells) for cells in table_cells("\n".join(rows))}
    if len(widths) > 1:
        raise DeclarationError(f"{place}: rows of {sorted(widths)} cells. Give every row the same number.")
    return "\n".join(rows)


def _refuse_misplaced(block: Block, before: Block | None) -> None:
    if (block.role is Role.TITLE) != (before is None):
        raise DeclarationError(f"{block.place}: the first block, and no other, is the title, marked '# '.")
    after_table = before is not None and before.role is Role.TABLE
    if (block.role is Role.ROWS) != after_table:
        raise DeclarationError(f"{block.place}: rows stand behind the !table block of their caption.")
