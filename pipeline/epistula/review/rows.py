"""Reading and writing the rows of one letter in one track."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from epistula.jsonl import ANNOTATION
from epistula.model import LONE_SURROGATE, Annotation
from epistula.review.decisions import Document
from epistula.review.documents import REJECTED, Verdict, document_of, form_of, overlaid, under, verdicts
from epistula.review.tables import entries, forms, letter_forms, letters, predictions, states, tracks
from epistula.review.tables import verdicts as decided

ADJUDICATED = "adjudicated"
"""The track of what was adjudicated."""
SHELF = 64
AT_ONCE = 500
"""Values of one query."""
FormKey = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Predicted:
    """What was predicted of a letter, and the document of it."""

    no: int
    revision: int
    annotation: Annotation
    document: Document


class Shelf:
    """Predictions that were read lately; a revision of them never changes."""

    def __init__(self, size: int = SHELF) -> None:
        self._size, self._lock = size, threading.Lock()
        self._known: OrderedDict[tuple[int, int], Predicted] = OrderedDict()

    def get(self, connection: Connection, no: int, revision: int) -> Predicted:
        """Return the predictions of a letter in a revision."""
        with self._lock:
            found = self._known.pop((no, revision), None)
        if found is None:
            query = select(predictions.c.record).where(predictions.c.no == no, predictions.c.revision == revision)
            annotation = ANNOTATION.validate_json(bytes(connection.execute(query).scalar_one()))
            found = Predicted(no, revision, annotation, document_of(annotation))
        with self._lock:
            self._known[no, revision] = found
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return found


def keepable(name: str) -> bool:
    """Say whether a database takes a name: PostgreSQL's text has no NUL, and UTF-8 no half characters."""
    return "\0" not in name and not LONE_SURROGATE.search(name)


def number_of(connection: Connection, letter_id: str) -> tuple[int, int] | None:
    """Return number and revision of a letter."""
    if not keepable(letter_id):
        return None
    row = connection.execute(select(letters.c.no, letters.c.revision).where(letters.c.id == letter_id)).one_or_none()
    return (row.no, row.revision) if row else None


def known(connection: Connection, letter_id: str) -> tuple[int, int]:
    """Return number and revision of a letter.

    Raises:
        KeyError: there is no such letter.
    """
    found = number_of(connection, letter_id)
    if found is None:
        raise KeyError(letter_id)
    return found


def has_track(connection: Connection, track: str) -> bool:
    """Say whether a track is there."""
    return connection.execute(select(tracks.c.track).where(tracks.c.track == track)).first() is not None


def add_track(connection: Connection, track: str) -> None:
    """Add a track, if it is not there, with a state for each letter."""
    if has_track(connection, track):
        return
    connection.execute(insert(tracks), {"track": track})
    columns = (letters.c.no, letters.c.revision, letters.c.mentions, letters.c.uncertainty)
    fresh = select(func.count()).where(letter_forms.c.no == letters.c.no).scalar_subquery()
    rows = connection.execute(select(*columns, fresh.label("fresh"))).all()
    if rows:
        connection.execute(
            insert(states),
            [new_state(track, r.no, r.revision, r.mentions, r.uncertainty, r.fresh) for r in rows],
        )


def new_state(track: str, no: int, start: int, mentions: int, uncertainty: float, fresh: int) -> dict[str, Any]:
    """Return the row of a letter on which nothing is decided."""
    return {
        "track": track, "no": no, "start": start, "version": 0, "done": False, "mentions": mentions, "decided": 0,
        "uncertainty": uncertainty, "wrong": 0, "disputed": 0, "fresh": fresh,
    }  # fmt: skip


def overlay_of(connection: Connection, track: str, no: int) -> dict[str, Any]:
    """Return what lies over the predictions, None for what was taken out."""
    query = select(entries.c.key, entries.c.value).where(entries.c.track == track, entries.c.no == no)
    return {key: loaded(value) for key, value in connection.execute(query)}


def write_overlay(
    connection: Connection, track: str, no: int, values: Mapping[str, Any], base: Document, sources: Mapping[str, int]
) -> None:
    """Write keys with the events that they are of; what is as predicted does not lie over the predictions."""
    if not values:
        return
    where = (entries.c.track == track, entries.c.no == no, entries.c.key == bindparam("old"))
    connection.execute(delete(entries).where(*where), [{"old": key} for key in values])
    rows = [
        {"track": track, "no": no, "key": key, "value": dumped(value), "event": sources[key]}
        for key, value in values.items()
        if value != base.get(key)
    ]
    if rows:
        connection.execute(insert(entries), rows)


def dumped(value: Any) -> str | None:
    """Return a value as it is kept; None for nothing."""
    return None if value is None else json.dumps(value, sort_keys=True)


def loaded(value: str | None) -> Any:
    """Return a value that was kept."""
    return None if value is None else json.loads(value)


