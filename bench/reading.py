"""How fast and how large reading is: ours beside other readers, all in the same run.

    python bench/reading.py [FILE.pdf …]

Each reader runs in a process of its own on one file at a time: the files given, else the letters of
the corpus; and one of 200 pages made of them. Prints milliseconds a page (time on the processor; the fastest of three
passes over the letters) and peak memory (of the process, and how much reading added). pdftotext and PyMuPDF are
left out where they are not installed; pdftotext starts a process a file, so that its 200 pages
are the fair measure.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

LETTERS = sorted((Path(__file__).parents[1] / "corpus" / "letters").glob("*.pdf"))
PAGES = 200
PASSES = 3
REFERENCE = "pdftotext"


class Cost(NamedTuple):
    """What reading costs: seconds on the processor, peak memory and what of it reading added, MiB."""

    seconds: float
    peak: float
    added: float


def characters() -> Callable[[Path], object]:
    """Our characters with their boxes."""
    from pypdfium2 import PdfDocument

    from epistula.pdf.characters import read_characters
    from epistula.pdf.glyphs import clean

    def read(path: Path) -> None:
        document = PdfDocument(path)
        for number, page in enumerate(document, 1):
            clean(read_characters(page, number).glyphs)
            page.close()
        document.close()

    return read


def whole() -> Callable[[Path], object]:
    """Our whole reading: text, zones, boxes, metadata."""
    from epistula.pdf import read_pdf

    return read_pdf


def pdftotext() -> Callable[[Path], object]:
    """Poppler's command, as it is without options."""

    def read(path: Path) -> None:
        with tempfile.NamedTemporaryFile(suffix=".txt") as output:
            subprocess.run(["pdftotext", str(path), output.name], check=True)

    return read


def pypdfium2() -> Callable[[Path], object]:
    """PDFium's text, without boxes."""
    from pypdfium2 import PdfDocument

    def read(path: Path) -> None:
        document = PdfDocument(path)
        for page in document:
            text = page.get_textpage()
            text.get_text_range()
            text.close()
            page.close()
        document.close()

    return read


def pdfplumber() -> Callable[[Path], object]:
    """Text by pdfplumber; each page is let go."""
    from pdfplumber import open as open_pdf

    def read(path: Path) -> None:
        with open_pdf(path) as document:
            for page in document.pages:
                page.extract_text()
                page.close()

    return read


def pymupdf() -> Callable[[Path], object]:
    """Text by PyMuPDF."""
    from importlib import import_module

    open_pdf = import_module("pymupdf").open

    def read(path: Path) -> None:
        with open_pdf(path) as document:
            for page in document:
                page.get_text()

    return read


READERS = {make.__name__: make for make in (characters, whole, pdftotext, pypdfium2, pdfplumber, pymupdf)}


def installed(name: str) -> bool:
    """Tell whether what a reader needs is there."""
    return shutil.which(name) is not None if name == "pdftotext" else name != "pymupdf" or find_spec(name) is not None


def spent(who: int) -> tuple[float, float]:
    """Return processor seconds and peak memory (MiB) of this process or of its children so far."""
    usage = resource.getrusage(who)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def measure(name: str, passes: int, paths: list[Path]) -> Cost:
    """Read files in this process and say what it cost."""
    who = resource.RUSAGE_CHILDREN if name == "pdftotext" else resource.RUSAGE_SELF
    read = READERS[name]()
    _, before = spent(who)
    seconds = []
    for _ in range(passes):
        started, _ = spent(who)
        for path in paths:
            read(path)
        seconds.append(spent(who)[0] - started)
    _, peak = spent(who)
    return Cost(min(seconds), peak, peak - before)


def measure_apart(name: str, passes: int, paths: list[Path]) -> Cost:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, name, str(passes), *map(str, paths)]
    return Cost(*json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def make_long(folder: Path, paths: list[Path]) -> Path:
    """Make a letter of 200 pages by repeating some files."""
    from pypdfium2 import PdfDocument

    made = PdfDocument.new()
    letters = [PdfDocument(path) for path in paths]
    for letter in cycle(letters):
        if len(made) == PAGES:
            break
        made.import_pages(letter, list(range(min(len(letter), PAGES - len(made)))))
    path = folder / "long.pdf"
    made.save(path)
    return path


def count_pages(paths: list[Path]) -> int:
    """Count the pages of some files."""
    from pypdfium2 import PdfDocument

    return sum(len(PdfDocument(path)) for path in paths)


def main(letters: list[Path]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        sets = [("letters", letters, PASSES), ("one file", [make_long(Path(folder), letters)], 1)]
        for title, paths, passes in sets:
            pages = count_pages(paths)
            print(f"{title}: {len(paths)} files, {pages} pages")
            costs = {name: measure_apart(name, passes, paths) for name in READERS if installed(name)}
            for name, cost in costs.items():
                line = f"  {name:<11}{1000 * cost.seconds / pages:7.2f} ms a page  peak {cost.peak:5.0f} MiB"
                print(f"{line}, {cost.added:4.0f} of it by reading")
            if REFERENCE in costs:
                ratios = (f"{name} {cost.seconds / costs[REFERENCE].seconds:.2f}" for name, cost in costs.items())
                print(f"  times {REFERENCE}: " + ", ".join(ratios))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in READERS:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), [Path(path) for path in sys.argv[3:]])))
    else:
        main([Path(path) for path in sys.argv[1:]] or LETTERS)
