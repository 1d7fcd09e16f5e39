"""Decisions that come with an export of ours, in `meta.review`, laid over predictions again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from epistula.errors import InputError
from epistula.model import Annotation
from epistula.review.decisions import Document, between
from epistula.review.documents import document_of, overlaid
from epistula.review.drafts import MENTION
from epistula.review.export import REVIEWED, Decided, Reviewed
from epistula.review.ledger import IMPORT, PREDICTIONS, REDO, TEXT, UNDO, Entry, write
from epistula.review.reanchor import rebased
from epistula.review.rows import Shelf, add_track, known, overlay_of


@dataclass(frozen=True)
class Continued:
    """An export taken apart.

    Args:
        track: whose decisions they are.
        predicted: what is left without the decisions.
        overlay: what was decided, by key; None for what was taken out.
        decided: who decided it, by key.
    """

    track: str
    predicted: Annotation
    overlay: Document
    decided: Mapping[str, Decided]


def decisions_of(annotation: Annotation) -> Continued | None:
    """Take an export of ours apart; None for an annotation that is none.

    Raises:
        InputError: its `meta.review` is not what we write.
    """
    if "review" not in annotation.meta:
        return None
    try:
        review: Reviewed = REVIEWED.validate_python(annotation.meta["review"])
        whole = _with_rejected(annotation, review)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(
            f"letter {annotation.id}: meta.review.{place}: {first['msg']}. Mend it, or take meta.review out."
        ) from error
    document = document_of(whole)
    there = {
        **document,
        **{f"comment/{name}": said for name, said in review.comments.items()},
        **{f"orphan/{name}": orphan for name, orphan in review.orphans.items()},
    }
    overlay = {one.key: None if one.gone else _value(one, there) for one in review.decisions}
    overlay |= _leading_to(document, overlay)
    meta = {name: value for name, value in annotation.meta.items() if name != "review"}
    predicted = replace(_without(whole, overlay.keys()), meta=meta)
    return Continued(review.track, predicted, overlay, {one.key: one for one in review.decisions})


def _value(one: Decided, there: Document) -> Any:
    return there.get(one.key) if one.value is None else one.value


def _with_rejected(annotation: Annotation, review: Reviewed) -> Annotation:
    rejected = [MENTION.validate_python(row) for row in review.rejected]
    return replace(annotation, spans=(*annotation.spans, *rejected))


def _leading_to(document: Document, overlay: Document) -> dict[str, Any]:
    """Return the relations and records that lead to mentions which reviewers made: they made these as well."""
    made = {key.partition("/")[2] for key in overlay if key.startswith("mention/")}
    found = {}
    for key, value in document.items():
        ends = (value["head"], value["tail"]) if key.startswith("relation/") else value.get("evidence", ())
        if key not in overlay and made & set(ends):
            found[key] = value
    return found


def _without(annotation: Annotation, keys: Any) -> Annotation:
    return replace(
        annotation,
        spans=tuple(m for m in annotation.spans if f"mention/{m.id}" not in keys),
        relations=tuple(r for r in annotation.relations if f"relation/{r.id}" not in keys),
        records=tuple(r for number, r in enumerate(annotation.records) if f"record/{number}" not in keys),
    )


def continued(
    connection: Connection, shelf: Shelf, letter_id: str, export: Continued, when: datetime
) -> None:  # fmt: skip
    """Lay the decisions of an export over what is known of a letter, each as its own event; what was decided here
    before stays."""
    no, revision = known(connection, letter_id)
    add_track(connection, export.track)
    stored = shelf.get(connection, no, revision)
    here = overlay_of(connection, export.track, no)
    found = rebased(export.predicted, export.overlay, stored.annotation)
    laid = {key: value for key, value in found.overlay.items() if key not in here}
    nobody = Decided("", IMPORT, "", when)

    def of(key: str) -> tuple[datetime, str, str]:
        one = export.decided.get(found.source[key], nobody)
        return one.when, one.who, one.kind

    for (at, who, kind), keys in groupby(sorted(laid, key=lambda key: (of(key), key)), key=of):
        before = overlaid(stored.document, here)
        here |= {key: laid[key] for key in keys}
        changes = between(before, overlaid(stored.document, here))
        if changes:
            write(connection, shelf, letter_id, export.track, Entry(who, _kept_kind(kind), changes), at)


def _kept_kind(kind: str) -> str:
    """Return the kind of an event that is written again; what took another back or carried it is an import now."""
    return IMPORT if kind in (UNDO, REDO, PREDICTIONS, TEXT) else kind
