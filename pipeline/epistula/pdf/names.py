"""Names of authors, out of the line they are printed in or the list that metadata give."""

import re
from collections.abc import Iterable

MARKS = re.compile(r"[\d*†‡§¶#‖✉∗⁎¹²³⁰⁴-⁹]+")
SEPARATOR = re.compile(r"\s*[,;·•|]\s*|\s+(?:and|et|&|und|y)\s+")
DEGREE = re.compile(
    r"(?:M\.?D|Ph\.?D|D\.?O|M\.?P\.?H|M\.?Sc?|B\.?Sc?|M\.?A|B\.?A|M\.?B\.?B\.?S|MB ?BCh|MBChB|MRCP"
    r"|FRCP\w*|FACP|FACR|FRCS|DDS|PharmD|RN|DNB|DrPH|MBA|MHS|MHA|Prof|Dr|Professor)\b\.?(?: \(\w+\))?",
)
SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
PLACE = re.compile(
    r"\b(?:universit|hospital|h[oô]pital|department|institut|clinic\b|clinique|college|school|division|faculty|cent(?:er|re)\b"
    r"|service|section of|laborator|unit\b|society|group\b|collaborat|consortium|on behalf|correspond|e-?mail)",
    re.IGNORECASE,
)
OF = re.compile(r"\w*\s+(?:of|for|de|du)\b|\w*\s+d['’]")
"""After a word such as "department": its name follows, it does not stand before."""
NAME = re.compile(r"(?:[^\W\d_][\w.'’ʼ`‐‑–-]*)(?:\s+[^\W\d_][\w.'’ʼ`‐‑–-]*){0,6}")


def split_authors(text: str) -> tuple[str, ...]:
    """Return the authors of "Ann B. Quill,1,2 C. Doe, MD and D. Roe*": names without marks and degrees.

    The list ends at the first thing that is no name, such as a place of work.
    """
    text = before_place(MARKS.sub(",", re.sub(r"\bet al\b\.*", "", text)))
    return tuple(gather(SEPARATOR.split(text)))


def before_place(text: str) -> str:
    """Cut a line before "Department of …", and before the whole of "Averill Hospital"."""
    place = PLACE.search(text)
    if not place:
        return text
    head = text[: place.start()]
    return head if OF.match(text, place.end()) else head.rpartition(",")[0]


def gather(parts: Iterable[str | None]) -> list[str]:
    """Return the names among the parts of a line, up to the first that is none."""
    names: list[str] = []
    for part in parts:
        name = re.sub(r"^(?:and|et|&)\s+|(?<=\w{2})\s+[a-z]$", "", (part or "").strip().rstrip(".")).strip()
        if not name or DEGREE.fullmatch(name) or re.fullmatch(r"[a-z]", name):
            continue
        if SUFFIX.fullmatch(name) and names:
            names[-1] = f"{names[-1]} {name}"
        elif is_name(name):
            names.append(re.sub(rf"(?:\s+(?:{DEGREE.pattern}))+$", "", name))
        else:
            break
    return names


def is_name(text: str) -> bool:
    """Tell whether a text can be a person's name: some words, the last or the first with a capital."""
    words = text.split()
    return bool(NAME.fullmatch(text)) and len(words) > 1 and (words[0][0].isupper() or words[-1][0].isupper())


def listed_authors(items: Iterable[str]) -> tuple[str, ...]:
    """Return the authors of a list with a name an item; "Quill, Ann B." is turned round."""
    items = [item.strip() for item in items if item.strip()]
    if len(items) == 1:
        return given_authors(items[0])
    return tuple(turned(item) for item in items if is_name(turned(item)))


def given_authors(text: str) -> tuple[str, ...]:
    """Return the authors of a single string: "Quill, Ann; Doe, C.", "Ann Quill, C. Doe" or "Quill, Ann"."""
    if ";" in text:
        return listed_authors(text.split(";"))
    last, _, first = text.partition(",")
    if first and "," not in first and len(last.split()) == 1:
        return (turned(text),)
    return split_authors(text)


def turned(name: str) -> str:
    """Return "Quill, Ann B." as "Ann B. Quill"."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name