def refresh(connection: Connection, predicted: Predicted, track: str, **also: object) -> None:
    """Count anew how far a letter is in a track; `also` are other columns of its state to set."""
    document = overlaid(predicted.document, overlay_of(connection, track, predicted.no))
    said = verdicts(predicted.document, document)
    _write_verdicts(connection, track, predicted.no, said)
    mentions = under("mention", document)
    figures = {
        "done": bool(document.get("done")),
        "mentions": len(mentions),
        "decided": sum(name in mentions for name in under("verdict", document)),
        "wrong": sum(verdict.kind != "accepted" for verdict in said.values()),
        **also,
    }
    here = (states.c.track == track, states.c.no == predicted.no)
    was_done = connection.execute(select(states.c.done).where(*here)).scalar_one()
    connection.execute(update(states).where(*here).values(**figures))
    if was_done or figures["done"]:
        _count_disputes(connection, predicted)


def _write_verdicts(connection: Connection, track: str, no: int, said: Mapping[str, Verdict]) -> None:
    """Write what has changed of the verdicts of a letter; a mention of an id has the same form for ever."""
    here = (decided.c.track == track, decided.c.no == no)
    columns = (decided.c.mention, decided.c.form, decided.c.kind)
    before = {row.mention: (row.form, row.kind) for row in connection.execute(select(*columns).where(*here))}
    gone = [name for name, (_, kind) in before.items() if name not in said or said[name].kind != kind]
    new = {name: verdict for name, verdict in said.items() if name not in before or name in gone}
    numbers = numbered(connection, {form_key(v.label, v.text) for v in new.values()})
    forms_of = {name: numbers[form_key(v.label, v.text)] for name, v in new.items()}
    if gone:
        query = delete(decided).where(*here, decided.c.mention == bindparam("name"))
        connection.execute(query, [{"name": name} for name in gone])
    if new:
        connection.execute(insert(decided), [_verdict_row(track, no, n, v, forms_of[n]) for n, v in new.items()])
    seen = {form for form, _ in before.values()}
    saw = {forms_of.get(name) or before[name][0] for name in said}
    see_forms(connection, track, no, saw - seen, -1)
    see_forms(connection, track, no, seen - saw, 1)


def _verdict_row(track: str, no: int, mention: str, verdict: Verdict, form: int) -> dict[str, Any]:
    return {
        "track": track, "no": no, "mention": mention, "form": form, "kind": verdict.kind,
        "written": verdict.text.replace("\0", " "), "start": verdict.start, "end": verdict.end,
    }  # fmt: skip


def see_forms(connection: Connection, track: str, no: int, numbers: Iterable[int], step: int) -> None:
    """Count forms as seen in a track (-1), or as not seen any more (1), unless another letter has shown them."""
    for number in sorted(numbers):
        elsewhere = select(decided.c.no).where(decided.c.track == track, decided.c.form == number, decided.c.no != no)
        if connection.execute(elsewhere.limit(1)).first() is None:
            having = select(letter_forms.c.no).where(letter_forms.c.form == number)
            query = update(states).where(states.c.track == track, states.c.no.in_(having))
            connection.execute(query.values(fresh=states.c.fresh + step))


def form_key(label: str, text: str) -> FormKey:
    """Return what a form is known by."""
    return label, form_of(text).replace("\0", " ")


def numbered(connection: Connection, keys: Iterable[FormKey]) -> dict[FormKey, int]:
    """Return the numbers of forms, new ones for those that have none."""
    by_label: dict[str, list[str]] = {}
    for label, key in sorted(set(keys)):
        by_label.setdefault(label, []).append(key)
    found: dict[FormKey, int] = {}
    for label, names in by_label.items():
        for first in range(0, len(names), AT_ONCE):
            some = names[first : first + AT_ONCE]
            query = select(forms.c.key, forms.c.form).where(forms.c.label == label, forms.c.key.in_(some))
            found |= {(label, key): number for key, number in connection.execute(query)}
        for key in names:
            if (label, key) not in found:
                made = connection.execute(insert(forms).values(label=label, key=key))
                found[label, key] = made.inserted_primary_key[0]  # type: ignore[index]
    return found


def _count_disputes(connection: Connection, predicted: Predicted) -> None:
    """Count what the tracks that are done with a letter differ in; the most that two of them do."""
    no = predicted.no
    query = select(states.c.track).where(states.c.no == no, states.c.done, states.c.track != ADJUDICATED)
    kept = [
        _kept(overlaid(predicted.document, overlay_of(connection, track, no))) for (track,) in connection.execute(query)
    ]
    most = max((len(one ^ other) for one in kept for other in kept), default=0)
    connection.execute(update(states).where(states.c.no == no).values(disputed=most))


def _kept(document: Document) -> frozenset[str]:
    """Return the mentions that a track keeps, by what it says of them."""
    rejected = {name for name, said in under("verdict", document).items() if said == REJECTED}
    told = ("by", "page", "boxes")
    return frozenset(
        json.dumps({k: v for k, v in row.items() if k not in told}, sort_keys=True)
        for name, row in under("mention", document).items()
        if name not in rejected
    )
