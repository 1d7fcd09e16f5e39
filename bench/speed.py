"""How fast: reading, looking up and annotating, each beside something else in the same run.

    python bench/speed.py

Prints a ratio a line. The best of several passes counts, so that other work on the machine matters less.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import spacy
from spacy.matcher import PhraseMatcher

from epistula.labels.drug.finder import entries
from epistula.nlp import load, to_doc
from epistula.pdf import read_pdf
from epistula.text.lexicon import Lexicon
from epistula.text.words import Words

LETTERS = sorted((Path(__file__).parents[1] / "corpus" / "letters").glob("*.pdf"))
PASSES = 3


def best_of(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest pass."""
    seconds = []
    for _ in range(PASSES):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def plumb() -> None:
    """Read every letter with pdfplumber's default text."""
    for path in LETTERS:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_text()


def main() -> None:
    """Measure and print."""
    letters = [read_pdf(path) for path in LETTERS]
    pages = sum(len(letter.pages) for letter in letters)
    text = "\n".join(letter.text for letter in letters)
    words = len(text.split())

    ours = best_of(lambda: [read_pdf(path) for path in LETTERS])
    theirs = best_of(plumb)
    print(
        f"reading {pages} pages: {1000 * ours / pages:.1f} ms a page; pdfplumber's text {1000 * theirs / pages:.1f}",
        end="",
    )
    print(f" ms a page: {theirs / ours:.1f} times as fast")

    names = [name for entry in entries() for name in entry.names]
    lexicon = Lexicon((name, name) for name in names)
    blank = spacy.blank("en")
    matcher = PhraseMatcher(blank.vocab, attr="LOWER")
    matcher.add("DRUG", list(blank.tokenizer.pipe(names)))
    ours = best_of(lambda: list(lexicon.find(Words.of(text))))
    theirs = best_of(lambda: matcher(blank.make_doc(text)))
    print(f"looking up {len(names)} drug names: {words / ours:,.0f} words/s; spaCy's tokenizer and", end="")
    print(f" PhraseMatcher {words / theirs:,.0f} words/s: {theirs / ours:.2f} times as fast")

    nlp = load()
    ours = best_of(lambda: [nlp(to_doc(nlp, letter)) for letter in letters])
    theirs = best_of(lambda: [nlp.make_doc(letter.text) for letter in letters])
    print(
        f"annotating: {words / ours:,.0f} words/s; spaCy's tokenizer alone {words / theirs:,.0f} words/s:",
        end="",
    )
    print(f" {theirs / ours:.2f} times as fast")


if __name__ == "__main__":
    main()
