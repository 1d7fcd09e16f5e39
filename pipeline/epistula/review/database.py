"""A database that keeps a review: SQLite in a file, or PostgreSQL."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, insert, select, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from epistula.errors import InputError
from epistula.review.tables import VERSION, about, metadata, tracks

WRITES = "epistula_writes"
WRITER_LOCK = 0x65706973
"""Of PostgreSQL's advisory locks: one writer at a time, as in SQLite, so that counts over letters cannot deadlock."""
ONE_STATE = {"isolation_level": "REPEATABLE READ"}
"""How PostgreSQL reads as SQLite does: a version must not be of later than the document that it is told of."""
PATIENCE_MS = 30_000
SQLITE = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE_MS}")
SEARCH = {
    "sqlite": ["CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(words, content='texts', content_rowid='no')"],
    "postgresql": [
        "ALTER TABLE texts ADD COLUMN IF NOT EXISTS vector tsvector"
        " GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, words)) STORED",
        "CREATE INDEX IF NOT EXISTS texts_vector ON texts USING gin (vector)",
    ],
}
STEPS: Mapping[int, Callable[[Connection], None]] = {}
"""Version of the tables → what makes them those of the next."""


class Database:
    """Connections for reading, and one at a time for writing.

    Args:
        url: of SQLAlchemy.

    Raises:
        InputError: it cannot be opened, or was made by a later version of epistula.
    """

    def __init__(self, url: str) -> None:
        address = _address(url)
        self.name = address.get_backend_name()
        self._lock = threading.RLock()
        try:
            self.engine = _sqlite(address) if self.name == "sqlite" else create_engine(address, pool_pre_ping=True)
            self._reading = self.engine if self.name == "sqlite" else self.engine.execution_options(**ONE_STATE)
            self._writing = self.engine.execution_options(**{WRITES: True})
            self._open()
        except (SQLAlchemyError, ImportError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            shown = address.render_as_string(hide_password=True)
            raise InputError(f"{shown}: cannot be opened: {reason}. {_way_out(self.name, error)}") from error

    def _open(self) -> None:
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database."""
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the connection of the only writer; all is written when the block ends, nothing when it raises."""
        with self._lock, self._writing.begin() as connection:
            if self.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _prepare(self) -> None:
        with self.writing() as connection:
            metadata.create_all(connection)
            for statement in SEARCH[self.name]:
                connection.exec_driver_sql(statement)
            found = connection.execute(select(about.c.value).where(about.c.name == "version")).scalar()
            if found is None:
                connection.execute(insert(about), {"name": "version", "value": str(VERSION)})
                connection.execute(insert(tracks), {"track": ""})
            self._bring_up(connection, int(found or VERSION))

    def _bring_up(self, connection: Connection, version: int) -> None:
        if version > VERSION:
            raise InputError(
                f"the review has tables of version {version}, this epistula knows {VERSION}. Install a later epistula."
            )
        for step in range(version, VERSION):
            STEPS[step](connection)
        if version < VERSION:
            connection.execute(about.update().where(about.c.name == "version").values(value=str(VERSION)))


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        name = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise InputError(f"{url}: is no address of a database. Give sqlite:///FILE or postgresql://…") from error
    if name not in SEARCH:
        raise InputError(f"{name}: is no database that keeps a review. Give sqlite:///FILE or postgresql://…")
    if name == "sqlite" and (not address.database or address.database == ":memory:"):
        raise InputError(f"{url}: a review is kept in a file. Give sqlite:///FILE.")
    return address.set(drivername="postgresql+psycopg") if name == "postgresql" else address


def _way_out(name: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return "Install it with: pip install 'epistula[postgres]'."
    if name == "sqlite":
        return "Name a file in a folder that exists and may be written."
    return "See whether the server runs, and name and password are right."


def _sqlite(address: URL) -> Engine:
    """Return an engine whose transactions are SQLite's own, and whose writers wait for each other."""
    engine = create_engine(address, connect_args={"check_same_thread": False, "timeout": PATIENCE_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions by itself
        for pragma in SQLITE:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
