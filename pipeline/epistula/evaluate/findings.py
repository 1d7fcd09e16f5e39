"""What lies behind the counts: every mention that is missing, too many, or differs, with its context."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from epistula.evaluate.align import project
from epistula.evaluate.match import overlap_pairs
from epistula.evaluate.scores import predictions_by_gold_id
from epistula.labels import all_labels
from epistula.model import Annotation, Mention

AROUND = 90
"""Characters of context on each side."""
CONTEXT = ("assertion", "attribution")


class Kind(StrEnum):
    """What is wrong with a mention."""

    MISSED = "missed"
    EXTRA = "extra"
    BOUNDARY = "boundary"
    ATTRIBUTE = "attribute"
    UNREAD = "lost in reading"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Args:
        letter: id of the gold letter.
        kind: what is wrong.
        label: of the mention.
        before, text, after: the gold mention in its context, the predicted one where there is no gold.
        predicted: the predicted span's text where it is another.
        detail: for an attribute, its name, gold and predicted value.
        why: rule and concept behind the prediction.
    """

    letter: str
    kind: Kind
    label: str
    before: str
    text: str
    after: str
    predicted: str = ""
    detail: str = ""
    why: str = ""


Matrix = Counter[tuple[str, str]]
"""Gold and predicted value → how often."""


def findings(
    gold: Iterable[Annotation], predicted: Iterable[Annotation]
) -> tuple[list[Finding], Mapping[str, Mapping[str, Matrix]]]:
    """Return what is wrong, letter by letter, and label → attribute → matrix of its values."""
    letters = sorted(gold, key=lambda letter: letter.id)
    found = predictions_by_gold_id(letters, list(predicted))
    wrong: list[Finding] = []
    matrices: dict[str, dict[str, Matrix]] = defaultdict(lambda: defaultdict(Counter))
    for letter in letters:
        prediction = found.get(letter.id)
        if prediction is None:
            wrong += [_in_context(letter, m, Kind.MISSED, letter.text) for m in letter.spans]
            continue
        read, lost = project(letter, prediction)
        wrong += [_in_context(letter, m, Kind.UNREAD, letter.text) for m in lost]
        pairs = overlap_pairs(read, prediction.spans)
        paired = [{id(m) for m in side} for side in zip(*pairs, strict=True)] if pairs else [set(), set()]
        text = prediction.text
        wrong += [_in_context(letter, m, Kind.MISSED, text) for m in read if id(m) not in paired[0]]
        wrong += [_in_context(letter, m, Kind.EXTRA, text) for m in prediction.spans if id(m) not in paired[1]]
        for one, other in pairs:
            wrong += _differences(letter, one, other, text)
            for name, values in _closed(one, other):
                matrices[one.label][name][values] += 1
    return wrong, {label: dict(by_name) for label, by_name in sorted(matrices.items())}


def _differences(letter: Annotation, one: Mention, other: Mention, text: str) -> Iterator[Finding]:
    """Yield what differs between a gold mention and the predicted one that it is paired with."""
    if (one.start, one.end) != (other.start, other.end):
        yield _in_context(letter, one, Kind.BOUNDARY, text, other)
    declared = {a.name: a for a in all_labels()[one.label].attributes} if one.label in all_labels() else {}
    for name in sorted({*CONTEXT, *one.attributes}):
        values = _values(one, other, name)
        same = declared[name].same(*values) if name in declared else values[0] == values[1]
        if values[0] is not None and not same:
            yield _in_context(letter, one, Kind.ATTRIBUTE, text, other, f"{name}: {values[0]} → {values[1] or '–'}")


def _closed(one: Mention, other: Mention) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the attributes with fixed values that gold states, and both values."""
    closed = [a.name for a in all_labels()[one.label].attributes if a.values] if one.label in all_labels() else []
    for name in (*CONTEXT, *closed):
        values = _values(one, other, name)
        if values[0] is not None:
            yield name, (str(values[0]), "–" if values[1] is None else str(values[1]))


def _values(one: Mention, other: Mention, name: str) -> tuple[str | int | None, str | int | None]:
    if name in CONTEXT:
        return getattr(one, name), getattr(other, name)
    return one.attributes.get(name), other.attributes.get(name)


def _in_context(
    letter: Annotation, mention: Mention, kind: Kind, text: str, other: Mention | None = None, detail: str = ""
) -> Finding:
    shown = other or (mention if kind is Kind.EXTRA else None)
    why = f"{shown.by.rule}" if shown and shown.by else ""
    why += f" · {shown.concept.id}" if shown and shown.concept else ""
    return Finding(
        letter.id, kind, mention.label,
        text[max(0, mention.start - AROUND) : mention.start], text[mention.start : mention.end],
        text[mention.end : mention.end + AROUND], other.text if other else "", detail, why,
    )  # fmt: skip
