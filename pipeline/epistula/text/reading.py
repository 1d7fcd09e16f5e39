"""What a label's finder sees of a letter: running text, words, sentences, zones.

Text outside the running zones is blanked, character for character, so that every offset is one into
the letter's own text and nothing outside the running text is ever found.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar

from epistula.model import RUNNING_TEXT, Zone, ZoneKind, text_sha256
from epistula.text.sentences import split_sentences
from epistula.text.words import Words

BREAKS = dict.fromkeys(map(ord, "\n\r\v\f\x85\u2028\u2029"), " ")
EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*")
LINE_BREAK = re.compile(r"\n")


NEAR = 600
"""Characters of its sentence that are looked at beside a mention: no grammar reaches farther, and text
without full stops must not cost the square of its length."""


class HasStart(Protocol):
    """Anything that begins somewhere in the text."""

    @property
    def start(self) -> int:
        """Its first character."""


S = TypeVar("S", bound=HasStart)


@dataclass(frozen=True)
class Reading:
    """A letter's running text with its words and sentences; build it by `read`.

    `text` is the running text, everything else blanked; `whole` is the letter's text as it is;
    `superscripts` says where raised numbers stand.
    """

    text: str
    whole: str
    zones: tuple[Zone, ...]
    superscripts: tuple[tuple[int, int], ...] = ()
    _starts: list[int] = field(default_factory=list, repr=False)

    @cached_property
    def sha256(self) -> str:
        """The hash of the letter's text, which the ids of its mentions depend on."""
        return text_sha256(self.whole)

    @cached_property
    def words(self) -> Words:
        """The words of the running text."""
        return Words.of(self.text)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """The sentences of the running text; none crosses the border of a zone."""
        return [
            (zone.start + start, zone.start + end)
            for zone in self.zones
            if zone.kind in RUNNING_TEXT
            for start, end in split_sentences(self.text[zone.start : zone.end])
        ]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """Return the sentence that holds an offset (or the last before it)."""
        index = self.sentence_index(offset)
        return self.sentences[index] if self.sentences else (0, len(self.text))

    def sentence_index(self, offset: int) -> int:
        """Return the number of the sentence that holds an offset."""
        return max(0, bisect_right(self._sentence_starts, offset) - 1)

    def by_sentence(self, spans: Iterable[S]) -> dict[int, list[S]]:
        """Return spans by the number of the sentence they start in."""
        groups: dict[int, list[S]] = {}
        for span in spans:
            groups.setdefault(self.sentence_index(span.start), []).append(span)
        return groups

    def zone_at(self, offset: int) -> Zone:
        """Return the zone that holds an offset."""
        index = bisect_right(self._starts, offset) - 1
        return self.zones[max(0, index)]

    def before(self, offset: int) -> str:
        """Return the text of the sentence up to an offset, its last `NEAR` characters at most."""
        return self.text[max(0, offset - NEAR, min(offset, self.sentence_at(offset)[0])) : offset]

    def after(self, offset: int) -> str:
        """Return the text of the sentence from an offset on, `NEAR` characters at most."""
        return self.text[offset : min(offset + NEAR, max(offset, self.sentence_at(max(0, offset - 1))[1]))]


def read(text: str, zones: tuple[Zone, ...], superscripts: tuple[tuple[int, int], ...] = ()) -> Reading:
    """Return the reading of a text; without zones, those that its line breaks suggest."""
    zones = zones or plain_zones(text)
    blanked = ["\n"] * len(text)
    for zone in zones:
        if zone.kind in RUNNING_TEXT:
            blanked[zone.start : zone.end] = text[zone.start : zone.end].translate(BREAKS)
    return Reading("".join(blanked), text, zones, superscripts, [zone.start for zone in zones])


def plain_zones(text: str) -> tuple[Zone, ...]:
    """Return the zones of a text that came without layout.

    Paragraphs end at empty lines, or at every line break where there is no empty line. A short
    first paragraph without a full stop is the title, a short later one a heading.
    """
    paragraphs = _paragraphs(text, EMPTY_LINE if EMPTY_LINE.search(text.strip()) else LINE_BREAK)
    titled = len(paragraphs) > 1
    return tuple(
        Zone(start, end, _plain_kind(text[start:end], index == 0) if titled else ZoneKind.BODY)
        for index, (start, end) in enumerate(paragraphs)
    )


def _plain_kind(paragraph: str, first: bool) -> ZoneKind:
    if paragraph.rstrip()[-1:] in ".,;:!?)" or not paragraph[:1].isupper():
        return ZoneKind.BODY
    if first and len(paragraph) < 300:
        return ZoneKind.TITLE
    return ZoneKind.HEADING if len(paragraph) < 60 else ZoneKind.BODY


def _paragraphs(text: str, separator: re.Pattern[str]) -> Sequence[tuple[int, int]]:
    ends = [*(match.span() for match in separator.finditer(text)), (len(text), len(text))]
    spans, start = [], 0
    for end, next_start in ends:
        part = text[start:end]
        if part.strip():
            lead = start + len(part) - len(part.lstrip())
            spans.append((lead, lead + len(part.strip())))
        start = next_start
    return spans
