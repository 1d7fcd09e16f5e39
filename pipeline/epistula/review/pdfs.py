"""Finding the PDF of a letter in the one folder that PDFs may be read from."""

import os
import threading
from hashlib import file_digest
from pathlib import Path
from urllib.parse import unquote_to_bytes

from epistula.model import Source


class Pdfs:
    """The PDFs of a folder, found by path, by name or by content.

    What a link leads to outside of the folder is not there.

    Args:
        folder: the folder; None has none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._root = folder.resolve() if folder else None
        self._lock = threading.Lock()
        self._by_name: dict[str, list[Path]] | None = None
        self._hashes: dict[tuple[Path, int, int], str] = {}
        self._found: dict[tuple[str | None, str | None], tuple[Path, bool]] = {}

    def find(self, source: Source) -> tuple[Path, bool] | None:
        """Return the PDF of a letter, and whether its content is what was read; None when there is none."""
        if self._root is None or not (source.path or source.sha256):
            return None
        key = source.path, source.sha256
        with self._lock:
            known = self._found.get(key)
            if known is None or not known[0].is_file():
                known = self._find(source)
                if known is None:
                    self._by_name = None  # it may be put there later
                    return None
                self._found[key] = known
            return known

    def _find(self, source: Source) -> tuple[Path, bool] | None:
        named = self._named(source.path) if source.path else []
        if source.sha256 is None:
            return (named[0], True) if named else None
        for path in [*named, *(path for paths in self._names().values() for path in paths)]:
            if self._hash(path) == source.sha256:
                return path, True
        return (named[0], False) if named else None

    def _named(self, path: str) -> list[Path]:
        """Return the files of a path below the folder, or of its name anywhere below it; nearest first."""
        path = _plain(path)
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        direct = self.inside(path)
        found = [direct] if direct else []
        return [*found, *(other for other in self._names().get(name, ()) if other != direct)]

    def inside(self, path: str) -> Path | None:
        """Return the file of a path, taken from the folder, when it is a file that lies inside it."""
        if self._root is None:
            return None
        try:
            found = (self._root / path).resolve(strict=True)
            return found if found.is_relative_to(self._root) and found.is_file() else None
        except (OSError, ValueError, RuntimeError):  # not there, a NUL, links in a circle
            return None

    def _names(self) -> dict[str, list[Path]]:
        if self._by_name is None:
            self._by_name = {}
            for folder, folders, files in os.walk(self._root or ""):
                folders.sort()
                for name in sorted(files):
                    path = self.inside(str(Path(folder, name))) if name.lower().endswith(".pdf") else None
                    if path:
                        self._by_name.setdefault(name, []).append(path)
        return self._by_name

    def _hash(self, path: Path) -> str:
        try:
            status = path.stat()
            key = path, status.st_mtime_ns, status.st_size
            if key not in self._hashes:
                with path.open("rb") as file:
                    self._hashes[key] = file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""
        return self._hashes[key]


def _plain(path: str) -> str:
    """Return a path without what `model.file_uri` makes of one that is no UTF-8."""
    if not path.startswith("file:"):
        return path
    return os.fsdecode(unquote_to_bytes(path.removeprefix("file:").removeprefix("//")))
