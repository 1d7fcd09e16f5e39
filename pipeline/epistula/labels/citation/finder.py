"""Finding citations: author and year, author alone, numbers in brackets, superscript numbers."""

import re
from collections.abc import Iterator, Sequence

from epistula.labels.label import Match
from epistula.model import Mention
from epistula.text.reading import Reading

PARTICLE = r"(?:(?i:van|von|de|del|della|di|da|dos|la|le|el|al|ter|ten|den)[\s-](?:der\s|den\s|la\s)?)?"
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
NAME = rf"{PARTICLE}(?!{MONTH}\b)[A-ZÀ-ÞŁŚŽČŞİ][\w’'-]+"
NAMES = rf"{NAME}(?:\s(?:[A-Z]\.?\s?){{1,2}})?"
YEAR = r"(?:19|20)\d{2}[a-z]?(?!\d)"
DATED = rf",?\s(?:{YEAR}|\({YEAR}\)|in\spress)"
AUTHOR = re.compile(
    rf"(?<![\w-])(?:{NAMES}\s(?:et\sal(?:\.|(?!\w))|and\s(?:colleagues|co-?workers|associates))(?:{DATED})?"
    rf"|{NAME}\s(?:and|&)\s{NAME},?\s(?:{YEAR}|\({YEAR}\))|{NAME}\s(?:and|&)\s{NAME}(?=\s\[\d)"
    rf"|{NAME},\s{YEAR}(?=[;)])|{NAME}\s\({YEAR}\)(?=\s[a-z]))"
)
NUMBERS = r"\d{1,3}(?:\s?[-–]\s?\d{1,3})?"
LIST = rf"(?P<list>{NUMBERS}(?:\s?[,;]\s?{NUMBERS})*)"
SQUARE = re.compile(rf"\[\s?{LIST}\s?\]")
ROUND = re.compile(rf"(?<=[\w,.)])\s\({LIST}\)(?=[\s.,;:]|\Z)")
RAISED = [
    re.compile(rf"(?<=[a-z)\d][.,;])\s?{LIST}(?=\s[A-Z]|\s?\Z|\n)"),
    re.compile(rf"(?<=[a-z]{{3}}){LIST}(?=[\s.,;:)]|\Z)"),
]
NUMBER = re.compile(NUMBERS)
ENOUGH = 3


def find(reading: Reading, found: Sequence[Mention]) -> Iterator[Match]:
    """Find citations; each reference of a bracket is one."""
    text = reading.text
    for match in AUTHOR.finditer(text):
        yield Match(match.start(), match.end(), "citation.author")
    for start, end in reading.superscripts:
        if not text[start:end].isspace():
            yield from _each(text, start, end, "citation.superscript")
    for pattern, rule in _numbered(text, bool(reading.superscripts)):
        for match in pattern.finditer(text):
            yield from _each(text, *match.span("list"), rule)


def _each(text: str, start: int, end: int, rule: str) -> Iterator[Match]:
    for number in NUMBER.finditer(text, start, end):
        yield Match(number.start(), number.end(), rule)


def _numbered(text: str, raised_known: bool) -> list[tuple[re.Pattern[str], str]]:
    """Return the patterns of the one system of numbers that a letter uses, if any.

    Numbers in square brackets are references. Those in round brackets or behind a full stop are, when
    there are several of them and reference 1 is one; where superscripts are known from the page, they
    alone are.
    """
    if SQUARE.search(text):
        return [(SQUARE, "citation.square_bracket")]
    if _is_system(ROUND.finditer(text)):
        return [(ROUND, "citation.round_bracket")]
    if raised_known:
        return []
    raised = [match for pattern in RAISED for match in pattern.finditer(text)]
    return [(pattern, "citation.superscript") for pattern in RAISED] if _is_system(raised) else []


def _is_system(matches: Iterator[re.Match[str]] | Sequence[re.Match[str]]) -> bool:
    lists = [match["list"] for match in matches]
    return len(lists) >= ENOUGH and any(re.match(r"1(?!\d)", numbers) for numbers in lists)
