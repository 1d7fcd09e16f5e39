"""All state of a review: letters, decisions, people. No HTTP in it.

The document of a letter in a track is what was predicted with what was decided laid over it. A decision is an event and
is written in one transaction with the keys it changes; no event is ever changed or deleted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from epistula.evaluate.adjudicate import Decision, Key
from epistula.evaluate.agreement import Agreement
from epistula.model import Annotation
from epistula.review import agreement as comparing
from epistula.review import learn, ledger, people
from epistula.review import queue as ordering
from epistula.review.database import Database
from epistula.review.decisions import Change
from epistula.review.documents import is_predicted, overlaid, under
from epistula.review.export import export
from epistula.review.intake import Clock, take_in
from epistula.review.rows import Shelf, add_track, has_track, known, number_of, overlay_of
from epistula.review.search import search
from epistula.review.tables import about, users
from epistula.review.views import (
    Can,
    Day,
    Event,
    Form,
    Hit,
    LetterView,
    Neighbours,
    Question,
    Queue,
    Since,
    TakenIn,
)  # fmt: skip

TAKEN_IN = "taken in"
"""Under which name the hash of the file that was taken in last is noted."""


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


class Store:
    """The state of a review in a database; may be used from several threads.

    Args:
        url: of SQLAlchemy: `sqlite:///review.sqlite` or `postgresql://user@host/name`; tables are made when they are
            not there.
        clock: tells the time, UTC.

    Raises:
        InputError: the database cannot be opened, or is one of a later version of epistula.
    """

    def __init__(self, url: str, clock: Clock = now) -> None:
        self._database, self._shelf = Database(url), Shelf()
        self._clock: Clock = clock

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def take_in(self, annotations: Iterable[Annotation], tick: Callable[[], object] | None = None) -> TakenIn:
        """Take in predictions, new ones of known letters too, or an earlier export, whose decisions are continued.

        `tick` is called after each letter. Decisions stay: where a letter's text has changed, mentions with decisions
        are carried to where their characters are now, and kept as `orphan/ID` where these are nowhere.
        """
        return take_in(self._database, self._shelf, annotations, tick, self._clock)

    def taken_in(self) -> str | None:
        """Return what `note_taken_in` was last told."""
        with self._database.reading() as connection:
            found = connection.execute(select(about.c.value).where(about.c.name == TAKEN_IN)).scalar()
        return None if found is None else str(found)

    def note_taken_in(self, digest: str) -> None:
        """Note the hash of the file that was taken in, whole, so that it need not be read again."""
        with self._database.writing() as connection:
            connection.execute(delete(about).where(about.c.name == TAKEN_IN))
            connection.execute(insert(about), {"name": TAKEN_IN, "value": digest})

    def letter(self, letter_id: str, track: str = "") -> LetterView | None:
        """Return a letter with the decisions of a track, None when there is no such letter."""
        with self._database.reading() as connection:
            there = number_of(connection, letter_id)
            if there is None:
                return None
            predicted = self._shelf.get(connection, *there)
            document = overlaid(predicted.document, overlay_of(connection, track, predicted.no))
            version, reviewers = ledger.summary(connection, track, predicted.no)
        annotation = predicted.annotation
        made = frozenset(name for name, row in under("mention", predicted.document).items() if is_predicted(row))
        return LetterView(
            letter_id, annotation.text, annotation.zones, annotation.source, annotation, document, made, version,
            reviewers,
        )  # fmt: skip

    def queue(
        self, track: str = "", order: str = "uncertainty", *, label: str | None = None, state: str = "open",
        search: str = "", offset: int = 0, limit: int = 50,
    ) -> Queue:  # fmt: skip
        """Return a page of the letters to review.

        Args:
            track: whose decisions count.
            order: "order" (as taken in), "uncertainty", "label" (most mentions of `label` first), "disagreement",
                "forms" (most new forms first).
            label: only letters that have it.
            state: "open", "done" or "all".
            search: words that the letters must have.
            offset, limit: the page.

        Raises:
            ValueError: no such order or state.
        """
        asked = self._asked(track, order, label, state, search)
        with self._database.reading() as connection:
            return ordering.page(connection, asked, track, offset, limit)

    def next_letter(
        self, track: str = "", after: str | None = None, order: str = "uncertainty", *, label: str | None = None,
        state: str = "open", search: str = "",
    ) -> str | None:  # fmt: skip
        """Return the letter that comes after one in the queue, or the first; at the end it begins again.

        None when the filters leave no other letter. Raises as `queue`.
        """
        asked = self._asked(track, order, label, state, search)
        with self._database.reading() as connection:
            return ordering.next_letter(connection, asked, after)

    def neighbours(
        self, letter_id: str, track: str = "", order: str = "uncertainty", *, label: str | None = None,
        state: str = "open", search: str = "",
    ) -> Neighbours:  # fmt: skip
        """Return the letters before and after one in the queue. Raises as `queue`."""
        asked = self._asked(track, order, label, state, search)
        with self._database.reading() as connection:
            return ordering.neighbours(connection, asked, letter_id)

    def search(self, words: str, limit: int = 50) -> list[Hit]:
        """Return the letters that have all the words; whatever stands in `words` is looked for, nothing is syntax."""
        return search(self._database, words, limit)

    def decide(
        self, letter_id: str, track: str, who: str, kind: str, changes: Sequence[Change], token: str = ""
    ) -> int:
        """Write a decision and return the id of its event; the same token twice is one decision.

        Raises:
            ConflictError: a key is not as a change says it was; with who changed it.
            KeyError: no such letter.
        """
        entry = ledger.Entry(who, kind, changes, token)
        with self._database.writing() as connection:
            return ledger.write(connection, self._shelf, letter_id, track, entry, self._clock())

    def decided(self, letter_id: str, track: str, token: str) -> Event | None:
        """Return the event that was written with a token, None when there is none."""
        with self._database.reading() as connection:
            there = number_of(connection, letter_id)
            return ledger.with_token(connection, track, there[0], token) if there else None

    def undo(self, letter_id: str, track: str, who: str, token: str = "") -> Event | None:
        """Take back the last decision of a reviewer on a letter that is not taken back; None when there is none.

        Raises:
            ConflictError: somebody else has changed the same keys since.
            KeyError: no such letter.
        """
        return self._step(letter_id, track, who, ledger.UNDO, token)

    def redo(self, letter_id: str, track: str, who: str, token: str = "") -> Event | None:
        """Do again what a reviewer took back last, if no other decision of theirs followed. Raises as `undo`."""
        return self._step(letter_id, track, who, ledger.REDO, token)

    def can(self, letter_id: str, track: str, who: str) -> Can:
        """Say whether a reviewer has something to undo and to redo on a letter."""
        with self._database.reading() as connection:
            there = number_of(connection, letter_id)
            stacks = ledger.stacks_of(connection, track, there[0], who) if there else ledger.Stacks([], [])
        return Can(bool(stacks.done), bool(stacks.undone))

    def since(self, letter_id: str, track: str, version: int) -> Since:
        """Return what has changed in a letter since a version, by anybody.

        Raises:
            KeyError: no such letter.
        """
        with self._database.reading() as connection:
            predicted = self._shelf.get(connection, *known(connection, letter_id))
            changes, who = ledger.changed_since(connection, predicted, track, version)
            now, _ = ledger.summary(connection, track, predicted.no)
        return Since(now, changes, who)

    def history(self, letter_id: str, track: str) -> list[Event]:
        """Return all events of a letter in a track, the first one first."""
        with self._database.reading() as connection:
            there = number_of(connection, letter_id)
            return ledger.history(connection, track, there[0]) if there else []

    def export(self, track: str = "", *, only_done: bool = False) -> Iterator[Annotation]:
        """Yield the letters as gold: rejected mentions out, added ones in; see `export.exported`."""
        return export(self._database, self._shelf, track, only_done)

    def tracks(self) -> list[str]:
        """Return the tracks that have decisions, in alphabetical order; "" is the shared one."""
        with self._database.reading() as connection:
            return ledger.tracks(connection)

    def agreement(self, one: str, other: str, reader: str | None = None) -> Agreement:
        """Return how far two tracks agree on the letters that both have marked done.

        For a blind `reader` who reviews too, here and below, only those count that the reader has done as well.

        Raises:
            InputError: there is no such letter.
        """
        with self._database.reading() as connection:
            return comparing.agreement(connection, self._shelf, one, other, reader)

    def agreement_over_time(self, one: str, other: str, reader: str | None = None) -> list[Day]:
        """Return the agreement of two tracks by the day on which the second of them marked a letter done."""
        with self._database.reading() as connection:
            return comparing.over_time(connection, self._shelf, one, other, reader)

    def disagreements(
        self, one: str, other: str, letter_id: str | None = None, reader: str | None = None
    ) -> list[Question]:
        """Return what two tracks see differently in letters that both have marked done, with how it was decided."""
        with self._database.reading() as connection:
            return list(comparing.questions(connection, self._shelf, one, other, letter_id, reader))

    def hides(self, track: str, reader: str | None) -> bool:
        """Say whether a track has decisions on letters that a blind reader who reviews too has not done."""
        with self._database.reading() as connection:
            return comparing.hides(connection, track, reader)

    def adjudicate(
        self, one: str, other: str, key: Key, decision: str, who: str, note: str = "", reader: str | None = None
    ) -> int:
        """Decide a disagreement in the track "adjudicated" and return the event; a letter is done with its last one.

        Args:
            one, other: the tracks.
            key: `evaluate.adjudicate.key_of` of the disagreement.
            decision: "one", "other" or, for an attribute, "=VALUE".
            who: whoever decides.
            note: why.
            reader: see `agreement`.

        Raises:
            InputError: no such disagreement, or a decision that cannot be.
        """
        answer = Decision(decision, who, note)
        with self._database.writing() as connection:
            return comparing.adjudicate(connection, self._shelf, one, other, key, answer, self._clock(), reader)

    def add_user(self, name: str, password_hash: str) -> None:
        """Add a reviewer, or give one a new password (`people.hashed` makes the hash); sessions of that name end."""
        with self._database.writing() as connection:
            people.add_user(connection, name, password_hash, self._clock())

    def users(self) -> list[str]:
        """Return the names of all reviewers with a password."""
        with self._database.reading() as connection:
            return list(connection.execute(select(users.c.name).order_by(users.c.name)).scalars())

    def password_hash(self, name: str) -> str | None:
        """Return the hash of a reviewer's password, None for nobody; `people.verified` checks it."""
        with self._database.reading() as connection:
            return people.password_hash(connection, name)

    def new_session(self, name: str, seconds: float) -> str:
        """Return a new token that stands for a reviewer for so long; only its SHA-256 is kept."""
        with self._database.writing() as connection:
            return people.new_session(connection, name, seconds, self._clock())

    def who(self, token: str) -> str | None:
        """Return whose token it is, None when it is nobody's or its time is over."""
        with self._database.reading() as connection:
            return people.who(connection, token, self._clock())

    def end_session(self, token: str) -> None:
        """Make a token worthless."""
        with self._database.writing() as connection:
            people.end_session(connection, token)

    def forms(self, kind: str | None = None, limit: int = 200) -> list[Form]:
        """Return the forms that reviewers rejected or added, the commonest first."""
        with self._database.reading() as connection:
            return learn.offered(connection, self._shelf, kind, limit)

    def _asked(self, track: str, order: str, label: str | None, state: str, search_words: str) -> ordering.Asked:
        """Return what is asked of the queue, in a track that has a state for each letter."""
        asked = ordering.Asked(self._database, track, order, label, state, search_words)
        with self._database.reading() as connection:
            there = has_track(connection, track)
        if not there:
            with self._database.writing() as connection:
                add_track(connection, track)
        return asked

    def _step(self, letter_id: str, track: str, who: str, kind: str, token: str) -> Event | None:
        with self._database.writing() as connection:
            return ledger.step(connection, self._shelf, letter_id, track, who, kind, token, self._clock())
