"""The spaCy component that links mentions to concepts by likeness."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from epistula.errors import InputError
from epistula.labels import all_labels
from epistula.labels.concepts import Entry
from epistula.linking.index import Linker
from epistula.linking.vocabulary import read_vocabulary
from epistula.model import Candidate, Concept, Mention
from epistula.text.docs import set_mentions

THRESHOLD = 0.9
"""Least likeness that counts. A name that no vocabulary has is linked to its look-alike, if it has one, as afatinib to
apatinib, so that precision is bought dearly here; the figures are what `bench/linking.py` prints."""
ALTERNATIVES = 3


class LinkingComponent:
    """Gives a concept to the mentions that have none; one found by name keeps its own.

    Args:
        vocabularies: compiled vocabularies, searched together with the labels' own concepts; read at once, so that
            a broken one is told before the first letter.
        threshold: least likeness of a concept that is given, 0 to 1.

    Raises:
        DeclarationError: a vocabulary is broken.
    """

    def __init__(self, vocabularies: Sequence[Path], threshold: float) -> None:
        self.threshold = threshold
        self.contents = [sha256(path.read_bytes()).hexdigest() for path in vocabularies]
        self._rows: dict[str, list[Entry]] = {}
        for path in vocabularies:
            for row in read_vocabulary(path):
                self._rows.setdefault(row.label, []).append(row.entry)
        self._linkers: dict[str, Linker | None] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Link the mentions of a Doc."""
        loose = [m for m in doc._.mentions if m.concept is None]
        linked: dict[str, Mention] = {}
        for label in sorted({m.label for m in loose}):
            here = [m for m in loose if m.label == label]
            linked |= {m.id: m for m in self._linked(label, here)}
        if linked:
            set_mentions(doc, [linked.get(m.id, m) for m in doc._.mentions])
        return doc

    def _linked(self, label: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
        """Yield the mentions that get a concept."""
        linker = self._linker(label)
        if linker is None:
            return
        for mention, found in zip(mentions, linker.candidates([m.text for m in mentions]), strict=True):
            if concept := best_of(found, self.threshold):
                yield replace(mention, concept=concept)

    def _linker(self, label: str) -> Linker | None:
        """Return the linker of a label, made when it is first needed; None when nothing is known of the label."""
        if label not in self._linkers:
            own = all_labels()[label].entries() if label in all_labels() else ()
            entries = [*own, *self._rows.get(label, ())]
            self._linkers[label] = Linker(entries) if entries else None
        return self._linkers[label]


def best_of(candidates: Sequence[Candidate], threshold: float) -> Concept | None:
    """Return the first candidate as a concept, with the next as alternatives; None below the threshold."""
    if not candidates or candidates[0].score < threshold:
        return None
    best, *others = candidates[: ALTERNATIVES + 1]
    return Concept(best.id, best.name, best.score, tuple(others))


@Language.factory(
    "epistula_linking",
    assigns=["doc._.mentions"],
    requires=["doc._.mentions"],
    default_config={"vocabularies": [], "threshold": THRESHOLD},
)
def make_linking(nlp: Language, name: str, vocabularies: list[str], threshold: float) -> LinkingComponent:
    """Build the linking component.

    Raises:
        InputError: a vocabulary is not there, or the threshold is no likeness.
        DeclarationError: a vocabulary is broken.
    """
    paths = [Path(path) for path in vocabularies]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: no such vocabulary. Make one with `epistula vocabulary build`.")
    if not 0 < threshold <= 1:
        raise InputError(f"threshold {threshold}: is no likeness. Give a number above 0, 1 at most.")
    return LinkingComponent(paths, threshold)
