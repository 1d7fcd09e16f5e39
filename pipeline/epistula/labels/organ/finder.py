"""Finding organ involvement: a lexicon, adjective + noun composition, organs that are said to change.

interstitial lung disease           lexicon
axonal sensorimotor neuropathy      modifiers of kind and place + head
renal and splenic infarction        conjuncts that share the head
improved muscle and skin            organs named as affected or responding
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from epistula.labels.concepts import Entry, read_concepts
from epistula.labels.experiencer import is_elsewhere
from epistula.labels.grammar import any_of, read_grammar, word_pattern
from epistula.labels.label import Match, longest
from epistula.labels.organ.systems import Place, located
from epistula.model import Assertion, Mention
from epistula.text.lexicon import Hit, Lexicon
from epistula.text.reading import Reading

HERE = Path(__file__).parent
CONTEXT = HERE / "context.json"
FIELDS = ("kind", "system", "denies")
BARE_LESIONS = frozenset({"lesion", "mass", "atrophy", "deformity", "enhancement"})
UNPLACED = "unplaced"
COMORBIDITY = re.compile(
    r"\b(?:history\sof|had\shad|known|comorbid\w*|treated\sfor|co-existing|pre-existing)\b[^.;]*\Z",
    re.IGNORECASE,
)
NO_PAST = re.compile(
    r"\b(?:(?:no|without)\s(?:\w+\s){0,2}?(?:past|previous|prior)\s(?:\w+\s){0,2}?|denie[ds]\s(?:a\s|any\s)?(?:\w+\s)?)"
    r"history\sof\s(?:[\w-]+\s){0,2}?(?:[\w-]+(?:\s[\w-]+)?,\s){0,6}(?:or\s)?\Z",
    re.IGNORECASE,
)
"""A list of what was never there before the illness, which is no part of it; "no history of fever" is."""
CONJUNCTION = re.compile(r"(?:,|/|,?\s(?:and|or|and/or|as well as)|,)\s?\Z")


@lru_cache(maxsize=1)
def entries() -> list[Entry]:
    """The concepts of the label."""
    return read_concepts(HERE / "concepts.jsonl", FIELDS)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon[Entry]:
    return Lexicon((name, entry) for entry in entries() for name in entry.names)


@lru_cache(maxsize=1)
def _modifiers() -> Lexicon[str | None]:
    return Lexicon(read_grammar(HERE / "composition.json")["modifiers"].items())


@lru_cache(maxsize=1)
def _heads() -> Lexicon[str | None]:
    return Lexicon(read_grammar(HERE / "composition.json")["heads"].items())


@lru_cache(maxsize=1)
def _bare_out() -> frozenset[str]:
    return frozenset(read_grammar(HERE / "composition.json")["bare_heads_out"])


def find(reading: Reading, found: Sequence[Mention]) -> list[Match]:
    """Find manifestations and affected organs with their system."""
    taken = [(m.start, m.end) for m in found if m.label == "DIAGNOSIS"]
    modifiers: dict[int, Hit[str | None]] = {}
    for hit in _modifiers().find(reading.words):
        modifiers.setdefault(hit.end, hit)  # the first is the longest
    hits = list(_lexicon().find(reading.words))
    composed = [
        *(_extended(reading, hit, modifiers) for hit in hits if hit.value.more["kind"] == "manifestation"),
        *_composed(reading, modifiers),
    ]
    kept = [
        m
        for m in longest(_placed(reading, m) for m in longest(composed))
        if not _excluded(reading, m) and not _in(m.start, m.end, taken)
    ]
    placed = located(reading, kept, _places(hits, modifiers.values()))
    manifestations = [m for m in placed if m.attributes["system"] != UNPLACED]
    conjuncts = list(_conjuncts(reading, manifestations, modifiers))
    ends = {m.end for m in manifestations}
    organs = [
        Match(h.start, h.end, "organ.affected", h.value.concept, {"system": h.value.more["system"]}, rank=-1)
        for h in hits
        if h.value.more["kind"] == "organ" and _affected(reading, h, ends) and not _in(h.start, h.end, taken)
    ]
    return [*manifestations, *conjuncts, *organs]


def _places(hits: Iterable[Hit[Entry]], modifiers: Iterable[Hit[str | None]]) -> list[Place]:
    """Return the words that name a place in the body: organs and adjectives of organs."""
    organs = [(h.start, h.end, h.value.more["system"]) for h in hits if h.value.more["kind"] == "organ"]
    adjectives = [(m.start, m.end, m.value) for m in modifiers if m.value]
    return sorted({*organs, *adjectives})


def _in(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(s <= start and end <= e for s, e in spans)


def _extended(reading: Reading, hit: Hit[Entry], modifiers: dict[int, Hit[str | None]]) -> Match:
    """A lexicon hit with the modifiers of kind and place in front of it."""
    start, place = _modified(reading, hit.start, modifiers)
    vague = hit.value.name in read_grammar(CONTEXT)["vague_heads"]
    system = (place if vague else None) or hit.value.more["system"]
    rule = "organ.lexicon" if start == hit.start else "organ.lexicon_modified"
    denied = Assertion.NEGATED if hit.value.more.get("denies") else None
    return Match(start, hit.end, rule, hit.value.concept, {"system": system}, assertion=denied)


def _modified(reading: Reading, start: int, modifiers: dict[int, Hit[str | None]]) -> tuple[int, str | None]:
    """Walk left over modifiers; return where they start and the system that the nearest decides."""
    system = None
    while True:
        prefix = word_pattern(CONTEXT, "prefixes", r"(?<![\w-])(?:WORD|[a-z]{3,}o)-\Z").search(
            reading.text, max(0, start - 16), start
        )
        start = prefix.start() if prefix else start
        gap = 1 if reading.text[start - 1 : start] in (" ", "-", "‐", "–", "/") else 0
        modifier = modifiers.get(start - gap) if gap else None
        if modifier is None:
            return start, system
        start, system = modifier.start, system or modifier.value


def _composed(reading: Reading, modifiers: dict[int, Hit[str | None]]) -> Iterator[Match]:
    """A head noun with a modifier that says where, a head that says it itself, or a bare lesion, whose
    place the text around must give (see `systems`)."""
    for hit in _heads().find(reading.words):
        start, system = _modified(reading, hit.start, modifiers)
        system = system or hit.value
        if start < hit.start and system:
            yield Match(start, hit.end, "organ.composed", None, {"system": system})
        elif hit.name in BARE_LESIONS or (hit.name not in _bare_out() and hit.value):
            yield Match(start, hit.end, "organ.bare_lesion", None, {"system": hit.value or UNPLACED})


def _conjuncts(reading: Reading, matches: Sequence[Match], modifiers: dict[int, Hit[str | None]]) -> Iterator[Match]:
    """Modifiers of place that share the head of the match behind them: “renal and splenic infarction”."""
    for match in matches:
        if not any(m.start == match.start and m.end < match.end for m in modifiers.values()):
            continue
        start = match.start
        while conjunction := CONJUNCTION.search(reading.text, max(0, start - 12), start):
            modifier = modifiers.get(conjunction.start())
            if modifier is None:
                break
            start = modifier.start
            system = modifier.value or match.attributes["system"]
            yield Match(start, modifier.end, "organ.conjunct", None, {"system": system}, rank=-1)


def _excluded(reading: Reading, match: Match) -> bool:
    """Say whether a match is no involvement of the patient's illness: a specimen or test, an
    infection, past or family history."""
    if word_pattern(CONTEXT, "specimens", r"[\s-]WORD(?!\w)").match(reading.text, match.end):
        return True
    before = reading.before(match.start)
    if re.search(r"\banti[-\u2010]?\Z", before, re.IGNORECASE):
        return True
    if word_pattern(CONTEXT, "infectious", r"(?<!\w)WORD\s\Z").search(before):
        return True
    comorbid = match.concept and match.concept.name in read_grammar(CONTEXT)["comorbid"]
    if (comorbid and COMORBIDITY.search(before)) or NO_PAST.search(before):
        return True
    return is_elsewhere(reading, match.start, match.end)


def _placed(reading: Reading, match: Match) -> Match:
    """Add the place to a head that says nothing alone: “pain in the small joints”."""
    if reading.text[match.start : match.end].casefold() not in read_grammar(CONTEXT)["empty_heads"]:
        return match
    found = _place().match(reading.text, match.end, reading.sentence_at(match.start)[1])
    if found is None:
        return match
    organ = _lexicon().get(found["organ"])
    system = organ.more["system"] if organ else match.attributes["system"]
    return replace(match, end=found.end(), rule="organ.placed", attributes={"system": system})


def _affected(reading: Reading, hit: Hit[Entry], ends: Set[int]) -> bool:
    """Say whether an organ is named as affected or responding: a word of change stands beside it with
    nothing but small words and other organs between.

    The organs that a manifestation affects are its place: "pain affecting the knees". `ends` are where
    manifestations end.
    """
    text = reading.text
    if word_pattern(CONTEXT, "specimens", r"[\s-]WORD(?!\w)").match(text, hit.end):
        return False
    ahead = reading.before(hit.start)[-90:]
    before = _change(True).search(ahead)
    if before and hit.start - len(ahead) + before.start() - 1 in ends:
        return False
    after = _change(False).match(reading.after(hit.end)[:60])
    return before is not None or after is not None


@lru_cache(maxsize=1)
def _organ_words() -> str:
    return any_of(name for e in entries() if e.more["kind"] == "organ" for name in e.names)


@lru_cache(maxsize=1)
def _place() -> re.Pattern[str]:
    """“… in the small joints”, behind a head that says nothing alone."""
    return re.compile(
        rf"\s(?:in|of)\s(?:(?:the|her|his|both|all)\s)*(?:[\w-]+\s){{0,2}}?(?P<organ>{_organ_words()})(?:s|es)?(?!\w)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=2)
def _change(before: bool) -> re.Pattern[str]:
    """A word of change, small words and other organs between it and the organ."""
    context = read_grammar(CONTEXT)
    bridge = rf"(?:[\s,]+(?:{any_of(context['bridges'])}|{_organ_words()})(?!\w))*"
    change = any_of(context["change"])
    pattern = rf"(?<!\w){change}{bridge}[\s,]+\Z" if before else rf"{bridge}[\s,]+{change}(?!\w)"
    return re.compile(pattern, re.IGNORECASE)
