"""The licence that a letter is under, from the words that state it."""

import re
from collections.abc import Iterable

LINK = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<kind>by[a-z-]*)|(?P<zero>publicdomain/zero))/?(?P<v>\d\.\d)?", re.I
)
SHORT = re.compile(r"\bCC[- ]?(?P<kind>BY(?:[- –](?:NC|ND|SA))*)\b(?:[ -](?:v\. ?)?(?P<v>\d\.\d))?")
LONG = re.compile(
    r"Creative\s+Commons\s+\(?(?:CC[ -]BY[\w -]*\)?\s+)?Attribution"
    r"(?P<kind>(?:[\s,‐–-]*(?:Non\W?Commercial|No\W?Deriv\w*|Share\W?Alike|International|Unported|Generic))*)"
    r"(?:\s+\(?(?P<v>\d\.\d))?",
    re.IGNORECASE,
)
ZERO = re.compile(r"\bCC[- ]?0\b|Creative Commons Zero|public domain dedication", re.IGNORECASE)
RESERVED = re.compile(r"all rights reserved", re.IGNORECASE)
NO_REUSE = re.compile(r"no reuse (?:allowed )?without permission", re.IGNORECASE)
PARTS = (("NC", "commercial"), ("ND", "deriv"), ("SA", "alike"))


def find_licence(texts: Iterable[str]) -> str | None:
    """Return the licence that texts state: "CC BY-NC 4.0", "CC0", "all rights reserved" …, or None.

    A Creative Commons licence goes before reserved rights, which publishers print beside it.
    """
    texts = list(texts)
    for read in (creative_commons, other_terms):
        for text in texts:
            if found := read(text):
                return found
    return None


def creative_commons(text: str) -> str | None:
    """Return the short name of the Creative Commons licence that a text states."""
    if (match := LINK.search(text)) and match["kind"]:
        return named(match["kind"].strip("-").upper(), match["v"])
    if match := SHORT.search(text):
        return named(re.sub(r"[ –]", "-", match["kind"].upper()), match["v"] or version_in(text))
    if match := LONG.search(text):
        words = match["kind"].lower()
        kind = "-".join(["BY", *(short for short, word in PARTS if word in words)])
        return named(kind, match["v"] or version_in(text))
    return "CC0" if ZERO.search(text) or LINK.search(text) else None


def named(kind: str, version: str | None) -> str:
    """Return the short name of a licence."""
    return f"CC {kind} {version}" if version else f"CC {kind}"


def version_in(text: str) -> str | None:
    """Return the version that a link beside the licence's name gives."""
    match = LINK.search(text)
    return match["v"] if match else None


def other_terms(text: str) -> str | None:
    """Return the terms of a text that grants nothing."""
    if RESERVED.search(text):
        return "all rights reserved"
    return "no reuse without permission" if NO_REUSE.search(text) else None
