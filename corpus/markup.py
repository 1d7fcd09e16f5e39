"""The blocks of a tagged source as HTML, the same for every layout; the style sheets do the rest."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate, groupby
from operator import itemgetter

from chart import chart
from epistula.convert.source import Block, Role, table_cells
from epistula.convert.tagged import parse_tagged

LATIN = re.compile(r"\b(et al\.|in vitro|in vivo|de novo)")
FLOATS = frozenset({Role.FIGURE, Role.TABLE, Role.ROWS})


def inline(tagged: str) -> str:
    """Return tagged text as HTML: no tags, superscripts raised and close to the word before them."""
    parsed, html, last = parse_tagged(tagged), "", 0
    for start, end in parsed.superscripts:
        html += _prose(parsed.text[last:start].removesuffix(" "))
        html += f"<sup>{_prose(parsed.text[start:end])}</sup>"
        last = end
    return html + _prose(parsed.text[last:])


def plain(tagged: str) -> str:
    """Return tagged text without tags, for attributes and running heads."""
    return escape(parse_tagged(tagged).text)


def paragraphs(blocks: Iterable[Block], role: Role) -> str:
    """Return the blocks of one role, a paragraph each."""
    return "".join(f'<p class="{role}">{inline(block.tagged)}</p>' for block in blocks if block.role is role)


def sections(blocks: Sequence[Block]) -> str:
    """Return the blocks in order, a section for each heading, of the class of what it holds."""
    numbers = accumulate(int(block.role is Role.HEADING) for block in blocks)
    grouped = groupby(zip(numbers, blocks, strict=True), key=itemgetter(0))
    return "".join(_section([block for _, block in group]) for _, group in grouped)


def _section(blocks: Sequence[Block]) -> str:
    return f'<section class="{blocks[0].section}">{"".join(map(_block, blocks))}</section>\n'


def _block(block: Block) -> str:
    text = inline(block.tagged) if block.role is not Role.ROWS else ""
    match block.role:
        case Role.HEADING:
            return f"<h2>{text}</h2>\n"
        case Role.FIGURE:
            return f"<figure>{chart(block.tagged)}<figcaption>{text}</figcaption></figure>\n"
        case Role.TABLE:
            return f'<div class="table"><p class="caption">{text}</p>'
        case Role.ROWS:
            return f"<table>{_rows(block.tagged)}</table></div>\n"
        case Role.FOOTNOTE:
            return f'<aside class="footnote">{text}</aside>\n'
        case _:
            return f"<p>{text}</p>\n"


def _rows(rows: str) -> str:
    head, *body = ("".join(f"<td>{inline(cell)}</td>" for cell in row) for row in table_cells(rows))
    return f"<thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in body)}</tbody>"


def _prose(text: str) -> str:
    return LATIN.sub(r"<i>\1</i>", escape(text))
