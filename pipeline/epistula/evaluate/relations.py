"""Relations of a letter compared: a relation is right when its label is and both of its ends are paired."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from epistula.evaluate.compare import Compared
from epistula.evaluate.counts import Counts
from epistula.evaluate.match import Scheme
from epistula.model import Relation


@dataclass(frozen=True)
class ComparedRelations:
    """Relations that both sides have, as gold's and the predicted one, and those that only one has."""

    pairs: list[tuple[Relation, Relation]]
    missed: list[Relation]
    extra: list[Relation]

    def counts(self) -> dict[str, Counts]:
        """Return the counts by label."""
        tp = Counter(gold.label for gold, _ in self.pairs)
        fn, fp = (Counter(r.label for r in side) for side in (self.missed, self.extra))
        return {label: Counts(tp[label], fp[label], fn[label]) for label in sorted({*tp, *fn, *fp})}


def compare_relations(letter: Compared, scheme: Scheme) -> ComparedRelations:
    """Compare the relations of a letter; their ends are paired as the scheme pairs mentions."""
    ours = {gold.id: predicted.id for gold, predicted in letter.pairs[scheme]}
    waiting: dict[tuple[str, str, str], list[Relation]] = {}
    for relation in _ordered(letter.predicted.relations if letter.predicted else ()):
        waiting.setdefault((relation.label, relation.head, relation.tail), []).append(relation)
    pairs, missed = [], []
    for relation in _ordered(letter.gold.relations):
        found = _take(waiting, (relation.label, ours.get(relation.head, ""), ours.get(relation.tail, "")))
        if found is None:
            missed.append(relation)
        else:
            pairs.append((relation, found))
    return ComparedRelations(pairs, missed, [relation for rest in waiting.values() for relation in rest])


def _take(waiting: Mapping[tuple[str, str, str], list[Relation]], key: tuple[str, str, str]) -> Relation | None:
    return waiting[key].pop() if waiting.get(key) else None


def _ordered(relations: Iterable[Relation]) -> list[Relation]:
    return sorted(relations, key=lambda r: (r.label, r.head, r.tail, r.id))
