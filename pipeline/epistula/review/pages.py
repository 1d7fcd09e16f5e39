"""Pictures of pages: drawn when first asked for, kept in a bounded folder that goes with the server.

Letters are about patients; so the pictures lie in a temporary folder that only its owner may read, and are removed
when the server ends.
"""

import hashlib
import os
import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple, TypeVar
from xml.sax.saxutils import escape

from epistula.model import Page
from epistula.review.drawing import Drawing, DrawingError, Size

CACHE_BYTES = 256 * 2**20
NARROWEST, WIDEST, MOST_ACROSS, STEP = 64, 2000, 3200, 50
T = TypeVar("T")
A4: Size = (595.0, 842.0)
REMEMBERED = 2000
"""Letters whose page sizes, and pages whose troubles, are kept in mind."""


class Picture(NamedTuple):
    """A picture of a page: its bytes, its type, what it is known by, whether it only says why there is none."""

    data: bytes
    type: str
    etag: str
    problem: bool = False


class Sheet(NamedTuple):
    """A page with its size, and why it cannot be drawn."""

    page: Page
    problem: str = ""


def pixels(width: float, ratio: float) -> int:
    """Return how many pixels wide a page is drawn that is shown `width` CSS pixels wide: bounded, in steps."""
    across = min(max(width, NARROWEST), WIDEST) * min(max(ratio, 1.0), 3.0)
    return int(min(-(-across // STEP) * STEP, MOST_ACROSS))


class Pages:
    """Pictures and sizes of the pages of PDFs.

    Args:
        drawing: what draws.
        most: bytes of pictures that are kept.
    """

    def __init__(self, drawing: Drawing, most: int = CACHE_BYTES) -> None:
        self._drawing, self._most = drawing, most
        self._folder = Path(tempfile.mkdtemp(prefix="epistula-pages-"))
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, int] = OrderedDict()
        self._doing: dict[str, threading.Lock] = {}
        self._sheets: OrderedDict[str, list[Sheet]] = OrderedDict()
        self._troubles: OrderedDict[str, str] = OrderedDict()

    def warm(self) -> None:
        """Start what draws."""
        self._drawing.warm()

    def sheets(self, path: Path, pages: int | None) -> list[Sheet]:
        """Return the pages of a PDF; A4 with a problem, as many as were read, when it cannot be opened."""
        key = _key(path)
        with self._lock:
            known = self._sheets.get(key)
        if known is None:
            try:
                known = [Sheet(Page(n, *size)) for n, size in enumerate(self._drawing.sizes(path), start=1)]
            except DrawingError as error:
                known = [Sheet(Page(n, *A4), str(error)) for n in range(1, (pages or 1) + 1)]
            with self._lock:
                _remember(self._sheets, key, known)
        return known

    def picture(self, path: Path, page: int, across: int) -> Picture:
        """Return the picture of a page so many pixels wide; one that says why when it cannot be drawn.

        Whatever two ask for at once is drawn once; what took too long is not tried again.
        """
        key, page_key = _key(path, page, across), _key(path, page)
        with self._lock:
            doing = self._doing.setdefault(key, threading.Lock())
        with doing:
            data, trouble = self._read(key), self._troubles.get(page_key)
            if data is None and trouble is None:
                try:
                    data = self._drawing.picture(path, page, across)
                    self._keep(key, data)
                except DrawingError as error:
                    trouble = str(error)
                    with self._lock:
                        _remember(self._troubles, page_key, trouble)
        with self._lock:
            self._doing.pop(key, None)
        return Picture(data, "image/png", f'"{key}"') if data is not None else placeholder(str(trouble))

    def _read(self, key: str) -> bytes | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
        try:
            return (self._folder / key).read_bytes()
        except OSError:
            return None

    def _keep(self, key: str, data: bytes) -> None:
        """Put a picture into the folder, and take out those that were not asked for the longest; a full disk does
        without."""
        try:
            (self._folder / f"{key}.part").write_bytes(data)
            (self._folder / f"{key}.part").replace(self._folder / key)
        except OSError:
            return
        with self._lock:
            self._kept[key] = len(data)
            while sum(self._kept.values()) > self._most:
                oldest, _ = self._kept.popitem(last=False)
                (self._folder / oldest).unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the pictures and end the processes."""
        self._drawing.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _remember(known: OrderedDict[str, T], key: str, what: T) -> None:
    known[key] = what
    while len(known) > REMEMBERED:
        known.popitem(last=False)


def _key(path: Path, *more: int) -> str:
    """Return what a file as it is now is known by."""
    try:
        status = path.stat()
        what = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
    except OSError:
        what = (0, 0, 0, 0)
    return hashlib.sha256(repr((os.fspath(path), what, more)).encode("utf-8", "surrogateescape")).hexdigest()[:40]


def placeholder(why: str) -> Picture:
    """Return a picture that says why a page has none."""
    lines = [why[i : i + 60] for i in range(0, min(len(why), 240), 60)]
    words = "".join(f'<text x="300" y="{380 + 24 * n}">{escape(line)}</text>' for n, line in enumerate(lines))
    data = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 800" font-family="sans-serif" font-size="16" '
        f'text-anchor="middle"><rect width="600" height="800" fill="#f4f4f4"/>{words}</svg>'
    ).encode()
    return Picture(data, "image/svg+xml", f'"{hashlib.sha256(data).hexdigest()[:40]}"', problem=True)
