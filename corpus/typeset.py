"""Typesetting a tagged source in one of the layouts of `layouts/`, as PDF."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from epistula.convert.source import Head, Role, TaggedSource
from epistula.errors import DeclarationError
from epistula.model import ZoneKind, text_sha256
from markup import FLOATS, inline, paragraphs, plain, sections

LAYOUTS = Path(__file__).parent / "layouts"
FRONT = frozenset({Role.TITLE, Role.AUTHORS, Role.AFFILIATION, Role.CORRESPONDENCE})
LINE = re.compile(r"line-\d+")
MOST_LINES = 1500
"""More lines than any letter has; as many numbers are tried to see which stand beside text."""


@dataclass(frozen=True)
class Typeset:
    """A PDF and how many pages it has."""

    pdf: bytes
    pages: int


def typeset(source: TaggedSource) -> Typeset:
    """Typeset a source in the layout that its head names; the same source gives the same bytes.

    Raises:
        DeclarationError: there is no such layout, or the head lacks what it needs.
    """
    # fontTools stamps the fonts it cuts to size with the time, unless this is set.
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    document = _render(_page(source, _fields(source)))
    identifier = sha256(source.head.id.encode()).digest()[:16]
    return Typeset(document.write_pdf(pdf_identifier=identifier), len(document.pages))


def layout_names() -> list[str]:
    """Return the names of the layouts."""
    return sorted(path.stem for path in LAYOUTS.glob("*.html"))


def template_sha256() -> str:
    """Return a hash of all that makes pages of a source: the layouts, and the code beside this file."""
    code = [Path(__file__).with_name(f"{name}.py") for name in ("chart", "markup", "typeset")]
    layouts = sorted([*LAYOUTS.rglob("*.html"), *LAYOUTS.rglob("*.css")])
    return text_sha256("\0".join(path.read_text("utf-8") for path in [*layouts, *code]))


def _page(source: TaggedSource, fields: Mapping[str, str]) -> str:
    """Return the HTML of a source: its layout, filled, with what only some layouts have."""
    template = _template(source)
    if "hal_cover" in template.get_identifiers():
        cover = Template((LAYOUTS / "parts" / "hal-cover.html").read_text("utf-8"))
        fields = {**fields, "hal_cover": _fill(cover, fields, source)}
    if "line_numbers" in template.get_identifiers():
        trial = _fill(template, {**fields, "line_numbers": _line_numbers(MOST_LINES)}, source)
        fields = {**fields, "line_numbers": _line_numbers(_count_lines(_render(trial)))}
    return _fill(template, fields, source)


def _template(source: TaggedSource) -> Template:
    name = source.head.layout
    if name not in layout_names():
        names = ", ".join(layout_names())
        raise DeclarationError(f"{source.name}, head: no layout {name!r}. Use one of {names}.")
    return Template((LAYOUTS / f"{name}.html").read_text("utf-8"))


def _fill(template: Template, fields: Mapping[str, str], source: TaggedSource) -> str:
    try:
        return template.substitute(fields)
    except KeyError as error:
        name, missing = source.head.layout, error.args[0]
        raise DeclarationError(f"{source.name}, head: the layout {name} needs {missing}. Add it.") from error


def _fields(source: TaggedSource) -> dict[str, str]:
    """Return what every template can name; `hal_id` only when the head has one."""
    title, *blocks = source.blocks
    return {
        "title": inline(title.tagged),
        "plain_title": plain(title.tagged),
        "affiliations": paragraphs(blocks, Role.AFFILIATION),
        "correspondence": paragraphs(blocks, Role.CORRESPONDENCE),
        **_head_fields(source.head),
        **_content(source),
        **({"hal_id": escape(source.head.hal_id)} if source.head.hal_id else {}),
    }


def _head_fields(head: Head) -> dict[str, str]:
    kind = head.kind.replace("-", " ").capitalize()
    return {
        "authors": ", ".join(map(inline, head.authors)),
        "plain_authors": ", ".join(map(plain, head.authors)),
        "short_authors": _short_authors([plain(author) for author in head.authors]),
        "running_head": escape(head.running_head or kind),
        "journal": escape(head.journal),
        "citation": escape(_citation(head)),
        "doi": escape(head.doi),
        "year": str(head.year),
        "submitted": f"4 Mar {head.year + 1}",
    }


def _content(source: TaggedSource) -> dict[str, str]:
    """Return the abstract and the rest, as a whole and parted into text and floats."""
    abstract = [b for b in source.blocks if b.section is ZoneKind.ABSTRACT]
    rest = [b for b in source.blocks if b.role not in FRONT and b.section is not ZoneKind.ABSTRACT]
    return {
        "abstract": sections(abstract),
        "content": sections(rest),
        "text": sections([block for block in rest if block.role not in FLOATS]),
        "floats": sections([block for block in rest if block.role in FLOATS]),
    }


def _short_authors(authors: list[str]) -> str:
    surnames = [author.split()[-1] for author in authors]
    return " and ".join(surnames) if len(surnames) < 3 else f"{surnames[0]} et al."


def _citation(head: Head) -> str:
    """Return year, volume and pages as journals write them: `2021; 12 (3): e40-e41`."""
    volume, pages = head.volume and f"; {head.volume}", head.pages and f": {head.pages}"
    return f"{head.year}{volume or ''}{pages or ''}"


def _line_numbers(count: int) -> str:
    return "".join(f'<span id="line-{number}">{number}</span>' for number in range(1, count + 1))


def _count_lines(document: Any) -> int:
    """Return how many of the numbers begin above the anchor `end-of-lines`."""
    places = {
        anchor: (page, y) for page, made in enumerate(document.pages) for anchor, (_, y, *_) in made.anchors.items()
    }
    last_page, end = places.pop("end-of-lines")
    # The number after the last stands at the anchor itself, but for rounding: a pixel decides.
    return sum((page, y) < (last_page, end - 1) for anchor, (page, y) in places.items() if LINE.match(anchor))


def _render(html: str) -> Any:
    # Here, so that a check of the corpus needs neither WeasyPrint nor Pango.
    from weasyprint import HTML  # type: ignore[import-untyped]

    return HTML(string=html, base_url=f"{LAYOUTS}/").render()
