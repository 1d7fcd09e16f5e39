"""Finding drugs: a lexicon, names of classes by grammar, INN stems for names that no list has."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from epistula.labels.concepts import Entry, lexicon_of, read_concepts
from epistula.labels.grammar import any_of, read_grammar, word_pattern
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
MEASURED = re.compile(
    r"[\s(:=]*(?:was|of|were)?[\s(]*[<>≤≥]?\s?\d[\d.,–-]*\s?(?:[mnpuµμk]?(?:g|mol|Eq|U|IU)\s?)?/\s?(?:[dmµμ]?[lL]|24\s?h)\b"
)
"""A concentration or an excretion: "albumin 2.3 g/dL"."""
SAMPLED = re.compile(
    r"\b(?:serum|plasma|urin(?:e|ary)|blood|csf|ascit(?:es|ic)|fluid|total|ioni[sz]ed|hour)[\s-]\Z", re.IGNORECASE
)
"""What stands before a substance that is measured."""
WORD = re.compile(r"(?<![\w-])[A-Za-z][a-z]{5,}(?![\w])")
LONG_WORD = re.compile(r"(?<!\w)[A-Za-z][a-z]{7,30}(?!\w)")
ORDINARY = re.compile(r"(?:ed|es|ing|ings|ic|ical|al|ly|ous|ory|ary|tion|tions|ia|ern|ism|ity|ment|less|able)\Z")
"""Endings of adjectives, verbs and abstract nouns, which names of drugs do not have."""
BRAND = re.compile(r"[A-Z][a-z]{4,}")
LISTING = re.compile(r"\s*(?:,\s*(?:and|or)?|and|or|/|\+|plus)\s*")


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
def _harm() -> re.Pattern[str]:
    """“-induced psychosis”, “ toxicity”: what only a substance from outside does."""
    return re.compile(rf"[\s-](?:{any_of(_grammar()['harm'])})(?!\w)")


@lru_cache(maxsize=1)
def _stem() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(_grammar()['stems'])})s?\Z")


def find(reading: Reading, found: Sequence[Mention]) -> Iterator[Match]:
    """Find drugs and classes of drugs."""
    yield from _names(reading)
    yield from _classes(reading)
    yield from _stems(reading)
    yield from _misspelt(reading)


def _names(reading: Reading) -> Iterator[Match]:
    hits = list(_lexicon().find(reading.words))
    plain = [hit for hit in hits if not _doubtful(hit)]
    known = {hit.value.id for hit in plain}
    given = {hit.start for hit in plain if not _measured(reading.text, hit)}
    listed = _listed(reading.text, hits, given)
    for hit in hits:
        if _no_drug(reading.text, hit) or (_doubtful(hit) and not _meant(reading, hit, known, listed)):
            continue
        salt = _salt().match(reading.text, hit.end) if hit.value.more["kind"] == "substance" else None
        yield Match(hit.start, salt.end() if salt else hit.end, "drug.lexicon", hit.value.concept)


def _no_drug(text: str, hit: Hit[Entry]) -> bool:
    """Say whether the words after a name make it an action, an abuse or a disease: "antidepressant activity"."""
    list_name = "class_out_before" if hit.value.more["kind"] == "class" else "out_before"
    return word_pattern(HERE / "grammar.json", list_name, r"[\s-]WORD(?!\w)").match(text, hit.end) is not None


def _doubtful(hit: Hit[Entry]) -> bool:
    """Say whether a name means something else as often; a brand of an endogenous substance means the drug."""
    if hit.name in hit.value.ambiguous:
        return True
    return bool(hit.value.more.get("analyte")) and not BRAND.fullmatch(hit.name)


def _listed(text: str, hits: Sequence[Hit[Entry]], given: set[int]) -> set[int]:
    """Return where the names start that stand in one list with a drug that is given: "vitamin D, amlodipine"."""
    listed = set(given)
    for pairs in (pairwise(hits), pairwise(hits[::-1])):
        for one, other in pairs:
            first, second = sorted((one, other), key=lambda hit: hit.start)
            if one.start in listed and LISTING.fullmatch(text, first.end, max(first.end, second.start)):
                listed.add(other.start)
    return listed


def _meant(reading: Reading, hit: Hit[Entry], known: set[str], listed: set[int]) -> bool:
    """Say whether a doubtful name is a drug here: the letter has the drug's full name, it stands in a list
    of drugs, or the words around speak of treatment or harm and not of a pathway or a level."""
    if hit.name in hit.value.ambiguous and hit.value.id in known:
        return True
    if _measured(reading.text, hit):
        return False
    harms = _harm().match(reading.text, hit.end) and hit.value.id not in _grammar()["not_by_harm"]
    if hit.start in listed or harms:
        return True
    return in_company(reading.text, *_around(reading, hit.start, hit.end))


def _around(reading: Reading, start: int, end: int, reach: int = 60) -> tuple[int, int]:
    """Return the part of the sentence that is near a name, `reach` characters before it at most."""
    first, last = reading.sentence_at(start)
    return max(first, start - reach), min(last, end + 40)


def _measured(text: str, hit: Hit[Entry]) -> bool:
    """Say whether a name is that of a pathway, a level or a laboratory value."""
    after = PATHWAY.match(text, hit.end) or MEASURED.match(text, hit.end)
    return after is not None or SAMPLED.search(text, max(0, hit.start - 12), hit.start) is not None


def in_company(text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] speaks of treatment."""
    return any(True for _ in read_cues(HERE / "company.jsonl").find(text, start, end))


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
    stem, excluded = _stem(), _not_drugs()
    for match in WORD.finditer(reading.text):
        word = match[0].casefold()
        if stem.search(word) and word not in excluded and word.rstrip("s") not in excluded:
            yield Match(match.start(), match.end(), "drug.inn_stem", rank=-1)


