"""What a worker does: letters go in by name, finished lines come out."""

import os
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from spacy.language import Language

from epistula.batch.fetch import Fetched
from epistula.batch.letters import read_fetched
from epistula.errors import DeclarationError
from epistula.jsonl import ANNOTATION, FAILURE
from epistula.memory import limit_memory
from epistula.model import Annotation, Failure, FailureCategory, Letter, Pipeline, content_id
from epistula.nlp import describe, load, to_annotation, to_doc
from epistula.pdf.isolated import read_pdf_isolated
from epistula.pdf.ocr import Read, read_pdf_ocr
from epistula.readers import ReaderName

OCR_SECONDS = 2 * 600.0
"""Time that recognising text may take, in both of its modes."""


@dataclass(frozen=True)
class Settings:
    """All that decides what a letter's line says.

    Args:
        reader: what reads the characters of a PDF.
        ocr: whether text is recognised in images.
        link, vocabularies, model, model_labels, lexicons: as for `epistula.load`.
        seconds: time that reading, and time that annotating a letter may take.
        memory_mb: memory that reading, and memory that annotating a letter may take, MB.
    """

    reader: str = ReaderName.PDFIUM
    ocr: bool = False
    link: bool = False
    vocabularies: tuple[str, ...] = ()
    model: str | None = None
    model_labels: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 60
    memory_mb: int = 2048
    lexicons: tuple[str, ...] = ()

    def load(self) -> Language:
        """Return the pipeline.

        Raises:
            InputError: a vocabulary, a lexicon or the model is not there.
            DeclarationError: a lexicon or rule file is broken.
        """
        return load(
            link=self.link,
            vocabularies=self.vocabularies,
            model=self.model,
            model_labels=dict(self.model_labels),
            lexicon=self.lexicons,
        )

    @property
    def read(self) -> Read:
        """What reads a PDF."""
        plain = partial(read_pdf_isolated, seconds=self.seconds, memory_mb=self.memory_mb, reader=self.reader)
        return partial(read_pdf_ocr, read=plain) if self.ocr else plain

    @property
    def patience(self) -> float:
        """Seconds after which a letter is given up, whatever it does: reading has ended by itself before."""
        return 2 * self.seconds + 10 + (OCR_SECONDS if self.ocr else 0)

    def fingerprint(self, pipeline: Pipeline) -> str:
        """Return a hash of all that decides what is written of a letter that can be read."""
        return content_id(pipeline.name, pipeline.version, pipeline.config_sha256, self.reader, self.ocr)


@dataclass(frozen=True, slots=True)
class Task:
    """A letter to annotate; `key` is what the store knows it by."""

    key: int
    fetched: Fetched


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a letter.

    Args:
        key: of its task.
        line: the line to write, compressed with zlib; an annotation, or a failure when `category` is given.
        digest: SHA-256 of the line.
        size: bytes of the line.
        letter: id of the letter.
        category: why it failed.
        pages: of the PDF.
        mentions: by label.
        reading, tagging: seconds.
    """

    key: int
    line: bytes
    digest: bytes
    size: int
    letter: str = ""
    category: FailureCategory | None = None
    pages: int = 0
    mentions: Mapping[str, int] = field(default_factory=dict)
    reading: float = 0.0
    tagging: float = 0.0


class Annotator:
    """A loaded pipeline that makes results of tasks."""

    def __init__(self, settings: Settings, nlp: Language | None = None) -> None:
        self.settings = settings
        self._read = settings.read
        self._nlp = nlp or settings.load()
        self._pipeline = describe(self._nlp)

    def __call__(self, task: Task) -> Result:
        """Read and annotate a letter.

        Raises:
            DeclarationError: a lexicon or rule file is broken.
        """
        started = time.perf_counter()
        letter = read_fetched(task.fetched, self._read)
        read = time.perf_counter()
        outcome = letter if isinstance(letter, Failure) else annotate_letter(self._nlp, letter, self._pipeline)
        result = failed(task.key, outcome) if isinstance(outcome, Failure) else _done(task.key, outcome)
        return replace(result, reading=read - started, tagging=time.perf_counter() - read)


def annotate_letter(nlp: Language, letter: Letter, pipeline: Pipeline) -> Annotation | Failure:
    """Return a letter's annotation, or a Failure when the pipeline breaks on it.

    Raises:
        DeclarationError: a lexicon or rule file is broken.
    """
    path = letter.source.path or letter.id
    if len(letter.text) > nlp.max_length:
        reason = f"{len(letter.text):,} characters, more than {nlp.max_length:,}. Split it into letters."
        return Failure(path, FailureCategory.LIMIT, reason)
    try:
        return to_annotation(nlp(to_doc(nlp, letter)), letter, pipeline)
    except DeclarationError:  # a broken lexicon or rule file breaks every letter
        raise
    except MemoryError:
        return Failure(path, FailureCategory.LIMIT, "annotating it needs more memory than is allowed")
    except Exception as error:  # one letter must not end the run
        reason = f"the pipeline failed with {type(error).__name__}: {error}. Please report this letter."
        return Failure(path, FailureCategory.INTERNAL, reason)


def failed(key: int, failure: Failure) -> Result:
    """Return the result of a letter that failed."""
    return Result(key, *_packed(FAILURE.dump_json(failure)), category=failure.category)


def _done(key: int, annotation: Annotation) -> Result:
    return Result(
        key,
        *_packed(ANNOTATION.dump_json(annotation)),
        letter=annotation.id,
        pages=annotation.source.pages or 0,
        mentions=Counter(mention.label for mention in annotation.spans),
    )


def _packed(line: bytes) -> tuple[bytes, bytes, int]:
    return zlib.compress(line, 1), sha256(line).digest(), len(line)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the process when a block takes longer, whatever it does: no handler runs inside a pattern or a library."""
    import faulthandler

    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def end_with(alive: Callable[[], bool], every: float = 1.0) -> None:
    """End this process soon after `alive` is false: the run that it works for is gone, and nobody waits for it."""

    def watch() -> None:
        while alive():
            time.sleep(every)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def annotate_batch(annotator: Annotator, tasks: Sequence[Task]) -> list[Result]:
    """Annotate letters, each within the time and the memory it has; the process ends when one takes longer."""
    settings = annotator.settings
    results = []
    for task in tasks:
        limit_memory(settings.memory_mb)
        with time_limit(settings.patience):
            results.append(annotator(task))
    return results
