"""How fast a run is: letters and pages a second by number of workers, beside a plain loop and spaCy's own pipe.

    python bench/batch.py [--letters N] [--growth]

Every way annotates the same PDFs, made from those of the corpus. Prints a ratio a line; start-up is measured apart, and
memory by process where the system tells it. With --growth, time and memory from 100 to 10,000 letters.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

import letters as made
from epistula.batch.engines import InProcess, Processes
from epistula.batch.observer import Tally
from epistula.batch.run import Run
from epistula.batch.target import Target
from epistula.batch.work import Settings
from epistula.batch.worklist import work_list
from epistula.jsonl import write_annotations
from epistula.nlp import annotate, describe, load, to_annotation, to_doc
from epistula.pdf import read_pdf


class Memory:
    """Looks at the resident memory of this process and those below it."""

    def __init__(self) -> None:
        self.own = self.largest = 0.0
        self._done = threading.Event()

    @contextmanager
    def watched(self) -> Iterator["Memory"]:
        """Look while a block runs."""
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield self
        finally:
            self._done.set()
            thread.join()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._done.wait(0.2):
            self.own = max(self.own, me.memory_info().rss / 2**20)
            for child in me.children(recursive=True):
                try:
                    self.largest = max(self.largest, child.memory_info().rss / 2**20)
                except psutil.Error:
                    continue


def plain(paths: list[Path], output: Path) -> None:
    """Read and annotate one letter after the other, with nothing around it."""
    nlp = load()
    write_annotations(output, annotate(nlp, map(read_pdf, paths)))


def spacys(paths: list[Path], output: Path, processes: int) -> None:
    """Read here, and let spaCy's pipe hand Docs to processes and back."""
    nlp = load()
    pipeline, read = describe(nlp), [read_pdf(path) for path in paths]
    docs = nlp.pipe((to_doc(nlp, letter) for letter in read), n_process=processes, batch_size=16)
    found = (to_annotation(doc, letter, pipeline) for doc, letter in zip(docs, read, strict=True))
    write_annotations(output, found)


def run(folder: Path, output: Path, workers: int) -> Tally:
    """Annotate a folder as the command does."""
    settings, tally = Settings(), Tally()
    nlp = settings.load()
    engine = Processes(settings, workers) if workers else InProcess(settings, nlp)
    Run(Target(str(output)), settings, describe(nlp), observer=tally).annotate(
        work_list([str(folder)]), lambda total, died: engine
    )
    return tally


def seconds(work: Callable[[], object]) -> float:
    """Return how long work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(folder: Path, count: int) -> None:
    """Print the ways side by side."""
    source = folder / "in"
    made.make(source, count)
    paths = sorted(source.glob("*.pdf"))
    loop = seconds(lambda: plain(paths, folder / "plain.jsonl"))
    print(f"{count} letters: plain loop {loop:.1f} s, {count / loop:.1f} letters/s")
    theirs = seconds(lambda: spacys(paths, folder / "spacy.jsonl", 2))
    print(f"nlp.pipe(n_process=2): {theirs:.1f} s, {loop / theirs:.2f} times as fast as the loop")
    one = None
    for workers in sorted({0, 1, 2, os.cpu_count() or 2}):
        output = folder / f"{workers}.jsonl"
        with Memory().watched() as memory:
            started = time.perf_counter()
            tally = run(source, output, workers)
            took = time.perf_counter() - started
        one = took if workers == 1 else one
        useful = (tally.reading + tally.tagging) / (took * max(workers, 1))
        beside = f", {one / took:.2f} times one worker" if one and workers > 1 else ""
        print(
            f"{workers} workers: {took:.1f} s, {count / took:.1f} letters/s, {tally.pages / took:.1f} pages/s;"
            f" {loop / took:.2f} times as fast as the loop{beside}; {useful:.0%} of the time in reading and tagging;"
            f" memory {memory.own:.0f} MiB here, {memory.largest:.0f} MiB the largest worker"
        )


def growth(folder: Path) -> None:
    """Print time and memory for more and more letters."""
    for count in (100, 1000, 10_000):
        source = folder / f"in-{count}"
        made.make(source, count)
        with Memory().watched() as memory:
            took = seconds(lambda source=source, count=count: run(source, folder / f"{count}.jsonl", 2))
        print(f"{count} letters: {1000 * took / count:.0f} ms a letter; memory {memory.own:.0f} MiB here,", end=" ")
        print(f"{memory.largest:.0f} MiB the largest worker", flush=True)


def start_up(folder: Path) -> None:
    """Print how long one letter takes, which is nearly all start-up."""
    source = folder / "one"
    made.make(source, 1)
    for workers in (0, 1, 2):
        took = seconds(lambda workers=workers: run(source, folder / f"one-{workers}.jsonl", workers))
        print(f"one letter with {workers} workers: {took:.2f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--letters", type=int, default=150)
    parser.add_argument("--growth", action="store_true", help="time and memory from 100 to 10,000 letters instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="epistula-batch-") as folder:
        start_up(Path(folder))
        (growth if options.growth else lambda place: compare(place, options.letters))(Path(folder))


if __name__ == "__main__":
    main()
