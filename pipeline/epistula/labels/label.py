"""The declaration of a label: all that the rest of epistula needs to know of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from epistula.labels.concepts import Entry
from epistula.model import Assertion, Concept, Cue, Mention
from epistula.text.reading import Reading


@dataclass(frozen=True)
class Match:
    """What a finder found: a span, the rule that found it, its concept, its attributes and the cues
    these rest on.

    `assertion` is given only where the words themselves decide it, as "afebrile" does.
    A match with a higher `rank` wins over one that overlaps it; between equals the longer wins,
    then the one named first.
    Mentions of the labels in `replaces` that lie inside the match are taken back: an adverse event is
    no organ involvement.
    """

    start: int
    end: int
    rule: str
    concept: Concept | None = None
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    cues: Mapping[str, Cue] = field(default_factory=dict)
    assertion: Assertion | None = None
    rank: int = 0
    replaces: tuple[str, ...] = ()


Finder = Callable[[Reading, Sequence[Mention]], Iterable[Match]]
"""Reading and the mentions of labels found before → matches, in any order, overlaps allowed."""


def as_written(value: str) -> str:
    """Return a value as it is."""
    return value


@dataclass(frozen=True)
class Attribute:
    """An attribute of a label: one of `values`, or a count, or free text when neither is given.

    `canonical` gives one form to all names of one thing; two texts are the same when theirs are.
    """

    name: str
    values: tuple[str, ...] = ()
    count: bool = False
    canonical: Callable[[str], str] = as_written

    def admits(self, value: object) -> bool:
        """Say whether a value may stand in this attribute."""
        if self.count:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return isinstance(value, str) and (not self.values or value in self.values)

    def same(self, one: str | int | None, other: str | int | None) -> bool:
        """Say whether two values mean the same."""
        if isinstance(one, str) and isinstance(other, str):
            return self.canonical(one) == self.canonical(other)
        return one == other


@dataclass(frozen=True)
class Label:
    """A kind of mention.

    Args:
        name: as it stands in records, in capitals.
        description: one sentence for docs and help.
        find: the finder.
        attributes: what its mentions carry beside assertion and attribution.
        assertions: the values of `assertion` that its mentions can take; empty for mentions that
            carry neither assertion nor attribution.
        relations: relation label → label of the tail; this label is the head.
        after: labels whose mentions the finder looks at.
        colour: background in the terminal, displaCy and the review, as #rrggbb.
        entries: returns its concepts.
        folder: where its `concepts.jsonl` lies, and `gaps.jsonl`, the patterns of what may be missing from it.
        rejects: says whether a name is known to be none of the label.
    """

    name: str
    description: str
    find: Finder
    attributes: tuple[Attribute, ...] = ()
    assertions: tuple[Assertion, ...] = tuple(Assertion)
    relations: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    colour: str = "#dddddd"
    entries: Callable[[], Sequence[Entry]] = tuple
    folder: Path | None = None
    rejects: Callable[[str], bool] = lambda name: False


def longest(matches: Iterable[Match]) -> list[Match]:
    """Return the matches that overlap no better one (guideline, span rule 6), in text order."""
    kept: list[Match] = []
    ordered = sorted(matches, key=lambda m: (-m.rank, m.start - m.end, m.start))
    taken = bytearray(max((m.end for m in ordered), default=0))
    for match in ordered:
        if match.end > match.start and not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\x01" * (match.end - match.start)
            kept.append(match)
    return sorted(kept, key=lambda m: m.start)
