"""Small tools that the finders share."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=32)
def read_grammar(path: Path) -> dict[str, Any]:
    """Return a grammar file: a JSON object of word lists."""
    grammar: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return grammar


@lru_cache(maxsize=128)
def word_pattern(path: Path, name: str, template: str) -> re.Pattern[str]:
    """Return a pattern for any word of a list in a grammar file, in any case.

    Args:
        path: the grammar file.
        name: the list's name.
        template: a regular expression in which `WORD` stands for the words.
    """
    return re.compile(template.replace("WORD", any_of(read_grammar(path)[name])), re.IGNORECASE)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of some words, longest first; a space stands for any white space, a
    hyphen for any hyphen or a space."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    escaped = (re.escape(word).replace(r"\ ", r"\s").replace(r"\-", r"[-\u2010-\u2015\s]") for word in ordered)
    return f"(?:{'|'.join(escaped)})"
