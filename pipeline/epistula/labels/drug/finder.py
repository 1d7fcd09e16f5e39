"""Finding drugs: a lexicon, names of classes by grammar, INN stems for names that no list has."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from epistula.labels.concepts import Entry, lexicon_of, read_concepts
from epistula.labels.grammar import any_of, read_grammar
from epistula.labels.label import Match
from epistula.model import Mention
from epistula.text.cues import read_cues
from epistula.text.lexicon import Hit, Lexicon
from epistula.text.reading import Reading

HERE = Path(__file__).parent
FIELDS = ("kind", "analyte")
NUMBER = re.compile(r"\d(?:[/-]\d)*,?")
GENE = re.compile(r"[A-Z]{1,3}[a-z]?[A-Z0-9][\w-]*(?:-[α-ω])?|[A-Z][A-Za-z]*-?\d+\w*(?:-?[α-ω])?")
GREEK = re.compile(r"[α-ω]|alpha|beta|gamma|kappa")
TOKEN = re.compile(r"\([^()]{1,24}\)|[\w'’/]+,?")
REACH = 120
"""How many characters a target may be away from its head."""
PATHWAY = re.compile(
    r"\s?[-(]?\s?(?:\w+\)?\s)?(?:pathways?|signatures?|signal\w*|gene|genes|levels?|receptors?|production|secretion)\b"
)
WORD = re.compile(r"(?<![\w-])[A-Za-z][a-z]{5,}(?![\w])")


@lru_cache(maxsize=1)
def entries() -> list[Entry]:
    """The concepts of the label."""
    return read_concepts(HERE / "concepts.jsonl", FIELDS)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon[Entry]:
    return lexicon_of(entries())


def _grammar() -> dict[str, Any]:
    return read_grammar(HERE / "grammar.json")


@lru_cache(maxsize=1)
def _class_head() -> re.Pattern[str]:
    return re.compile(rf"(?<=[\w)])[\s-](?:{any_of(_grammar()['class_heads'])})s?(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _target_words() -> frozenset[str]:
    return frozenset(_grammar()["target_words"])


def _target_start(text: str, end: int) -> int:
    """Walk left from a class head over the words of its target: “Janus kinase 1 and 3 (JAK 1/3)”.

    Returns where the target starts; `end` when there is none. At most `REACH` characters are looked at.
    """
    start = edge = end
    bracketed = False
    for token in reversed(list(TOKEN.finditer(text, max(0, end - REACH), end))):
        if text[token.end() : edge] not in ("", " ", "-", "\u00a0"):
            break
        if token[0].startswith("(") and not bracketed:
            bracketed = True
        elif token[0].casefold() in _target_words() or GENE.fullmatch(token[0]) or GREEK.fullmatch(token[0]):
            start = token.start()
        elif not (NUMBER.fullmatch(token[0]) or (token[0] in ("and", "or") and NUMBER.match(text, edge))):
            break
        edge = token.start()
    return start


@lru_cache(maxsize=1)
def _anti_pattern() -> re.Pattern[str]:
    """“anti-TNF agent”, “anti-CD20 monoclonal antibodies”."""
    grammar = _grammar()
    return re.compile(
        rf"(?<![\w-])(?i:anti)[-‐–\s]?(?i:{any_of(grammar['anti_targets'])})(?:-?(?:α|alpha))?(?![\w])"
        rf"(?:[\s-](?:{any_of(grammar['anti_heads'])})(?!\w))?(?!\s?(?:-|\s)(?:positive|negative))"
    )


@lru_cache(maxsize=1)
def _salt() -> re.Pattern[str]:
    return re.compile(rf"\s(?:{any_of(_grammar()['salts'])})(?!\w)")


@lru_cache(maxsize=1)
def _stem() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(_grammar()['stems'])})s?\Z")


def find(reading: Reading, found: Sequence[Mention]) -> Iterator[Match]:
    """Find drugs and classes of drugs."""
    yield from _names(reading)
    yield from _classes(reading)
    yield from _stems(reading)


def _names(reading: Reading) -> Iterator[Match]:
    hits = list(_lexicon().find(reading.words))
    plain = {hit.value.id for hit in hits if not _doubtful(hit)}
    for hit in hits:
        if _doubtful(hit) and not _meant(reading, hit, plain):
            continue
        salt = _salt().match(reading.text, hit.end) if hit.value.more["kind"] == "substance" else None
        yield Match(hit.start, salt.end() if salt else hit.end, "drug.lexicon", hit.value.concept)


def _doubtful(hit: Hit[Entry]) -> bool:
    return hit.name in hit.value.ambiguous or bool(hit.value.more.get("analyte"))


def _meant(reading: Reading, hit: Hit[Entry], plain: set[str]) -> bool:
    """Say whether a doubtful name is a drug here: the letter has the drug's full name, or the words
    around speak of treatment and not of a pathway or a level."""
    if hit.name in hit.value.ambiguous and hit.value.id in plain:
        return True
    if PATHWAY.match(reading.text, hit.end):
        return False
    start, end = reading.sentence_at(hit.start)
    near = (max(start, hit.start - 60), min(end, hit.end + 40))
    return any(True for _ in read_cues(HERE / "company.jsonl").find(reading.text, *near))


def _classes(reading: Reading) -> Iterator[Match]:
    text = reading.text
    for head in _class_head().finditer(text):
        start = _target_start(text, head.start())
        if start < head.start() and re.split(r"[\s(]", text[start : head.start()])[0] not in _grammar()["not_targets"]:
            yield _class(start, head.end(), text, "drug.class_by_target")
    for match in _anti_pattern().finditer(text):
        yield _class(match.start(), match.end(), text, "drug.anti_target")


def _class(start: int, end: int, text: str, rule: str) -> Match:
    known = _lexicon().get(text[start:end])
    return Match(start, end, rule, known.concept if known else None)


def _stems(reading: Reading) -> Iterator[Match]:
    """Names built with a stem of the WHO's list, for substances that no lexicon has yet."""
    stem, excluded = _stem(), frozenset(_grammar()["not_drugs"])
    for match in WORD.finditer(reading.text):
        word = match[0].casefold()
        if stem.search(word) and word not in excluded and word.rstrip("s") not in excluded:
            yield Match(match.start(), match.end(), "drug.inn_stem", rank=-1)
