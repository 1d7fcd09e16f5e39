"""Finding citations: author and year, author alone, numbers in brackets, superscript numbers."""

import re
from collections.abc import Iterator, Sequence

from epistula.labels.label import Match
from epistula.model import Mention
from epistula.text.reading import Reading

NAME = r"(?:(?:van|von|de|del|della|di|da|dos|la|le|el|al|ter|ten|den)[\s-](?:der\s|den\s|la\s)?)?[A-ZÀ-ÞŁŚŽČŞİ][\w’'-]+"
NAMES = rf"{NAME}(?:\s(?:[A-Z]\.?\s?){{1,2}})?"
YEAR = r"(?:19|20)\d{2}[a-z]?(?!\d)"
DATED = rf",?\s(?:{YEAR}|\({YEAR}\)|in\spress)"
AUTHOR = re.compile(
    rf"(?<![\w-])(?:{NAMES}\s(?:et\sal(?:\.|(?!\w))|and\s(?:colleagues|co-?workers|associates))(?:{DATED})?"
    rf"|{NAME}\s(?:and|&)\s{NAME},?\s(?:{YEAR}|\({YEAR}\))|{NAME},\s{YEAR}(?=[;)]))"
)
NUMBERS = r"\d{1,3}(?:\s?[-–]\s?\d{1,3})?"
BRACKET = re.compile(rf"[\[]\s?(?P<list>{NUMBERS}(?:\s?[,;]\s?{NUMBERS})*)\s?\]")
ROUND = re.compile(rf"(?<=[a-z,.])\s\((?P<list>{NUMBERS}(?:\s?[,;]\s?{NUMBERS})*)\)(?=[\s.,;:]|\Z)")
NUMBER = re.compile(NUMBERS)
RAISED_BEHIND_STOP = re.compile(rf"(?<=[a-z)][.,;])(?P<list>{NUMBERS}(?:,{NUMBERS})*)(?=\s[A-Zaw]|\Z)")


def find(reading: Reading, found: Sequence[Mention]) -> Iterator[Match]:
    """Find citations; each reference of a bracket is one."""
    text = reading.text
    for match in AUTHOR.finditer(text):
        yield Match(match.start(), match.end(), "citation.author")
    for match in BRACKET.finditer(text):
        yield from _each(text, match, "citation.bracket")
    bracketed = BRACKET.search(text)
    if not bracketed and _numbered_in_round_brackets(text):
        for match in ROUND.finditer(text):
            yield from _each(text, match, "citation.round_bracket")
    for match in RAISED_BEHIND_STOP.finditer(text):
        yield from _each(text, match, "citation.superscript")


def _each(text: str, match: re.Match[str], rule: str) -> Iterator[Match]:
    for number in NUMBER.finditer(text, match.start("list"), match.end("list")):
        yield Match(number.start(), number.end(), rule)


def _numbered_in_round_brackets(text: str) -> bool:
    """Say whether round brackets hold references in this letter: at least three, (1) among them."""
    lists = [match["list"] for match in ROUND.finditer(text)]
    return len(lists) >= 3 and any(re.match(r"1(?!\d)", numbers) for numbers in lists)
