"""From the store to files: which line belongs to which shard, and writing those that are not as they should be.

A line is checked against its hash before it is written, and a file against its own when a run begins: what is damaged
or gone is done again, the rest is kept.
"""

import json
import zlib
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain, groupby

from epistula.batch.codecs import codec_of
from epistula.batch.store import PAGE, State, Store
from epistula.batch.target import Target

ORDERS = {"input": "position", "finish": "finished"}
"""In which order lines stand: that of the work list, or that in which they were finished."""


LAST = "SELECT DISTINCT member FROM letters WHERE state = 1 AND member IS NOT NULL ORDER BY member"
"""Query for the shards that hold a line."""
READY = (
    "SELECT member FROM (SELECT DISTINCT member FROM letters INDEXED BY by_data"
    " WHERE data IS NOT NULL AND state = 1 AND member IS NOT NULL) AS found WHERE NOT EXISTS"
    " (SELECT 1 FROM letters WHERE letters.member = found.member AND letters.state = 0) ORDER BY member"
)
"""Query for the shards with a line to write and none to wait for; asked often, so it looks at no other letters."""
FREE = "SELECT key FROM letters INDEXED BY by_finish WHERE state = 1 AND member IS NULL ORDER BY finished LIMIT ?"
"""Query for the letters that are done and in no shard."""


class Shards:
    """The shards of a run."""

    def __init__(self, store: Store, target: Target, order: str) -> None:
        self._store, self._target, self._column = store, target, ORDERS[order]

    def check(self) -> None:
        """Look at the files that an earlier run wrote; lines of those that are not as written come back to the store,
        where they are whole, and are to be done again where they are not."""
        form = f"{self._target.codec.suffix} {self._target.shard} {self._column}"
        before = self._store.meta("form") or form
        for number, suffix, digest in self._store.db.execute("SELECT number, suffix, digest FROM shards").fetchall():
            name = self._target.shard_name(number, suffix)
            if before != form or self._target.digest(name) != digest:
                self.rescue(number)
                self._store.db.execute("DELETE FROM shards WHERE number = ?", (number,))
            if before != form and name != self._target.output:
                self._target.remove(name)
        if before != form:
            self._store.db.execute("UPDATE letters SET member = NULL")
        self._store.note(form=form)

    def assign(self) -> None:
        """Say which shard each letter belongs to, as far as that is known before it is done."""
        size = self._target.shard
        if size is None:
            self._store.db.execute("UPDATE letters SET member = 0")
        elif self._column == "position":
            self._store.db.execute("UPDATE letters SET member = position / ?", (size,))

    def write_ready(self, *, last: bool = False) -> None:
        """Write the shards that are complete and not yet as they should be; `last`: nothing more is to come."""
        size = self._target.shard
        if size is None and not last:
            return
        if size is not None and self._column == "finished":
            self._gather(size, last)
        for number in self._complete(last):
            if self._stale(number):
                self.write(number)
        if last:
            for (number,) in self._store.db.execute(
                "SELECT number FROM shards WHERE number NOT IN (SELECT member FROM letters WHERE state = ?"
                " AND member IS NOT NULL) AND NOT (number = 0 AND ?)", (State.DONE, size is None),
            ).fetchall():  # fmt: skip
                self._target.remove(self._target.shard_name(number))
                self._store.db.execute("DELETE FROM shards WHERE number = ?", (number,))
            self._target.remove_others({number for (number,) in self._store.db.execute("SELECT number FROM shards")})

    def _gather(self, size: int, last: bool) -> None:
        """Make shards of what was finished since the last one; those done again leave theirs."""
        db = self._store.db
        db.execute("UPDATE letters SET member = NULL WHERE state != ? AND member IS NOT NULL", (State.DONE,))
        # the last shard takes in more until it is full
        newest = self._store.one("SELECT max(member) FROM letters WHERE member IS NOT NULL")
        if self._store.one("SELECT count(*) FROM letters WHERE member = ?", newest) < size:
            db.execute("UPDATE letters SET member = NULL WHERE member = ?", (newest,))
        while True:
            keys = db.execute(FREE, (size,)).fetchall()
            if not keys or (len(keys) < size and not last):
                return
            number = self._store.one("SELECT coalesce(max(member), -1) + 1 FROM letters WHERE member IS NOT NULL")
            with self._store.transaction():
                db.executemany("UPDATE letters SET member = ? WHERE key = ?", [(number, key) for (key,) in keys])

    def _complete(self, last: bool) -> list[int]:
        """Return the shards with nothing left to do that have something to write."""
        found = self._store.db.execute(LAST if last else READY).fetchall()
        numbers = [int(number) for (number,) in found]
        return numbers or ([0] if last and self._target.shard is None else [])

    def _stale(self, number: int) -> bool:
        """Say whether a shard's file is not made of the lines that belong to it, in their order."""
        count = self._store.one("SELECT letters FROM shards WHERE number = ?", number)
        found = self._store.db.execute(
            f"SELECT data IS NOT NULL OR shard IS NOT member, place FROM letters"
            f" WHERE member = ? AND state = ? ORDER BY {self._column}", (number, State.DONE),
        )  # fmt: skip
        total, before = 0, -1
        for elsewhere, place in found:
            if elsewhere or place <= before:
                return True
            total, before = total + 1, place
        return bool(total != count)

    def write(self, number: int) -> None:
        """Write a shard; lines that turn out damaged are to be done again, and the shard is not written."""
        self.rescue(number)
        for (other,) in self._store.db.execute(
            "SELECT DISTINCT shard FROM letters WHERE member = ? AND data IS NULL AND state = ? AND shard IS NOT NULL",
            (number, State.DONE),
        ).fetchall():
            self.rescue(other)
        if self._damaged(number):
            return
        keys: list[int] = []
        name = self._target.shard_name(number)
        places, digest = self._target.write(name, self._lines(number, keys))
        if self._target.special:
            return
        written = sum(size for (size,) in self._sizes(number))
        with self._store.transaction():
            self._store.db.executemany(
                "UPDATE letters SET shard = ?, place = ?, data = NULL WHERE key = ?",
                [(number, place, key) for key, place in zip(keys, places, strict=True)],
            )
            self._store.db.execute(
                "INSERT OR REPLACE INTO shards VALUES (?, ?, ?, ?, ?)",
                (number, self._target.codec.suffix, digest, len(keys), written),
            )

    def _sizes(self, number: int) -> Iterator[tuple[int]]:
        yield from self._store.db.execute(
            "SELECT size FROM letters WHERE member = ? AND state = ?", (number, State.DONE)
        )

    def _damaged(self, number: int) -> bool:
        """Set the lines of a shard that are not what they were when they were kept back to be done."""
        found = [key for key, data, digest in self._kept(number) if line_of(data, digest) is None]
        self._store.db.executemany(
            "UPDATE letters SET state = 0, maker = NULL, data = NULL WHERE key = ?", [(key,) for key in found]
        )
        return bool(found)

    def _lines(self, number: int, keys: list[int]) -> Iterator[bytes]:
        for key, data, _ in self._kept(number):
            keys.append(key)
            yield zlib.decompress(data)

    def _kept(self, number: int) -> Iterator[tuple[int, bytes, bytes]]:
        last = -1
        while page := self._store.db.execute(
            f"SELECT {self._column}, key, data, digest FROM letters WHERE member = ? AND state = ?"
            f" AND {self._column} > ? ORDER BY {self._column} LIMIT ?",
            (number, State.DONE, last, PAGE),
        ).fetchall():
            yield from ((key, data, digest) for _, key, data, digest in page)
            last = page[-1][0]

    def rescue(self, number: int) -> None:
        """Take the lines that are in a shard's file back into the store, so that the file may be replaced."""
        db = self._store.db
        rows = db.execute(
            "SELECT key, place, size, digest FROM letters WHERE shard = ? AND data IS NULL AND state = ?"
            " ORDER BY place", (number, State.DONE),
        ).fetchall()  # fmt: skip
        if not rows:
            return
        suffix = self._store.one("SELECT suffix FROM shards WHERE number = ?", number) or self._target.codec.suffix
        name = self._target.shard_name(number, suffix)
        with self._target.reading(name) as file, self._store.transaction():
            codec = codec_of(suffix, self._target.codec)
            found = codec.read(file, [(place, size) for _, place, size, _ in rows]) if file else iter(())
            for key, _, _, digest in rows:
                line = next(found, None)
                whole = line is not None and sha256(line).digest() == digest
                data = zlib.compress(line, 1) if whole and line is not None else None
                db.execute(
                    "UPDATE letters SET data = ?, shard = NULL, place = NULL, state = ? WHERE key = ?",
                    (data, State.DONE if whole else State.TODO, key),
                )


