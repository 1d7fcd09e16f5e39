"""Texts tagged in place: `He took [tofacitinib]{DRUG #d1 assertion=negated}.`

The format of the corpus sources and of the labels' case tables; `corpus/README.md` describes it
for writers. Spans nest; a backslash takes the meaning from the next character.
"""

import re
from dataclasses import dataclass, field

from epistula.errors import DeclarationError

TAG = re.compile(r"\{([A-Z_]+)((?:\s+[^\s{}\"]+(?:\"[^\"]*\")?)*)\s*\}")
ITEM = re.compile(r"#(?P<id>[\w-]+)|(?P<key>\w+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<value>[^\s\"]+))")
ESCAPABLE = frozenset("[]{}^\\|")


@dataclass(frozen=True)
class TaggedSpan:
    """A span of a tagged text; `tags` holds what was written behind it, as strings."""

    start: int
    end: int
    label: str
    text: str
    tags: dict[str, str]
    id: str | None = None


@dataclass
class TaggedText:
    """A text without its tags, its spans in order, and which of its characters are superscript."""

    text: str = ""
    spans: list[TaggedSpan] = field(default_factory=list)
    superscripts: list[tuple[int, int]] = field(default_factory=list)


def parse_tagged(source: str) -> TaggedText:
    """Read a tagged text.

    A superscript (`^…^`) is set off by a space from the word before it.

    Raises:
        DeclarationError: a bracket without its partner, or a tag that cannot be read.
    """
    text: list[str] = []
    open_at: list[int] = []
    result = TaggedText()
    superscript: int | None = None
    length = i = 0

    def put(characters: str) -> None:
        nonlocal length
        text.append(characters)
        length += len(characters)

    while i < len(source):
        character = source[i]
        if character == "\\" and source[i + 1 : i + 2] and source[i + 1] in ESCAPABLE:
            put(source[i + 1])
            i += 2
        elif character == "[":
            open_at.append(length)
            i += 1
        elif character == "]":
            tag = TAG.match(source, i + 1)
            if not open_at or tag is None:
                problem = "no tag {LABEL …} behind" if open_at else "no opening bracket for"
                raise DeclarationError(f"{problem} the bracket at …{source[max(0, i - 40) : i + 20]!r}…")
            start = open_at.pop()
            result.spans.append(_span(start, "".join(text)[start:], tag))
            i = tag.end()
        elif character == "^":
            if superscript is None:
                if length and not text[-1].endswith((" ", "\n")):
                    put(" ")
                superscript = length
            else:
                result.superscripts.append((superscript, length))
                superscript = None
            i += 1
        else:
            put(character)
            i += 1
    if open_at or superscript is not None:
        raise DeclarationError(f"a bracket or superscript is not closed in …{source[-60:]!r}")
    result.text = "".join(text)
    result.spans.sort(key=lambda span: (span.start, -span.end, span.label))
    return result


def _span(start: int, text: str, tag: re.Match[str]) -> TaggedSpan:
    tags: dict[str, str] = {}
    identifier = None
    rest = tag[2]
    if ITEM.sub("", rest).strip():
        raise DeclarationError(f"cannot read {ITEM.sub('', rest).strip()!r} in the tag {tag[0]!r}")
    for item in ITEM.finditer(rest):
        if item["key"] in tags or (item["id"] and identifier):
            raise DeclarationError(f"{item[0]!r} stands in the tag {tag[0]!r} after another of its kind")
        if item["id"]:
            identifier = item["id"]
        else:
            tags[item["key"]] = item["quoted"] if item["quoted"] is not None else item["value"]
    return TaggedSpan(start, start + len(text), tag[1], text, tags, identifier)
