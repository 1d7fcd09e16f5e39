"""What epistula keeps on a spaCy Doc.

`doc._.zones`, `doc._.mentions`, `doc._.relations` and `doc._.records` hold the types of `model`,
`doc._.superscripts` pairs of offsets; `doc.spans["epistula"]` shows the mentions to spaCy's own tools.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
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
    starts = _token_starts(doc)
    doc.spans[SPANS_KEY] = SpanGroup(doc, name=SPANS_KEY, spans=[_span(doc, starts, m) for m in ordered])


def _token_starts(doc: Doc) -> list[int]:
    """Return where each token starts in the text; read once for all mentions, as `doc.char_span` reads each time."""
    found: list[int] = doc.to_array("IDX").astype(int).tolist()
    return found


def _span(doc: Doc, starts: Sequence[int], mention: Mention) -> Span:
    """Return the tokens that hold any of a mention's characters."""
    return Span(
        doc,
        bisect_right(starts, mention.start) - 1,
        bisect_left(starts, mention.end),
        label=mention.label,
        kb_id=mention.concept.id if mention.concept else "",
        span_id=mention.id,
    )
