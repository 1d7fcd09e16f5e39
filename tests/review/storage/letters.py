"""Letters for the tests of the review, and a clock that they set."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from epistula.convert.tagged import parse_tagged
from epistula.labels import all_labels
from epistula.model import (
    Annotation,
    Assertion,
    Attribution,
    CaseRecord,
    Mention,
    Provenance,
    Relation,
    Source,
    mention_id,
    relation_id,
    text_sha256,
)
from epistula.review.actions import decision

TAGGED = (
    "[Two patients]{PATIENTS n=2} with [anti-MDA5 antibodies]{AUTOANTIBODY antigen=MDA5 status=positive} took"
    " [tofacitinib]{DRUG} for [lung disease]{ORGAN system=lung}. [One]{PATIENTS n=1} [improved]{OUTCOME"
    " category=improvement} under [tofacitinib]{DRUG} and [rituximab]{DRUG}; the café was closed."
)


class Clock:
    """Tells a time that tests set; a second goes by with each look."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


def letter(name: str = "one", tagged: str = TAGGED, *, related: bool = True, **more: object) -> Annotation:
    """Return an annotation of a tagged text; related ones have a relation and a case record too."""
    parsed = parse_tagged(tagged)
    digest = text_sha256(parsed.text)
    spans = []
    for span in parsed.spans:
        label = all_labels()[span.label]
        stated = {n: int(v) if v.isdigit() else v for n, v in span.tags.items() if n != "assertion"}
        asserted = Assertion(span.tags.get("assertion", "present")) if label.assertions else None
        spans.append(
            Mention(
                id=mention_id(digest, span.label, span.start, span.end), start=span.start, end=span.end,
                label=span.label, text=span.text, assertion=asserted, attributes=stated,
                attribution=Attribution.OWN if label.assertions else None,
                by=Provenance(span.label.lower(), "1", f"{span.label.lower()}.lexicon"),
            )
        )  # fmt: skip
    found = Annotation(id=name, text=parsed.text, spans=tuple(sorted(spans, key=lambda m: m.start)), **more)  # type: ignore[arg-type]
    return _related(found) if related else found


def _related(annotation: Annotation) -> Annotation:
    by_label = {}
    for mention in annotation.spans:
        by_label.setdefault(mention.label, mention)
    if not {"PATIENTS", "DRUG"} <= by_label.keys():
        return annotation
    head, tail = by_label["PATIENTS"].id, by_label["DRUG"].id
    relation = Relation(relation_id("treated_with", head, tail), head, tail, "treated_with")
    record = CaseRecord(n=2, drugs=("tofacitinib",), evidence=(head, tail))
    return replace(annotation, relations=(relation,), records=(record,))


def titled(annotation: Annotation, title: str) -> Annotation:
    """Return a letter with a title."""
    return replace(annotation, source=Source(title=title, path=f"in/{annotation.id}.pdf"))


def find(store, text, label=None, *, name="one", track="", nth=0):
    """Return the id of a mention by its words."""
    document = store.letter(name, track).document
    rows = [v for k, v in document.items() if k.startswith("mention/") and v["text"] == text]
    rows = sorted((row for row in rows if label in (None, row["label"])), key=lambda row: row["start"])
    return rows[nth]["id"]


def act(store, action, arguments, *, name="one", track="", who="ann", token=""):
    """Make a decision as the server does."""
    view = store.letter(name, track)
    kind, changes = decision(action, arguments, view.document, view.text)
    return store.decide(name, track, who, kind, changes, token)
