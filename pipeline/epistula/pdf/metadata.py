"""What a letter says of itself: title, authors, journal, year, DOI, licence, HAL identifier, how to cite it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from epistula.model import Origin, Source, ZoneKind
from epistula.pdf.citation import CITE, Citation, find_citation, first_doi, first_hal_id, parse_citation
from epistula.pdf.licence import find_licence
from epistula.pdf.names import given_authors, listed_authors, split_authors

Zones = Sequence[tuple[ZoneKind, str]]

OWN = frozenset({ZoneKind.FURNITURE, ZoneKind.AFFILIATION, ZoneKind.AUTHORS})
"""Zones in which a DOI, a journal or a year are the letter's own."""
FILE_NAME = re.compile(
    r"^(microsoft word - |untitled|slide 1$)|\.(\w{2,4}|indd|html)$|^[\w.-]*\d{4}[\w.-]*$", re.IGNORECASE
)
"""What programs write for a title."""
BANNER = re.compile(
    r"^(?:\W*doi\S*\s+)?(?P<journal>[^\W\d_][^\d|;:©@/]{3,90}?)[,.]?\s+(?:vol(?:ume|\.)?\s*)?"
    r"(?P<year>(?:19|20)\d\d)\s*(?:[;:,(]|\d{1,4}\s*\()",
    re.IGNORECASE,
)
"""A journal's name, year and volume in the head of a page."""
DATED = re.compile(r"^(?:volume\s+)?(?P<year>(?:19|20)\d\d)\s*[;,]", re.IGNORECASE)
"""Year and volume alone; the journal's name stands above."""
NO_JOURNAL = re.compile(
    r"^vol(?:ume|\.)?$|copyright|received|published|publisher|accepted|revised|submitted|downloaded|posted|preprint|\bpage|licen[cs]e"
    r"|\b(january|february|march|april|june|july|august|september|october|november|december)$",
    re.IGNORECASE,
)
COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\D{0,40}((?:19|20)\d\d)\b", re.IGNORECASE)
# What a letter says of itself; the rest of a Source is known of its file.
STATED = [field.name for field in fields(Source) if field.name not in {"path", "sha256", "pages", "origins", "ocr"}]


def read_source(zones: Zones, info: Mapping[str, str], path: str | None, sha256: str, pages: int) -> Source:
    """Gather the metadata of a letter: of its cover, else of its pages, else of the file's own metadata.

    XMP metadata with a DOI were written for the letter; their lists go before what is read off its pages.

    Args:
        zones: kind and text of each zone, in order.
        info: the PDF's own information dictionary (Title, Author …) with what `read_xmp_fields` gives
            (title, authors …).
        path: where the letter was read from.
        sha256: of the file's bytes.
        pages: number of pages.
    """
    places = {
        Origin.COVER: read_cover(zones),
        Origin.FIRST_PAGE: read_first_page(zones),
        Origin.XMP: take_xmp(info),
        Origin.INFO: read_info(info),
    }
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for name in STATED:
        for origin in order_of(name, places[Origin.XMP]):
            if value := getattr(places[origin], name):
                values[name], origins[name] = value, origin
                break
    return Source(path=path, sha256=sha256, pages=pages, **values, origins=origins)


def order_of(name: str, xmp: Source) -> list[Origin]:
    """Return where to look for a field, the best place first."""
    order = [Origin.COVER, Origin.FIRST_PAGE, Origin.XMP, Origin.INFO]
    if name in {"authors", "journal"} and xmp.doi:
        order = [Origin.COVER, Origin.XMP, Origin.FIRST_PAGE, Origin.INFO]
    return order


def read_cover(zones: Zones) -> Source:
    """Return what a repository's cover says."""
    cover = [text for kind, text in zones if kind is ZoneKind.COVER]
    citation = find_citation(cover)
    titles = [text for kind, text in zones if kind is ZoneKind.TITLE]
    known = [text for text in [" ".join(titles), *cover] if len(text.split()) >= 2 and text != citation]
    cited = parse_citation(citation, known) if citation else Citation()
    return Source(
        title=cited.title or (None if titles else cover_title(cover)),
        doi=cited.doi or first_doi(*cover),
        hal_id=cited.hal_id or first_hal_id(*cover),
        citation=citation,
        authors=cited.authors,
        journal=cited.journal,
        year=cited.year,
        licence=find_licence(cover),
    )


def cover_title(cover: Sequence[str]) -> str | None:
    """Return the first long line of the cover."""
    return next((text for text in cover if len(text.split()) >= 4 and not CITE.match(text)), None)


def read_first_page(zones: Zones) -> Source:
    """Return what the letter's own pages say: title, line of authors, heads and feet."""
    titles = [text for kind, text in zones if kind is ZoneKind.TITLE]
    own = [text for kind, text in zones if kind in OWN]
    journal, year = find_journal(own)
    stated = [*own, *(text for kind, text in zones if kind is ZoneKind.FOOTNOTE)]
    return Source(
        title=" ".join(titles) or None,
        doi=first_doi(*own),
        authors=find_authors(zones),
        journal=journal,
        year=year or first_match(COPYRIGHT.search, own),
        licence=find_licence(stated),
    )


def find_authors(zones: Zones) -> tuple[str, ...]:
    """Return the authors named between the title and the first zone of another kind."""
    kinds = [kind for kind, _ in zones]
    start = kinds.index(ZoneKind.TITLE) if ZoneKind.TITLE in kinds else 0
    names: list[str] = []
    for kind, text in zones[start:]:
        if kind is ZoneKind.AUTHORS:
            found = split_authors(text)
            if names and not found:
                break
            names += [name for name in found if name not in names]
        elif names and kind is not ZoneKind.FURNITURE:
            break
    return tuple(names)


def find_journal(texts: Sequence[str]) -> tuple[str | None, int | None]:
    """Return journal and year of the first head or foot of a page that names both."""
    for i, text in enumerate(texts):
        if (match := BANNER.match(text)) and not NO_JOURNAL.search(match["journal"]):
            return match["journal"].strip(" ,–-"), int(match["year"])
        above = texts[i - 1] if i else ""
        if (match := DATED.match(text)) and re.fullmatch(r"[^\W\d_][^\d@:;]{3,90}", above):
            return above, int(match["year"])
    return None, None


def first_match(search: Callable[[str], re.Match[str] | None], texts: Sequence[str]) -> int | None:
    """Return the number in the first group of the first match."""
    return next((int(match[1]) for text in texts if (match := search(text))), None)


def take_xmp(info: Mapping[str, str]) -> Source:
    """Return what the XMP metadata say."""
    title = info.get("title", "")
    return Source(
        title=None if FILE_NAME.search(title) else title or None,
        doi=info.get("doi"),
        authors=listed_authors(info.get("authors", "").split("\n")),
        journal=info.get("journal"),
        year=int(info["year"]) if "year" in info else None,
        licence=find_licence([info.get("licence", "")]),
    )


def read_info(info: Mapping[str, str]) -> Source:
    """Return what the PDF's information dictionary says; its dates are the file's, not the letter's."""
    given = {name: value for name, value in info.items() if name[:1].isupper()}
    title, subject = given.get("Title", "").strip(), given.get("Subject", "")
    journal, year = find_journal([subject])
    return Source(
        title=None if FILE_NAME.search(title) else title or None,
        doi=first_doi(*given.values()),
        authors=given_authors(given.get("Author", "")),
        journal=journal,
        year=year,
        licence=find_licence([subject, given.get("Keywords", "")]),
    )
