"""What epistula keeps on a spaCy Doc.

`doc._.zones`, `doc._.mentions`, `doc._.relations` and `doc._.records` hold the types of `model`,
`doc._.superscripts` pairs of offsets; `doc.spans["epistula"]` shows the mentions to spaCy's own tools.
"""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from spacy.tokens import Doc, Span, SpanGroup

from epistula.model import Mention
from epistula.text.reading import Reading, read

SPANS_KEY = "epistula"

for _name in ("zones", "superscripts", "mentions", "relations", "records"):
    Doc.set_extension(_name, default=[], force=True)


_readings: WeakKeyDictionary[Doc, tuple[object, Reading]] = WeakKeyDictionary()


def reading_of(doc: Doc) -> Reading:
    """Return the reading of a Doc's text by its zones and superscripts.

    It is kept as long as the Doc: putting its text together costs more than most components do.
    """
    layout = tuple(doc._.zones), tuple(map(tuple, doc._.superscripts))
    known = _readings.get(doc)
    if known is None or known[0] != layout:
        known = layout, read(doc.text, *layout)
        _readings[doc] = known
    return known[1]


def set_mentions(doc: Doc, mentions: Iterable[Mention]) -> None:
    """Replace a Doc's mentions, in text order, and the spans that show them."""
    ordered = sorted(mentions, key=lambda m: (m.start, -m.end, m.label))
    doc._.mentions = ordered
    doc.spans[SPANS_KEY] = SpanGroup(doc, name=SPANS_KEY, spans=[_span(doc, m) for m in ordered])


def _span(doc: Doc, mention: Mention) -> Span:
    span = doc.char_span(
        mention.start,
        mention.end,
        label=mention.label,
        kb_id=mention.concept.id if mention.concept else "",
        span_id=mention.id,
        alignment_mode="expand",
    )
    assert span is not None, f"mention outside its text: {mention}"
    return span
