"""What a letter says of itself: title, DOI, HAL identifier, how to cite it."""

import re
from collections.abc import Mapping, Sequence

from epistula.model import Source, ZoneKind

DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:<>\w]*[\w)>]", re.ASCII)
HAL_ID = re.compile(r"\b(?:hal|inserm|tel|halshs|pasteur|inria|ineris|cea|insu|hceres|dumas|medihal)-\d{5,9}\b")
XMP_DOI = re.compile(
    rb"<(?:prism:doi|pdfx:doi|dc:identifier|crossmark:DOI)[^>]*>\s*(?:<[^>]*>\s*)*(?:doi:)?(10\.\d{4,9}/[^<\s]+)",
    re.IGNORECASE,
)
CITE = re.compile(
    r"^\W*(to cite this (version|article)|pour citer cette version|cite this article as)\W*", re.IGNORECASE
)
CITED_END = re.compile(r"^\W*(HAL Id\b|https?://)")


def read_source(
    zones: Sequence[tuple[ZoneKind, str]], info: Mapping[str, str], path: str | None, sha256: str, pages: int
) -> Source:
    """Gather the metadata of a letter.

    Args:
        zones: kind and text of each zone, in order.
        info: the PDF's own information dictionary, with `doi` from its XMP metadata.
        path: where the letter was read from.
        sha256: of the file's bytes.
        pages: number of pages.
    """
    cover = [text for kind, text in zones if kind is ZoneKind.COVER]
    title = next((text for kind, text in zones if kind is ZoneKind.TITLE), None)
    citation = find_citation(cover)
    return Source(
        path=path,
        sha256=sha256,
        pages=pages,
        title=title or cover_title(cover) or info.get("Title") or None,
        doi=find_doi(cover, zones, info),
        hal_id=next((match[0] for text in cover for match in HAL_ID.finditer(text)), None),
        citation=citation,
    )


def read_xmp(data: bytes) -> dict[str, str]:
    """Return the DOI that a PDF's XMP metadata, which are seldom compressed, give as `doi`."""
    match = XMP_DOI.search(data)
    return {"doi": match[1].decode("ascii", "replace")} if match else {}


def find_citation(cover: Sequence[str]) -> str | None:
    """Return the text under "To cite this version"."""
    for i, text in enumerate(cover):
        if match := CITE.match(text):
            rest = text[match.end() :].strip()
            following = cover[i + 1] if i + 1 < len(cover) else ""
            return rest or (following if following and not CITED_END.match(following) else None)
    return None


def cover_title(cover: Sequence[str]) -> str | None:
    """Return the first long line of the cover."""
    return next((text for text in cover if len(text.split()) >= 4 and not CITE.match(text)), None)


def find_doi(cover: Sequence[str], zones: Sequence[tuple[ZoneKind, str]], info: Mapping[str, str]) -> str | None:
    """Return the letter's DOI: of the cover, else of furniture and front matter, else the PDF's."""
    own = [text for kind, text in zones if kind in {ZoneKind.FURNITURE, ZoneKind.AFFILIATION, ZoneKind.AUTHORS}]
    for text in [*cover, *own, *info.values()]:
        if match := DOI.search(text):
            return match[0].rstrip(".")
    return None
