"""What a worker of a cluster does: it annotates a shard of letters and writes it where all machines can read it.

A letter is annotated in a process beside the worker (`engines.Processes`), so that what it does to that process costs
only itself, here as on one machine, and is told in the same words.
"""

import os
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import current_process
from pathlib import Path
from tempfile import TemporaryDirectory

from spacy.util import minibatch

from epistula.batch.engines import Processes
from epistula.batch.fetch import Fetched, Fetcher
from epistula.batch.ref import Ref, is_url, local_path
from epistula.batch.target import Target
from epistula.batch.work import Result, Settings, Task, failed
from epistula.errors import InputError, ReadError
from epistula.model import Failure, Pipeline
from epistula.nlp import describe

BATCH = 8
"""Letters that a process is handed in one go: what a kill may cost, against what handing over costs."""


class DroppedError(Exception):
    """Nobody waits for a job any more."""


@dataclass(frozen=True, slots=True)
class Job:
    """Letters to annotate, each with the key that the store knows it by.

    Args:
        letters: in the order of their lines.
        shard: number of the shard that they are all the letters of, which the worker writes; None when their lines
            are to be returned.
    """

    letters: tuple[tuple[int, Ref], ...]
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A shard that a worker wrote.

    Args:
        number: of the shard.
        results: of its letters; only failures have their line.
        places: key and place of each line.
        digest: SHA-256 of the file; None when there was no line to write.
    """

    number: int
    results: tuple[Result, ...]
    places: tuple[tuple[int, int], ...] = ()
    digest: str | None = None


@dataclass(frozen=True)
class Setup:
    """What all jobs of a run have in common.

    Args:
        settings: what letters are annotated with.
        pipeline: what `settings` must give on each machine.
        target: `output`, `shard` and `form` of the target.
        state: the file that shows a worker that it sees the folder of the target; None for object storage.
        folder: from where relative paths count.
    """

    settings: Settings
    pipeline: Pipeline
    target: tuple[str, int, str]
    state: str | None
    folder: str

    def check(self) -> None:
        """See that letters can be annotated here as on the machine that wants them.

        Raises:
            InputError: a vocabulary, the model or the folder of the target is not there, or the pipeline is another.
        """
        if Path(self.folder).is_dir():
            os.chdir(self.folder)
        if self.state is not None and not Path(self.state).is_file():
            reason = "is not the folder that the command writes to. Mount it here under the same path, or write to"
            raise InputError(f"{self.target[0]}: {reason} object storage.")
        with _LOADING:
            if self not in _CHECKED:
                here = describe(self.settings.load())
                if here != self.pipeline:
                    raise InputError(_another(here, self.pipeline))
                _CHECKED[:] = [self]


_LOADING = threading.Lock()
_CHECKED: list[Setup] = []
"""What this process has found to be as it should."""


def _another(here: Pipeline, there: Pipeline) -> str:
    if here.version != there.version:
        return f"has epistula {here.version}, the command {there.version}. Install the same version on both."
    return (
        f"has a pipeline with the configuration {here.config_sha256[:12]}, the command {there.config_sha256[:12]}:"
        " code, lexicons, vocabularies or model differ. Install the same ones on both."
    )


def do(setup: Setup, job: Job, wanted: Callable[[], bool], spool: str | None = None) -> Written | list[Result]:
    """Annotate the letters of a job; write their shard, or return the results with their lines.

    Args:
        setup: as for all jobs of the run.
        job: the letters.
        wanted: says whether somebody still waits for the job.
        spool: folder for temporary copies of letters.

    Raises:
        InputError: something is not here that is needed; nothing is written.
        DroppedError: nobody waits for the job; nothing is written.
    """
    setup.check()
    current_process().daemon = False  # as which Dask starts workers, and which may have no processes of their own
    results = _annotate(setup.settings, job.letters, wanted, spool)
    return results if job.shard is None else _write(setup, job.shard, results, wanted)


def _write(setup: Setup, number: int, results: Sequence[Result], wanted: Callable[[], bool]) -> Written:
    done = [result for result in results if result.category is None]
    kept = tuple(replace(result, line=b"") if result.category is None else result for result in results)
    if not done:
        return Written(number, kept)
    target = Target(*setup.target)

    def lines() -> Iterator[bytes]:
        yield from (zlib.decompress(result.line) for result in done)
        _check(wanted)

    places, digest = target.write(target.shard_name(number), lines())
    return Written(number, kept, tuple(zip((result.key for result in done), places, strict=True)), digest)


def _annotate(
    settings: Settings, letters: Sequence[tuple[int, Ref]], wanted: Callable[[], bool], spool: str | None
) -> list[Result]:
    """Return the results of letters, in their order."""
    found: dict[int, Result] = {}
    under_way: dict[int, Fetched] = {}
    with TemporaryDirectory(prefix="epistula-", dir=spool) as folder, Fetcher(Path(folder)) as fetcher:

        def tasks() -> Iterator[Task]:
            for key, ref in letters:
                try:
                    under_way[key] = fetcher.fetch(ref)
                except ReadError as error:
                    _refuse_elsewhere(ref)
                    found[key] = not_fetched(key, ref, error)
                else:
                    yield Task(key, under_way[key])

        for results in Processes(settings, 1).run(minibatch(tasks(), BATCH)):
            _check(wanted)
            for result in results:
                discard(under_way.pop(result.key))
                found[result.key] = result
    return [found[key] for key, _ in letters]


def _check(wanted: Callable[[], bool]) -> None:
    if not wanted():
        raise DroppedError


def _refuse_elsewhere(ref: Ref) -> None:
    """Refuse a folder that is not here: the letter was found, on the machine that wants it annotated.

    Raises:
        InputError: so it is.
    """
    name = ref.container or ref.name
    if not is_url(name) and not (folder := Path(local_path(name)).resolve().parent).is_dir():
        raise InputError(f"{name}: there is no folder {folder}. Mount it here under the same path, or use URLs.")


def not_fetched(key: int, ref: Ref, error: ReadError) -> Result:
    """Return the result of a letter that could not be fetched."""
    return failed(key, Failure(ref.name, error.category, error.reason, line=ref.line))


def discard(fetched: Fetched) -> None:
    """Remove a temporary copy."""
    if fetched.spooled and fetched.path:
        Path(fetched.path).unlink(missing_ok=True)
