"""How far two annotations of the same letters agree.

F1 by label (with one annotation as gold; it is the same the other way round, Hripcsak and Rothschild, Agreement, the
F-measure, and reliability in information retrieval, 2005) and Cohen's kappa for each attribute of the mentions that
both have.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from epistula.errors import InputError
from epistula.evaluate.compare import Compared, compare
from epistula.evaluate.counts import Counts, added_up, tally
from epistula.evaluate.match import Pair, Scheme
from epistula.evaluate.relations import compare_relations
from epistula.evaluate.values import CONTEXT, declared, value
from epistula.model import Annotation

SCHEMES = (Scheme.STRICT, Scheme.OVERLAP)


class What(StrEnum):
    """What two annotators saw differently, where it is no attribute."""

    ONLY_ONE = "only one"
    ONLY_OTHER = "only other"
    BOUNDARY = "boundary"
    RELATION_ONE = "relation only one"
    RELATION_OTHER = "relation only other"


class Disagreement(NamedTuple):
    """What two annotators saw differently: `what` is a `What` or the name of an attribute.

    `start` and `end` are those of the mention, of the first annotation where both have one; of a relation they are
    where its head and its tail begin.
    """

    letter: str
    start: int
    end: int
    label: str
    what: str
    one: str
    other: str


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
        InputError: they have no letter in common, a letter has two texts, or one of them has a letter twice.
    """
    letters, alone = both(one, other)
    counts: dict[str, list[dict[str, Counts]]] = {scheme: [] for scheme in SCHEMES}
    values: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    found: list[Disagreement] = []
    for letter in letters:
        for scheme in SCHEMES:
            counts[scheme].append(tally(letter.gold.spans, letter.found, letter.pairs[scheme]))
        found += disagreements(letter)
        for pair in letter.pairs[Scheme.OVERLAP]:
            for attribute, stated in _stated(pair):
                values[pair[0].label, attribute].append(stated)
    kappas: dict[str, dict[str, Kappa]] = {}
    for (label, attribute), pairs in sorted(values.items()):
        kappas.setdefault(label, {})[attribute] = Kappa(cohens_kappa(pairs), len(pairs))
    by_label = {str(scheme): added_up(here) for scheme, here in counts.items()}
    return Agreement([letter.gold.id for letter in letters], alone, by_label, kappas, found)


def both(one: Iterable[Annotation], other: Iterable[Annotation]) -> tuple[list[Compared], list[str]]:
    """Return the letters that two annotations share, compared, and the ids of those that only one has.

    Raises:
        InputError: they have no letter in common, a letter has two texts, or one of them has a letter twice.
    """
    first, second = _by_id(one), _by_id(other)
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise InputError("the two files have no letter in common. Give two annotations of the same letters.")
    for name in shared:
        if first[name].text != second[name].text:
            raise InputError(f"letter {name}: the two files have different texts. Annotate the same text twice.")
    compared = compare([first[name] for name in shared], [second[name] for name in shared])
    return list(compared.letters), sorted(first.keys() ^ second.keys())


def _by_id(letters: Iterable[Annotation]) -> dict[str, Annotation]:
    found: dict[str, Annotation] = {}
    for letter in letters:
        if found.setdefault(letter.id, letter) is not letter:
            raise InputError(f"two letters of one annotation have the id {letter.id!r}. Keep one.")
    return found


def disagreements(letter: Compared) -> list[Disagreement]:
    """Return what two annotators saw differently in a letter, in the order of the text."""
    return sorted([*_of_mentions(letter), *_of_relations(letter)], key=lambda d: (d.start, d.label, d.what, d.end))


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
    known = declared(pair[0].label)
    for name in sorted({*CONTEXT, *pair[0].attributes, *pair[1].attributes}):
        raw = [value(m, name) for m in pair]
        if raw != [None, None]:
            own = known[name].canonical if name in known else str
            one, other = ("–" if found is None else own(str(found)) for found in raw)
            yield name, (one, other)


def _of_mentions(letter: Compared) -> Iterator[Disagreement]:
    name = letter.gold.id
    alone = letter.without_pair(Scheme.OVERLAP)
    for mention in alone[0]:
        yield Disagreement(name, mention.start, mention.end, mention.label, What.ONLY_ONE, mention.text, "")
    for mention in alone[1]:
        yield Disagreement(name, mention.start, mention.end, mention.label, What.ONLY_OTHER, "", mention.text)
    exact = {id(a) for a, _ in letter.pairs[Scheme.STRICT]}
    for a, b in letter.pairs[Scheme.OVERLAP]:
        if id(a) not in exact:
            yield Disagreement(name, a.start, a.end, a.label, What.BOUNDARY, a.text, b.text)
        for attribute, (x, y) in _stated((a, b)):
            if x != y:
                yield Disagreement(name, a.start, a.end, a.label, attribute, f"{a.text}: {x}", f"{b.text}: {y}")


def _of_relations(letter: Compared) -> Iterator[Disagreement]:
    """Yield the relations that only one has; where one of the two annotated none, relations were not its task."""
    if not letter.gold.relations or letter.predicted is None or not letter.predicted.relations:
        return
    found = compare_relations(letter, Scheme.OVERLAP)
    for annotation, relations, what in (
        (letter.gold, found.missed, What.RELATION_ONE),
        (letter.predicted, found.extra, What.RELATION_OTHER),
    ):
        ends = {m.id: m for m in annotation.spans}
        for relation in relations:
            head, tail = ends[relation.head], ends[relation.tail]
            words = f"{head.text} → {tail.text}"
            said = (words, "") if what is What.RELATION_ONE else ("", words)
            yield Disagreement(letter.gold.id, head.start, tail.start, relation.label, what, *said)
