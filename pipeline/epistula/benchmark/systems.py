"""Other systems: their output as a file of any format that is read, or a spaCy pipeline that is run."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import spacy
from spacy.language import Language

from epistula.benchmark.mapping import unknown_label
from epistula.convert.formats import FORMATS, read_corpus
from epistula.convert.formats.docbin import letter_of
from epistula.errors import InputError
from epistula.model import Annotation

PIPELINE = "pipeline"
BY_ENDING = {".jsonl": "jsonl", ".spacy": "spacy", ".ann": "brat", ".conll": "conll"}


def label_options(items: Iterable[str]) -> dict[str, str]:
    """Return THEIRS=OURS options as a mapping.

    Raises:
        InputError: one is not of that form, or names no label of ours.
    """
    found: dict[str, str] = {}
    for item in items:
        theirs, sign, ours = item.partition("=")
        if not (theirs and sign and ours):
            raise InputError(f"--label {item}: write THEIRS=OURS, such as CHEMICAL=DRUG.")
        found[theirs] = ours
    if problem := unknown_label(list(found.values())):
        raise InputError(f"--label: {problem}")
    return found


def parse_system(spec: str) -> tuple[str, str]:
    """Return the path or package and the format of PATH or PATH:FORMAT.

    Raises:
        InputError: there is nothing of that name, or its format cannot be told.
    """
    name, colon, format_ = spec.rpartition(":")
    if colon and format_ in (*FORMATS, PIPELINE):
        return name, format_
    path = Path(spec)
    if not path.exists():
        if spacy.util.is_package(spec):
            return spec, PIPELINE
        raise InputError(f"{spec}: no such file, folder or spaCy package. Name the output of a system, or a pipeline.")
    if path.suffix in BY_ENDING:
        return spec, BY_ENDING[path.suffix]
    if (path / "meta.json").is_file() and (path / "config.cfg").is_file():
        return spec, PIPELINE
    if path.is_dir() and next(path.rglob("*.ann"), None):
        return spec, "brat"
    raise InputError(
        f"{spec}: its format cannot be told. Write {spec}:FORMAT, one of {', '.join((*FORMATS, PIPELINE))}."
    )


def run_pipeline(name: str, letters: Iterable[Annotation], tick: Callable[[], None]) -> Iterator[Annotation]:
    """Yield the entities and the span groups of a spaCy pipeline for each letter's text.

    Raises:
        InputError: the pipeline cannot be loaded.
    """
    model, letters = load_pipeline(name), list(letters)
    for one, doc in zip(letters, model.pipe(one.text for one in letters), strict=True):
        tick()
        yield letter_of(one.id, doc)


def load_pipeline(name: str) -> Language:
    """Load a spaCy pipeline by path or package.

    Raises:
        InputError: it cannot be loaded.
    """
    try:
        model = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{name}: cannot be loaded as a spaCy pipeline: {reason} Install it, or give its folder."
        ) from error
    model.max_length = sys.maxsize
    return model


def output_of(name: str, format_: str, letters: Iterable[Annotation], tick: Callable[[], None]) -> list[Annotation]:
    """Return what a system says of letters, under labels of its own.

    Raises:
        InputError: it cannot be read or loaded.
    """
    if format_ == PIPELINE:
        return list(run_pipeline(name, letters, tick))
    return list(read_corpus(Path(name), format_))


def labels_known(name: str, output: Iterable[Annotation], labels: Mapping[str, str]) -> None:
    """Refuse a system none of whose labels stands for one of ours.

    Raises:
        InputError: it has mentions, and none counts.
    """
    theirs = {mention.label for letter in output for mention in letter.spans}
    if theirs and not theirs & labels.keys():
        names = ", ".join(sorted(theirs)[:20])
        raise InputError(f"{name}: none of its labels ({names}) stands for one of ours. Say which with --label.")
