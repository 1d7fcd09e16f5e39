"""Annotations of a corpus or a system under our labels, with what can be compared and nothing else."""

from collections.abc import Mapping, Set
from dataclasses import replace

from epistula.benchmark.mapping import AssertionMapping, CorpusMapping
from epistula.errors import InputError
from epistula.model import Annotation, Assertion, Mention, mention_id, text_sha256


def gold_of(letter: Annotation, mapping: CorpusMapping) -> Annotation:
    """Return a letter of a corpus as gold.

    Raises:
        InputError: an assertion of the corpus that the mapping does not name.
    """
    told = mapping.assertion

    def assertion_of(mention: Mention) -> Assertion | None:
        return _told(letter, mention, told) if told else None

    found = [
        _mention(letter, m, mapping.labels[m.label], assertion_of(m)) for m in letter.spans if m.label in mapping.labels
    ]
    return _letter(letter, found, mapping)


def predicted_of(letter: Annotation, mapping: CorpusMapping, labels: Mapping[str, str]) -> Annotation:
    """Return what a system predicted for a letter; labels that stand for none of those scored are left out."""
    told = mapping.assertion
    found = [
        _mention(letter, m, labels[m.label], told.folded(m.assertion) if told else None)
        for m in letter.spans
        if m.label in labels
    ]
    return _letter(letter, found, mapping)


def renamed(letter: Annotation, labels: Mapping[str, str]) -> Annotation:
    """Return a letter with labels of ours, its attributes, and the relations between the mentions that are left."""
    digest = text_sha256(letter.text)
    spans = [
        m
        if labels[m.label] == m.label
        else replace(m, label=labels[m.label], id=mention_id(digest, labels[m.label], m.start, m.end))
        for m in letter.spans
        if m.label in labels
    ]
    ids = {mention.id for mention in spans}
    kept = tuple(r for r in letter.relations if {r.head, r.tail} <= ids)
    return replace(letter, spans=tuple({m.id: m for m in spans}.values()), relations=kept)


def only_at(letter: Annotation, places: Set[tuple[int, int]]) -> Annotation:
    """Return a letter with the mentions at some places: nothing else was asked for."""
    return replace(letter, spans=tuple(m for m in letter.spans if (m.start, m.end) in places))


def _told(letter: Annotation, mention: Mention, told: AssertionMapping) -> Assertion | None:
    value = mention.attributes.get(told.attribute)
    if value is None:
        return None
    if str(value) not in told.values:
        known = ", ".join(told.values)
        problem = f"{mention.text!r} has the {told.attribute} {value!r}, the mapping names {known}"
        raise InputError(f"{letter.id}: {problem}. Add it under assertion.values.")
    return told.values[str(value)]


def _mention(letter: Annotation, mention: Mention, label: str, assertion: Assertion | None) -> Mention:
    return replace(
        mention, label=label, assertion=assertion, attributes={}, attribution=None, concept=None,
        id=mention_id(text_sha256(letter.text), label, mention.start, mention.end),
    )  # fmt: skip


def _letter(letter: Annotation, found: list[Mention], mapping: CorpusMapping) -> Annotation:
    """Return the letter with the mentions that are scored, each once.

    Where mentions are given, their assertion is what is scored, and takes the place of the label.
    """
    kept = [m for m in found if m.label in mapping.scored]
    if mapping.given:
        kept = [replace(m, label=m.assertion.value, assertion=None) for m in kept if m.assertion]
    spans = {(m.start, m.end, m.label): m for m in reversed(kept)}.values()
    ordered = sorted(spans, key=lambda m: (m.start, -m.end, m.label))
    return replace(letter, spans=tuple(ordered), relations=(), records=())