def is_no_drug(name: str) -> bool:
    """Say whether a word only looks like the name of a drug."""
    return name.casefold() in _not_drugs()


@lru_cache(maxsize=1)
def _not_drugs() -> frozenset[str]:
    return frozenset(_grammar()["not_drugs"])


@lru_cache(maxsize=1)
def _near_names() -> dict[str, tuple[str, Entry] | None]:
    """The long one-word names of substances by what is left of them without one letter; None where two share it.

    Brands are left out: they are made to look like ordinary words.
    """
    near: dict[str, tuple[str, Entry] | None] = {}
    for entry in entries():
        for name in entry.names:
            plain = name not in entry.ambiguous and not entry.more.get("analyte")
            if plain and name.islower() and LONG_WORD.fullmatch(name):
                for form in _shortened(name):
                    other = near.get(form, (name, entry))
                    near[form] = (name, entry) if other and other[1] is entry else None
    return near


def _shortened(word: str) -> list[str]:
    """Return a word, and the word without one letter in all ways."""
    return [word, *{word[:i] + word[i + 1 :] for i in range(len(word))}]


@lru_cache(maxsize=100_000)
def _meant_by(word: str) -> Entry | None:
    """Return the substance whose name a word may be, one letter wrong, missing, added, or swapped with the next."""
    if ORDINARY.search(word) or is_no_drug(word) or _lexicon().get(word) is not None:
        return None
    near = _near_names()
    for written in (word, word.removesuffix("s")):
        for form in _shortened(written):
            found = near.get(form)
            if found and OSA.distance(written, found[0], score_cutoff=1) <= 1:
                return found[1]
    return None


def _misspelt(reading: Reading) -> Iterator[Match]:
    """Long names with a letter wrong, in a sentence on treatment."""
    for match in LONG_WORD.finditer(reading.text):
        entry = _meant_by(match[0].casefold())
        if entry and in_company(reading.text, *_around(reading, match.start(), match.end(), REACH)):
            yield Match(match.start(), match.end(), "drug.misspelt", entry.concept, rank=-2)
