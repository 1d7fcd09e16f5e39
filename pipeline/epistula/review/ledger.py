"""The events of a letter: deciding, taking back, doing again."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from epistula.review.decisions import Change, ConflictError, applied
from epistula.review.documents import overlaid
from epistula.review.rows import (
    Predicted,
    Shelf,
    add_track,
    keepable,
    known,
    overlay_of,
    refresh,
    write_overlay,
)  # fmt: skip
from epistula.review.tables import events, states
from epistula.review.tables import tracks as named
from epistula.review.views import Event

UNDO, REDO = "undo", "redo"
PREDICTIONS, TEXT, IMPORT = "predictions", "text", "import"
"""Events of nobody: new predictions of the same text, of another text, and decisions that came with an export."""


@dataclass(frozen=True)
class Entry:
    """An event that is to be written."""

    who: str
    kind: str
    changes: Sequence[Change]
    token: str = ""
    target: int | None = None


def write(
    connection: Connection, shelf: Shelf, letter_id: str, track: str, entry: Entry, when: datetime
) -> int:  # fmt: skip
    """Write a decision and what it changes; return the event, 0 when it changes nothing.

    The same token twice is one decision.

    Raises:
        ConflictError: a key is not as a change says it was.
        KeyError: no such letter.
        ValueError: two changes of one key, or a name that cannot be kept.
    """
    no, revision = known(connection, letter_id)
    _check(track, entry)
    if entry.token and (there := _with_token(connection, track, no, entry.token)):
        return there
    add_track(connection, track)
    predicted = shelf.get(connection, no, revision)
    document = overlaid(predicted.document, overlay_of(connection, track, no))
    changes = [change for change in entry.changes if change.before != change.after]
    try:
        after = applied(document, changes)
    except ConflictError as conflict:
        raise ConflictError(conflict.keys, _who_changed(connection, track, no, conflict.keys)) from None
    if not changes and entry.target is None:
        return 0
    number, version = append(connection, track, no, entry, changes, when)
    values = {change.key: after.get(change.key) for change in changes}
    write_overlay(connection, track, no, values, predicted.document, dict.fromkeys(values, number))
    start = {"start": revision} if version == 1 else {}
    refresh(connection, predicted, track, version=version, **start)
    return number


def _check(track: str, entry: Entry) -> None:
    keys = [change.key for change in entry.changes]
    if len(set(keys)) < len(keys):
        raise ValueError("A decision changes a key once. Make one change of the two.")
    if not all(map(keepable, (track, entry.who, entry.kind, entry.token, *keys))):
        raise ValueError("A name has a NUL or half a character in it. Leave it out.")


def append(
    connection: Connection, track: str, no: int, entry: Entry, changes: Iterable[Change], when: datetime
) -> tuple[int, int]:
    """Write an event alone; return it and the version of the document with it."""
    here = (states.c.track == track, states.c.no == no)
    version = connection.execute(select(states.c.version).where(*here)).scalar_one() + 1
    row = {
        "track": track, "no": no, "version": version, "who": entry.who, "at": when.isoformat(), "kind": entry.kind,
        "changes": json.dumps([[c.key, c.before, c.after] for c in changes]), "token": entry.token or None,
        "target": entry.target,
    }  # fmt: skip
    number = connection.execute(insert(events).values(**row)).inserted_primary_key[0]  # type: ignore[index]
    connection.execute(update(states).where(*here).values(version=version))
    return int(number), int(version)


def _with_token(connection: Connection, track: str, no: int, token: str) -> int | None:
    here = (events.c.track == track, events.c.no == no, events.c.token == token)
    return connection.execute(select(events.c.id).where(*here)).scalar()


def with_token(connection: Connection, track: str, no: int, token: str) -> Event | None:
    """Return the event that was written with a token."""
    there = _with_token(connection, track, no, token) if token and keepable(token) else None
    return read_event(connection, there) if there else None


def summary(connection: Connection, track: str, no: int) -> tuple[int, list[str]]:
    """Return how many events a letter has in a track, and who has decided."""
    query = select(events.c.who, func.count()).where(events.c.track == track, events.c.no == no)
    rows = connection.execute(query.group_by(events.c.who)).all()
    return sum(count for _, count in rows), sorted(who for who, _ in rows if who)


def tracks(connection: Connection) -> list[str]:
    """Return the tracks that have events."""
    first = select(events.c.id).where(events.c.track == named.c.track).limit(1)
    return list(connection.execute(select(named.c.track).where(first.exists()).order_by(named.c.track)).scalars())


def _who_changed(connection: Connection, track: str, no: int, keys: Iterable[str]) -> list[str]:
    """Return who changed each of some keys last."""
    found: dict[str, str] = {}
    wanted = set(keys)
    query = select(events.c.who, events.c.changes).where(events.c.track == track, events.c.no == no)
    for who, changes in connection.execute(query.order_by(events.c.id.desc())):
        for key, _, _ in json.loads(changes):
            if key in wanted:
                found.setdefault(key, who)
        if len(found) == len(wanted):
            break
    return [who for who in found.values() if who]


def step(
    connection: Connection, shelf: Shelf, letter_id: str, track: str, who: str, kind: str, token: str, when: datetime
) -> Event | None:  # fmt: skip
    """Take back the last decision of a reviewer, or do again what was taken back last; None when there is none.

    Raises:
        ConflictError: somebody else has changed the same keys since.
        KeyError: no such letter.
    """
    no, _ = known(connection, letter_id)
    if token and keepable(token) and (there := _with_token(connection, track, no, token)):
        return read_event(connection, there)
    stacks = stacks_of(connection, track, no, who)
    stack = stacks.done if kind == UNDO else stacks.undone
    if not stack:
        return None
    changes = read_event(connection, stack[-1]).changes
    if kind == UNDO:
        changes = [change.reversed for change in changes]
    number = write(connection, shelf, letter_id, track, Entry(who, kind, changes, token, stack[-1]), when)
    return read_event(connection, number)


@dataclass
class Stacks:
    """The decisions of a reviewer that can be taken back, and those that can be done again, the next one last."""

    done: list[int]
    undone: list[int]


def stacks_of(connection: Connection, track: str, no: int, who: str) -> Stacks:
    """Return what a reviewer can undo and redo on a letter: nothing from before its text changed."""
    columns = (events.c.id, events.c.who, events.c.kind, events.c.target)
    query = select(*columns).where(events.c.track == track, events.c.no == no, events.c.who.in_([who, ""]))
    found = Stacks([], [])
    for row in connection.execute(query.order_by(events.c.id)):
        if row.kind == TEXT:
            found = Stacks([], [])
        elif row.who != who or row.kind in (PREDICTIONS, IMPORT):
            continue
        elif row.kind == UNDO:
            found.undone.append(found.done.pop())
        elif row.kind == REDO:
            found.done.append(found.undone.pop())
        else:
            found.done.append(row.id)
            found.undone.clear()
    return found


def read_event(connection: Connection, number: int) -> Event:
    """Return an event."""
    return event_of(connection.execute(select(events).where(events.c.id == number)).one())


def event_of(row: Any, undone: bool = False) -> Event:
    """Return the event of a row."""
    changes = [Change(*change) for change in json.loads(row.changes)]
    when = datetime.fromisoformat(row.at)
    return Event(row.id, row.version, row.who, when, row.kind, changes, undone, row.target)


def history(connection: Connection, track: str, no: int) -> list[Event]:
    """Return the events of a letter, the first one first."""
    query = select(events).where(events.c.track == track, events.c.no == no).order_by(events.c.id)
    rows = connection.execute(query).all()
    undone: set[int] = set()
    for row in rows:
        if row.kind == UNDO:
            undone.add(row.target)
        elif row.kind == REDO:
            undone.discard(row.target)
    return [event_of(row, row.id in undone) for row in rows]


def changed_since(
    connection: Connection, predicted: Predicted, track: str, version: int
) -> tuple[dict[str, Any], list[str]]:
    """Return the keys that events after a version changed, with their values now, and who changed them."""
    query = select(events.c.who, events.c.changes).where(
        events.c.track == track, events.c.no == predicted.no, events.c.version > version
    )
    keys: set[str] = set()
    who: set[str] = set()
    for name, changes in connection.execute(query):
        keys.update(key for key, _, _ in json.loads(changes))
        who.add(name)
    laid = overlay_of(connection, track, predicted.no) if keys else {}
    values = {key: laid[key] if key in laid else predicted.document.get(key) for key in sorted(keys)}
    return values, sorted(who - {""})
