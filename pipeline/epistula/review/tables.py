"""The tables of a review.

Only `predictions` and `texts` hold whole letters; queues, counts and progress are read from small rows and by index.
JSON is kept as text in ASCII, because PostgreSQL's has no NUL.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip

VERSION = 1
"""Of the tables; to be raised with a step in `database.STEPS`."""
metadata = MetaData()

about = Table("about", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

letters = Table(
    "letters",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("uncertainty", Float, nullable=False),
)
"""`no` counts letters in the order they were taken in; `revision` is that of the predictions that hold."""

predictions = Table(
    "predictions",
    metadata,
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("record", LargeBinary, nullable=False),
)
"""All that were ever taken in, as lines of JSON."""

texts = Table(
    "texts",
    metadata,
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Column("words", Text, nullable=False),
)
"""What is searched, in the form of `search.folded`."""

forms = Table(
    "forms",
    metadata,
    Column("form", Integer, primary_key=True),
    Column("label", Text, nullable=False),
    Column("key", Text, nullable=False),
    UniqueConstraint("label", "key"),
)

letter_forms = Table(
    "letter_forms",
    metadata,
    Column("form", Integer, ForeignKey("forms.form"), primary_key=True),
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Index("letter_forms_no", "no"),
)
"""Which forms the predictions of a letter have, for labels with a lexicon."""

label_counts = Table(
    "label_counts",
    metadata,
    Column("label", Text, primary_key=True),
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Column("mentions", Integer, nullable=False),
    Index("label_counts_mentions", "label", "mentions", "no"),
)

tracks = Table("tracks", metadata, Column("track", Text, primary_key=True))

states = Table(
    "states",
    metadata,
    Column("track", Text, ForeignKey("tracks.track"), primary_key=True),
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Column("start", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("decided", Integer, nullable=False),
    Column("uncertainty", Float, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("disputed", Integer, nullable=False),
    Column("fresh", Integer, nullable=False),
    Index("states_order", "track", "done", "no"),
    Index("states_uncertainty", "track", "done", "uncertainty", "no"),
    Index("states_disagreement", "track", "done", "disputed", "wrong", "no"),
    Index("states_forms", "track", "done", "fresh", "no"),
    Index("states_progress", "track", "done", "mentions", "decided"),
)
"""How far a letter is in a track.

`start` is the revision of the predictions on which its first event was decided; `wrong` counts predictions that were
not accepted as they are; `disputed` what two tracks that are done differ in; `fresh` the forms that no decision of the
track has seen.
"""

entries = Table(
    "entries",
    metadata,
    Column("track", Text, primary_key=True),
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text),
    Column("event", Integer, ForeignKey("events.id"), nullable=False),
)
"""What lies over the predictions, and the event that laid it there; NULL for what was taken out."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("track", Text, nullable=False),
    Column("no", Integer, ForeignKey("letters.no"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("token", Text),
    Column("target", Integer, ForeignKey("events.id")),
    UniqueConstraint("track", "no", "version"),
    UniqueConstraint("track", "no", "token"),
    Index("events_track", "track", "id"),
    sqlite_autoincrement=True,
)
"""What was decided, never changed and never deleted; `at` is UTC in ISO 8601."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("track", Text, primary_key=True),
    Column("no", Integer, ForeignKey("letters.no"), primary_key=True),
    Column("mention", Text, primary_key=True),
    Column("form", Integer, ForeignKey("forms.form"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Index("verdicts_form", "form", "kind"),
    Index("verdicts_track", "track", "form"),
    Index("verdicts_kind", "kind", "form"),
)
"""How each decided mention was decided, see `documents.verdicts`."""

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False),
    Column("since", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("until", Text, nullable=False),
    Index("sessions_name", "name"),
)
"""`token` is the SHA-256 of the token."""
