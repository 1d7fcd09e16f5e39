"""The state of a run in a SQLite file: what there is to do, what is done, and finished lines until they are written.

Every change is a transaction that is on disk before the next begins, so a run that is killed, or loses its power, goes
on where it was. The file is locked while a run uses it: a second run is refused.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from epistula.batch.job import Written
from epistula.batch.ref import Kind, Ref
from epistula.batch.work import Result, failed
from epistula.errors import InputError
from epistula.model import Failure, FailureCategory

VERSION = 2
PAGE = 500
"""Rows that are looked at in one go."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE shards (number INTEGER PRIMARY KEY, suffix TEXT, digest TEXT, letters INTEGER, bytes INTEGER);
CREATE TABLE letters (
  key INTEGER PRIMARY KEY, name TEXT NOT NULL, line INTEGER NOT NULL, ref TEXT,
  round INTEGER NOT NULL, position INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
  content TEXT, maker TEXT, letter TEXT, original INTEGER, category TEXT, pages INTEGER, mentions TEXT,
  reading REAL, tagging REAL, finished INTEGER, digest BLOB, size INTEGER, data BLOB,
  member INTEGER, shard INTEGER, place INTEGER, UNIQUE (name, line));
CREATE INDEX by_position ON letters (round, position);
CREATE INDEX by_content ON letters (content, position) WHERE content IS NOT NULL AND original IS NULL;
CREATE INDEX by_state ON letters (state);
CREATE INDEX by_member ON letters (member, position) WHERE member IS NOT NULL;
CREATE INDEX by_member_finish ON letters (member, finished) WHERE member IS NOT NULL;
CREATE INDEX by_shard ON letters (shard) WHERE shard IS NOT NULL;
CREATE INDEX by_data ON letters (member) WHERE data IS NOT NULL AND state = 1;
CREATE INDEX by_finish ON letters (finished) WHERE member IS NULL AND state = 1;
CREATE INDEX by_row ON letters (name, letter) WHERE line > 0;
"""
"""`ref` is null for what cannot be looked for; `member` is the shard that a line belongs to, `shard` and `place` where
it is written, `data` the line while it is not (zlib)."""


class State(IntEnum):
    """How far a letter is."""

    TODO = 0
    DONE = 1
    FAILED = 2
    DUPLICATE = 3


class Row(NamedTuple):
    """A letter as the store knows it: `content` tells its bytes, `maker` what made its line."""

    key: int
    position: int
    ref: Ref
    state: State
    content: str | None
    maker: str | None


class Store:
    """The state of a run, locked until it is closed."""

    def __init__(self, path: Path) -> None:
        self.db = connect(path)
        self._round = int(self.meta("round") or 0)
        self._finished = int(self.one("SELECT coalesce(max(finished), 0) FROM letters"))

    def close(self) -> None:
        """Give up the lock."""
        self.db.close()

    def one(self, query: str, *values: object) -> Any:
        """Return the first value of the first row; None without one."""
        found = self.db.execute(query, values).fetchone()
        return None if found is None else found[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of a block or nothing of it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self.db.in_transaction:  # a full disk has ended it
                self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def meta(self, key: str) -> str | None:
        """Return what is noted under a key."""
        found = self.one("SELECT value FROM meta WHERE key = ?", key)
        return None if found is None else str(found)

    def note(self, **values: str) -> None:
        """Note values."""
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def enlist(self, refs: Iterable[Ref | Failure]) -> int:
        """Take the letters of a run, in order, each name once; return how many.

        What is known of a letter from an earlier run is kept; letters that are no longer named are forgotten.
        """
        self._round += 1
        with self.transaction():
            for position, ref in enumerate(refs):
                named = Ref(name=ref.path, line=ref.line) if isinstance(ref, Failure) else ref
                self._enlist(position, named, isinstance(ref, Failure))
                if isinstance(ref, Failure):
                    key = self.one("SELECT key FROM letters WHERE name = ? AND line = ?", named.name, _line(named))
                    self._put(failed(key, ref), None)
            self.db.execute("DELETE FROM letters WHERE round < ?", (self._round,))
            self.db.execute("UPDATE letters SET state = 0, original = NULL WHERE state = ?", (State.DUPLICATE,))
            self.note(round=str(self._round))
        return int(self.one("SELECT count(*) FROM letters"))

    def _enlist(self, position: int, ref: Ref, lost: bool) -> None:
        data = None if lost else json.dumps(asdict(ref))
        self.db.execute(
            "INSERT INTO letters (name, line, ref, round, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name, line) DO"
            " UPDATE SET ref = excluded.ref, round = excluded.round, position = excluded.position"
            " WHERE letters.round < excluded.round",
            (ref.name, _line(ref), data, self._round, position),
        )

    def rows(self) -> Iterator[Row]:
        """Yield the letters that can be looked for, in their order; the store may be written meanwhile."""
        last = -1
        while page := self.db.execute(
            "SELECT key, position, ref, state, content, maker FROM letters"
            " WHERE round = ? AND position > ? AND ref IS NOT NULL ORDER BY position LIMIT ?",
            (self._round, last, PAGE),
        ).fetchall():
            for key, position, ref, state, content, maker in page:
                yield Row(key, position, _ref(ref), State(state), content, maker)
            last = page[-1][1]

    def known(self, name: str, maker: str) -> list[Ref]:
        """Return references to the letters of a file that are as `maker` makes them, in their order."""
        found = self.db.execute(
            "SELECT ref FROM letters WHERE (name = ? OR (name > ? AND name < ?)) AND (maker = ? OR state = ?)"
            " AND ref IS NOT NULL ORDER BY position",
            (name, f"{name}::", f"{name}:;", maker, State.DUPLICATE),
        )
        return [_ref(ref) for (ref,) in found.fetchall()]

    def content_of(self, ref: Ref) -> str | None:
        """Return the hash of the bytes that a letter had when it was looked at last."""
        found = self.one("SELECT content FROM letters WHERE name = ? AND line = ?", ref.name, _line(ref))
        return None if found is None else str(found).partition(" ")[0]

    def forget(self, *, failures: bool = False) -> None:
        """Let letters be done again: all, or those that failed."""
        self.db.execute("UPDATE letters SET maker = NULL WHERE state = ? OR NOT ?", (State.FAILED, failures))

    def free_duplicates(self) -> None:
        """Let duplicates be done of letters that were no longer there when they were to be read."""
        self.db.execute(
            "UPDATE letters SET state = ?, original = NULL WHERE state = ? AND original IN"
            " (SELECT key FROM letters WHERE state = ? AND content IS NULL)",
            (State.TODO, State.DUPLICATE, State.FAILED),
        )

    def expect(self, key: int, content: str) -> None:
        """Note the content of a letter that is to be annotated."""
        self.db.execute(
            "UPDATE letters SET content = ?, state = 0, original = NULL, data = NULL WHERE key = ?", (content, key)
        )

    def original_of(self, row: Row, content: str) -> int | None:
        """Return the first letter before this one with the same content."""
        found = self.one(
            "SELECT key FROM letters INDEXED BY by_content"  # else all that come before are looked through
            " WHERE content = ? AND round = ? AND position < ? AND line <= 0 AND original IS NULL"
            " ORDER BY position LIMIT 1",
            content, self._round, row.position,
        )  # fmt: skip
        return None if found is None else int(found)

    def duplicate(self, key: int, content: str, original: int) -> None:
        """Note that a letter has the content of another."""
        self.db.execute(
            "UPDATE letters SET state = ?, content = ?, original = ?, data = NULL WHERE key = ?",
            (State.DUPLICATE, content, original, key),
        )

    def put(self, results: Iterable[Result], maker: str) -> list[Result]:
        """Keep results, all or none; return them as they are kept, and those of letters that fail by them."""
        with self.transaction():
            return self._keep(results, maker)

    def name_of(self, key: int) -> str:
        """Return the name of a letter."""
        return str(self.one("SELECT name FROM letters WHERE key = ?", key))

    def put_one(self, result: Result) -> None:
        """Keep the result of a letter that could not be fetched; within a transaction."""
        self._put(result, None)

    def put_shard(self, written: Written, suffix: str, maker: str) -> list[Result]:
        """Keep the results of a shard that a worker wrote, in a file with a suffix, all or none; return as `put`."""
        number, keys = written.number, [(written.number, place, key) for key, place in written.places]
        with self.transaction():
            kept = self._keep(written.results, maker)
            self.db.executemany(
                "UPDATE letters SET shard = ?, place = ?, data = NULL WHERE key = ? AND state = 1", keys
            )
            if written.digest is not None:
                size = sum(result.size for result in written.results if result.category is None)
                values = (number, suffix, written.digest, len(keys), size)
                self.db.execute("INSERT OR REPLACE INTO shards VALUES (?, ?, ?, ?, ?)", values)
        return kept

    def _keep(self, results: Iterable[Result], maker: str) -> list[Result]:
        kept: dict[int, Result] = {}
        for result in results:
            # what is not there may come back as it was
            self._put(result, None if result.category is FailureCategory.MISSING else maker)
            kept[result.key] = result
            kept.update((other.key, other) for other in self._refuse_same_id(result))
        return list(kept.values())

    def _put(self, result: Result, maker: str | None) -> None:
        """Keep a result; without a maker nothing is known of the letter, and it is looked at anew."""
        self._finished += 1
        state = State.DONE if result.category is None else State.FAILED
        self.db.execute(
            "UPDATE letters SET state = ?, maker = ?, content = iif(? IS NULL, NULL, content), letter = ?,"
            " original = NULL, category = ?, pages = ?, mentions = ?, reading = ?, tagging = ?, finished = ?,"
            " digest = ?, size = ?, data = ? WHERE key = ?",
            (
                state, maker, maker, result.letter, result.category, result.pages, json.dumps(dict(result.mentions)),
                result.reading, result.tagging, self._finished, result.digest, result.size, result.line, result.key,
            ),
        )  # fmt: skip

    def _refuse_same_id(self, result: Result) -> Iterator[Result]:
        """Let the later of two rows of a file with the same id fail, whichever came first from the workers."""
        name, line = self.db.execute("SELECT name, line FROM letters WHERE key = ?", (result.key,)).fetchone()
        if not line or result.category is not None:
            return
        same = self.db.execute(
            "SELECT key, line FROM letters INDEXED BY by_row"  # else all rows of the file are looked through
            " WHERE name = ? AND letter = ? AND line > 0 AND state = ? ORDER BY line",
            (name, result.letter, State.DONE),
        ).fetchall()
        for key, later in same[1:]:
            reason = f"the id {result.letter!r} stands twice in the file. Give each letter its own."
            failure = Failure(name, FailureCategory.INVALID_RECORD, reason, line=later)
            refused = failed(key, failure)
            self._put(refused, None)  # no maker: which is the first may change
            yield refused


def _ref(text: str) -> Ref:
    data = json.loads(text)
    return Ref(**{**data, "kind": Kind(data["kind"])})


def _line(ref: Ref) -> int:
    """Return what tells letters of one name apart: the line of a row, the negative offset of an archive's entry."""
    return ref.line or -ref.offset


def connect(path: Path) -> sqlite3.Connection:
    """Open a state file and lock it.

    Raises:
        InputError: another run holds it, it cannot be written, or it is no state file of this version.
    """
    try:
        db = sqlite3.connect(path, timeout=0, isolation_level=None)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN EXCLUSIVE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in filter(str.strip, TABLES.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            reason = "another run is writing to the same output. Wait for it, or name another output."
        elif isinstance(error, sqlite3.OperationalError):
            reason = f"cannot be written: {error}. Name an output in a folder that exists and can be written."
        else:
            reason = f"{error}. Remove it to begin anew."
        raise InputError(f"{path}: {reason}") from error
    if version not in (0, VERSION):
        raise InputError(f"{path}: is the state of another version. Remove it to begin anew.")
    return db
