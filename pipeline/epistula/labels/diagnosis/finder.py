"""Finding diagnoses: a lexicon with qualifiers of kind, and diseases named after their antibody."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from epistula.labels.concepts import Entry, lexicon_of, read_concepts
from epistula.labels.experiencer import is_relatives
from epistula.labels.grammar import any_of, read_grammar, word_pattern
from epistula.labels.label import Match
from epistula.model import Mention
from epistula.text.lexicon import Hit, Lexicon
from epistula.text.reading import Reading
from epistula.text.words import key

IMMUNE = re.compile(
    r"(?<![\w-])(?:(?i:autoimmune|immune[- ]mediated|paraneoplastic)|(?:IgG4|[Ii]mmunoglobulin G4)[- ]related)"
    r"\s(?:[a-z-]+\s){0,2}?"
    r"[a-z]*(?:itis|opathy|opathies|an?emia|penia|penias|purpura|ataxia|degeneration|epilepsy)(?![\w-])"
)
"""“autoimmune autonomic neuropathy”: a disease that its own words call immune-mediated."""
HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def entries() -> list[Entry]:
    """The concepts of the label."""
    return read_concepts(HERE / "concepts.jsonl")


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon[Entry]:
    return lexicon_of(entries())


@lru_cache(maxsize=1)
def _qualifier() -> re.Pattern[str]:
    words = any_of(read_grammar(HERE / "grammar.json")["qualifiers"])
    return re.compile(rf"(?<![\w-])(?:{words}[\s-])+\Z", re.IGNORECASE)


@lru_cache(maxsize=1)
def _named_by_antibody() -> re.Pattern[str]:
    grammar = read_grammar(HERE / "grammar.json")
    linked = rf"[-\s]{any_of(grammar['link'])}\s{any_of(grammar['linked'])}"
    return re.compile(rf"(?:{linked}|\s{any_of(grammar['named_by_antibody'])})(?!\w)", re.IGNORECASE)


def find(reading: Reading, found: Sequence[Mention]) -> Iterator[Match]:
    """Find the underlying diseases."""
    antibodies = [m for m in found if m.label == "AUTOANTIBODY"]
    hits = list(_lexicon().find(reading.words))
    plain = [hit for hit in hits if hit.name not in hit.value.ambiguous]
    for hit in hits:
        if hit.name in hit.value.ambiguous and not _meant(reading, hit, plain, antibodies):
            continue
        if not _excluded(reading, hit, antibodies):
            yield Match(_start(reading, hit, antibodies), hit.end, "diagnosis.lexicon", hit.value.concept)
    yield from _after_antibody(reading, antibodies)
    for match in IMMUNE.finditer(reading.text):
        if not is_relatives(reading, match.start()):
            yield Match(match.start(), match.end(), "diagnosis.immune_kind", rank=-1)


def _excluded(reading: Reading, hit: Hit[Entry], antibodies: Sequence[Mention]) -> bool:
    """Say whether a name is part of an antibody's, a scale's or an organ disease's name, too general,
    or a relative's."""
    grammar = read_grammar(HERE / "grammar.json")
    if hit.value.name in grammar["too_general"]:
        return True
    if any(m.start <= hit.start and hit.end <= m.end for m in antibodies):
        return True
    if word_pattern(HERE / "grammar.json", "not_before", r"[-\s]WORD(?!\w)").match(reading.text, hit.end):
        return True
    return is_relatives(reading, hit.start)


def _start(reading: Reading, hit: Hit[Entry], antibodies: Sequence[Mention]) -> int:
    """Return where the mention starts, qualifiers of kind included."""
    start = next((_after(reading, m.end) for m in antibodies if m.start == hit.start), hit.start)
    qualifier = _qualifier().search(reading.text, max(0, start - 60), start)
    if qualifier:
        start = qualifier.start()
    linked = next((m for m in antibodies if m.end < start and _links(reading.text[m.end : start])), None)
    return linked.start if linked else start


def _after(reading: Reading, end: int) -> int:
    """Return where the disease begins behind an antibody that its name starts with."""
    status = re.match(r"[-\s](?:positive|negative|seropositive|seronegative)?\s?", reading.text[end : end + 20])
    return end + (status.end() if status else 0)


def _links(between: str) -> bool:
    return re.fullmatch(r"[-\s](?:associated|mediated)\s", between) is not None


def _after_antibody(reading: Reading, antibodies: Sequence[Mention]) -> Iterator[Match]:
    """“anti-GBM disease”, “anti-NMDA receptor encephalitis”, “ANCA-associated vasculitis”."""
    for antibody in antibodies:
        noun = _named_by_antibody().match(reading.text, antibody.end)
        if noun:
            known = _lexicon().get(reading.text[antibody.start : noun.end()])
            concept = known.concept if known else None
            yield Match(antibody.start, noun.end(), "diagnosis.named_by_antibody", concept)


def _meant(reading: Reading, hit: Hit[Entry], plain: Sequence[Hit[Entry]], antibodies: Sequence[Mention]) -> bool:
    """Say whether a short form with several meanings stands for the disease: the letter names the
    disease, or one whose name holds its name, or defines the short form right behind such a name, or an
    antibody stands in front ("anti-MDA5 DM")."""
    name = key(hit.value.name)
    if any(reading.text[m.end : hit.start].strip() in ("", "-") and m.end < hit.start for m in antibodies):
        return True
    behind = reading.text[max(0, hit.start - 2) : hit.start].endswith("(")
    for other in plain:
        if other.value.id == hit.value.id or set(name) <= set(key(other.value.name)):
            return True
        if behind and other.end in (hit.start - 2, hit.start - 1):
            return True
    return False
