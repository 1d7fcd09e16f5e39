"""The parts of a "To cite this version" line: authors, title, journal, year, DOI, HAL identifier."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from epistula.pdf.names import split_authors

DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:<>\w]*[\w)>]", re.ASCII)
HAL_ID = re.compile(
    r"\b(?:hal|inserm|tel|halshs|pasteur|inria|ineris|cea|insu|hceres|dumas|medihal|hprints|in2p3|ird)-\d{5,9}\b"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
IDENTIFIERS = re.compile(r"\s*(?:[⟨〈<]|\bdoi:|https?://|\b10\.\d{4,9}/|\bhal-\d)", re.IGNORECASE)
"""Where the words of a citation end and its identifiers begin."""
SENTENCE_END = re.compile(r"[.?!]\s+(?=[\w«“\"'(¿¡\[])")
INITIAL = re.compile(r"(?:^|[\s.,\-‐])[^\W\d_a-z]$|\b(?:St|Dr|Jr|vs)$")
"""Before a full stop that ends no sentence."""
ABBREVIATED = re.compile(r"[A-Z][a-z]{1,7}\.?")
"""A word of an abbreviated journal name."""
PUBLISHER = re.compile(
    r",\s*(?:[^,]*\b(?:Press|Publish\w*|Publications?|Verlag|Elsevier|Wiley\b[^,]*|Springer\b[^,]*|Hindawi|MDPI"
    r"|Karger|SAGE|Sage|BMJ|BioMed Central|Frontiers Media|Public Library of Science|Taylor & Francis"
    r"|Lippincott\b[^,]*|Masson|John Libbey|Dove Medical)[^,]*|[^,]*\([A-Z]{2,6}\))$"
)
MONTH = re.compile(r",?\s*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?$", re.IGNORECASE)

CITE = re.compile(
    r"^\W*(to cite this (version|article)|pour citer cette version|cite this article as)\W*", re.IGNORECASE
)
CITED_END = re.compile(r"^\W*(HAL Id\b|https?://)")


class Citation(NamedTuple):
    """What a citation says; None or nothing for what it leaves out."""

    authors: tuple[str, ...] = ()
    title: str | None = None
    journal: str | None = None
    year: int | None = None
    doi: str | None = None
    hal_id: str | None = None


def parse_citation(text: str, titles: Iterable[str] = ()) -> Citation:
    """Take apart "Authors. Title. Journal, year, volume (issue), pp.… ⟨DOI⟩. ⟨hal-…⟩".

    Args:
        text: the citation.
        titles: what may be the letter's title, as read elsewhere; the first one in the citation is
            taken. Without, the first sentence is the authors', the last with a year the journal's.
    """
    words = IDENTIFIERS.split(text, maxsplit=1)[0].strip()
    authors, title, rest = part_at_title(words, titles) or part_sentences(words)
    journal, year = split_journal(rest)
    hal_id = first_hal_id(text)
    if hal_id and hal_id.startswith(("tel-", "dumas-")):
        journal = None  # a thesis: what stands there is its field or university
    return Citation(split_authors(authors), title or None, journal, year, first_doi(text), hal_id)


def part_at_title(words: str, titles: Iterable[str]) -> tuple[str, str, str] | None:
    """Return what stands before a known title, the title, and what stands after it."""
    for title in titles:
        pattern = r"\W+".join(map(re.escape, re.findall(r"\w+", title)))
        match = re.search(rf"\W?\b{pattern}\b[?!)\]»”]*", words, re.IGNORECASE) if pattern else None
        if match and match.start() > 0:
            return words[: match.start()], match[0].strip(" .,"), words[match.end() :].lstrip(" .")
    return None


def part_sentences(words: str) -> tuple[str, str, str]:
    """Return authors, title and the rest of a citation by its full stops."""
    parts = sentences(words)
    if len(parts) < 3:
        return parts[0], ". ".join(parts[1:]).rstrip("."), ""
    dated = [i for i, part in enumerate(parts) if i >= 2 and YEAR.search(part)]
    at = dated[0] if dated else len(parts) - 1
    if at > 2 and YEAR.match(parts[at]):
        at -= 1
    while at > 2 and ABBREVIATED.fullmatch(parts[at - 1]):
        at -= 1
    return parts[0], " ".join(parts[1:at]).rstrip("."), " ".join(parts[at:])


def sentences(words: str) -> list[str]:
    """Cut a citation where a full stop, question or exclamation mark ends more than an initial."""
    parts, start = [], 0
    for match in SENTENCE_END.finditer(words):
        if match[0][0] == "." and INITIAL.search(words[start : match.start()]):
            continue
        parts.append(words[start : match.start() + 1])
        start = match.end()
    return [*parts, words[start:]]


def split_journal(rest: str) -> tuple[str | None, int | None]:
    """Return journal and year of "Brain, Oxford University Press (OUP), 2019, 142 (11), pp.e60"."""
    match = YEAR.search(rest)
    if not match:
        return None, None
    name = MONTH.sub("", rest[: match.start()].strip(" ,;:("))
    name = name if name.count(".") > 1 else name.rstrip(".")  # Ann. Rheum. Dis.
    return PUBLISHER.sub("", name).strip(" ,;") or None, int(match[0])


def first_doi(*texts: str) -> str | None:
    """Return the first DOI in texts."""
    return next((match[0].rstrip(".") for text in texts for match in DOI.finditer(text)), None)


def first_hal_id(*texts: str) -> str | None:
    """Return the first identifier of HAL in texts, without the version."""
    return next((match[0] for text in texts for match in HAL_ID.finditer(strip_version(text))), None)


def strip_version(text: str) -> str:
    """Cut the version from identifiers such as hal-03523494v1."""
    return re.sub(r"(?<=-)(\d{5,9})v\d{1,2}\b", r"\1", text)


def find_citation(cover: Sequence[str]) -> str | None:
    """Return the text under "To cite this version"; a second zone is taken for its identifiers."""
    for i, text in enumerate(cover):
        if match := CITE.match(text):
            following = [text[match.end() :].strip(), *cover[i + 1 : i + 4]]
            parts = [part for part in following if part]
            found = parts[0] if parts and not CITED_END.match(parts[0]) else None
            more = parts[1] if found and len(parts) > 1 and not HAL_ID.search(found) else ""
            goes_on = bool(IDENTIFIERS.search(more)) and not CITED_END.match(more)
            return f"{found} {more}" if goes_on else found
    return None
