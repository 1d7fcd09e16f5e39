"""Words broken at the end of a line: whether the hyphen is the word's own."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
TAIL = re.compile(r"([^\W_]+(?:[-–][^\W_]+)*)-$")
HEAD = re.compile(r"^[^\W_]+(?:-[^\W_]+)*")


@cache
def prefixes() -> frozenset[str]:
    """Return first parts that keep their hyphen before lower case; the list is `hyphens.json`."""
    data = json.loads(Path(__file__).with_name("hyphens.json").read_text("utf-8"))
    return frozenset(data["prefixes"])


def count_words(lines: Iterable[str]) -> Counter[str]:
    """Count the words of a document in lower case, hyphenated ones whole; broken ones are left out."""
    counts: Counter[str] = Counter()
    broken = False
    for line in lines:
        words = [match[0].lower().replace("’", "'") for match in WORD.finditer(line)]
        ends_broken = line.endswith("-")
        counts.update(words[int(broken and bool(words)) : len(words) - int(ends_broken and bool(words))])
        broken = ends_broken
    return counts


def keeps_hyphen(before: str, after: str, attested: Counter[str]) -> bool:
    """Tell whether the hyphen between the end of one line and the start of the next belongs to the word.

    In this order: digits and capitals keep it (`anti-|MDA5`, `IL-|6`); the form that the document
    has elsewhere wins; a part that is no letter sequence keeps it; the prefixes of the list keep it;
    else the hyphen is the typesetter's.

    Args:
        before: text that ends in the hyphen.
        after: text that follows on the next line.
        attested: words of the document, from `count_words`.
    """
    tail, head = TAIL.search(before), HEAD.search(after)
    if tail is None or head is None:
        return True
    first, second = tail[1].lower(), head[0].lower()
    if not second[0].isalpha() or head[0][0].isupper():
        return not (tail[1].isupper() and head[0].isupper() and attested[first + second])
    whole, hyphened = attested[first + second], attested[f"{first}-{second}"]
    if whole or hyphened:
        return hyphened > whole
    last = first.rsplit("-", 1)[-1]
    if not last.isalpha() or len(last) == 1 or tail[1].rsplit("-", 1)[-1][1:].isupper():
        return True
    if attested[last + second.split("-")[0]]:
        return False
    return last in prefixes() or is_compound(last, second, attested)


def is_compound(first: str, second: str, attested: Counter[str]) -> bool:
    """Tell whether the document joins either part to others by hyphens and has both as words of their own."""
    second = second.split("-")[0]
    own = len(first) > 3 and len(second) > 3 and attested[first] and attested[second]
    return bool(own)
