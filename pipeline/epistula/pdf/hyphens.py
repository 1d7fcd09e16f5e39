"""Words broken at the end of a line: whether the hyphen is the word's own."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
TAIL = re.compile(r"([^\W_]+(?:[-–][^\W_]+)*)-$")
NAMED = re.compile(r"[A-Z0-9\u0370-\u03ff]")
"""What a name of a molecule has, and a broken word has not."""
HEAD = re.compile(r"^[^\W_]+(?:-[^\W_]+)*")


class Parts(NamedTuple):
    """Parts of words, in lower case; the lists are in `hyphens.json`.

    Args:
        prefixes: first parts that keep their hyphen.
        tens: first parts of numbers.
        before_same_vowel: first parts that keep it before the vowel they end in.
        joined_after_anti: how second parts begin that are written together with `anti`.
        never_first: first parts that are joined whatever follows.
        second_parts: second parts that keep it after a word.
        endings: endings of words, which are no second parts.
        connectors: middle parts of longer compounds (`end-to-end`).
        suspended_before: words before which a hyphen stands for a second part left out (`pro- and`).
    """

    prefixes: frozenset[str]
    tens: frozenset[str]
    before_same_vowel: frozenset[str]
    joined_after_anti: frozenset[str]
    never_first: frozenset[str]
    second_parts: frozenset[str]
    endings: frozenset[str]
    connectors: frozenset[str]
    suspended_before: frozenset[str]


@cache
def parts() -> Parts:
    """Load the lists."""
    data = json.loads(Path(__file__).with_name("hyphens.json").read_text("utf-8"))
    return Parts(**{name: frozenset(words) for name, words in data.items()})


def is_suspended(after: str) -> bool:
    """Tell whether the text after a hyphen leaves its second part to a later word."""
    return after.split(" ", 1)[0] in parts().suspended_before and " " in after


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

    In this order: capitals, digits and Greek after it keep it (`anti-|MDA5`, `IL-|6`); the form that
    the document has elsewhere wins; a single letter, a number or an acronym before it keeps it;
    parts that make compounds keep it; else the hyphen is the typesetter's.

    Args:
        before: text that ends in the hyphen.
        after: text that follows on the next line.
        attested: words of the document, from `count_words`.
    """
    tail, head = TAIL.search(before), HEAD.search(after)
    if tail is None or head is None:
        return True
    first, second = tail[1].lower(), head[0].lower()
    if NAMED.search(head[0].split("-", 1)[0]):
        return not (tail[1].isupper() and head[0].isupper() and attested[first + second])
    whole, hyphened = attested[first + second], attested[f"{first}-{second}"]
    if whole or hyphened:
        return hyphened > whole
    last, next_ = tail[1].rsplit("-", 1)[-1], second.split("-", 1)[0]
    if not last.isalpha() or len(last) == 1 or last[1:].isupper():
        return True
    if last.lower() in parts().connectors and "-" in first:
        return True
    return is_compound(last.lower(), next_, attested)


def is_compound(first: str, second: str, attested: Counter[str]) -> bool:
    """Tell whether two lower-case parts are written with a hyphen between them.

    The document has neither form; a longer word of it that begins with both parts speaks against.
    """
    known = parts()
    if first == "anti" and first[-1] != second[0]:
        return not any(second.startswith(stem) for stem in known.joined_after_anti)
    if first in known.tens or (first in known.before_same_vowel and first[-1] == second[0]):
        return True
    if first in known.never_first or second in known.endings or len(second) < 2:
        return False
    if first in known.prefixes and len(second) > 3:
        return True
    of_two_words = len(first) > 4 and len(second) > 3 and attested[first] > 0
    known_part = second in known.second_parts and len(first) > 2
    if not (known_part or of_two_words):
        return False
    return not any(word.startswith(first + second[:4]) for word in attested)
