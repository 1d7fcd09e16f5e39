"""Sentences of clinical prose.

A sentence ends at . ! ? before a capital, a digit or a bracket, unless the point belongs to an
abbreviation, an initial or a number; and at every line break between zones.
"""

import re

ABBREVIATIONS = frozenset(
    [
        "al",
        "approx",
        "ca",
        "cf",
        "dr",
        "e.g",
        "eds",
        "eg",
        "et",
        "etc",
        "fig",
        "figs",
        "i.e",
        "i.m",
        "i.v",
        "ie",
        "im",
        "inc",
        "iv",
        "jr",
        "mr",
        "mrs",
        "ms",
        "no",
        "nos",
        "nr",
        "p.o",
        "pp",
        "prof",
        "ref",
        "refs",
        "resp",
        "s.c",
        "sc",
        "sp",
        "spp",
        "sr",
        "st",
        "suppl",
        "tab",
        "vol",
        "vs",
        "viz",
    ]
)
BOUNDARY = re.compile(r"(?<![.!?])(?P<mark>[.!?]++)(?P<close>[\])\"”’]*)(?P<space>\s+)(?=[\[(\"“‘]?[A-Z0-9À-Þ])|\n+")
LONGEST_WORD = 60
"""How far back a word is looked for; only what is short can be an abbreviation."""
LAST_WORD = re.compile(r"[\w.]+\Z")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as half-open offsets; the white space between is in none."""
    sentences, start = [], 0
    for match in BOUNDARY.finditer(text):
        if match["mark"] and not _ends_sentence(text, start, match):
            continue
        end = match.end("close") if match["mark"] else match.start()
        sentences.append((start, end))
        start = match.end()
    sentences.append((start, len(text)))
    return [span for s, e in sentences if (span := _trim(text, s, e))]


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    word = LAST_WORD.search(text, max(start, match.start() - LONGEST_WORD), match.start())
    if word is None or match["mark"] != "." or match["close"]:
        return True
    last = word[0]
    if last.casefold() in ABBREVIATIONS:
        # "et al. The …" does end a sentence when an article or pronoun follows
        return (
            last == "al" and re.match(r"(?:The|This|These|In|We|Our|However|A|It)\b", text[match.end() :]) is not None
        )
    return not (len(last) == 1 and last.isupper() and text[match.end() : match.end() + 1].isupper())


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
