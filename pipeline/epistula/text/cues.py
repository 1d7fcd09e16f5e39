"""Cues: words that decide an attribute of the mentions near them, kept as data.

A cue file is JSON Lines: `id`, `pattern` (a regular expression without groups that capture), `value`,
`direction` (forward: it speaks of what follows; backward: of what precedes; both; stop: it ends the
scope of others; none: it is no cue although it looks like one).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import jsonlines

from epistula.errors import DeclarationError
from epistula.model import Cue

Direction = Literal["forward", "backward", "both", "stop", "none"]
FIELDS = {"id", "pattern", "value", "direction"}


@dataclass(frozen=True)
class CueRule:
    """A line of a cue file."""

    id: str
    pattern: str
    value: str
    direction: Direction


@dataclass(frozen=True)
class FoundCue:
    """A cue in a text."""

    start: int
    end: int
    rule: CueRule

    def cue(self, text: str) -> Cue:
        """Return it as a mention keeps it."""
        return Cue(self.start, self.end, text[self.start : self.end], self.rule.id)


class CueRules:
    """The rules of a cue file, searched for in one pass; where two match, the one higher up wins."""

    def __init__(self, rules: list[CueRule]) -> None:
        self.rules = rules
        parts = "|".join(f"(?P<r{number}>{rule.pattern})" for number, rule in enumerate(rules))
        self._search = re.compile(rf"\b(?:{parts})(?!\w)", re.IGNORECASE)  # one \b for all: far from words it is fast

    def find(self, text: str, start: int, end: int) -> Iterator[FoundCue]:
        """Yield the cues in text[start:end], in order, with offsets into the text."""
        for match in self._search.finditer(text, start, end):
            assert match.lastgroup is not None
            yield FoundCue(match.start(), match.end(), self.rules[int(match.lastgroup[1:])])


@lru_cache(maxsize=32)
def read_cues(path: Path) -> CueRules:
    """Read a cue file.

    Raises:
        DeclarationError: unknown or missing fields, an id twice, a pattern that cannot be compiled.
    """
    rules: list[CueRule] = []
    with jsonlines.open(path) as reader:
        for line, row in enumerate(reader, start=1):
            place = f"{path}, line {line}"
            if set(row) != FIELDS or row["direction"] not in get_args(Direction):
                raise DeclarationError(f"{place}: a cue has the fields {sorted(FIELDS)}; got {sorted(row)}.")
            if any(rule.id == row["id"] for rule in rules):
                raise DeclarationError(f"{place}: the id {row['id']} stands twice. Rename one.")
            _compile(row["pattern"], place)
            rules.append(CueRule(**row))
    return CueRules(rules)


def _compile(pattern: str, place: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise DeclarationError(f"{place}: the pattern cannot be compiled: {error}.") from error
    if groups:
        raise DeclarationError(f"{place}: the pattern captures a group. Write (?:…).")
