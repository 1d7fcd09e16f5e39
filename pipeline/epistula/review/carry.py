"""Writing what `reanchor` found: decisions of a track over new predictions, as an event."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from epistula.review.decisions import between
from epistula.review.documents import overlaid
from epistula.review.ledger import PREDICTIONS, TEXT, Entry, append
from epistula.review.reanchor import rebased
from epistula.review.rows import Predicted, overlay_of, refresh, write_overlay
from epistula.review.tables import entries, states


def carry(connection: Connection, track: str, old: Predicted, new: Predicted, when: datetime) -> tuple[int, int]:
    """Lay the decisions of a track over new predictions; return how many mentions moved, and things are orphans now.

    A track that has decided nothing begins with the new predictions. In any other the difference is an event of nobody,
    so that the events from the first predictions on give the document.
    """
    here = (states.c.track == track, states.c.no == new.no)
    if connection.execute(select(states.c.version).where(*here)).scalar_one() == 0:
        connection.execute(update(states).where(*here).values(start=new.revision))
        refresh(connection, new, track)
        return 0, 0
    overlay = overlay_of(connection, track, new.no)
    sources = _sources(connection, track, new.no)
    found = rebased(old.annotation, overlay, new.annotation)
    changes = between(overlaid(old.document, overlay), overlaid(new.document, found.overlay))
    kind = PREDICTIONS if old.annotation.text == new.annotation.text else TEXT
    number, _ = append(connection, track, new.no, Entry("", kind, changes), changes, when)
    connection.execute(delete(entries).where(entries.c.track == track, entries.c.no == new.no))
    laid = {key: sources.get(found.source[key], number) for key in found.overlay}
    write_overlay(connection, track, new.no, found.overlay, new.document, laid)
    refresh(connection, new, track)
    return found.moved, found.orphaned


def _sources(connection: Connection, track: str, no: int) -> dict[str, int]:
    """Return the event that laid each key over the predictions."""
    query = select(entries.c.key, entries.c.event).where(entries.c.track == track, entries.c.no == no)
    return {row.key: row.event for row in connection.execute(query)}
