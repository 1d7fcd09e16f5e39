"""Taking in predictions: of new letters, of known ones again, and exports of ours, whose decisions are continued."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from epistula.errors import InputError
from epistula.evaluate.compare import stem
from epistula.jsonl import ANNOTATION
from epistula.model import Annotation
from epistula.review import uncertainty
from epistula.review.carry import carry
from epistula.review.continuing import continued, decisions_of
from epistula.review.database import Database
from epistula.review.rows import FormKey, Shelf, form_key, keepable, new_state, number_of, numbered
from epistula.review.search import index
from epistula.review.tables import label_counts, letter_forms, letters, predictions, states, tracks, verdicts
from epistula.review.views import TakenIn

BATCH = 100
"""Letters of a transaction."""
Clock = Callable[[], datetime]


def take_in(
    database: Database, shelf: Shelf, annotations: Iterable[Annotation], tick: Callable[[], object] | None, clock: Clock
) -> TakenIn:
    """Take in predictions, see `Store.take_in`.

    Raises:
        InputError: an id that cannot be kept, or decisions in `meta.review` that are none of ours.
    """
    counts: Counter[str] = Counter()
    known_forms: dict[FormKey, int] = {}
    rest = iter(annotations)
    while batch := list(islice(rest, BATCH)):
        with database.writing() as connection:
            intake = Intake(database, connection, shelf, clock(), known_forms)
            for annotation in batch:
                intake.take(annotation)
                if tick:
                    tick()
        counts += intake.counts
    return TakenIn(**{name: counts[name] for name in TakenIn.__dataclass_fields__})


class Intake:
    """Takes in letters in one transaction; `known_forms` are the numbers of forms, and it adds to them."""

    def __init__(
        self, database: Database, connection: Connection, shelf: Shelf, when: datetime, known_forms: dict[FormKey, int]
    ) -> None:
        self._forms = known_forms
        self._database, self._connection, self._shelf, self._when = database, connection, shelf, when
        self._tracks = list(connection.execute(select(tracks.c.track)).scalars())
        self.counts: Counter[str] = Counter()

    def take(self, annotation: Annotation) -> None:
        """Take in a letter."""
        if not keepable(annotation.id):
            problem = "the id has a NUL or half a character in it. Give the letter another."
            raise InputError(f"letter {annotation.id!r}: {problem}")
        decided = decisions_of(annotation)
        predicted = decided.predicted if decided else annotation
        there = number_of(self._connection, annotation.id)
        if there is None:
            no = self._insert(predicted)
            self.counts["new"] += 1
        else:
            no, revision = there
            if decided is None:
                self._renew(predicted, no, revision)
        if decided:
            continued(self._connection, self._shelf, annotation.id, decided, self._when)
            self.counts["continued"] += 1

    def _insert(self, annotation: Annotation) -> int:
        no = (self._connection.execute(select(func.max(letters.c.no))).scalar() or 0) + 1
        line = ANNOTATION.dump_json(annotation)
        row = self._row(annotation, line)
        self._connection.execute(insert(letters).values(no=no, id=annotation.id, revision=1, **row))
        self._connection.execute(insert(predictions).values(no=no, revision=1, record=line))
        index(self._database, self._connection, no, annotation.text)
        shown = self._count(annotation, no)
        self._connection.execute(
            insert(states),
            [
                new_state(track, no, 1, row["mentions"], row["uncertainty"], self._fresh(track, shown))
                for track in self._tracks
            ],
        )
        return no

    def _renew(self, annotation: Annotation, no: int, revision: int) -> None:
        """Put new predictions in the place of old ones; decisions stay."""
        line = ANNOTATION.dump_json(annotation)
        row = self._row(annotation, line)
        known = self._connection.execute(select(letters.c.sha256).where(letters.c.no == no)).scalar_one()
        if known == row["sha256"]:
            self.counts["unchanged"] += 1
            return
        old = self._shelf.get(self._connection, no, revision)
        self._connection.execute(update(letters).where(letters.c.no == no).values(revision=revision + 1, **row))
        self._connection.execute(insert(predictions).values(no=no, revision=revision + 1, record=line))
        if old.annotation.text != annotation.text:
            index(self._database, self._connection, no, annotation.text)
        new = self._shelf.get(self._connection, no, revision + 1)
        shown = self._count(annotation, no)
        for track in self._tracks:
            where = (states.c.track == track, states.c.no == no)
            doubt = {"uncertainty": row["uncertainty"], "fresh": self._fresh(track, shown)}
            self._connection.execute(update(states).where(*where).values(**doubt))
            moved, orphaned = carry(self._connection, track, old, new, self._when)
            self.counts["reanchored"] += moved
            self.counts["orphaned"] += orphaned
        self.counts["changed"] += 1

    @staticmethod
    def _row(annotation: Annotation, line: bytes) -> dict[str, Any]:
        source = annotation.source
        title = (source.title or stem(source.path) or annotation.id).replace("\0", " ")
        return {
            "sha256": sha256(line).hexdigest(),
            "title": title,
            "path": (source.path or "").replace("\0", " "),
            "mentions": len(annotation.spans),
            "uncertainty": uncertainty.of_letter(annotation),
        }

    def _count(self, annotation: Annotation, no: int) -> set[int]:
        """Count labels and forms of the predictions; return the forms."""
        connection = self._connection
        for table in (label_counts, letter_forms):
            connection.execute(delete(table).where(table.c.no == no))
        found = Counter(mention.label for mention in annotation.spans)
        if found:
            connection.execute(insert(label_counts), [{"label": k, "no": no, "mentions": n} for k, n in found.items()])
        shown = {form_key(m.label, m.text) for m in annotation.spans if uncertainty.has_lexicon(m.label)}
        self._forms |= numbered(connection, shown - self._forms.keys())
        numbers = {self._forms[key] for key in shown}
        if numbers:
            connection.execute(insert(letter_forms), [{"form": form, "no": no} for form in sorted(numbers)])
        return numbers

    def _fresh(self, track: str, shown: set[int]) -> int:
        """Return how many forms no decision of a track has seen."""
        query = select(func.count(verdicts.c.form.distinct()))
        seen = query.where(verdicts.c.track == track, verdicts.c.form.in_(shown))
        return len(shown) - self._connection.execute(seen).scalar_one()
