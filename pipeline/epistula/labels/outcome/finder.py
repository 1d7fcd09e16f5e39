"""Finding outcomes: a trigger, its degree words, and the negation that makes its category.

significantly improved           degree, trigger                  improvement
limited beneficial effect        limiting degree, trigger         limited_response
no clinical improvement          negation, kind, trigger          no_response
absence of progression           negation, trigger                stable
without recurrence               the trigger alone, negated by the assertion component
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jsonlines

from epistula.errors import DeclarationError
from epistula.labels.experiencer import is_relatives
from epistula.labels.grammar import any_of, read_grammar, word_pattern
from epistula.labels.label import Match
from epistula.labels.outcome.adverse import adverse_events
from epistula.labels.outcome.setting import first_treatment, is_laboratory, treatment_began
from epistula.model import Mention
from epistula.text.reading import Reading

HERE = Path(__file__).parent
GRAMMAR = HERE / "grammar.json"
FIELDS = {"id", "category", "type", "pattern", "source"}
TYPES = {"response", "qualified", "plain", "course", "progression", "event", "harm"}
NEGATED = {"response": "no_response", "qualified": "no_response", "progression": "stable"}
BY_DEGREE = {
    "complete": {"improvement": "remission"},
    "partial": {"remission": "improvement"},
    "limited": {"improvement": "limited_response", "remission": "limited_response"},
}
MEASURED = frozenset({"response", "qualified", "course", "progression"})
NEEDS_TREATMENT = frozenset({"course", "progression", "harm"})


@dataclass(frozen=True)
class Trigger:
    """A line of the triggers file."""

    id: str
    category: str
    type: str
    pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def triggers() -> list[Trigger]:
    """The triggers, in the order of their file.

    Raises:
        DeclarationError: unknown or missing fields, an unknown type, an id twice.
    """
    found: list[Trigger] = []
    with jsonlines.open(HERE / "triggers.jsonl") as reader:
        for line, row in enumerate(reader, start=1):
            if set(row) != FIELDS or row["type"] not in TYPES or row["id"] in {known.id for known in found}:
                raise DeclarationError(
                    f"triggers.jsonl, line {line}: fields are {sorted(FIELDS)}, types {sorted(TYPES)}, ids unique."
                )
            pattern = re.compile(rf"(?<!\w)(?<!non-)(?:{row['pattern']})(?!\w)", re.IGNORECASE)
            found.append(Trigger(row["id"], row["category"], row["type"], pattern))
    return found


@lru_cache(maxsize=1)
def _degree_before() -> re.Pattern[str]:
    """Degree words right before a trigger; words of kind may stand between them and it."""
    grammar = read_grammar(GRAMMAR)
    groups = "|".join(f"(?P<{name}>{any_of(words)})" for name, words in grammar["degree_before"].items())
    kinds = any_of(grammar["kind_between"])
    return re.compile(rf"(?<![\w-])(?:{groups})\s(?:{any_of(_degrees())}\s)*(?:{kinds}\s)*\Z", re.IGNORECASE)


def _degrees() -> Iterator[str]:
    for words in read_grammar(GRAMMAR)["degree_before"].values():
        yield from words


@lru_cache(maxsize=1)
def _degree_after() -> re.Pattern[str]:
    grammar = read_grammar(GRAMMAR)
    groups = "|".join(f"(?P<{name}>{any_of(words)})" for name, words in grammar["degree_after"].items())
    return re.compile(rf"\s(?:{groups})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _negation() -> re.Pattern[str]:
    grammar = read_grammar(GRAMMAR)
    kinds = any_of([*grammar["kind_between"], "any", "significant", "further", "the", "of", "a"])
    return re.compile(rf"(?<![\w-]){any_of(grammar['negation_before'])}\s(?:{kinds}\s)*\Z", re.IGNORECASE)


def find(reading: Reading, found: Sequence[Mention]) -> Iterator[Match]:
    """Find outcomes and adverse events with their category."""
    drugs = [m for m in found if m.label == "DRUG"]
    first = first_treatment(reading, drugs)
    organs = [m for m in found if m.label == "ORGAN"]
    for trigger in triggers():
        for hit in trigger.pattern.finditer(reading.text):
            inside = any(m.start <= hit.start() and hit.end() <= m.end for m in organs)
            match = None if inside else _outcome(reading, trigger, hit, drugs, first)
            if match:
                yield match
    yield from adverse_events(reading, drugs, organs, first)


def _outcome(
    reading: Reading, trigger: Trigger, hit: re.Match[str], drugs: Sequence[Mention], first: int
) -> Match | None:
    before, after = reading.before(hit.start()), reading.after(hit.end())
    if word_pattern(GRAMMAR, "not_outcome_after", r"[\s-]WORD(?!\w)").match(after):
        return None
    if is_relatives(reading, hit.start()):
        return None
    if trigger.type in NEEDS_TREATMENT and not treatment_began(reading, hit.start(), drugs, first):
        return None
    if trigger.type in MEASURED and is_laboratory(before, after):
        return None
    start, end, category, degree = _with_degree(trigger, hit, before, after)
    if trigger.type == "qualified" and not degree:
        return None
    negation = _negation().search(reading.before(start))
    if negation and trigger.type in NEGATED:
        start, category = negation.start() + (start - len(reading.before(start))), NEGATED[trigger.type]
    return Match(start, end, f"outcome.{trigger.id}", attributes={"category": category})


def _with_degree(trigger: Trigger, hit: re.Match[str], before: str, after: str) -> tuple[int, int, str, str | None]:
    """Return span and category of a trigger with the degree words at its sides."""
    start, end, category = hit.start(), hit.end(), trigger.category
    if trigger.type in ("plain", "event", "harm"):
        return start, end, category, None
    left, right = _degree_before().search(before), _degree_after().match(after)
    degree = None
    if left:
        start, degree = hit.start() - (len(before) - left.start()), left.lastgroup
    if right:
        end, degree = hit.end() + right.end(), degree or right.lastgroup
    return start, end, _graded(category, degree), degree


def _graded(category: str, degree: str | None) -> str:
    """Return the category that a degree word makes of a trigger's own."""
    return BY_DEGREE.get(degree or "", {}).get(category, category)
