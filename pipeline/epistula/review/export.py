"""A track as gold: annotation files as always, with what was decided by whom in `meta.review`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from epistula.model import Annotation, CaseRecord, Mention, Relation
from epistula.review.database import Database
from epistula.review.decisions import Document
from epistula.review.documents import REJECTED, overlaid, under
from epistula.review.drafts import MENTION
from epistula.review.rows import Predicted, Shelf, overlay_of
from epistula.review.tables import entries, events, letters, states


@dataclass(frozen=True)
class Decided:
    """One key that was decided, the last time.

    Args:
        key: see `decisions`; `mention` is the id in it, where it is one.
        kind, who, when: of the event.
        value: where the record does not hold it elsewhere.
        gone: whether it was taken out.
    """

    key: str
    kind: str
    who: str
    when: datetime
    mention: str | None = None
    value: Any = None
    gone: bool = False


@dataclass(frozen=True)
class Reviewed:
    """What `meta.review` of an exported letter holds.

    Args:
        track: the track that was exported.
        done: whether the letter was marked done.
        reviewers: who decided what holds.
        decisions: all keys that were decided.
        rejected: the mentions that were rejected, as in the record.
        comments: text by what it is on: the id of a mention, or "letter".
        orphans: decided things whose text has gone, by their old ids.
    """

    track: str = ""
    done: bool = False
    reviewers: tuple[str, ...] = ()
    decisions: tuple[Decided, ...] = ()
    rejected: tuple[dict[str, Any], ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    orphans: Mapping[str, Any] = field(default_factory=dict)


REVIEWED = TypeAdapter(Reviewed)

RELATIONS = TypeAdapter(tuple[Relation, ...])
RECORDS = TypeAdapter(tuple[CaseRecord, ...])


def export(database: Database, shelf: Shelf, track: str, only_done: bool) -> Iterator[Annotation]:
    """Yield the letters of a track as gold, in the order they were taken in; each as it is when its turn comes."""
    columns = (letters.c.no, letters.c.revision)
    query = select(*columns).order_by(letters.c.no)
    if only_done:
        query = query.join(states, states.c.no == letters.c.no).where(states.c.track == track, states.c.done)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    for no, _ in rows:
        with database.reading() as connection:
            yield one(connection, shelf, track, no)


def one(connection: Connection, shelf: Shelf, track: str, no: int) -> Annotation:
    """Return one letter of a track as gold."""
    revision = connection.execute(select(letters.c.revision).where(letters.c.no == no)).scalar_one()
    predicted = shelf.get(connection, no, revision)
    document = overlaid(predicted.document, overlay_of(connection, track, no))
    return exported(predicted, track, document, provenance(connection, track, no))


def provenance(connection: Connection, track: str, no: int) -> list[Decided]:
    """Return the keys that lie over the predictions, with the events that laid them there."""
    columns = (entries.c.key, entries.c.value, events.c.kind, events.c.who, events.c.at)
    query = select(*columns).join(events, events.c.id == entries.c.event).where(entries.c.track == track)
    rows = connection.execute(query.where(entries.c.no == no).order_by(events.c.id, entries.c.key))
    return [
        Decided(r.key, r.kind, r.who, datetime.fromisoformat(r.at), _mention(r.key), gone=r.value is None) for r in rows
    ]


def _mention(key: str) -> str | None:
    kind, _, name = key.partition("/")
    return name if kind in ("mention", "verdict") else None


def exported(predicted: Predicted, track: str, document: Document, decided: list[Decided]) -> Annotation:
    """Return a document as an annotation.

    Rejected mentions are out, with the relations and the evidence that lead to them. Mentions keep what made them;
    those that reviewers added or changed say so in `by`.
    """
    rejected = {name for name, said in under("verdict", document).items() if said == REJECTED}
    mentions = under("mention", document)
    kept = {name: row for name, row in mentions.items() if name not in rejected}
    records = [record for _, record in sorted(under("record", document).items(), key=lambda item: int(item[0]))]
    relations = [r for r in under("relation", document).values() if r["head"] in kept and r["tail"] in kept]
    records = [{**r, "evidence": [name for name in r["evidence"] if name in kept]} for r in records]
    review = Reviewed(
        track,
        bool(document.get("done")),
        tuple(sorted({one.who for one in decided} - {""})),
        tuple(_with_value(one, document, kept) for one in decided),
        tuple(mentions[name] for name in sorted(rejected & mentions.keys())),
        under("comment", document),
        under("orphan", document),
    )
    return replace(
        predicted.annotation,
        spans=_spans(predicted, kept),
        relations=RELATIONS.validate_python(relations),
        records=RECORDS.validate_python(records),
        meta={**predicted.annotation.meta, "review": REVIEWED.dump_python(review, mode="json")},
    )


def _with_value(one: Decided, document: Document, kept: Mapping[str, Any]) -> Decided:
    """Return a key with its value where the record has none of it."""
    kind, _, name = one.key.partition("/")
    elsewhere = kind in ("comment", "orphan") or (kind == "mention" and name in kept)
    return one if elsewhere or one.gone else replace(one, value=document[one.key])


def _spans(predicted: Predicted, kept: Mapping[str, Any]) -> tuple[Mention, ...]:
    """Return mentions in the order of the text; those that are as predicted were checked when they were read."""
    known = {mention.id: mention for mention in predicted.annotation.spans}
    spans = [
        known[name] if row is predicted.document.get(f"mention/{name}") else MENTION.validate_python(row)
        for name, row in kept.items()
    ]
    return tuple(sorted(spans, key=lambda m: (m.start, -m.end, m.label)))
