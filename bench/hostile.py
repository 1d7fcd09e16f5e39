"""How hostile PDFs are survived: every PDF of a folder, read in a process that may be killed.

    python bench/hostile.py FOLDER [READER] [--all]

Prints the outcomes by category, the slowest files and those that took the most memory (peak of the
reading process, which starts near 50 MB; Linux only); with --all a table of every file.
"""

import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from epistula.errors import ReadError
from epistula.pdf.isolated import READER, read_pdf_isolated
from epistula.readers import ReaderName

SHOWN = 8
EVERY = 0.01
"""Seconds between two looks at the memory."""


FRESH_ABOVE_KB = 150 * 1024
"""After a file that took more, the next one gets a process of its own, so that its peak is its own."""


class Outcome(NamedTuple):
    """How reading a file ended."""

    name: str
    category: str
    detail: str
    seconds: float
    peak_mb: float


class Watch:
    """Looks at the resident memory of the reading process while a file is read."""

    def __init__(self) -> None:
        self.peak_kb = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        reset_peak(READER.pid)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.peak_kb = max(self.peak_kb, peak_kb(READER.pid))
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(EVERY):
            self.peak_kb = max(self.peak_kb, peak_kb(READER.pid))


def reset_peak(pid: int | None) -> None:
    """Let the system forget the peak of a process."""
    file = Path(f"/proc/{pid}/clear_refs")
    if pid and file.exists():
        file.write_text("5")


def peak_kb(pid: int | None) -> int:
    """Return the peak resident memory of a process, kB; 0 when it is gone or the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def read(path: Path, name: str, reader: str) -> Outcome:
    """Read a file and note how it ended."""
    started = time.perf_counter()
    with Watch() as watch:
        try:
            letter = read_pdf_isolated(path, reader=reader)
            category, detail = "letter", f"{len(letter.text):,} characters, {len(letter.pages)} pages"
        except ReadError as error:
            category, detail = error.category.value, error.reason
    seconds = time.perf_counter() - started
    if watch.peak_kb > FRESH_ABOVE_KB:
        READER.close()
    return Outcome(name, category, detail, seconds, watch.peak_kb / 1024)


def show(title: str, outcomes: list[Outcome], shown: int = SHOWN) -> None:
    """Print some outcomes."""
    print(f"\n{title}")
    for item in outcomes[:shown]:
        print(f"  {item.seconds:6.2f} s {item.peak_mb:6.0f} MB  {item.name:45.45} {item.category}: {item.detail:.70}")


def main() -> None:
    """Read, count and print."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    folder, reader = Path(arguments[0]), (arguments[1:] or [ReaderName.PDFIUM])[0]
    paths = sorted(folder.rglob("*.pdf"))
    outcomes = [read(path, str(path.relative_to(folder)), reader) for path in paths]
    print(f"{len(outcomes)} files with {reader}:", end=" ")
    print(", ".join(f"{category} {count}" for category, count in Counter(o.category for o in outcomes).most_common()))
    if "--all" in sys.argv:
        show("all", outcomes, len(outcomes))
    show("slowest", sorted(outcomes, key=lambda outcome: -outcome.seconds))
    show("most memory", sorted(outcomes, key=lambda outcome: -outcome.peak_mb))
    show("internal errors (bugs of ours)", [outcome for outcome in outcomes if outcome.category == "internal"])


if __name__ == "__main__":
    main()
