"""How long scoring takes: our evaluation with its page beside spaCy's Scorer, on the same letters.

    python bench/scoring.py [LETTERS]

The letters of the corpus are annotated from their PDFs and repeated under other names until there are LETTERS (2,000)
of them. spaCy's Scorer gives strict precision, recall and F1 by label, here of gold against itself, as it compares
equal texts alone; ours aligns gold with what was read from the PDFs, pairs mentions by five schemes, compares
attributes, draws letters anew for intervals, and writes the page. Both read their files.
"""

import sys
import tempfile
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

import spacy
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example

from epistula.batch.letters import read_letters
from epistula.cli.evaluate import evaluate
from epistula.jsonl import read_annotations, write_annotations
from epistula.model import Annotation, Failure
from epistula.nlp import annotate, load

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print seconds and ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    gold = list(read_annotations(ROOT / "annotations" / "gold" / "letters.jsonl"))
    nlp = load()
    found = []
    for letter in gold:
        for read in read_letters(ROOT / "corpus" / "letters" / f"{letter.id}.pdf"):
            if isinstance(read, Failure):
                raise SystemExit(f"{read.path}: {read.reason}")
            found.append(replace(next(annotate(nlp, [read])), id=letter.id))
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs, page = (Path(folder) / name for name in ("gold.jsonl", "predicted.jsonl", "report.html"))
        write_annotations(ours, _repeated(gold, count))
        write_annotations(theirs, _repeated(found, count))
        started = perf_counter()
        evaluate(theirs, ours, html=page)
        mine = perf_counter() - started
        started = perf_counter()
        examples = [Example(_doc(one), _doc(one)) for one in read_annotations(ours)]
        Scorer.score_spans(examples, "spans_sc", getter=lambda doc, _: doc.spans["sc"])
        spacys = perf_counter() - started
        print(
            f"\n{count} letters: evaluate with its page {mine:.1f} s, {page.stat().st_size / 2**20:.1f} MiB;", end=" "
        )
        print(f"spaCy's Scorer {spacys:.1f} s; ratio {mine / spacys:.2f}")


def _repeated(letters: list[Annotation], count: int) -> list[Annotation]:
    return [replace(a, id=f"{a.id}-{number}") for number, a in enumerate(islice(cycle(letters), count))]


NLP = spacy.blank("en")


def _doc(annotation: Annotation) -> Doc:
    doc = NLP.make_doc(annotation.text)
    spans = (doc.char_span(m.start, m.end, m.label, alignment_mode="expand") for m in annotation.spans)
    doc.spans["sc"] = [span for span in spans if isinstance(span, Span)]
    return doc


if __name__ == "__main__":
    main()
