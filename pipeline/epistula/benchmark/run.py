"""A benchmark: gold from a corpus, ours and other systems on the same letters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from epistula.benchmark import systems
from epistula.benchmark.mapping import CorpusMapping
from epistula.benchmark.ours import annotated, asserted
from epistula.benchmark.relabel import gold_of, only_at, predicted_of, renamed
from epistula.convert.formats import read_corpus
from epistula.errors import InputError
from epistula.evaluate.compare import Comparison, compare, predictions_by_gold_id
from epistula.evaluate.scores import Scores, scores_of
from epistula.jsonl import read_annotations
from epistula.labels import all_labels, problem_with
from epistula.model import Annotation

OURS = "epistula"


@dataclass(frozen=True)
class Run:
    """A system on the gold of a corpus."""

    name: str
    comparison: Comparison
    scores: Scores


@dataclass(frozen=True)
class Task:
    """What is to be measured.

    Args:
        corpus: file or folder.
        mapping: what its labels stand for; None for gold of our own.
        format: instead of the mapping's.
        systems: PATH, PACKAGE or PATH:FORMAT of other systems.
        predicted: a file of predictions of ours, instead of running the pipeline.
        labels: label of a system → label of ours, beside those of the mapping.
        limit: how many letters, from the first; all unless given.
    """

    corpus: Path
    mapping: CorpusMapping | None = None
    format: str | None = None
    systems: Sequence[str] = ()
    predicted: Path | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None


def benchmark(task: Task, started: Callable[[str, int], None], tick: Callable[[], None]) -> list[Run]:
    """Return the runs: ours, then the others in the order they were named.

    Args:
        task: what is to be measured.
        started: called with the name and the number of letters before a system is run.
        tick: called for each letter that a system is done with.

    Raises:
        InputError: the corpus or a system cannot be used, or none of the labels is named in the mapping.
    """
    named = [(*systems.parse_system(spec), spec) for spec in task.systems]
    letters, gold = _read(task)
    started(OURS, len(letters))
    runs = [_run(task, OURS, gold, _ours(task, letters, tick))]
    for name, format_, spec in named:
        if task.mapping and task.mapping.given and format_ == systems.PIPELINE:
            problem = "mentions are given in this corpus, and a spaCy pipeline cannot be given any"
            raise InputError(f"{name}: {problem}. Give its output as JSONL with `assertion`.")
        started(name, len(letters))
        runs.append(_run(task, _shown(spec, named), gold, _others(task, name, format_, letters, tick)))
    return runs


def _read(task: Task) -> tuple[list[Annotation], list[Annotation]]:
    """Return the letters of the corpus as they are, and as gold."""
    mapping = task.mapping
    if mapping is None and task.format in (None, "jsonl"):
        found = read_annotations(task.corpus, problem_with, bare=True)
    else:
        files = mapping.files if mapping and task.format in (None, mapping.format) else None
        found = read_corpus(task.corpus, task.format or (mapping.format if mapping else "jsonl"), files)
    letters = list(islice(found, task.limit))
    gold = [gold_of(le, mapping) for le in letters] if mapping else [renamed(le, _own()) for le in letters]
    if letters and not any(letter.spans for letter in gold):
        theirs = ", ".join(sorted({m.label for le in letters for m in le.spans})) or "it has none"
        source = f"the mapping {mapping.name}" if mapping else "epistula (give --mapping)"
        raise InputError(f"{task.corpus}: none of its labels ({theirs}) is known to {source}. Name them in a mapping.")
    return letters, gold


def _own() -> dict[str, str]:
    return {label: label for label in all_labels()}


def _ours(task: Task, letters: Iterable[Annotation], tick: Callable[[], None]) -> list[Annotation]:
    mapping = task.mapping
    if task.predicted:
        found = list(read_annotations(task.predicted, problem_with, bare=True))
    elif mapping and mapping.given:
        found = list(asserted(letters, mapping, tick))
    else:
        found = list(annotated(letters, tick))
    return [predicted_of(letter, mapping, _own()) for letter in found] if mapping else found


def _others(
    task: Task, name: str, format_: str, letters: list[Annotation], tick: Callable[[], None]
) -> list[Annotation]:
    output = systems.output_of(name, format_, letters, tick)
    labels = {**(task.mapping.of_systems if task.mapping else _own()), **task.labels}
    systems.labels_known(name, output, labels)
    if task.mapping:
        return [predicted_of(letter, task.mapping, labels) for letter in output]
    return [renamed(letter, labels) for letter in output]


def _run(task: Task, name: str, gold: list[Annotation], predicted: list[Annotation]) -> Run:
    if task.limit:  # the letters that are not taken are not to be told as surplus
        predicted = list(predictions_by_gold_id(gold, predicted).values())
    if task.mapping and task.mapping.given:
        places = {letter.id: {(m.start, m.end) for m in letter.spans} for letter in gold}
        predicted = [only_at(letter, places.get(letter.id, set())) for letter in predicted]
    comparison = compare(gold, predicted)
    return Run(name, comparison, scores_of(comparison))


def _shown(spec: str, named: Iterable[tuple[str, str, str]]) -> str:
    """Return the short name of a system, or all that was written where two would be called the same."""
    short = [Path(name).name for name, _, _ in named]
    own = next(Path(name).name for name, _, written in named if written == spec)
    return spec if short.count(own) > 1 or own == OURS else own
