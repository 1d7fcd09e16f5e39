"""What lies behind the counts: everything that is missing, too many or different, with its context."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from epistula.evaluate.compare import Compared, Comparison
from epistula.evaluate.match import Scheme
from epistula.evaluate.records import compare_records
from epistula.evaluate.relations import compare_relations
from epistula.evaluate.values import closed, compared, value
from epistula.model import Annotation, Mention, Relation

AROUND = 90
"""Characters of context on each side."""


class Kind(StrEnum):
    """What is wrong."""

    UNREAD = "lost in reading"
    MISSED = "lost in tagging"
    BOUNDARY = "boundary"
    EXTRA = "extra"
    BEYOND = "extra, in text that gold has not"
    ATTRIBUTE = "attribute"
    RELATION_MISSED = "relation missed"
    RELATION_EXTRA = "relation extra"
    SLOT_MISSED = "record slot missed"
    SLOT_EXTRA = "record slot extra"


@dataclass(frozen=True)
class Passage:
    """A mention in its text: offsets, its words and what stands around them."""

    start: int
    end: int
    before: str
    text: str
    after: str


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Args:
        letter: id of the gold letter.
        kind: what is wrong.
        label: of the mention or relation; of a record the slot.
        gold: the gold mention, where there is one.
        predicted: the predicted mention, where there is one.
        place: where in gold's text it stands, None where gold has no such text.
        detail: for an attribute its name, gold and predicted value; for a relation both ends; for a slot its value.
        why: rule and concept behind the prediction, and the cue of the attribute that is wrong.
    """

    letter: str
    kind: Kind
    label: str
    gold: Passage | None = None
    predicted: Passage | None = None
    place: tuple[int, int] | None = None
    detail: str = ""
    why: str = ""


Matrix = Counter[tuple[str, str]]
"""Gold and predicted value → how often."""


def findings(comparison: Comparison) -> list[Finding]:
    """Return what is wrong, letter by letter, in the order of the text.

    Relations and records are left out when no letter has a predicted one: then they were not asked for.
    """
    found = [letter.predicted for letter in comparison.letters if letter.predicted]
    relations, records = any(a.relations for a in found), any(a.records for a in found)
    wrong: list[Finding] = []
    for letter in comparison.letters:
        here = [*_mentions(letter), *(_relations(letter) if relations else ()), *(_slots(letter) if records else ())]
        end = len(letter.gold.text)
        wrong += sorted(here, key=lambda f: (f.place or (end, end), f.label, f.kind, f.detail))
    return wrong


def matrices(comparison: Comparison) -> Mapping[str, Mapping[str, Matrix]]:
    """Return label → attribute with fixed values → gold and predicted value on mentions that overlap."""
    found: dict[str, dict[str, Matrix]] = defaultdict(lambda: defaultdict(Counter))
    for letter in comparison.letters:
        for one, other in letter.pairs[Scheme.OVERLAP]:
            for name in closed(one.label):
                if (gold := value(one, name)) is not None:
                    predicted = value(other, name)
                    found[one.label][name][str(gold), "–" if predicted is None else str(predicted)] += 1
    return {label: dict(by_name) for label, by_name in sorted(found.items())}


def _mentions(letter: Compared) -> Iterator[Finding]:
    otherwise = {id(g): p for g, p in letter.pairs[Scheme.PARTIAL] if g.label != p.label}
    instead = {id(p): g for g, p in letter.pairs[Scheme.PARTIAL] if g.label != p.label}
    missed, extra = letter.without_pair(Scheme.OVERLAP)
    for mention in missed:
        kind = Kind.UNREAD if id(mention) in letter.unread else Kind.MISSED
        other = otherwise.get(id(mention))
        yield _finding(letter, kind, mention, other, f"tagged {other.label}" if other else "")
    for mention in extra:
        kind = Kind.EXTRA if letter.moved[id(mention)] else Kind.BEYOND
        gold = instead.get(id(mention))
        yield _finding(letter, kind, gold, mention, f"gold has {gold.label}" if gold else "", label=mention.label)
    exact = {id(g) for g, _ in letter.pairs[Scheme.STRICT]}
    for one, other in letter.pairs[Scheme.OVERLAP]:
        if id(one) not in exact:
            yield _finding(letter, Kind.BOUNDARY, one, other)
        for name, gold_value, found, right in compared(one, other):
            if not right:
                detail = f"{name}: {_shown(gold_value)} → {_shown(found)}"
                yield _finding(letter, Kind.ATTRIBUTE, one, other, detail, attribute=name)


def _relations(letter: Compared) -> Iterator[Finding]:
    relations = compare_relations(letter, Scheme.OVERLAP)
    for relation in relations.missed:
        yield _related(letter, Kind.RELATION_MISSED, relation, letter.gold)
    if letter.predicted:
        for relation in relations.extra:
            yield _related(letter, Kind.RELATION_EXTRA, relation, letter.predicted)


def _related(letter: Compared, kind: Kind, relation: Relation, annotation: Annotation) -> Finding:
    ends = {m.id: m for m in annotation.spans}
    head, tail = ends[relation.head], ends[relation.tail]
    passage = _passage(annotation, head)
    of_gold = annotation is letter.gold
    return Finding(
        letter.gold.id, kind, relation.label, passage if of_gold else None, None if of_gold else passage,
        (head.start, head.end) if of_gold else letter.moved[id(head)], f"{head.text} → {tail.text}",
        relation.by.rule if relation.by else "",
    )  # fmt: skip


def _slots(letter: Compared) -> Iterator[Finding]:
    records = compare_records(letter.gold.records, letter.predicted.records if letter.predicted else ())
    for kind, side in ((Kind.SLOT_MISSED, records.missed), (Kind.SLOT_EXTRA, records.extra)):
        for number, (slot, content) in side:
            yield Finding(letter.gold.id, kind, slot, detail=f"record {number}: {content}")


def _finding(
    letter: Compared, kind: Kind, gold: Mention | None, predicted: Mention | None,
    detail: str = "", label: str = "", attribute: str = "",
) -> Finding:  # fmt: skip
    place = (gold.start, gold.end) if gold else letter.moved[id(predicted)]
    return Finding(
        letter.gold.id, kind, label or (gold or predicted).label,  # type: ignore[union-attr]
        _passage(letter.gold, gold), _passage(letter.predicted, predicted), place, detail, _why(predicted, attribute),
    )  # fmt: skip


def _why(predicted: Mention | None, attribute: str) -> str:
    if predicted is None:
        return ""
    by, concept = predicted.by, predicted.concept
    cue = by.cues.get(attribute) if by else None
    parts = (by.rule if by else "", concept.id if concept else "", f"{cue.rule} “{cue.text}”" if cue else "")
    return " · ".join(filter(None, parts))


def _passage(annotation: Annotation | None, mention: Mention | None) -> Passage | None:
    if annotation is None or mention is None:
        return None
    text, start, end = annotation.text, mention.start, mention.end
    return Passage(start, end, text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND])


def _shown(found: str | int | None) -> str:
    return "–" if found is None else str(found)
