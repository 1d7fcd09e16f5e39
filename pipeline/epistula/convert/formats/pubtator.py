"""PubTator: ID|t|title, ID|a|abstract, then a line for each mention and relation; a blank line ends the text.

Of the libraries that read it, bioc prints what it cannot read and strips the title, which shifts the abstract.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from epistula.convert.formats._letters import Found, letter
from epistula.model import Annotation

PART = re.compile(r"(?P<id>[^|\t]+)\|(?P<part>\w+)\|(?P<text>.*)")
MENTION = re.compile(r"[^\t]+\t(\d+)\t(\d+)\t([^\t]*)\t([^\t]+)(\t.*)?")
"""A mention: id, start, end, words, type, concept …"""
RELATION = re.compile(r"[^\t]+\t[^\t\d][^\t]*(\t[^\t]*){2,3}")
"""A relation: id, type, two concepts, and perhaps whether it is new; its type begins with no digit."""


def read(path: Path) -> Iterator[Annotation]:
    """Yield the texts of a file: title and abstract, a line each.

    Raises:
        ValueError: a line is neither text, mention nor relation, or belongs to another text; with its number.
    """
    block: list[tuple[int, str]] = []
    lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield _letter(block)
            block = []


def _letter(block: list[tuple[int, str]]) -> Annotation:
    identifier, parts, found = "", list[str](), list[Found]()
    for number, line in block:
        if not found and (part := PART.fullmatch(line)):
            name = part["id"]
            parts.append(part["text"])
        else:
            name = line.partition("\t")[0]
            if mention := MENTION.fullmatch(line):
                found.append(Found(mention[4], int(mention[1]), int(mention[2]), words=mention[3]))
            if not parts or not (mention or RELATION.fullmatch(line)):
                raise ValueError(f"line {number} is neither text, mention nor relation: {line[:40]!r}")
        if identifier and name != identifier:
            raise ValueError(f"line {number} is of {name!r} within {identifier!r}: a blank line is missing")
        identifier = name
    return letter(identifier, "\n".join(parts), found)
