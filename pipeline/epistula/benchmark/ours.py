"""What our pipeline says of the texts of a corpus."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from spacy.language import Language

from epistula.benchmark.mapping import CorpusMapping
from epistula.context.assertion import AssertionComponent
from epistula.model import Annotation, Letter, Mention
from epistula.nlp import annotate, load
from epistula.text.docs import set_mentions
from epistula.text.reading import plain_zones


def annotated(letters: Iterable[Annotation], tick: Callable[[], None]) -> Iterator[Annotation]:
    """Yield each letter as our pipeline annotates its text."""
    for annotation in annotate(load(), map(_letter, letters)):
        tick()
        yield annotation


def _letter(letter: Annotation) -> Letter:
    return Letter(id=letter.id, text=letter.text, zones=letter.zones or plain_zones(letter.text))


def asserted(letters: Iterable[Annotation], mapping: CorpusMapping, tick: Callable[[], None]) -> Iterator[Annotation]:
    """Yield each letter with its own mentions, that are given, and our assertion of them.

    What the labels find elsewhere in the text stays, as other mentions take part in what a cue reaches.
    """
    nlp, component = load(exclude=["assertion", "attribution"]), AssertionComponent()
    for letter in letters:
        given = [replace(m, label=mapping.labels[m.label]) for m in letter.spans if m.label in mapping.labels]
        decided = _decided(nlp, component, letter.text, [replace(m, attributes={}, assertion=None) for m in given])
        tick()
        yield replace(letter, spans=tuple(decided))


def _decided(nlp: Language, component: AssertionComponent, text: str, given: list[Mention]) -> Iterator[Mention]:
    """Yield given mentions with their assertion.

    They are decided one by one: those that overlap would hide each other's cues.
    """
    if not given:
        return
    doc = nlp(text)
    found = list(doc._.mentions)
    for mention in given:
        set_mentions(doc, [mention, *(m for m in found if m.end <= mention.start or m.start >= mention.end)])
        yield next(m for m in component(doc)._.mentions if m.id == mention.id)
