"""How many, how old, of which sex: the attributes of PATIENTS.

`n` comes from the words of the mention alone. Age group and sex may come from the text around: an
anaphoric mention takes those of the group it points at, a letter about one person has one sex.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from epistula.labels.label import Match
from epistula.model import Mention
from epistula.text.reading import Reading

AGE = re.compile(
    r"(?P<number>\d{1,3})[½¼¾]?(?:\.\d)?[-‐–\s]?(?P<unit>years?|yrs?|months?|weeks?|days?|y/?o\b|yo\b)"
    r"|aged?\s(?P<aged>\d+)|(?P<word>[a-z]{3,12})[-‐–\s](?P<unit2>years?|months?|weeks?|days?)[-‐–\s]old",
    re.IGNORECASE,
)
AGE_BEHIND = re.compile(r",?\s\(?(?:aged\s(?P<aged>\d+)|(?P<number>\d+)[-\s]?(?P<unit>years?|yrs?|y)\b)", re.IGNORECASE)
DEFINITE = re.compile(r"\b(?:the|our|this|that|these|those|his|her|their|of\sthem)\s(?:\w+\s)?\Z", re.IGNORECASE)
ANAPHORIC = re.compile(
    r"\b(?:them|these|those|the|other|others|remaining|first|second|third|both|latter|former|all|single|index|one|two|three)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:(?P<male>he|his|him|himself)|(?P<female>she|her|hers|herself))\b", re.IGNORECASE)
TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
TENS_NUMBER = re.compile(rf"\b({'|'.join(TENS)})(?:-(\w+))?\b", re.IGNORECASE)
NAMED = re.compile(r"\s(?:no\.?\s?)?(?:[A-H]|\d{1,2})\Z")
APPOSED = re.compile(r"\s?[,(]\s?(?:an?\s|the\s)?")
SINGULAR = frozenset(
    {"other", "former", "latter", "first", "second", "third", "fourth", "fifth", "sixth", "ninth", "sibling"}
)
REACH = 2
"""How many sentences back a bare count may point."""
ADULT_FROM = 18

Citations = Mapping[int, Sequence[Mention]]
"""Citations by the number of their sentence."""


def with_person(
    reading: Reading, matches: Sequence[Match], found: Sequence[Mention], grammar: Mapping[str, Any]
) -> list[Match]:
    """Return the matches with `n`, `age_group` and `sex`."""
    sex_of_letter = _one_sex(reading)
    citations = reading.by_sentence(m for m in found if m.label == "CITATION")
    done: list[Match] = []
    for index, match in enumerate(matches):
        text = NAMED.sub("", reading.text[match.start : match.end])
        n = _count(text, grammar)
        age, sex = _own_age(reading, match, text, grammar), _own_sex(text, grammar)
        in_apposition = _apposition(reading, matches, index)
        if in_apposition:
            other = reading.text[in_apposition.start : in_apposition.end]
            age = age or _own_age(reading, in_apposition, other, grammar)
            sex = sex or _own_sex(other, grammar)
        pointed = _points_at(reading, match, text, n, done, citations)
        if age is None and pointed:
            age = str(pointed.attributes["age_group"])
        if sex is None and pointed and "sex" in pointed.attributes:
            alone = pointed.attributes.get("n") == 1
            sex = str(pointed.attributes["sex"]) if n == 1 or not alone else None
        if sex is None and n == 1:
            sex = sex_of_letter
        attributes: dict[str, str | int] = {"age_group": age or "unspecified"}
        attributes |= {"n": n} if n is not None else {}
        attributes |= {"sex": sex} if sex else {}
        done.append(replace(match, attributes=attributes))
    return done


def _apposition(reading: Reading, matches: Sequence[Match], index: int) -> Match | None:
    """Return the mention that says who the one before it is: “Patient A, a 71-year-old man”."""
    if index + 1 == len(matches):
        return None
    following = matches[index + 1]
    between = reading.text[matches[index].end : following.start]
    return following if APPOSED.fullmatch(between) else None


def _count(text: str, grammar: Mapping[str, Any]) -> int | None:
    bare = AGE.sub(" ", text)
    tens = TENS_NUMBER.search(bare)
    if tens:
        ones: int = grammar["numbers"].get((tens[2] or "").casefold(), 0)
        return TENS[tens[1].casefold()] + ones
    for word in re.findall(r"[\w]+", bare):
        if word.isdecimal() and len(word) < 5:
            return int(word)
        if word.casefold() in grammar["numbers"]:
            return int(grammar["numbers"][word.casefold()])
    last = re.findall(r"\w+", text)[-1].casefold()
    if last in ("children", "men", "women", "people", "cases", "patients", "others", "gentlemen", "ladies"):
        return None
    aged = re.search(r"[-‐–\s]olds?\s\w+", text) is not None and not last.endswith("s")
    if aged or last in SINGULAR or last in {head.casefold() for head in grammar["heads"]}:
        return 1
    return None


def _own_age(reading: Reading, match: Match, text: str, grammar: Mapping[str, Any]) -> str | None:
    stated = AGE.search(text) or AGE_BEHIND.match(reading.text, match.end)
    if stated:
        return "child" if _years(stated) < ADULT_FROM else "adult"
    words = [word.casefold() for word in re.findall(r"[\w-]+", text)]
    of_phrase = re.match(r"\sof\s([^.,;()]{0,40})", reading.text[match.end : match.end + 45])
    around = [*words, *(w.casefold() for w in re.findall(r"[\w-]+", of_phrase[1]))] if of_phrase else words
    for group, name in (("child", "child_words"), ("adult", "adult_words")):
        if any(word.casefold() in around for word in grammar[name]):
            return group
    heads = {head.casefold(): group for head, (group, _) in grammar["heads"].items()}
    return next((g for w in reversed(words) if (g := heads.get(w) or heads.get(w.removesuffix("s")))), None)


def _years(match: re.Match[str]) -> float:
    groups = match.groupdict()
    if groups.get("aged"):
        return int(groups["aged"])
    unit = (groups.get("unit") or groups.get("unit2") or "years").casefold()
    if groups.get("number"):
        number = float(groups["number"])
    else:
        word = (groups.get("word") or "").casefold()
        number = next((value for ten, value in TENS.items() if word.startswith(ten)), 10)
    return number if unit.startswith("y") else 0


def _own_sex(text: str, grammar: Mapping[str, Any]) -> str | None:
    heads = {head.casefold(): sex for head, (_, sex) in grammar["heads"].items()}
    words = [word.casefold() for word in re.findall(r"\w+", text)]
    return next((s for w in reversed(words) if (s := heads.get(w) or heads.get(w.removesuffix("s")))), None)


def _points_at(
    reading: Reading,
    match: Match,
    text: str,
    n: int | None,
    done: Sequence[Match],
    citations: Citations,
) -> Match | None:
    """Return the earlier mention that a mention points at, or None.

    A named patient ("Patient A") points at the same name. A bare count points at a group of at least
    as many in its own or the two sentences before. Another definite mention points at one of the same
    authors where its sentence names some, else at the nearest whose age group is known.
    """
    name = reading.text[match.start : match.end].casefold()
    if len(text) < match.end - match.start:
        return next((d for d in reversed(done) if reading.text[d.start : d.end].casefold() == name), None)
    if match.rule == "patients.anaphor":
        return next((d for d in reversed(done) if _holds(reading, d, match, n)), None)
    if not (DEFINITE.search(reading.before(match.start)[-30:]) or ANAPHORIC.search(text)):
        return None
    known = [d for d in done if d.attributes["age_group"] != "unspecified"]
    authors = _authors(reading, match.start, citations)
    same = [d for d in known if authors and authors & _authors(reading, d.start, citations)]
    candidates = same or known
    return candidates[-1] if candidates else None


def _holds(reading: Reading, group: Match, match: Match, n: int | None) -> bool:
    """Say whether a group near by is large enough to hold the patients counted."""
    near = reading.sentence_index(match.start) - reading.sentence_index(group.start) <= REACH
    size = group.attributes.get("n")
    return near and group.rule != "patients.anaphor" and (size is None or int(size) >= (n or 2)) and size != 1


def _authors(reading: Reading, offset: int, citations: Citations) -> set[str]:
    here = citations.get(reading.sentence_index(offset), ())
    return {m.text.split()[0] for m in here if m.text[0].isalpha()}


def _one_sex(reading: Reading) -> str | None:
    """Return the sex of the pronouns of a letter when they agree."""
    sexes = {match.lastgroup for match in PRONOUN.finditer(reading.text)}
    return sexes.pop() if len(sexes) == 1 else None
