"""Finding autoantibodies: a grammar of prefix, antigen and head noun over a lexicon of antigens.

anti- MDA5 autoantibodies      prefix antigen head
antibodies to Jo-1 and PL-7    head preposition antigen, and its conjuncts
AQP4 IgG                       antigen head
ANCA, rheumatoid factor        a name that needs neither
Jo-1 positive, MDA5+           an antigen that stands for its antibody
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path

from epistula.labels.autoantibody.status import with_status
from epistula.labels.concepts import Entry, read_concepts
from epistula.labels.label import Match, longest
from epistula.model import Mention
from epistula.text.lexicon import Hit, Lexicon
from epistula.text.reading import Reading

HERE = Path(__file__).parent
FIELDS = ("kind", "group", "named_aliases")

PREFIX = re.compile(r"(?:\b(?:auto-?)?anti[-\u2010-\u2015\s]{0,2}|(?<!\w)α-)\(?\Z", re.IGNORECASE)
HEAD_NOUN = r"(?:auto)?(?:[- ])?(?:antibod(?:y|ies)|Abs?)"
ISOTYPE = r"Ig[GMA]\d?"
HEAD = re.compile(rf"(?:\s?[-\u2010-\u2015]\s?|\s)(?:{ISOTYPE}(?:[\s-]{HEAD_NOUN})?|{HEAD_NOUN})(?!\w)", re.IGNORECASE)
BRACKET = re.compile(r"(\s?)\([^()]{1,40}\)")
LEADING_HEAD = re.compile(
    r"\b(?:IgG\s|IgM\s|IgA\s)?(?:auto-?)?antibod(?:y|ies)\s(?:directed\s)?(?:to|against|of|for)\s(?:the\s)?\Z",
    re.IGNORECASE,
)
LONGEST_SHORT_NAME = 3
CONJUNCTION = re.compile(r"\s?(?:,|/|,?\s(?:and|or|and/or|as well as)|&)\s?(?:the\s)?\Z")
STANDS_FOR = re.compile(
    r"\s?\+(?!\w)|[\s-](?:sero-?)?(?:positiv|negativ)(?:e|ity)\b|\s(?:was|were|turned|became|remained)\s(?:\w+\s)?(?:positive|negative)\b",
    re.IGNORECASE,
)
POSITIVE_FOR = re.compile(
    r"\b(?:sero-?)?(?:positiv(?:e|ity)|negativ(?:e|ity))\s(?:\w+\s)?(?:for|to|against)\s(?:both\s|either\s)?\Z",
    re.IGNORECASE,
)
STAINED = re.compile(r"\bimmuno(?:histochemi\w+|stain\w*|reactiv\w+|cytochemi\w+|label\w+)", re.IGNORECASE)
SERUM = re.compile(r"\b(?:ser(?:um|a)|serolog\w+|titres?|titers?|csf|cerebrospinal|seropositiv\w*)\b", re.IGNORECASE)
EXPRESSED = re.compile(r"[\s-](?:over-?)?expression\b")
HEAD_LAST = re.compile(rf"(?:{HEAD_NOUN}|factor|agglutinin)s?\Z", re.IGNORECASE)


@lru_cache(maxsize=1)
def entries() -> list[Entry]:
    """The concepts of the label."""
    return read_concepts(HERE / "concepts.jsonl", FIELDS)


@lru_cache(maxsize=1)
def _antigens() -> Lexicon[Entry]:
    return Lexicon((name, entry) for entry in entries() if entry.more["kind"] == "antigen" for name in entry.names)


@lru_cache(maxsize=1)
def _named() -> Lexicon[Entry]:
    named = [(name, e) for e in entries() if e.more["kind"] != "antigen" for name in e.names]
    return Lexicon(named + [(name, e) for e in entries() for name in e.more.get("named_aliases", ())])


@lru_cache(maxsize=1)
def _others() -> Lexicon[str]:
    """Targets whose antibodies are drugs, or are raised by microbes, vaccines, drugs or transfusion."""
    groups = json.loads((HERE / "not_autoantibodies.json").read_text(encoding="utf-8"))
    return Lexicon((name, group) for group, names in groups.items() for name in names)


def is_other_target(name: str) -> bool:
    """Say whether antibodies to a target are no autoantibodies."""
    return _others().get(name) is not None


def canonical_antigen(name: str) -> str:
    """Return the name that the lexicon gives an antigen: "La" and "SSB" are both "La/SSB"."""
    entry = _antigens().get(name) or _named().get(name)
    return entry.name if entry else name.casefold()


def find(reading: Reading, found: Sequence[Mention]) -> list[Match]:
    """Find autoantibodies with antigen and status."""
    drugs = [(m.start, m.end) for m in found if m.label == "DRUG"]
    hits = list(_named().find(reading.words))
    named = list(_names(reading, hits))
    plain = longest([*_grammar(reading, named), *named])
    matches = longest([*plain, *_in_company(reading, plain, hits)])
    kept = [m for m in matches if not any(s <= m.start and m.end <= e for s, e in drugs) and not _stains(reading, m)]
    return with_status(reading, kept)


def _stains(reading: Reading, match: Match) -> bool:
    """Say whether an antibody is a reagent that shows a protein in tissue, or the name that of the protein."""
    if EXPRESSED.match(reading.text, match.end):
        return True
    start, end = reading.sentence_at(match.start)
    return STAINED.search(reading.text, start, end) is not None and SERUM.search(reading.text, start, end) is None


def _names(reading: Reading, hits: Sequence[Hit[Entry]]) -> Iterator[Match]:
    """Names of antibodies that need neither prefix nor head."""
    plain = {hit.value.id for hit in hits if hit.name not in hit.value.ambiguous}
    for hit in hits:
        if hit.name in hit.value.ambiguous and not _defined(reading, hit, plain):
            continue
        if hit.value.more["kind"] == "class" and not _has_head(reading, hit):
            continue
        start = hit.start
        prefix = PREFIX.search(reading.text, max(0, start - 10), start)
        yield _match(reading, prefix.start() if prefix else start, _head_end(reading, hit.end), hit, "named")


def _in_company(reading: Reading, plain: Sequence[Match], hits: Sequence[Hit[Entry]]) -> Iterator[Match]:
    """Short names with other meanings ("RF") that stand in a list with antibodies."""
    for hit in hits:
        if hit.name in hit.value.ambiguous and any(_neighbours(reading, hit, match) for match in plain):
            yield _match(reading, hit.start, _head_end(reading, hit.end), hit, "listed")


def _neighbours(reading: Reading, hit: Hit[Entry], match: Match) -> bool:
    before = CONJUNCTION.fullmatch(reading.text, match.end, hit.start) if match.end <= hit.start else None
    after = CONJUNCTION.fullmatch(reading.text, hit.end, match.start) if hit.end <= match.start else None
    return before is not None or after is not None


def _grammar(reading: Reading, named: Sequence[Match]) -> Iterator[Match]:
    """Antigens with a prefix, a head, or in a place where they stand for their antibody.

    The hits are walked in text order, because a conjunct rests on the antibody before it.
    """
    others = {hit.start: hit.end for hit in _others().find(reading.words, after_anti=True)}
    hits = [h for h in _antigens().find(reading.words, after_anti=True) if others.get(h.start, 0) <= h.end]
    found: dict[int, Match] = {match.end: match for match in named}
    reach = 0
    for index, hit in enumerate(hits):
        if hit.start < reach:
            continue
        match = _explicit(reading, hit) or _conjunct(reading, hit, found) or _bare(reading, hit)
        match = match or _listed(reading, hit, hits[index + 1 :])
        if match:
            reach = match.end
            found[reach] = match
            yield match


def _explicit(reading: Reading, hit: Hit[Entry]) -> Match | None:
    """Prefix, leading head or following head."""
    text = reading.text
    end = _head_end(reading, hit.end)
    prefix = PREFIX.search(text, max(0, hit.start - 14), hit.start)
    if prefix and not text[prefix.start() : hit.start].endswith("("):
        return _match(reading, prefix.start(), end, hit, "prefix")
    leading = LEADING_HEAD.search(text, max(0, hit.start - 60), hit.start)
    if leading:
        return _match(reading, leading.start(), end, hit, "antibodies_to")
    return _match(reading, hit.start, end, hit, "head") if end > hit.end else None


def _conjunct(reading: Reading, hit: Hit[Entry], found: Mapping[int, Match]) -> Match | None:
    """An antigen that shares the prefix or head of the antibody before it: "anti-Ro and La".

    A name that is an analyte or a word as well ("insulin") counts only when it is short ("La", "Sm").
    """
    conjunction = CONJUNCTION.search(reading.text, max(0, hit.start - 14), hit.start)
    if conjunction is None or conjunction.start() not in found:
        return None
    if hit.name in hit.value.ambiguous and len(hit.name) > LONGEST_SHORT_NAME:
        return None
    return _match(reading, hit.start, _head_end(reading, hit.end), hit, "conjunct")


def _listed(reading: Reading, hit: Hit[Entry], following: Sequence[Hit[Entry]]) -> Match | None:
    """The first antigen of a list whose last one has the head: "AChR and MuSK antibodies"."""
    end = hit.end
    for other in following:
        between = CONJUNCTION.fullmatch(reading.text, end, other.start)
        if between is None:
            return None
        if _head_end(reading, other.end) > other.end:
            return _match(reading, hit.start, hit.end, hit, "shared_head")
        end = other.end
    return None


def _bare(reading: Reading, hit: Hit[Entry]) -> Match | None:
    """An antigen that stands for its antibody: "MDA5+ DM", "positive for Jo-1"."""
    if hit.name in hit.value.ambiguous:
        return None
    after = STANDS_FOR.match(reading.text, hit.end)
    before = POSITIVE_FOR.search(reading.text, max(0, hit.start - 60), hit.start)
    return _match(reading, hit.start, hit.end, hit, "stands_for") if after or before else None


def _head_end(reading: Reading, end: int) -> int:
    """Return where the mention ends when a head noun follows, a bracket between them included."""
    text = reading.text
    bracket = BRACKET.match(text, end)
    if bracket:
        head = HEAD.match(text, bracket.end())
        if head:
            return head.end()
        return bracket.end() if not bracket[1] else end
    head = HEAD.match(text, end)
    return head.end() if head else end


def _has_head(reading: Reading, hit: Hit[Entry]) -> bool:
    return HEAD_LAST.search(hit.name) is not None or _head_end(reading, hit.end) > hit.end


def _defined(reading: Reading, hit: Hit[Entry], plain: Set[str]) -> bool:
    """Say whether an ambiguous name is meant: another name of its concept stands in the letter (`plain`
    holds the concepts that do), or a head noun or a prefix is at its side."""
    if _head_end(reading, hit.end) > hit.end or PREFIX.search(reading.text, max(0, hit.start - 10), hit.start):
        return True
    signed = reading.text.endswith("+", 0, hit.start)
    return hit.value.id in plain or signed or STANDS_FOR.match(reading.text, hit.end) is not None


def _match(reading: Reading, start: int, end: int, hit: Hit[Entry], rule: str) -> Match:
    return Match(start, end, f"autoantibody.{rule}", hit.value.concept, {"antigen": hit.value.name})
