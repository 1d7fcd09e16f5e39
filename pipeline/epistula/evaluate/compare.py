"""Gold letters beside what was predicted for them: all that scores and reports are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from epistula.errors import InputError
from epistula.evaluate.align import align, carried, project
from epistula.evaluate.match import Pair, Scheme, pairs_by
from epistula.model import Annotation, Mention


@dataclass(frozen=True, eq=False)
class Compared:
    """A letter of gold and its prediction.

    Args:
        gold: the letter.
        predicted: what was predicted for it, None when nothing was.
        unread: ids of Python objects: the gold mentions whose text was not read.
        moved: offsets of predicted mentions in gold's text, by id of Python object; None where gold has no such text.
        pairs: scheme → gold and predicted mentions, as they stand in either letter.
    """

    gold: Annotation
    predicted: Annotation | None
    unread: frozenset[int]
    moved: Mapping[int, tuple[int, int] | None]
    pairs: Mapping[Scheme, Sequence[Pair]]

    @property
    def found(self) -> Sequence[Mention]:
        """The predicted mentions."""
        return self.predicted.spans if self.predicted else ()

    def halves(self, scheme: Scheme) -> frozenset[int]:
        """Return the gold mentions, by id of Python object, whose pair is half a hit: its bounds are not the same."""
        if scheme is not Scheme.PARTIAL:
            return frozenset()
        exact = {id(gold) for gold, _ in self.pairs[Scheme.EXACT]}
        return frozenset(id(gold) for gold, _ in self.pairs[scheme]) - exact

    def without_pair(self, scheme: Scheme) -> tuple[list[Mention], list[Mention]]:
        """Return the gold and the predicted mentions that a scheme leaves alone."""
        left, right = {id(g) for g, _ in self.pairs[scheme]}, {id(p) for _, p in self.pairs[scheme]}
        return [m for m in self.gold.spans if id(m) not in left], [m for m in self.found if id(m) not in right]


@dataclass(frozen=True)
class Comparison:
    """All letters of gold with their predictions.

    Args:
        letters: in the order of their ids.
        surplus: ids of predictions that no gold letter answers to; they are not scored.
    """

    letters: Sequence[Compared]
    surplus: Sequence[str] = ()

    @property
    def missing(self) -> list[str]:
        """Gold ids without a prediction; all their mentions are false negatives."""
        return [letter.gold.id for letter in self.letters if letter.predicted is None]


def compare(gold: Iterable[Annotation], predicted: Iterable[Annotation]) -> Comparison:
    """Put predictions beside gold; the order of either does not matter.

    A prediction belongs to the gold with its id, or to the one whose id is the stem of its path.

    Raises:
        InputError: there is no gold, or two letters of gold have the same id.
    """
    letters = sorted(gold, key=lambda annotation: annotation.id)
    if not letters:
        raise InputError("the gold holds no letter. Give a file with annotated letters.")
    for before, after in pairwise(letters):
        if before.id == after.id:
            raise InputError(f"two letters of the gold have the id {after.id!r}. Keep one.")
    predictions = list(predicted)
    found = predictions_by_gold_id(letters, predictions)
    used = {id(annotation) for annotation in found.values()}
    surplus = sorted(p.id for p in predictions if id(p) not in used)
    return Comparison([_compared(letter, found.get(letter.id)) for letter in letters], surplus)


def _compared(gold: Annotation, predicted: Annotation | None) -> Compared:
    if predicted is None:
        return Compared(gold, None, frozenset(map(id, gold.spans)), {}, {scheme: [] for scheme in Scheme})
    alignment = align(gold, predicted)
    found, lost = project(gold, predicted, alignment.forth)
    own, read = {id(there): here for here, there in found}, [there for _, there in found]
    pairs = {scheme: [(own[id(g)], p) for g, p in pairs_by(scheme, read, predicted.spans)] for scheme in Scheme}
    moved = {id(p): carried(p, alignment.back) for p in predicted.spans}
    return Compared(gold, predicted, frozenset(map(id, lost)), moved, pairs)


def predictions_by_gold_id(gold: Sequence[Annotation], predicted: Iterable[Annotation]) -> dict[str, Annotation]:
    """Return the prediction for each gold id.

    Where several claim it: the one with the id before those with the path, then the least by id and path.
    """
    ids = {annotation.id for annotation in gold}
    by_id: dict[str, Annotation] = {}
    by_stem: dict[str, Annotation] = {}
    for annotation in sorted(predicted, key=lambda a: (a.id, a.source.path or "")):
        name = stem(annotation.source.path)
        if annotation.id in ids:
            by_id.setdefault(annotation.id, annotation)
        elif name in ids:
            by_stem.setdefault(name, annotation)
    return by_stem | by_id


def stem(path: str | None) -> str:
    """Return a path's last part without its ending; empty for no path."""
    return (path or "").replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
