"""Precision, recall and F1 by label, and the accuracy of attributes on matched mentions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from epistula.errors import InputError
from epistula.evaluate.align import project
from epistula.evaluate.match import Pair, overlap_pairs, strict_pairs
from epistula.labels import all_labels
from epistula.labels.label import Attribute
from epistula.model import Annotation, Mention

SCHEMES = {"strict": strict_pairs, "overlap": overlap_pairs}


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def support(self) -> int:
        """Mentions in gold."""
        return self.tp + self.fn

    @property
    def precision(self) -> float | None:
        """Share of predictions that are right; None when nothing was predicted."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """Share of gold that was found; None when gold holds nothing."""
        return self.tp / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """2·tp / (2·tp + fp + fn); None when there is neither gold nor prediction."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True)
class Accuracy:
    """How often an attribute is right on matched mentions; None when none states it."""

    right: int = 0
    total: int = 0

    def __add__(self, other: "Accuracy") -> "Accuracy":
        return Accuracy(self.right + other.right, self.total + other.total)

    @property
    def value(self) -> float | None:
        """Right over total; None when there was nothing to compare."""
        return self.right / self.total if self.total else None


@dataclass(frozen=True)
class Scores:
    """Scores over a set of letters.

    Args:
        letters: ids that were scored.
        missing: gold ids without a prediction; all their mentions are false negatives.
        surplus: ids of predictions that no gold letter answers to; they are not scored.
        counts: scheme ("strict", "overlap") → label → counts.
        attributes: label → attribute → accuracy, on the pairs of the overlap scheme.
        lost_in_reading: label → gold mentions whose text was not in what was read.
        by_letter: scheme → letter → label → counts.
    """

    letters: Sequence[str]
    missing: Sequence[str]
    surplus: Sequence[str]
    counts: Mapping[str, Mapping[str, Counts]]
    attributes: Mapping[str, Mapping[str, Accuracy]]
    lost_in_reading: Mapping[str, int] = field(default_factory=dict)
    by_letter: Mapping[str, Mapping[str, Mapping[str, Counts]]] = field(default_factory=dict)

    def micro(self, scheme: str) -> Counts:
        """Return the counts over all labels."""
        return sum(self.counts[scheme].values(), Counts())


def score(gold: Iterable[Annotation], predicted: Iterable[Annotation]) -> Scores:
    """Score predictions against gold; the order of either does not matter.

    A prediction belongs to the gold with its id, or to the one whose id is the stem of its path.

    Raises:
        InputError: there is no gold, or two letters of gold have the same id.
    """
    letters = sorted(gold, key=lambda annotation: annotation.id)
    if not letters:
        raise InputError("the gold holds no letter. Give a file with annotated letters.")
    _refuse_twice(letters)
    predictions = list(predicted)
    found = predictions_by_gold_id(letters, predictions)
    used = {id(annotation) for annotation in found.values()}
    by_letter: dict[str, dict[str, dict[str, Counts]]] = {scheme: {} for scheme in SCHEMES}
    declarations = {name: label.attributes for name, label in all_labels().items()}
    attributes: dict[str, dict[str, Accuracy]] = {}
    lost_by_label: dict[str, int] = {}
    for letter in letters:
        prediction = found.get(letter.id)
        spans = prediction.spans if prediction else ()
        read, lost = project(letter, prediction) if prediction else (list(letter.spans), [])
        for mention in lost:
            lost_by_label[mention.label] = lost_by_label.get(mention.label, 0) + 1
        for scheme, pair_up in SCHEMES.items():
            pairs = pair_up(read, spans)
            by_letter[scheme][letter.id] = count_labels(letter.spans, spans, pairs)
            if scheme == "overlap":
                _compare(attributes, pairs, declarations)
    return Scores(
        [letter.id for letter in letters],
        [letter.id for letter in letters if letter.id not in found],
        sorted(p.id for p in predictions if id(p) not in used),
        {scheme: added_up(counts.values()) for scheme, counts in by_letter.items()},
        dict(sorted(attributes.items())),
        dict(sorted(lost_by_label.items())),
        by_letter,
    )


def _refuse_twice(letters: Sequence[Annotation]) -> None:
    for before, after in pairwise(letters):
        if before.id == after.id:
            raise InputError(f"two letters of the gold have the id {after.id!r}. Keep one.")


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


def count_labels(gold: Sequence[Mention], predicted: Sequence[Mention], pairs: Sequence[Pair]) -> dict[str, Counts]:
    """Return the counts of a letter by label, given which mentions were paired."""
    counts = {}
    for label in {m.label for m in (*gold, *predicted)}:
        tp = sum(g.label == label for g, _ in pairs)
        here = sum(p.label == label for p in predicted) - tp, sum(g.label == label for g in gold) - tp
        counts[label] = Counts(tp, *here)
    return counts


def added_up(letters: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """Return the counts of several letters together, by label in order."""
    total: dict[str, Counts] = {}
    for counts in letters:
        for label, here in counts.items():
            total[label] = total.get(label, Counts()) + here
    return dict(sorted(total.items()))


def _compare(
    attributes: dict[str, dict[str, Accuracy]],
    pairs: Sequence[Pair],
    declarations: Mapping[str, Sequence[Attribute]],
) -> None:
    """Add the attributes that gold or, for the label's own ones, either side states."""
    for gold, found in pairs:
        by_name = attributes.setdefault(gold.label, {})
        declared = {attribute.name: attribute for attribute in declarations.get(gold.label, ())}
        for name in sorted({*gold.attributes, *found.attributes}):
            values = gold.attributes.get(name), found.attributes.get(name)
            right = declared[name].same(*values) if name in declared else values[0] == values[1]
            by_name[name] = by_name.get(name, Accuracy()) + Accuracy(right, 1)
        for name in ("assertion", "attribution"):
            stated = getattr(gold, name)
            if stated is not None:
                right = stated == getattr(found, name)
                by_name[name] = by_name.get(name, Accuracy()) + Accuracy(right, 1)
