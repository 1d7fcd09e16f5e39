"""How far two annotations of the same letters agree.

F1 by label (with one annotation as gold; it is the same the other way round, Hripcsak and Rothschild, Agreement, the
F-measure, and reliability in information retrieval, 2005) and Cohen's kappa for each attribute of the mentions that
both have.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from epistula.errors import InputError
from epistula.evaluate.match import Pair, overlap_pairs, strict_pairs
from epistula.evaluate.scores import SCHEMES, Counts, added_up, count_labels
from epistula.labels import all_labels
from epistula.model import Annotation

CONTEXT = ("assertion", "attribution")
"""What mentions of every label have beside the attributes of the label."""


class Disagreement(NamedTuple):
    """What two annotators saw differently: `what` is "only one", "only other", "boundary" or an attribute."""

    letter: str
    label: str
    what: str
    one: str
    other: str
    start: int


class Kappa(NamedTuple):
    """Cohen's kappa of an attribute over `pairs` mentions; None where chance alone would agree on all."""

    value: float | None
    pairs: int


@dataclass(frozen=True)
class Agreement:
    """The agreement of two annotations.

    Args:
        letters: ids of the letters that both annotate.
        alone: ids of those that only one does; they do not count.
        counts: scheme → label → counts, with the first annotation as gold.
        kappas: label → attribute → kappa.
        disagreements: all of them, by letter and place.
    """

    letters: Sequence[str]
    alone: Sequence[str]
    counts: Mapping[str, Mapping[str, Counts]]
    kappas: Mapping[str, Mapping[str, Kappa]]
    disagreements: Sequence[Disagreement]


def agreement(one: Iterable[Annotation], other: Iterable[Annotation]) -> Agreement:
    """Compare two annotations of the same letters, letter by letter.

    Raises:
        InputError: they have no letter in common, or a letter has two texts.
    """
    first, second = {a.id: a for a in one}, {a.id: a for a in other}
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise InputError("the two files have no letter in common. Give two annotations of the same letters.")
    counts: dict[str, list[dict[str, Counts]]] = {scheme: [] for scheme in SCHEMES}
    values: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    found: list[Disagreement] = []
    for name in shared:
        a, b = first[name], second[name]
        if a.text != b.text:
            raise InputError(f"letter {name}: the two files have different texts. Annotate the same text twice.")
        for scheme, pair_up in SCHEMES.items():
            counts[scheme].append(count_labels(a.spans, b.spans, pair_up(a.spans, b.spans)))
        pairs = overlap_pairs(a.spans, b.spans)
        found += sorted(_disagreements(a, b, pairs), key=lambda d: (d.start, d.label, d.what))
        for pair in pairs:
            for attribute, both in _stated(pair):
                values[pair[0].label, attribute].append(both)
    kappas: dict[str, dict[str, Kappa]] = {}
    for (label, attribute), stated in sorted(values.items()):
        kappas.setdefault(label, {})[attribute] = Kappa(cohens_kappa(stated), len(stated))
    by_label = {scheme: added_up(letters) for scheme, letters in counts.items()}
    return Agreement(shared, sorted(first.keys() ^ second.keys()), by_label, kappas, found)


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (A coefficient of agreement for nominal scales, 1960); None when it is undefined,
    because both annotators gave one and the same value throughout."""
    if len({value for pair in pairs for value in pair}) < 2:
        return None
    from sklearn.metrics import cohen_kappa_score

    value = float(cohen_kappa_score(*zip(*pairs, strict=True)))
    return None if math.isnan(value) else value


def _stated(pair: Pair) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the attributes that either annotator states, with both values in the label's own form."""
    declared = {a.name: a for a in all_labels()[pair[0].label].attributes} if pair[0].label in all_labels() else {}
    for name in sorted({*CONTEXT, *pair[0].attributes, *pair[1].attributes}):
        raw = [getattr(m, name) if name in CONTEXT else m.attributes.get(name) for m in pair]
        if raw != [None, None]:
            own = declared[name].canonical if name in declared else str
            one, other = ("–" if value is None else own(str(value)) for value in raw)
            yield name, (one, other)


def _disagreements(one: Annotation, other: Annotation, pairs: Sequence[Pair]) -> Iterator[Disagreement]:
    paired = [{id(m) for m in side} for side in zip(*pairs, strict=True)] if pairs else [set(), set()]
    for mention in one.spans:
        if id(mention) not in paired[0]:
            yield Disagreement(one.id, mention.label, "only one", mention.text, "", mention.start)
    for mention in other.spans:
        if id(mention) not in paired[1]:
            yield Disagreement(one.id, mention.label, "only other", "", mention.text, mention.start)
    exact = {id(a) for a, _ in strict_pairs(one.spans, other.spans)}
    for a, b in pairs:
        if id(a) not in exact:
            yield Disagreement(one.id, a.label, "boundary", a.text, b.text, a.start)
        for name, (x, y) in _stated((a, b)):
            if x != y:
                yield Disagreement(one.id, a.label, name, f"{a.text}: {x}", f"{b.text}: {y}", a.start)
