"""Carrying labels between a long form and the short form that the letter defines for it.

Definitions are found by scispaCy's implementation of Schwartz and Hearst, A simple algorithm for
identifying abbreviation definitions in biomedical text (2003). Where the lexicon knows the short form
as something else, the letter's own definition wins.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scispacy.abbreviation import find_abbreviation
from spacy.language import Language
from spacy.tokens import Doc

from epistula.labels import all_labels
from epistula.model import Cue, Mention, Provenance, mention_id
from epistula.text.docs import reading_of, set_mentions
from epistula.text.reading import Reading
from epistula.text.words import key
from epistula.version import __version__

BRACKETED = re.compile(r"\((?P<short>[A-Za-zα-ω][\w/+‐-]{1,9}?)s?(?=[);,])")
RULE = "abbreviation.defined"


@dataclass(frozen=True)
class Definition:
    """A short form and the place of the long form that it is defined for."""

    short: str
    start: int
    end: int


def definitions(doc: Doc) -> Iterator[Definition]:
    """Yield the definitions of a letter's running text, the first one of each short form."""
    reading, seen = reading_of(doc), set()
    for match in BRACKETED.finditer(reading.text):
        short = doc.char_span(*match.span("short"))
        words = min(len(match["short"]) + 5, 2 * len(match["short"]))
        if match["short"] in seen or short is None or sum(map(str.isupper, match["short"])) < 2:
            continue
        first = max(short.start - 1 - words, _sentence_start(doc, short.start))
        _, long = find_abbreviation(doc[first : short.start - 1], short)
        if long is not None:
            seen.add(match["short"])
            yield Definition(match["short"], long.start_char, long.end_char)


def _sentence_start(doc: Doc, index: int) -> int:
    while index > 0 and not doc[index].is_sent_start:
        index -= 1
    return index


def carried(reading: Reading, mentions: Sequence[Mention], defined: Iterable[Definition]) -> list[Mention]:
    """Return the mentions with those of defined short forms, and of long forms whose short form is known."""
    kept = list(mentions)
    for definition in defined:
        spans = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(definition.short)}(?!\w)", reading.text)]
        long = _mention_ending(kept, definition)
        if long:
            kept = [m for m in kept if not _contradicts(m, long, spans)]
            kept += [_copy(reading, long, *span, definition) for span in spans if _free(kept, long.label, span)]
            continue
        place = (definition.start, definition.end)
        short = next((m for m in kept if (m.start, m.end) in spans and _carries(m)), None)
        if short and not _free(kept, short.label, place):
            continue  # "leucovorin and oxaliplatin (FOLFOX)": the long form names the parts
        if short and not _agree(reading, short, place):
            kept = [m for m in kept if (m.start, m.end) not in spans or m.label != short.label]
        elif short:
            kept.append(_copy(reading, short, *place, definition))
    return kept


def _agree(reading: Reading, short: Mention, place: tuple[int, int]) -> bool:
    """Say whether a long form can be the concept that the lexicon gives its short form: they share a
    word. “Diabetes mellitus (DM)” is not dermatomyositis."""
    if short.concept is None:
        return True
    return bool(set(key(short.concept.name)) & set(key(reading.whole[slice(*place)])))


def _carries(mention: Mention) -> bool:
    label = all_labels().get(mention.label)
    return label is not None and bool(label.assertions)


def _mention_ending(mentions: Sequence[Mention], definition: Definition) -> Mention | None:
    """Return the mention that ends with the long form, the longest if there are several."""
    ending = [m for m in mentions if m.end == definition.end and m.start < m.end and _carries(m)]
    holding = [m for m in ending if m.start <= definition.start or m.start - definition.start < LOOSE]
    return min(holding, key=lambda m: m.start, default=None)


LOOSE = 12
"""How many characters later than the long form its mention may begin: "severe", "acute" are left out."""


def _contradicts(mention: Mention, long: Mention, spans: Sequence[tuple[int, int]]) -> bool:
    same_place = (mention.start, mention.end) in spans
    return same_place and mention.label != long.label and _carries(mention)


def _free(mentions: Sequence[Mention], label: str, span: tuple[int, int]) -> bool:
    return not any(m.label == label and m.start < span[1] and span[0] < m.end for m in mentions)


def _copy(reading: Reading, known: Mention, start: int, end: int, definition: Definition) -> Mention:
    """Return a mention at another place with the label, concept and attributes of a known one."""
    cue = Cue(definition.start, definition.end, reading.text[definition.start : definition.end], RULE)
    return replace(
        known,
        id=mention_id(reading.sha256, known.label, start, end),
        start=start,
        end=end,
        text=reading.whole[start:end],
        by=Provenance(component="abbreviations", version=__version__, rule=RULE, cues={"definition": cue}),
    )


class Abbreviations:
    """Adds the mentions of short forms that the letter defines, and of their long forms."""

    def __call__(self, doc: Doc) -> Doc:
        """Carry labels through a Doc."""
        set_mentions(doc, carried(reading_of(doc), doc._.mentions, definitions(doc)))
        return doc


@Language.factory(
    "epistula_abbreviations", assigns=["doc._.mentions"], requires=["doc._.mentions", "token.is_sent_start"]
)
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """Build the component."""
    return Abbreviations()
