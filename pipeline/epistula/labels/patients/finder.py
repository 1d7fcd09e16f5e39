"""Finding patients: from a head noun leftwards to the count, and anaphors with a head count.

two refractory juvenile DM (JDM) cases      count, modifiers, mentions, head
52-year-old man                             age, head
two of these four patients                  of-phrase
three others, One of them, the other        anaphors
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from epistula.labels.grammar import any_of, read_grammar, word_pattern
from epistula.labels.label import Match, longest
from epistula.labels.patients.person import with_person
from epistula.model import Mention, ZoneKind
from epistula.text.reading import Reading

GRAMMAR = Path(__file__).parent / "grammar.json"
TOKEN = re.compile(r"[\w½¼¾]+(?:[-‐–/.][\w½¼¾+]+)*\+?|[(),/]")
AGED = (
    r"(?:\d{1,3}[½¼¾]?(?:\.\d)?|[A-Za-z]{3,12})(?:['’]s)?[-‐–\s](?:and-a-half-)?"
    r"(?:years?|yrs?|months?|weeks?|days?)(?:['’]s)?[-‐–\s]?olds?"
)
AGE = re.compile(
    rf"{AGED}"
    r"|\d+[- ]?(?:y/?o|yo)|(?:years?|months?|weeks?|days?)[-‐–]old|aged?\s\d+",
    re.IGNORECASE,
)
TENS = re.compile(r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?\Z")
SHORT_FORM = re.compile(r"[A-Z][A-Za-z]?[A-Z]{1,4}\Z")
BEFORE_COUNT = frozenset({"all", "both", "first", "last", "other", "only", "remaining"})
PARTICIPLE = re.compile(r"\w+ed|\w+-\w+ed", re.IGNORECASE)
AS_A = re.compile(r"\b(?:as\sa(?:n)?|be)\s\Z", re.IGNORECASE)
NAME = re.compile(r"\s(?:no\.?\s?)?(?:[A-H]|[1-9]\d?)(?![\w%.]\w|\s?(?:mg|g|years|%))\b")
LOOK_BACK = 200
"""Characters in front of a head noun that may belong to it."""
COMPOUND = re.compile(
    r"\w[\w./‐–-]*[-‐–](?:old|positive|negative|treated|naive|refractory|resistant|dependent|onset|associated"
    r"|related|handed|born|free|level|Asian|American|Caucasian|aged|smoking|smoker|induced|specific)\Z",
    re.IGNORECASE,
)
STOPS = (
    r"(?:was|were|is|with|who|had|has|presented|presenting|in|of|from|at|on|and|or|to|for|admitted|developed|came|underwent"
    r"|received|complained|suffering|diagnosed|referred|history|brought|whose|consulted|without|by|after|under|treated|born)"
)
VERB = (
    r"(?:\w+ly\s)?(?:died|had|has|have|was|were|is|are|did|became|underwent|developed|improved|worsened|achieved"
    r"|remained|showed|responded|relapsed|received|recovered|required|presented|experienced|survived|reported"
    r"|needed|suffered|failed|stopped|discontinued|continues?|continued|deteriorated|reached|obtained|carried|recovered|regained|went|will|could|may)\b"
)


def grammar() -> dict[str, Any]:
    """The label's word lists."""
    return read_grammar(GRAMMAR)


@lru_cache(maxsize=1)
def _number() -> str:
    words = {*grammar()["numbers"], *grammar()["quantifiers"], "none", "each", "neither"}
    return rf"(?:\d{{1,4}}|{any_of(words)})"


@lru_cache(maxsize=1)
def _head() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){any_of(grammar()['heads'])}s?(?![\w])(?!-)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _of_phrase() -> re.Pattern[str]:
    """“two of these four patients”, “one of the patients”, seen from the right."""
    return re.compile(
        rf"(?<![\w-]){_number()}\s(?:out\s)?of\s(?:(?:the|these|those|our|their|his|her)\s)?\Z", re.IGNORECASE
    )


