"""Which files are still: nobody has written to them for a while, so what is in them is whole."""

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from time import monotonic, time

from epistula.batch.spool import file_sha256

GONE = b""
"""The state of a file that is not there."""
TICK = 2.0
"""Seconds within which two changes may bear the same time, on the coarsest file systems."""


@dataclass(slots=True)
class Known:
    """A file as it was looked at last: its state, since when it is in it, and its hash if that was needed."""

    state: bytes
    since: float
    sha256: str | None = None


class Files:
    """What is known of files that are watched.

    Args:
        settle: seconds for which a file must not have changed before it is read.
    """

    def __init__(self, settle: float) -> None:
        self._settle = settle
        self._known: dict[str, Known] = {}
        self._moving: set[str] = set()
        self._news = False

    def look(self, path: str) -> bool:
        """Look at a file; say whether it is still, or has been gone for as long."""
        state, now = state_of(path), monotonic()
        known = self._known.get(path)
        if known is None and state == GONE:
            return True
        if known is None or known.state != state:
            self._known[path] = Known(state, now)
            self._moving.add(path)
            return False
        if path in self._moving and now - known.since < self._settle:
            return False
        if path in self._moving:
            self._moving.discard(path)
            self._news = True
        if state == GONE:
            del self._known[path]
        return True

    def look_below(self, gone: Collection[str]) -> None:
        """Look at the files that were in folders that are gone."""
        if gone:
            for path in [path for path in self._known if any(str(parent) in gone for parent in Path(path).parents)]:
                self.look(path)

    def look_again(self) -> None:
        """Look at all files that were there."""
        for path in list(self._known):
            self.look(path)

    def settled(self) -> bool:
        """Say whether a file that had changed, come or gone has become still since this was asked last."""
        for path in list(self._moving):
            self.look(path)
        news, self._news = self._news, False
        return news

    def is_still(self, path: str) -> bool:
        """Look at a file for one who reads it now if it is still: that it is will not be said again."""
        news = self._news
        still = self.look(path)
        self._news = news
        return still

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file; it is read only when it has changed.

        Raises:
            OSError: it cannot be read.
        """
        before, known = state_of(path), self._known.get(path)
        if known and known.sha256 and known.state == before:
            return known.sha256
        digest = file_sha256(path)
        if known and known.state == before == state_of(path) and not _is_fresh(path):
            known.sha256 = digest
        return digest


def state_of(path: str) -> bytes:
    """Return what changes when a file does: size, times and inode."""
    try:
        found = os.stat(path)  # noqa: PTH116 (a path of the work list, which Path might change)
    except (OSError, ValueError):
        return GONE
    if not stat.S_ISREG(found.st_mode):
        return GONE
    return pack("5Q", found.st_size, found.st_mtime_ns & MASK, found.st_ctime_ns & MASK, found.st_ino, found.st_dev)


MASK = 2**64 - 1


def _is_fresh(path: str) -> bool:
    """Say whether a change of now might leave the time of the file as it is."""
    return time() - os.stat(path).st_mtime < TICK  # noqa: PTH116
