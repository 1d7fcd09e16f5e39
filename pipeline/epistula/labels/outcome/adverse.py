"""Adverse events: an infection or a known harm, in the words of an event under treatment."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import jsonlines

from epistula.labels.label import Match
from epistula.labels.outcome.setting import treatment_began
from epistula.model import Mention
from epistula.text.reading import Reading

FILE = Path(__file__).parent / "adverse.jsonl"
EVENT = re.compile(
    r"\b(?:develop(?:ed|ing|s)?|complicated\s(?:by|with)|experienc(?:ed|ing)|(?:died|death)\s(?:of|from|due\sto)|suffered|contracted"
    r"|because\sof|due\sto|led\sto|caus(?:ed|ing)|occurr(?:ed|ence\sof)|presented\swith|admitted\s(?:with|for)|episodes?\sof|risk\sof|reported|secondary\sto|followed\sby|had|have\snot|no|without|infection\srisk)"
    r"\s(?:[\w-]+\s){0,5}\Z",
    re.IGNORECASE,
)
EVENT_BEHIND = re.compile(r"\s(?:risks?\b|(?:was|were)\s(?:observed|noted|seen|reported|diagnosed|recorded|treated|managed)|occurred|developed|ensued|complicated|resulted)", re.IGNORECASE)
PRESENTING = re.compile(r"\b(?:history\sof|past|previous|presented\swith|admitted\s(?:with|for)|serolog\w+|antibod\w+|negative\sfor|rule\sout|excluded?|vaccin\w+|test\w*|suspected)\s(?:[\w-]+[\s,]+){0,6}\Z", re.IGNORECASE)


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    with jsonlines.open(FILE) as reader:
        return [
            (row["id"], re.compile(rf"(?<![\w-])(?:{row['pattern']})(?!\w)", re.IGNORECASE)) for row in reader
        ]


def adverse_events(reading: Reading, drugs: Sequence[Mention]) -> Iterator[Match]:
    """Yield the harms that the letter tells as events after treatment began."""
    for name, pattern in _patterns():
        for hit in pattern.finditer(reading.text):
            if _is_event(reading, hit.start(), hit.end()) and treatment_began(reading, hit.start(), drugs):
                yield Match(hit.start(), hit.end(), f"outcome.{name}", attributes={"category": "adverse_event"})


def _is_event(reading: Reading, start: int, end: int) -> bool:
    before = reading.before(start)
    if PRESENTING.search(before):
        return False
    return EVENT.search(before) is not None or EVENT_BEHIND.match(reading.after(end)) is not None
