"""Annotating all letters of a work list into one file."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from spacy.language import Language

from epistula.batch.letters import read_letters
from epistula.errors import DeclarationError
from epistula.jsonl import writers
from epistula.model import Annotation, Failure, FailureCategory, Letter, Pipeline
from epistula.nlp import describe, to_annotation, to_doc
from epistula.pdf.isolated import read_pdf_isolated
from epistula.pdf.ocr import Read


@dataclass
class Summary:
    """What a run did: letters, pages, mentions by label, failures, seconds."""

    letters: int = 0
    pages: int = 0
    mentions: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0


def annotate_files(
    nlp: Language,
    items: Iterable[Path | Failure],
    output: Path,
    tick: Callable[[Path | Failure], None] = lambda item: None,
    read: Read = read_pdf_isolated,
) -> Summary:
    """Annotate files into `output`; failures go to `OUTPUT.failures.jsonl` beside it.

    Nothing appears under either name before the run is over.

    Args:
        nlp: the pipeline.
        items: what `work_list` yields.
        output: the annotation file to write.
        tick: called after each item.
        read: reads a PDF.

    Raises:
        InputError: `output` cannot be written.
        DeclarationError: a lexicon or rule file is broken; nothing is written.
    """
    summary, started, pipeline = Summary(), perf_counter(), describe(nlp)
    with writers(output) as (annotations, failures):
        for item in items:
            for letter in [item] if isinstance(item, Failure) else read_letters(item, read):
                result = letter if isinstance(letter, Failure) else annotate_letter(nlp, letter, pipeline)
                if isinstance(result, Failure):
                    failures.write(result)
                    summary.failures.append(result)
                else:
                    annotations.write(result)
                    summary.letters += 1
                    summary.pages += result.source.pages or 0
                    summary.mentions.update(mention.label for mention in result.spans)
            tick(item)
    summary.seconds = perf_counter() - started
    return summary


def annotate_letter(nlp: Language, letter: Letter, pipeline: Pipeline) -> Annotation | Failure:
    """Return a letter's annotation, or a Failure when the pipeline breaks on it.

    Raises:
        DeclarationError: a lexicon or rule file is broken.
    """
    if len(letter.text) > nlp.max_length:
        reason = f"{len(letter.text):,} characters, more than {nlp.max_length:,}. Split it into letters."
        return Failure(letter.source.path or letter.id, FailureCategory.LIMIT, reason)
    try:
        return to_annotation(nlp(to_doc(nlp, letter)), letter, pipeline)
    except DeclarationError:  # a broken lexicon or rule file breaks every letter
        raise
    except Exception as error:  # one letter must not end the run
        reason = f"the pipeline failed with {type(error).__name__}: {error}. Please report this letter."
        return Failure(letter.source.path or letter.id, FailureCategory.INTERNAL, reason)
