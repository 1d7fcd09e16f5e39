"""Which letter comes next, and how much is left. All of it is read from small rows, by index."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from epistula.review.database import Database
from epistula.review.ledger import IMPORT, PREDICTIONS, TEXT
from epistula.review.search import matching
from epistula.review.tables import events, label_counts, letters, states
from epistula.review.views import Neighbours, Progress, Queue, Row

ORDERS = ("order", "uncertainty", "label", "disagreement", "forms")
CHANGING = frozenset({"disagreement", "forms"})
"""The orders in which a letter's place changes while it is reviewed."""
STATES = ("open", "done", "all")
PAUSE = timedelta(minutes=5)
"""A session ends when nothing is decided for so long."""
LAST_EVENTS = 1000
Key = list[tuple[ColumnElement[Any], bool]]
"""Columns to sort by, and whether the greatest comes first."""


class Asked:
    """What is asked of a queue.

    Raises:
        ValueError: no such order or state.
    """

    def __init__(self, database: Database, track: str, order: str, label: str | None, state: str, search: str) -> None:
        if order not in ORDERS or state not in STATES:
            raise ValueError(f"Order is one of {', '.join(ORDERS)}, state one of {', '.join(STATES)}.")
        self.order = order
        self._database, self._track, self._label, self._state = database, track, label, state
        self._search = search.strip()

    @property
    def key(self) -> Key:
        """What letters are sorted by."""
        found: dict[str, Key] = {
            "uncertainty": [(states.c.uncertainty, True)],
            "label": [(label_counts.c.mentions if self._label else states.c.mentions, True)],
            "disagreement": [(states.c.disputed, True), (states.c.wrong, True)],
            "forms": [(states.c.fresh, True)],
        }
        return [*found.get(self.order, []), (states.c.no, False)]

    def filtered(self, *columns: Any, whatever: bool = False) -> Select[Any]:
        """Return the query of the letters that the filters leave; all of the label with `whatever`."""
        query = select(*columns).select_from(states).where(states.c.track == self._track)
        if self._label and self.order == "label":
            here = and_(label_counts.c.no == states.c.no, label_counts.c.label == self._label)
            query = query.join(label_counts, here)
        elif self._label:
            here = and_(label_counts.c.no == states.c.no, label_counts.c.label == self._label)
            query = query.where(exists().where(here))
        if whatever:
            return query
        if self._state != "all":
            query = query.where(states.c.done.is_(self._state == "done"))
        if self._search:
            hits = matching(self._database, self._search)
            query = query.where(states.c.no.in_(select(hits.subquery().c.no)) if hits is not None else states.c.no < 0)
        return query

    def sorted(self, query: Select[Any], back: bool = False) -> Select[Any]:
        """Return a query in the order, or in the opposite one."""
        return query.order_by(*(column.desc() if down != back else column.asc() for column, down in self.key))

    def place(self, connection: Connection, letter_id: str) -> Any:
        """Return where a letter stands in the order, whether the filters leave it or not; None for no letter."""
        columns = [column for column, _ in self.key]
        query = self.filtered(*columns, states.c.done, whatever=True)
        query = query.join(letters, letters.c.no == states.c.no).where(letters.c.id == letter_id)
        return connection.execute(query).one_or_none()

    def beyond(self, place: Any, back: bool = False) -> ColumnElement[bool]:
        """Return the condition of the letters that stand after a place, or before it."""
        ways: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for (column, down), value in zip(self.key, place, strict=False):
            ways.append(and_(*same, column < value if down != back else column > value))
            same.append(column == value)
        return or_(*ways)


def page(connection: Connection, asked: Asked, track: str, offset: int, limit: int) -> Queue:
    """Return a page of the queue."""
    total = connection.execute(asked.filtered(func.count())).scalar_one()
    chosen = asked.sorted(asked.filtered(states.c.no, *(column for column, _ in asked.key[:-1])))
    numbers = [row[0] for row in connection.execute(chosen.offset(offset).limit(limit))]
    columns = (letters.c.id, letters.c.title, letters.c.path, states)
    query = select(*columns).join(states, states.c.no == letters.c.no)
    query = query.where(states.c.track == track, letters.c.no.in_(numbers))
    found = {row.no: _row(row) for row in connection.execute(query)}
    return Queue([found[no] for no in numbers], total, progress(connection, track))


def _row(row: Any) -> Row:
    return Row(
        row.id, row.title, row.path, row.mentions, row.decided, row.uncertainty,
        row.disputed or row.wrong, row.fresh, row.done,
    )  # fmt: skip


def next_letter(connection: Connection, asked: Asked, after: str | None) -> str | None:
    """Return the letter after one in the queue, the first after the last."""
    place = asked.place(connection, after) if after is not None else None
    moved = asked.order in CHANGING and place is not None and place.done
    found = None if place is None or moved else _first(connection, asked, asked.beyond(place))
    if found is not None:
        return found
    return _first(connection, asked, letters.c.id != after if after is not None else None)


def _first(
    connection: Connection, asked: Asked, condition: ColumnElement[bool] | None, back: bool = False
) -> str | None:
    query = asked.filtered(letters.c.id).join(letters, letters.c.no == states.c.no)
    if condition is not None:
        query = query.where(condition)
    return connection.execute(asked.sorted(query, back).limit(1)).scalar()


def neighbours(connection: Connection, asked: Asked, letter_id: str) -> Neighbours:
    """Return the letters beside one, and its place among all that the filters leave."""
    total = connection.execute(asked.filtered(func.count())).scalar_one()
    place = asked.place(connection, letter_id)
    if place is None:
        return Neighbours(None, _first(connection, asked, None), None, total)
    inside = asked.filtered(letters.c.id).join(letters, letters.c.no == states.c.no).where(letters.c.id == letter_id)
    index = None
    if connection.execute(inside).first():
        index = connection.execute(asked.filtered(func.count()).where(asked.beyond(place, back=True))).scalar_one()
    before = _first(connection, asked, asked.beyond(place, back=True), back=True)
    return Neighbours(before, _first(connection, asked, asked.beyond(place)), index, total)


def progress(connection: Connection, track: str) -> Progress:
    """Return how far a track is."""
    sums = (func.sum(states.c.mentions), func.sum(states.c.decided))
    rows = connection.execute(
        select(states.c.done, func.count(), *sums).where(states.c.track == track).group_by(states.c.done)
    ).all()
    count, mentions, decided = (sum(row[i] for row in rows) for i in (1, 2, 3))
    speed = pace(connection, track)
    left = sum(row[2] - row[3] for row in rows if not row[0])
    return Progress(
        count, sum(row[1] for row in rows if row[0]), mentions, decided, speed, left / speed if speed else None
    )


def pace(connection: Connection, track: str) -> float | None:
    """Return the decisions a minute of the last session; None when it has fewer than two."""
    query = select(events.c.at).where(events.c.track == track, events.c.kind.not_in([PREDICTIONS, TEXT, IMPORT]))
    rows = connection.execute(query.order_by(events.c.id.desc()).limit(LAST_EVENTS)).scalars()
    times = [datetime.fromisoformat(at) for at in rows]
    count = 0
    for later, earlier in pairwise(times):
        if not timedelta(0) <= later - earlier <= PAUSE:
            break
        count += 1
    minutes = (times[0] - times[count]).total_seconds() / 60 if count else 0
    return count / minutes if minutes else None
