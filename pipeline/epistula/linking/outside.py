"""Entities of a user's own spaCy or scispaCy model as candidates beside our rules.

Policy: where a mention of ours overlaps, ours counts, because it has attributes and a rule to show. An entity
whose label stands for one of ours becomes a mention of it; one of another label, such as the ENTITY of
en_core_sci_sm, becomes a mention only when it is linked to a concept of one of our labels, and has that label.
Attributes that the label needs come from the concept (the system of an organ; an antibody's status is unspecified);
without them it is no mention.
What is left (assertion, attribution) is decided as for ours.
"""

import sys
from collections.abc import Iterator, Mapping

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from epistula.errors import InputError
from epistula.labels import all_labels
from epistula.labels.concepts import Entry
from epistula.labels.known import attributes_of, is_complete
from epistula.linking.component import THRESHOLD, best_of
from epistula.linking.index import Linker
from epistula.model import Concept, Mention, Provenance, mention_id
from epistula.text.docs import reading_of, set_mentions

USUAL = {"CHEMICAL": "DRUG", "SIMPLE_CHEMICAL": "DRUG", "MEDICATION": "DRUG", "CHEM": "DRUG"}
"""What labels of widely used models stand for; our own stand for themselves."""


class OutsideModel:
    """Adds the entities of a spaCy model to the mentions.

    Args:
        name: package or path of the model.
        labels: label of the model → label of ours.
        threshold: least likeness to a concept for an entity whose label stands for none of ours.
    """

    def __init__(self, name: str, labels: Mapping[str, str], threshold: float) -> None:
        self.name, self.threshold = name, threshold
        self.labels = {**USUAL, **{label: label for label in all_labels()}, **labels}
        self.model = load_model(name)
        meta = self.model.meta
        self.contents = [str(sorted(meta.items(), key=str))]
        self.version = f"{meta.get('name', name)} {meta.get('version', '')}".strip()
        self._known: dict[str, tuple[Linker | None, dict[str, Entry]]] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Add the model's entities to the mentions of a Doc."""
        reading = reading_of(doc)
        taken = bytearray(len(reading.text))
        for mention in doc._.mentions:
            taken[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
        found: list[Mention] = []
        for entity in self.model(reading.text).ents:
            start, end = trimmed(entity)
            running = reading.text[start:end] == reading.whole[start:end]
            if start < end and running and not any(taken[start:end]):
                found += self._mention(reading.whole[start:end], start, end, entity.label_, reading.sha256)
        set_mentions(doc, [*doc._.mentions, *found])
        return doc

    def _mention(self, text: str, start: int, end: int, label: str, digest: str) -> Iterator[Mention]:
        """Yield the mention of an entity, if it is one."""
        ours = self.labels.get(label)
        concept: Concept | None = None
        attributes: dict[str, str | int] = {}
        for name in [ours] if ours else sorted(all_labels()):
            linker, entries = self._entries(name)
            found = best_of(linker.candidates([text])[0], self.threshold) if linker else None
            if found and (concept is None or (found.score or 0) > (concept.score or 0)):
                ours, concept, attributes = name, found, attributes_of(name, entries[found.id])
        if ours is None or not is_complete(ours, attributes):
            return
        by = Provenance(component="model", version=self.version, rule=f"model.{label}")
        yield Mention(
            id=mention_id(digest, ours, start, end), start=start, end=end, label=ours, text=text,
            concept=concept, attributes=attributes, by=by,
        )  # fmt: skip

    def _entries(self, label: str) -> tuple[Linker | None, dict[str, Entry]]:
        """Return the linker and the concepts of a label, made when first needed."""
        if label not in self._known:
            entries = list(all_labels()[label].entries())
            self._known[label] = (Linker(entries) if entries else None, {e.id: e for e in entries})
        return self._known[label]


def trimmed(entity: Span) -> tuple[int, int]:
    """Return where an entity starts and ends without white space and punctuation at its sides."""
    text = entity.text
    start = next((i for i, c in enumerate(text) if c.isalnum()), len(text))
    end = next((i for i in range(len(text), 0, -1) if text[i - 1].isalnum()), 0)
    return entity.start_char + start, entity.start_char + end


def load_model(name: str) -> Language:
    """Load a spaCy model by package name or path.

    Raises:
        InputError: it is not there, or has no entities.
    """
    try:
        model = spacy.load(name)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{name}: cannot be loaded as a spaCy model: {reason} Install it, or give its folder."
        ) from error
    if not any("doc.ents" in model.get_pipe_meta(pipe).assigns for pipe in model.pipe_names):
        raise InputError(f"{name}: finds no entities. Give a model with a component that does, such as `ner`.")
    model.max_length = sys.maxsize  # ours decides what is too long
    return model


@Language.factory(
    "epistula_model",
    assigns=["doc._.mentions"],
    requires=["doc._.mentions"],
    default_config={"labels": {}, "threshold": THRESHOLD},
)
def make_outside_model(nlp: Language, name: str, model: str, labels: dict[str, str], threshold: float) -> OutsideModel:
    """Build the component of a user's model.

    Raises:
        InputError: the model cannot be loaded, or a label is mapped to none of ours.
    """
    if unknown := set(labels.values()) - set(all_labels()):
        raise InputError(f"there is no label {sorted(unknown)[0]!r}. Choose of: {', '.join(all_labels())}.")
    return OutsideModel(model, labels, threshold)