@lru_cache(maxsize=1)
def _anaphor() -> re.Pattern[str]:
    """Counts, ordinals and "other" that stand for patients without a noun."""
    number = _number()
    word = any_of(set(grammar()["numbers"]) - {"another", "single", "both"})
    ordinal = any_of([*grammar()["numbered"], "former", "latter"])
    end = rf"(?=\s{VERB}|[.,;:](?!\d)|\sand\s|\sof\swhom\b|\swith(?:out)?\b|\swhile\b|\swhereas\b|\sbut\b|\salso\b)"
    return re.compile(
        rf"(?<![\w-])(?:{number}\sof\s(?:them|whom|the\slatter|(?:these|those)(?:\s{word})?)(?=[\s,.;])(?!\s(?:\w+\s)?(?:patients|cases|children))"
        rf"|(?<!each\s)(?:{number}\s)?others?(?!\shave\s(?:seen|reported|described|found|shown))(?:\s{word})?{end}"
        rf"|remaining\s{number}(?=[\s,.](?!patients|cases|children))"
        rf"|(?<=\b[Tt]he\s){ordinal}{end}"
        rf"|all\s{word}{end}"
        rf"|(?:(?<=\b[Ii]n\s)|(?<=\bof\s)|(?<=\bamong\s)){word}(?=[.,;:](?!\d)|\sand\s|\sof\swhom\b|\swhile\b)"
        rf"|(?:(?<=[,;:]\s)|(?<=\band\s)|(?<=\bwhile\s)|(?<=\bwhereas\s)|(?<=\bbut\s)|(?<=\bonly\s)|(?<=\bwhom\s)|(?<=\A)|(?<=\.\s)|(?<=\n))"
        rf"(?:{word}|\d{{1,3}})(?=\s{VERB}))",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _aged_somebody() -> re.Pattern[str]:
    """“58-year-old dairy farmer”: an age and up to three words, whatever the trade."""
    return re.compile(
        rf"(?<![\w-]){AGED}\s(?:(?!{STOPS}\b)[A-Za-z-]+\s){{0,2}}(?!{STOPS}\b)[a-z]+(?=[\s,.;])",
        re.IGNORECASE,
    )


def find(reading: Reading, found: Sequence[Mention]) -> list[Match]:
    """Find patients with count, age group and sex."""
    inside = [m for m in found if m.label in ("AUTOANTIBODY", "DIAGNOSIS", "OUTCOME", "ORGAN")]
    matches = longest([*_headed(reading, reading.by_sentence(inside)), *_anaphors(reading), *_aged(reading)])
    return with_person(reading, _with_of_phrases(reading, matches), found, grammar())


def _headed(reading: Reading, mentions: Mapping[int, Sequence[Mention]]) -> Iterator[Match]:
    for head in _head().finditer(reading.text):
        start = _left_edge(reading, head.start(), mentions.get(reading.sentence_index(head.start()), ()))
        phrase = _of_phrase().search(reading.text, max(0, start - 40), start)
        if phrase:
            start = phrase.start()
        if _counts(reading, start, head):
            name = NAME.match(reading.text, head.end())
            end = name.end() if name else head.end()
            yield Match(start, end, "patients.of_phrase" if phrase else "patients.head")


def _left_edge(reading: Reading, start: int, mentions: Sequence[Mention]) -> int:
    """Walk left from the head over modifiers, mentions and ages, up to a count."""
    tokens = list(TOKEN.finditer(reading.text, max(reading.sentence_at(start)[0], start - LOOK_BACK), start))
    starts = {token.start() for token in tokens}
    edge = start
    while tokens:
        token = tokens.pop()
        if token.start() >= edge:
            continue
        mention = next((m for m in mentions if m.start <= token.start() and token.end() <= m.end <= edge), None)
        if mention and mention.start in starts:
            edge = mention.start
        elif token[0] == ")" and len(tokens) > 1 and tokens[-2][0] == "(":
            edge = tokens[-2].start()
        elif token[0] == "," and tokens and _is_modifier(tokens[-1][0]) and edge != start:
            edge = tokens[-1].start()
        elif _is_modifier(token[0]):
            edge = token.start()
        elif _is_count(token[0]):
            edge = token.start()
            if not (tokens and tokens[-1][0].casefold() in BEFORE_COUNT):
                break
        elif edge == start and tokens and _is_count(tokens[-1][0]) and PARTICIPLE.fullmatch(token[0]):
            edge = token.start()
        else:
            break
    return edge


def _is_modifier(word: str) -> bool:
    lists = grammar()
    folded = word.casefold()
    return (
        folded in _folded("modifiers")
        or folded in _folded("ordinals")
        or bool(AGE.fullmatch(word) or COMPOUND.fullmatch(word) or SHORT_FORM.match(word))
        or (folded in lists["heads"] and folded in ("male", "female", "infant", "adolescent", "child", "adult"))
    )


def _is_count(word: str) -> bool:
    folded = word.casefold()
    if TENS.match(folded):
        return True
    return folded.isdecimal() or folded in grammar()["numbers"] or folded in _folded("quantifiers")


@lru_cache(maxsize=8)
def _folded(name: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in grammar()[name])


def _counts(reading: Reading, start: int, head: re.Match[str]) -> bool:
    """Say whether a head noun with what stands before it is a mention of patients."""
    lists = grammar()
    if reading.zone_at(start).kind == ZoneKind.HEADING or AS_A.search(reading.before(start)):
        return False
    noun, text = head[0].casefold(), reading.text[start : head.end()]
    after = re.match(r"\s(\w+)", reading.text[head.end() : head.end() + 20])
    if after and after[1].casefold() in lists["report_words"]:
        return False
    singular = noun if noun in _folded("heads") else noun.removesuffix("s")
    if singular == "case":
        return _case_is_person(reading, start, head)
    if singular in _folded("only_with_age") or noun == "adult":
        counted = any(_is_count(word) for word in re.findall(r"[\w-]+", text[: -len(noun)]))
        return AGE.search(text) is not None or counted or (singular == "population" and start < head.start())
    return True


def _case_is_person(reading: Reading, start: int, head: re.Match[str]) -> bool:
    """“two cases”, “these cases”, “the second JDM case” are persons; “a case of”, “published cases” not."""
    lists = grammar()
    before = reading.before(start).casefold()
    words = re.findall(r"[\w-]+", reading.text[start : head.start()].casefold())
    if word_pattern(GRAMMAR, "published", r"\bWORD\s\Z").search(before) or any(w in lists["published"] for w in words):
        return False
    counted = any(_is_count(word) or word in lists["ordinals"] for word in words)
    if head[0].casefold() == "case":
        return counted and not re.match(r"\sof\b", reading.text[head.end() : head.end() + 4])
    pointed = re.search(r"\b(?:these|those|both|our|the)\s\Z", before) is not None
    return counted or pointed or bool(words)


def _aged(reading: Reading) -> Iterator[Match]:
    for match in _aged_somebody().finditer(reading.text):
        yield Match(match.start(), match.end(), "patients.aged", rank=-1)


def _anaphors(reading: Reading) -> Iterator[Match]:
    for match in _anaphor().finditer(reading.text):
        yield Match(match.start(), match.end(), "patients.anaphor", rank=-1)


def _with_of_phrases(reading: Reading, matches: Sequence[Match]) -> list[Match]:
    """Join “few cases” and “anti-MDA5 JDM patients” when nothing but “of” is between."""
    joined: list[Match] = []
    for match in matches:
        last = joined[-1] if joined else None
        if last and re.fullmatch(r"\sof\s", reading.text[last.end : match.start]) and _names_patients(reading, match):
            joined[-1] = Match(last.start, match.end, "patients.cases_of_patients")
        else:
            joined.append(match)
    return joined


def _names_patients(reading: Reading, match: Match) -> bool:
    return reading.text[match.start : match.end].casefold().endswith(("patients", "children", "women", "men", "adults"))
