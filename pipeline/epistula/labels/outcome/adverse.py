"""Adverse events: an infection under treatment, or a harm that the words lay at a drug's door."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import jsonlines

from epistula.labels.label import Match
from epistula.labels.outcome.setting import treatment_began
from epistula.model import Mention
from epistula.text.reading import Reading

FILE = Path(__file__).parent / "adverse.jsonl"
SMALL = r"(?:[\w'’-]+\s){0,4}"
BY_A_DRUG = re.compile(
    rf"\b(?:caus(?:ed|es|ing)|gave|produc(?:ed|es|ing)|provok(?:ed|es)|trigger(?:ed|s)|led\sto|result(?:ed|ing)\sin"
    rf"|intoleran(?:t|ce)\s(?:of|to)\s\w+\s\()\s?{SMALL}\Z",
    re.IGNORECASE,
)
WITHDRAWN_FOR = re.compile(
    rf"\b(?:stopped|withdrawn|discontinued|suspended|interrupted|abandoned|gave\sup|replaced|reduced|halved|changed|switched)\b"
    rf"[^.;]{{0,50}}\b(?:for|because\sof|due\sto|owing\sto|on\saccount\sof|following)\s{SMALL}\Z",
    re.IGNORECASE,
)
AFTER_DOSES = re.compile(
    rf"\b(?:pulse|infusion|dose|cycle|injection|course)s?\s(?:was|were)\sfollowed\sby\s{SMALL}\Z"
    r"|\b(?:saw|observed|noted|recorded|experienced)\s(?:neither|no)\b[^.;]*\Z",
    re.IGNORECASE,
)
INDUCED = re.compile(r"\w-(?:induced|related)\s(?:\w+\s)?\Z", re.IGNORECASE)
DUE_TO = re.compile(
    r",?\s(?:(?:which|that)\s(?:we|was|were)\s)?(?:due\sto|caused\sby|secondary\sto|attribut\w+\sto|ascribed\sto|related\sto|induced\sby"
    r"|from|(?<=toxicity\s)of)\s(?:the\s)?(?:[\w-]+\s){0,2}\Z",
    re.IGNORECASE,
)
NONE_UNDER = re.compile(r"\s(?:under|with|on|after|during)\s(?:the\s)?(?:[\w-]+\s){0,2}\Z", re.IGNORECASE)
DENIED = re.compile(r"\b(?:no|neither|nor|without|not)\b[^.;]{0,40}\Z", re.IGNORECASE)
AFTER_A_DOSE = re.compile(
    r"\s(?:after|during|following|by)\sthe\s\w+\s(?:infusion|dose|injection|pulse|cycle|course)\b",
    re.IGNORECASE,
)
EVENT = re.compile(
    rf"\b(?:develop(?:ed|ing|s)?|complicated\s(?:by|with)|complicating|experienc(?:ed|ing)|(?:died|death)\s(?:of|from|due\sto)|suffered"
    rf"|contracted|occurr(?:ed|ence\sof)|episodes?\sof|risk\sof|followed\sby|saw|seen|neither|nor|no|without|had|because\sof"
    rf"|reported)\s{SMALL}\Z",
    re.IGNORECASE,
)
EVENT_BEHIND = re.compile(
    r"\s(?:risks?\b|(?:was|were)\s(?:not\s)?(?:observed|noted|seen|reported|diagnosed|recorded|managed|controlled)"
    r"|(?:did\snot\s)?occur(?:red)?|developed|ensued|complicated|resulted|in\s(?:one|two|three|\d+)\b)",
    re.IGNORECASE,
)
PRESENTING = re.compile(
    r"\b(?:history\sof|past|previous|presented\swith|admitted\s(?:with|for)|serolog\w+|antibod\w+|negative\sfor|rule\sout|ruled\sout|excluded?"
    r"|vaccin\w+|test\w*|suspected|secondary\sto|preceding|recent|immun\w+|against|prophyla\w+|evidence\sof|signs\sof)\s(?:[\w-]+[\s,]+){0,6}\Z",
    re.IGNORECASE,
)
LISTED = re.compile(r",?\s(?:and|or|nor)\s|,\s|/")


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    with jsonlines.open(FILE) as reader:
        return [(row["id"], re.compile(rf"(?<![\w-])(?:{row['pattern']})(?!\w)", re.IGNORECASE)) for row in reader]


def adverse_events(
    reading: Reading, drugs: Sequence[Mention], organs: Sequence[Mention], first: int
) -> Iterator[Match]:
    """Yield infections told as events under treatment, and harms that are laid at a drug's door."""
    for name, pattern in _patterns():
        for hit in pattern.finditer(reading.text):
            start, end = hit.span()
            under_treatment = treatment_began(reading, start, drugs, first)
            if under_treatment and (_is_event(reading, start, end) or _blamed(reading, start, end, drugs)):
                yield _harm(start, end, name)
    blamed = [organ for organ in organs if _blamed(reading, organ.start, organ.end, drugs)]
    for organ in _with_their_like(reading, blamed, organs):
        yield _harm(organ.start, organ.end, "harm")


def _with_their_like(reading: Reading, blamed: Sequence[Mention], organs: Sequence[Mention]) -> Iterator[Mention]:
    """Yield harms with the others of their list ("myocarditis, myositis and hepatitis due to …"), and
    with every other mention of the same concepts: a harm stays one through the letter."""
    harms = {organ.id for organ in blamed}
    for before, after in reversed(list(pairwise(organs))):
        if after.id in harms and LISTED.fullmatch(reading.text, before.end, after.start):
            harms.add(before.id)
    concepts = {organ.concept.id for organ in organs if organ.id in harms and organ.concept}
    for organ in organs:
        if organ.id in harms or (organ.concept and organ.concept.id in concepts):
            yield organ


def _harm(start: int, end: int, rule: str) -> Match:
    return Match(start, end, f"outcome.{rule}", attributes={"category": "adverse_event"}, replaces=("ORGAN",))


def _is_event(reading: Reading, start: int, end: int) -> bool:
    before = reading.before(start)
    if PRESENTING.search(before):
        return False
    return EVENT.search(before) is not None or EVENT_BEHIND.match(reading.after(end)) is not None


def _blamed(reading: Reading, start: int, end: int, drugs: Sequence[Mention]) -> bool:
    """Say whether the sentence names a drug and says that the harm came from it."""
    first, last = reading.sentence_at(start)
    here = [d for d in drugs if first <= d.start < last]
    before, after = reading.before(start), reading.after(end)
    if INDUCED.search(before) and any(d.end < start for d in here):
        return True
    if WITHDRAWN_FOR.search(before) or AFTER_DOSES.search(before) or AFTER_A_DOSE.match(after):
        return True
    if re.match(r"\sdid\snot\soccur\b", after):
        return True
    if BY_A_DRUG.search(before) and any(d.end < start and start - d.end < 60 for d in here):
        return True
    follower = next((d for d in here if d.start >= end), None)
    if follower is None:
        return False
    between = (reading.text, end, follower.start)
    denied = DENIED.search(before) is not None and NONE_UNDER.fullmatch(*between) is not None
    return denied or DUE_TO.fullmatch(*between) is not None
