"""Where on its pages the text of a letter stands, for mentions that a reviewer adds or moves.

The annotation record knows the boxes of its mentions only. So the PDF of a letter that is opened is read again, in
the background and in another process; until that is done, and where the text is not the same, there are no boxes.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from epistula.errors import ReadError
from epistula.model import Letter
from epistula.pdf.isolated import ReadingProcess
from epistula.review.drafts import Place
from epistula.review.pdfs import Pdfs
from epistula.review.views import LetterView
from epistula.text.offsets import boxes_of

KEPT = 8
PATIENCE = 1.0
"""Seconds for which a letter must be open: whoever turns over many should not wait for the reading of all."""
SECONDS, MEMORY_MB = 30, 1024


class Places:
    """The letters opened last, read again.

    Args:
        pdfs: where the PDFs are.
    """

    def __init__(self, pdfs: Pdfs) -> None:
        self._pdfs, self._lock = pdfs, threading.Lock()
        self._process = ReadingProcess()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="places")
        self._letters: OrderedDict[tuple[str, Path], Future[Letter | None]] = OrderedDict()
        self._waiting: dict[str, threading.Timer] = {}
        self._closed = False
        self.patience = PATIENCE

    def open(self, view: LetterView, who: str) -> None:
        """Read the PDF of a letter that a reviewer has opened, if it stays open for a moment."""
        timer = threading.Timer(self.patience, self._begin, (view,))
        timer.daemon = True
        with self._lock:
            before, self._waiting[who] = self._waiting.get(who), timer
        if before is not None:
            before.cancel()
        timer.start()

    def _begin(self, view: LetterView) -> None:
        found = self._pdfs.find(view.source)
        if found is None:
            return
        key = view.id, found[0]
        with self._lock:
            if key not in self._letters and not self._closed:
                self._letters[key] = self._thread.submit(self._read, found[0], view.text)
            while len(self._letters) > KEPT:
                self._letters.popitem(last=False)[1].cancel()

    def of(self, view: LetterView) -> Place | None:
        """Return where the text of a letter stands, None while or when that is not known."""
        found = self._pdfs.find(view.source)
        with self._lock:
            future = self._letters.get((view.id, found[0])) if found else None
        if future is None or not future.done() or future.cancelled():
            return None
        letter = future.result()
        return placer(letter) if letter is not None and letter.text == view.text else None

    def _read(self, path: Path, text: str) -> Letter | None:
        try:
            letter = self._process.read(path, SECONDS, MEMORY_MB)
        except (ReadError, OSError):
            return None
        return letter if letter.text == text else None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed, waiting = True, list(self._waiting.values())
        for timer in waiting:
            timer.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._process.close()


def placer(letter: Letter) -> Place:
    """Return the function that knows page and boxes of a stretch of a letter's text."""

    def place(start: int, end: int) -> tuple[int | None, list[dict[str, Any]]]:
        boxes = boxes_of(letter, start, end)
        rows = [{"page": b.page, "x0": b.x0, "top": b.top, "x1": b.x1, "bottom": b.bottom} for b in boxes]
        return (boxes[0].page if boxes else None), rows

    return place
