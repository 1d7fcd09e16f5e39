"""How fast a review is: its store beside reading the same letters from their file, line by line.

    python bench/review.py [LETTERS ...] [--url URL]

The letters of the gold are repeated under other ids until there are LETTERS (1,000 and then 10,000) of them. Each row
is the median of some calls, the longest of them, and how much of the time that reading the file takes the median is.
With --url an empty PostgreSQL database is measured, else SQLite in a temporary file.
"""

import argparse
import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter

from epistula.jsonl import read_annotations, write_annotations
from epistula.model import Annotation
from epistula.review.actions import decision
from epistula.review.queue import ORDERS
from epistula.review.store import Store

ROOT = Path(__file__).parents[1]
CALLS = 40


def main() -> None:
    """Print a table for each number of letters."""
    parser = argparse.ArgumentParser()
    parser.add_argument("letters", nargs="*", type=int, default=[1000, 10_000])
    parser.add_argument("--url")
    given = parser.parse_args()
    gold = list(read_annotations(ROOT / "annotations" / "gold" / "letters.jsonl"))
    for count in given.letters:
        with tempfile.TemporaryDirectory() as folder:
            measure(gold, count, Path(folder), given.url or f"sqlite:///{folder}/review.sqlite")


def measure(gold: list[Annotation], count: int, folder: Path, url: str) -> None:
    """Print how long everything takes on so many letters."""
    path = folder / "letters.jsonl"
    write_annotations(path, (replace(one, id=f"{one.id}-{n}") for n, one in enumerate(islice(cycle(gold), count))))
    reading = timed(lambda: sum(1 for _ in read_annotations(path)))
    store = Store(url)
    print(f"{count} letters, {path.stat().st_size / 1e6:.0f} MB")
    print(f"{'reading them from the file':34} {reading:9.4f} s")
    row("take_in", [timed(lambda: store.take_in(read_annotations(path)))], reading)
    row("take_in again, nothing new", [timed(lambda: store.take_in(read_annotations(path)))], reading)
    row("first letter of a new store object", [timed(lambda: first(url))], reading)
    for order in ORDERS:
        label = "DRUG" if order == "label" else None
        row(
            f"queue page, by {order}",
            [timed(lambda o=order, n=label: store.queue(order=o, label=n)) for _ in range(5)],
            reading,
        )
    walk = [store.next_letter()]
    row("next letter", [timed(lambda: walk.append(store.next_letter(after=walk[-1]))) for _ in range(CALLS)], reading)
    names = [name for name in walk if name]
    row("next letter, by forms", [timed(lambda n=n: store.next_letter(after=n, order="forms")) for n in names], reading)
    row("neighbours", [timed(lambda n=n: store.neighbours(n)) for n in names], reading)
    row("letter", [timed(lambda n=n: store.letter(n)) for n in names], reading)
    row(
        "next letter and letter",
        [timed(lambda n=n: store.letter(store.next_letter(after=n) or n)) for n in names],
        reading,
    )
    decisions = decide(store, names)
    row("decide (with its view)", [timed(lambda: next(decisions)) for _ in range(5 * CALLS)], reading)
    row("undo", [timed(lambda n=n: store.undo(n, "", "bench")) for n in names[:5] for _ in range(5)], reading)
    row("search", [timed(lambda w=w: store.search(w)) for w in ("rituximab", "anti-MDA5", "skin lung", "zzz")], reading)
    row("queue page with a search", [timed(lambda: store.queue(search="rituximab"))], reading)
    row("forms", [timed(store.forms)], reading)
    row("export", [timed(lambda: sum(1 for _ in store.export()))], reading)
    store.close()
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")


def first(url: str) -> None:
    """Open a store and show the first letter of its queue."""
    store = Store(url)
    store.queue()
    assert store.letter(store.next_letter() or "")
    store.close()


def decide(store: Store, names: list[str]) -> Iterator[int]:
    """Decide on the first mentions of letters that nobody decided on, one a turn."""
    for name in names:
        view = store.letter(name)
        assert view
        for mention in view.predictions.spans[:20]:
            view = store.letter(name)
            assert view
            kind, changes = decision("reject", {"mention": mention.id}, view.document, view.text)
            yield store.decide(name, "", "bench", kind, changes)


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = perf_counter()
    call()
    return perf_counter() - started


def row(name: str, seconds: list[float], reading: float) -> None:
    """Print a line."""
    middle = median(seconds)
    print(f"{name:34} {middle:9.4f} s  longest {max(seconds):9.4f} s  {middle / reading:8.4f} of reading")


if __name__ == "__main__":
    main()
