"""The figures of a comparison: by label, attribute, value, zone and letter; of relations and of case records."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from epistula.evaluate.compare import Compared, Comparison, compare
from epistula.evaluate.counts import Accuracy, Counts, added_up, macro_f1, tally
from epistula.evaluate.match import Scheme
from epistula.evaluate.records import compare_records
from epistula.evaluate.relations import compare_relations
from epistula.evaluate.values import closed, compared, value
from epistula.model import Annotation, Mention

BOTH = (Scheme.STRICT, Scheme.OVERLAP)
"""The schemes that everything is counted by; the others are counted by label alone."""

ByLabel = Mapping[str, Counts]


@dataclass(frozen=True)
class Misses:
    """Why gold mentions have no strict pair: their text was not read, nothing of the label was found there, or it was
    found within other bounds."""

    reading: int = 0
    tagging: int = 0
    boundary: int = 0

    def __add__(self, other: "Misses") -> "Misses":
        return Misses(self.reading + other.reading, self.tagging + other.tagging, self.boundary + other.boundary)

    @property
    def all(self) -> int:
        """All three."""
        return self.reading + self.tagging + self.boundary


@dataclass(frozen=True)
class Scores:
    """Scores over a set of letters.

    Args:
        letters: ids that were scored.
        missing: gold ids without a prediction; all their mentions are false negatives.
        surplus: ids of predictions that no gold letter answers to; they are not scored.
        counts: scheme → label → counts.
        attributes: label → attribute → accuracy, on the pairs of the overlap scheme.
        values: label → attribute → value → counts; a hit is an overlapping mention with that value.
        groups: "zone" or "attribution" → its value → counts, strict.
        relations: scheme → label → counts.
        records: slot → counts.
        misses: label → why gold mentions have no strict pair.
        by_letter: scheme → letter → label → counts.
    """

    letters: Sequence[str]
    missing: Sequence[str]
    surplus: Sequence[str]
    counts: Mapping[str, ByLabel]
    attributes: Mapping[str, Mapping[str, Accuracy]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, ByLabel]] = field(default_factory=dict)
    groups: Mapping[str, ByLabel] = field(default_factory=dict)
    relations: Mapping[str, ByLabel] = field(default_factory=dict)
    records: ByLabel = field(default_factory=dict)
    misses: Mapping[str, Misses] = field(default_factory=dict)
    by_letter: Mapping[str, Mapping[str, ByLabel]] = field(default_factory=dict)

    def micro(self, scheme: str) -> Counts:
        """Return the counts over all labels."""
        return sum(self.counts[scheme].values(), Counts())

    def macro(self, scheme: str) -> float | None:
        """Return the mean F1 over the labels."""
        return macro_f1(self.counts[scheme])


def score(gold: Iterable[Annotation], predicted: Iterable[Annotation]) -> Scores:
    """Score predictions against gold; the order of either does not matter.

    Raises:
        InputError: as `compare`.
    """
    return scores_of(compare(gold, predicted))


def scores_of(comparison: Comparison) -> Scores:
    """Return the figures of a comparison."""
    letters = comparison.letters
    by_letter = {
        scheme: {
            one.gold.id: tally(one.gold.spans, one.found, one.pairs[scheme], halves=one.halves(scheme))
            for one in letters
        }
        for scheme in Scheme
    }
    return Scores(
        letters=[letter.gold.id for letter in letters],
        missing=comparison.missing,
        surplus=comparison.surplus,
        counts={str(scheme): added_up(counts.values()) for scheme, counts in by_letter.items()},
        attributes=_attributes(letters),
        values=_values(letters),
        groups={"zone": added_up(map(_zones, letters)), "attribution": added_up(map(_attributions, letters))},
        relations={str(s): added_up(compare_relations(one, s).counts() for one in letters) for s in BOTH},
        records=_records(letters),
        misses=_misses(letters),
        by_letter={str(scheme): by_letter[scheme] for scheme in BOTH},
    )


def _attributes(letters: Iterable[Compared]) -> dict[str, dict[str, Accuracy]]:
    found: dict[str, dict[str, Accuracy]] = {}
    for letter in letters:
        for gold, predicted in letter.pairs[Scheme.OVERLAP]:
            by_name = found.setdefault(gold.label, {})
            for name, _, _, right in compared(gold, predicted):
                by_name[name] = by_name.get(name, Accuracy()) + Accuracy(right, 1)
    return dict(sorted(found.items()))


def _values(letters: Sequence[Compared]) -> dict[str, dict[str, dict[str, Counts]]]:
    labels = sorted({m.label for letter in letters for m in letter.gold.spans})
    found: dict[str, dict[str, dict[str, Counts]]] = {}
    for label in labels:
        for name in closed(label):
            counts = added_up(_by_value(letter, label, name) for letter in letters)
            if any(c.support for c in counts.values()):
                found.setdefault(label, {})[name] = counts
    return found


def _by_value(letter: Compared, label: str, name: str) -> dict[str, Counts]:
    """Return the counts of each value of an attribute; what is paired with gold that states none is left out."""

    def of(mention: Mention) -> str | None:
        found = value(mention, name)
        return None if found is None else str(found)

    pairs = [(g, p) for g, p in letter.pairs[Scheme.OVERLAP] if g.label == label]
    silent = {id(p) for g, p in pairs if of(g) is None}
    gold = [m for m in letter.gold.spans if m.label == label]
    predicted = [m for m in letter.found if m.label == label and id(m) not in silent]
    same = [(g, p) for g, p in pairs if of(g) is not None and of(g) == of(p)]
    return tally(gold, predicted, same, of_gold=of, of_predicted=of)


def _zones(letter: Compared) -> dict[str, Counts]:
    return tally(
        letter.gold.spans, letter.found, letter.pairs[Scheme.STRICT],
        of_gold=lambda m: zone_of(letter.gold, m),
        of_predicted=lambda m: zone_of(letter.predicted, m) if letter.predicted else None,
    )  # fmt: skip


def _attributions(letter: Compared) -> dict[str, Counts]:
    return tally(
        letter.gold.spans, letter.found, letter.pairs[Scheme.STRICT],
        of_gold=lambda m: m.attribution, of_predicted=lambda m: m.attribution,
    )  # fmt: skip


def zone_of(annotation: Annotation, mention: Mention) -> str:
    """Return the kind of the zone that a mention begins in; "text" where the letter has no zones."""
    return next((z.kind for z in annotation.zones if z.start <= mention.start < z.end), "text")


def _records(letters: Iterable[Compared]) -> dict[str, Counts]:
    return added_up(
        compare_records(letter.gold.records, letter.predicted.records if letter.predicted else ()).counts()
        for letter in letters
    )


def _misses(letters: Iterable[Compared]) -> dict[str, Misses]:
    found: dict[str, Misses] = defaultdict(Misses)
    for letter in letters:
        for label, miss in _missed(letter):
            found[label] += miss
    return dict(sorted(found.items()))


def _missed(letter: Compared) -> Iterator[tuple[str, Misses]]:
    overlapping = {id(gold) for gold, _ in letter.pairs[Scheme.OVERLAP]}
    for mention in letter.without_pair(Scheme.STRICT)[0]:
        if id(mention) in letter.unread:
            yield mention.label, Misses(reading=1)
        elif id(mention) in overlapping:
            yield mention.label, Misses(boundary=1)
        else:
            yield mention.label, Misses(tagging=1)
