"""Folders that are watched, and whether they are there."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from epistula.batch.ref import local_path
from epistula.batch.store import Store
from epistula.batch.worklist import plain_path
from epistula.errors import InputError


class AwayError(Exception):
    """A folder is not there: what is not found in it is not gone."""


class Folders:
    """The folders that are watched, and what they were when they were there last; the store remembers it.

    Raises:
        InputError: there is no such folder, and there never was.
    """

    def __init__(self, paths: Sequence[str], store: Store) -> None:
        self._store = store
        self.roots = {str(Path(local_path(path)).resolve()): plain_path(local_path(path)) for path in paths}
        remembered = json.loads(store.meta("folders") or "{}")
        self._known: dict[str, list[int] | None] = {root: remembered.get(root) for root in self.roots}
        for root, path in self.roots.items():
            if not Path(root).is_dir() and not self._known[root]:
                raise InputError(f"{path}: there is no such folder. Name one that is there to be watched.")

    def away(self) -> list[str]:
        """Return those that are not there, or are empty where another folder was: the place of a disk that is not
        mounted."""
        return [path for root, path in self.roots.items() if self._is_away(root)]

    def _is_away(self, root: str) -> bool:
        found, known = _identity(root), self._known[root]
        return found is None or (known is not None and known != found and _is_empty(root))

    def exchanged(self) -> bool:
        """Say whether there is another folder in the place of one."""
        return any(_identity(root) != known for root, known in self._known.items())

    def note(self) -> None:
        """Remember what is there now."""
        self._known = {root: _identity(root) for root in self.roots}
        self._store.note(folders=json.dumps(self._known))

    def check(self) -> None:
        """Raise AwayError when one is not there."""
        if self.away():
            raise AwayError


def _identity(folder: str) -> list[int] | None:
    try:
        found = Path(folder).stat()
    except OSError:
        return None
    return [found.st_dev, found.st_ino] if Path(folder).is_dir() else None


def _is_empty(folder: str) -> bool:
    try:
        with os.scandir(folder) as found:
            return next(found, None) is None
    except OSError:
        return True
