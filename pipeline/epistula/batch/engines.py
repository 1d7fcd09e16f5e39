"""Who does the work on this machine: this process, or processes beside it.

Processes are pebble's: it gives each task a process of its own choice, tells which task a process died with, and
replaces the process. concurrent.futures and multiprocessing.Pool lose all that was under way then, and loky, joblib's,
does so too.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from multiprocessing.context import BaseContext
from typing import Protocol

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from spacy.language import Language

from epistula.batch.work import Annotator, Result, Settings, Task, annotate_batch, end_with, failed
from epistula.model import Failure, FailureCategory

AHEAD = 2
"""Batches that are handed out for each worker: one that it does and one that waits for it."""
RECYCLED = 250
"""Batches after which a worker is replaced: each new word of a letter stays in spaCy's memory."""

Batch = Sequence[Task]


class Engine(Protocol):
    """Annotates batches of letters, in whatever order; no more are taken from the iterable than are needed."""

    def run(self, batches: Iterable[Batch]) -> Iterator[Sequence[Result]]:
        """Yield the results of each batch."""
        ...


class InProcess:
    """Annotates in this process, one letter after the other."""

    def __init__(self, settings: Settings, nlp: Language) -> None:
        self._annotator = Annotator(settings, nlp)

    def run(self, batches: Iterable[Batch]) -> Iterator[Sequence[Result]]:
        """Yield the results of each batch."""
        for batch in batches:
            yield [self._annotator(task) for task in batch]

    def close(self) -> None:
        """Do nothing: there is nothing to end."""


class Processes:
    """Annotates in processes of this machine; a letter that takes its process down costs only itself.

    Args:
        settings: what letters are annotated with.
        workers: processes.
        keep: whether they stay for the next run, until this is closed.
    """

    def __init__(self, settings: Settings, workers: int, *, keep: bool = False) -> None:
        self._settings, self._workers, self._keep = settings, workers, keep
        self._pool: ProcessPool | None = None

    def close(self) -> None:
        """End the processes."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _open(self) -> ProcessPool:
        """Return processes: those of the run before, if they were kept."""
        self._pool = self._pool or ProcessPool(
            max_workers=self._workers,
            max_tasks=RECYCLED,
            initializer=_begin,
            initargs=(self._settings,),
            context=_context(),
        )
        return self._pool

    def run(self, batches: Iterable[Batch]) -> Iterator[Sequence[Result]]:
        """Yield the results of each batch; after a death its letters are done again one by one."""
        waiting: dict[ProcessFuture[list[Result]], Batch] = {}
        pool, well = self._open(), False
        try:
            for batch in batches:
                waiting[pool.schedule(_annotate, (batch,))] = batch
                while len(waiting) >= AHEAD * self._workers:
                    yield from self._finished(pool, waiting)
            while waiting:
                yield from self._finished(pool, waiting)
            well = True
        finally:
            if not (well and self._keep):
                self.close()

    def _finished(
        self, pool: ProcessPool, waiting: "dict[ProcessFuture[list[Result]], Batch]"
    ) -> Iterator[Sequence[Result]]:
        done = wait(waiting, return_when=FIRST_COMPLETED).done
        for future in [future for future in waiting if future in done]:
            batch = waiting.pop(future)
            try:
                yield future.result()
            except ProcessExpired as error:
                if len(batch) == 1:
                    yield [failed(batch[0].key, lost(batch[0], error.exitcode, self._settings))]
                for task in batch if len(batch) > 1 else ():
                    waiting[pool.schedule(_annotate, ((task,),))] = (task,)


def lost(task: Task, code: int, settings: Settings) -> Failure:
    """Return the failure of a letter that a process died with: by our own hand for its time, or not."""
    if code == TIMED_OUT:
        reason = f"not annotated within {settings.patience:g} seconds"
        return Failure(task.fetched.ref.name, FailureCategory.LIMIT, reason, task.fetched.ref.line)
    if code in {-9, 137}:
        reason = "annotating it was killed, which systems do when memory runs out"
        return Failure(task.fetched.ref.name, FailureCategory.LIMIT, reason, task.fetched.ref.line)
    reason = f"annotating it crashed (exit code {code}). Please report this letter."
    return Failure(task.fetched.ref.name, FailureCategory.INTERNAL, reason, task.fetched.ref.line)


TIMED_OUT = 1
"""Exit code of a process whose time was up."""

_ANNOTATOR: list[Annotator] = []
"""What a worker process has loaded."""


def _context() -> BaseContext:
    """Return how processes are started: from a clean one that has everything imported, where there is such a thing."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["epistula.batch.preload"])
    return context


def _begin(settings: Settings) -> None:
    parent = multiprocessing.parent_process()
    end_with(lambda: parent is not None and parent.is_alive())
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _ANNOTATOR[:] = [Annotator(settings)]


def _annotate(batch: Batch) -> list[Result]:
    return annotate_batch(_ANNOTATOR[0], batch)
