"""Whether an antibody was found: positive, negative or unspecified.

The status is decided within the clause. Words right behind a list of antibodies ("ANA, anti-dsDNA
and ANCA were negative") speak of the whole list; words in front speak of what follows them; a mention
without either is positive where it qualifies patients or disease, and where nothing asks for a test.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from epistula.labels.label import Match
from epistula.text.cues import FoundCue, read_cues
from epistula.text.reading import NEAR, Reading

CUES = Path(__file__).parent / "status.jsonl"
CLAUSE_END = re.compile(
    r";\s|:\s(?!(?:negative|positive|absent|none)\b)|,\sand\sthere\b|,?\s(?:but|while|whereas|although|though|however)\b"
    r"|:\s(?=[A-Z])|,\s(?:and|with|which)\s(?:a\s)?(?:negative|positive)\b"
)
SO_WERE = re.compile(r"\W*So (?:was|were)\b")
LISTED = 40
"""Antibodies of a list that are looked at on each side."""
DENIALS = ("no", "without")
DENIED = re.compile(r"(?:\W*(?!(?:that|which|suggest\w*|indicat\w*|because)\b)[\w'’/-]+){0,8}?\W*")
"""What may stand between a denial and what it denies: a few words, and none that begins a clause."""
OPENED = re.compile(r"\s?[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*")
"""A bracket that is not closed again."""
LIST_ONLY = re.compile(
    r"(?:[\s,/&()\[\]:+-]|\band\b|\bor\b|\bas well as\b|\bIg[GMA]\b|\bboth\b|\ball\b"
    r"|\bimmunoglobulins? [GMA]\b|[<>]?\d[\d:./,]*)*"
)


def with_status(reading: Reading, matches: Sequence[Match]) -> list[Match]:
    """Return the matches with their `status` and the cue it rests on."""
    by_sentence = reading.by_sentence(matches)
    return [
        _with_status(reading, here[max(0, index - LISTED) : index + LISTED], min(index, LISTED))
        for here in by_sentence.values()
        for index in range(len(here))
    ]


def _with_status(reading: Reading, matches: Sequence[Match], index: int) -> Match:
    match = matches[index]
    start, end = _clause(reading, match)
    cues = [c for c in read_cues(CUES).find(reading.text, start, end) if not _inside(c, matches)]
    cues = [c for c in cues if not _belongs_elsewhere(c, match, matches)]
    cue = (
        _denied(reading, matches, index, cues)
        or _attributive(match, cues)
        or _behind_list(reading, matches, index, cues)
        or _before_bracket(reading, match, cues)
        or _around(reading, match, cues)
        or _carried(reading, start)
    )
    if cue is None:
        return replace(match, attributes={**match.attributes, "status": "positive"})
    return replace(
        match,
        attributes={**match.attributes, "status": cue.rule.value},
        cues={"status": cue.cue(reading.text)},
    )


def _clause(reading: Reading, match: Match) -> tuple[int, int]:
    """Return the clause of a match: up to the nearest clause ends on both sides in its sentence."""
    first, last = reading.sentence_at(match.start)
    start, end = max(first, match.start - NEAR), min(last, match.end + NEAR)
    for stop in CLAUSE_END.finditer(reading.text, start, end):
        if stop.end() <= match.start:
            start = stop.start() + 1
        elif stop.start() >= match.end:
            return start, stop.start()
    return start, end


def _belongs_elsewhere(cue: FoundCue, match: Match, matches: Sequence[Match]) -> bool:
    """Say whether a cue behind a match is an adjective in front of another one."""
    return cue.start >= match.end and any(m.start - cue.end == 1 for m in matches)


def _inside(cue: FoundCue, matches: Sequence[Match]) -> bool:
    return any(m.start <= cue.start and cue.end <= m.end for m in matches)


def _denied(reading: Reading, matches: Sequence[Match], index: int, cues: Sequence[FoundCue]) -> FoundCue | None:
    """A “no” in front of the list that the match stands in: “no ANCA or anti-GBM antibodies were found”."""
    denials = [c for c in cues if c.rule.id in DENIALS and c.end <= matches[index].start]
    return next((c for c in denials if _opens_list(reading, matches, index, c.end)), None)


def _opens_list(reading: Reading, matches: Sequence[Match], index: int, offset: int) -> bool:
    """Say whether nothing but a list of antibodies is between an offset and a match."""
    start = matches[index].start
    for before in reversed(matches[:index]):
        if LIST_ONLY.fullmatch(reading.text, offset, start) or before.end <= offset:
            break
        if not LIST_ONLY.fullmatch(reading.text, before.end, start):
            return False
        start = before.start
    return LIST_ONLY.fullmatch(reading.text, offset, start) is not None


def _attributive(match: Match, cues: Sequence[FoundCue]) -> FoundCue | None:
    """An adjective right in front: “negative ANCA and positive ANA”."""
    return next((c for c in cues if match.start - c.end == 1 and c.rule.direction == "both"), None)


def _behind_list(reading: Reading, matches: Sequence[Match], index: int, cues: Sequence[FoundCue]) -> FoundCue | None:
    """The cue behind the list that the match stands in, when nothing but the list is between."""
    end = matches[index].end
    for following in matches[index + 1 :]:
        if not LIST_ONLY.fullmatch(reading.text, end, following.start):
            break
        end = following.end
    for cue in cues:
        if cue.start >= end and cue.rule.direction in ("backward", "both"):
            return cue if LIST_ONLY.fullmatch(reading.text, end, cue.start) else None
    return None


def _before_bracket(reading: Reading, match: Match, cues: Sequence[FoundCue]) -> FoundCue | None:
    """The verdict in front of the bracket that the match stands in: "antibodies were negative (ANA, ANCA)"."""
    ahead = [c for c in cues if c.end <= match.start and c.rule.direction in ("backward", "both")]
    return next((c for c in ahead[-1:] if OPENED.fullmatch(reading.text, c.end, match.start)), None)


def _carried(reading: Reading, start: int) -> FoundCue | None:
    """The last verdict of the sentence before, for one that begins with “So were …”."""
    index = reading.sentence_index(start)
    if not index or SO_WERE.match(reading.text, reading.sentences[index][0]) is None:
        return None
    verdicts = [
        c
        for c in read_cues(CUES).find(reading.text, *reading.sentences[index - 1])
        if c.rule.direction in ("backward", "both")
    ]
    return verdicts[-1] if verdicts else None


def _around(reading: Reading, match: Match, cues: Sequence[FoundCue]) -> FoundCue | None:
    """The nearest cue in front, else behind; what was only looked for has its verdict behind."""
    front, behind = _in_front(reading, match, cues), _behind(match, cues)
    judged = behind is not None and behind.rule.direction == "backward" and behind.rule.value != "unspecified"
    return behind if front is None or (front.rule.value == "unspecified" and judged) else front


def _in_front(reading: Reading, match: Match, cues: Sequence[FoundCue]) -> FoundCue | None:
    ahead = [c for c in cues if c.end <= match.start and c.rule.direction in ("forward", "both")]
    ahead = [c for c in ahead if c.rule.id not in DENIALS or DENIED.fullmatch(reading.text, c.end, match.start)]
    return ahead[-1] if ahead else None


def _behind(match: Match, cues: Sequence[FoundCue]) -> FoundCue | None:
    behind = [c for c in cues if c.start >= match.end and c.rule.direction in ("backward", "both")]
    return behind[0] if behind else None