def line_of(data: bytes | None, digest: bytes) -> bytes | None:
    """Return a line that was kept, None when it is not what it was."""
    try:
        line = zlib.decompress(data) if data is not None else None
    except zlib.error:
        return None
    return line if line is not None and sha256(line).digest() == digest else None


def write_lists(store: Store, target: Target) -> None:
    """Write the failures and the duplicates of a run; a list without an entry is taken away."""
    for what, lines in (("failures", failures_of(store)), ("duplicates", _duplicates(store))):
        name, first = target.name_of(what), next(lines, None)
        if first is None:
            target.remove(name)
            continue
        with target.writing(name) as file:
            file.writelines(line + b"\n" for line in chain([first], lines))


def failures_of(store: Store) -> Iterator[bytes]:
    """Yield the failures in the order of the work list; a duplicate of a letter that failed has failed too."""
    found = store.db.execute(
        "SELECT letters.name, letters.state, coalesce(own.data, letters.data) FROM letters"
        " LEFT JOIN letters AS own ON own.key = letters.original"
        " WHERE letters.state = ? OR own.state = ? ORDER BY letters.position", (State.FAILED, State.FAILED),
    )  # fmt: skip
    for name, state, data in found:
        line = zlib.decompress(data)
        yield line if state == State.FAILED else _dump({**json.loads(line), "path": name})


def _duplicates(store: Store) -> Iterator[bytes]:
    """Yield for each letter with duplicates its id, hash and path, and the paths that have the same content."""
    found = store.db.execute(
        "SELECT own.key, own.letter, own.content, own.name, letters.name FROM letters"
        " JOIN letters AS own ON own.key = letters.original WHERE own.state = ?"
        " ORDER BY own.position, letters.position", (State.DONE,),
    )  # fmt: skip
    for (_, letter, content, name), same in groupby(found, key=lambda row: row[:4]):
        others = [row[4] for row in same]
        yield _dump({"id": letter, "sha256": content.split()[0], "path": name, "duplicates": others})


def _dump(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
