"""Annotating all letters of a work list into a target, whatever stops it on the way."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby, islice
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any, Protocol, runtime_checkable

from spacy.util import minibatch

from epistula.batch.engines import Engine
from epistula.batch.fetch import Fetched, Fetcher
from epistula.batch.job import BATCH, Job, Written, discard, not_fetched
from epistula.batch.observer import Observer, Passed
from epistula.batch.ref import Kind, Ref
from epistula.batch.shards import Shards, failures_of, write_lists
from epistula.batch.store import Row, State, Store
from epistula.batch.target import Target
from epistula.batch.work import Result, Settings, Task
from epistula.errors import InputError, ReadError
from epistula.jsonl import FAILURE
from epistula.model import Failure, Pipeline
from epistula.version import __version__

CHUNK = 64
"""Letters that are looked at in one transaction."""
SHOWN = 20
"""Failures that an outcome holds; all are in the list."""
ROUNDS = 3
"""How often lines that turn out damaged on the disk are done again before that is called an error."""


@dataclass(frozen=True)
class Outcome:
    """What a target holds after a run, whichever run annotated it.

    Args:
        letters: annotated, with so many `pages`.
        mentions: by label.
        failures: letters that failed, by category.
        duplicates: letters with the content of another.
        first: the first failures of the work list.
    """

    letters: int
    pages: int
    mentions: Mapping[str, int]
    failures: Mapping[str, int]
    duplicates: int
    first: tuple[Failure, ...] = ()


class Redo(StrEnum):
    """Which letters are done again that an earlier run has done."""

    CHANGED = "changed"
    """Those whose content, or what they are annotated with, has changed."""
    FAILED = "failed"
    """Those too that failed."""
    ALL = "all"


@runtime_checkable
class Cluster(Protocol):
    """Does jobs in whatever order; its workers write shards."""

    def run_jobs(self, jobs: Iterable[Job]) -> Iterator[Written | Sequence[Result]]:
        """Yield a shard that was written, or the results of letters whose lines were asked for."""
        ...


class Run:
    """A run of a target.

    Args:
        target: what is written.
        settings: what letters are annotated with.
        pipeline: name, version and configuration of the pipeline that `settings` gives.
        order: in which lines stand, one of `shards.ORDERS`.
        redo: what of an earlier run is done again.
        resume: whether anything of an earlier run is kept.
        observer: is told what happens.
        fetcher: returns what fetches letters, given the folder for temporary copies.
    """

    def __init__(
        self,
        target: Target,
        settings: Settings,
        pipeline: Pipeline,
        *,
        order: str = "input",
        redo: Redo = Redo.CHANGED,
        resume: bool = True,
        observer: Observer | None = None,
        fetcher: Callable[[Path], Fetcher] = Fetcher,
    ) -> None:
        self._target, self._order, self._redo, self._resume = target, order, redo, resume
        self._pipeline, self._maker = pipeline, settings.fingerprint(pipeline)
        self._observer, self._fetcher = observer or Observer(), fetcher

    def annotate(
        self,
        refs: Iterable[Ref | Failure],
        engine: Callable[[int, bool], Engine | Cluster],
        store: Store | None = None,
    ) -> Outcome:
        """Annotate letters; return what there is then.

        Whatever ends this early, the next run of the same target goes on from there.

        Args:
            refs: the work list.
            engine: returns who does the work, given how many letters there are, and whether the process of an earlier
                run died: then a letter may have killed it.
            store: the state of the target, from one who has opened it and goes on to use it.

        Raises:
            InputError: another run writes to the target, it cannot be written, or the disk is full.
            DeclarationError: a lexicon or rule file is broken.
        """
        with ExitStack() as stack:
            stack.enter_context(_told(self._target))
            state = self._target.state
            if self._target.special:  # nothing can be kept beside a pipe
                state = Path(stack.enter_context(TemporaryDirectory(prefix="epistula-"))) / "state"
            store = store or stack.enter_context(closing(Store(state)))
            spool = state.with_name(f"{state.name}.spool")
            stack.callback(rmtree, spool, ignore_errors=True)
            self._forget(store)
            if not self._target.special:
                self._target.sweep()
            total = store.enlist(refs)
            self._observer.listed(total)
            workers = engine(total, store.meta("running") == "yes")
            store.note(running="yes")
            shards = Shards(store, self._target, self._order)
            shards.check()
            shards.assign()
            for turn in range(ROUNDS):
                if isinstance(workers, Cluster):
                    self._work_shards(store, shards, workers, spool)
                else:
                    self._work(store, shards, workers, spool)
                if turn == 0:
                    store.free_duplicates()
                shards.write_ready(last=True)
                if not store.one("SELECT 1 FROM letters WHERE state = ? LIMIT 1", State.TODO):
                    break
            else:
                raise InputError(f"{state}: what is written to this disk is not what is read from it. Check the disk.")
            write_lists(store, self._target)
            outcome = outcome_of(store)
            if self._target.shard is not None:
                self._write_manifest(store, outcome)
            store.note(running="no", redo="")
            store.db.executescript("PRAGMA incremental_vacuum")  # execute would give back a page and stop
            return outcome

    def _forget(self, store: Store) -> None:
        """Let letters be done again, once: a run that was broken off goes on."""
        if not self._resume or store.meta("redo") != self._redo:
            with store.transaction():
                if self._redo is not Redo.CHANGED or not self._resume:
                    store.forget(failures=self._resume and self._redo is Redo.FAILED)
                store.note(redo=self._redo)

    def _work(self, store: Store, shards: Shards, engine: Engine, spool: Path) -> None:
        under_way: dict[int, Fetched] = {}
        since = 0
        rmtree(spool, ignore_errors=True)
        with self._fetcher(spool) as fetcher:
            tasks = self._tasks(store, fetcher, store.rows(), under_way)
            for results in engine.run(minibatch(tasks, BATCH)):
                self._tell(store, store.put(results, self._maker), under_way)
                since += len(results)
                if self._target.shard is not None and since >= self._target.shard:
                    shards.write_ready()
                    since = 0

    def _tell(self, store: Store, results: Iterable[Result], under_way: dict[int, Fetched]) -> None:
        """Tell of results, and give up the copies that they were made of."""
        for result in results:
            fetched = under_way.pop(result.key, None)
            if fetched is None:
                self._observer.refused(result, store.name_of(result.key))
            else:
                discard(fetched)
                self._observer.annotated(result, fetched.ref.name)

    def _work_shards(self, store: Store, shards: Shards, cluster: Cluster, spool: Path) -> None:
        under_way: dict[int, Fetched] = {}
        rmtree(spool, ignore_errors=True)
        with self._fetcher(spool) as fetcher:
            for done in cluster.run_jobs(self._jobs(store, shards, fetcher, under_way)):
                if isinstance(done, Written):
                    results = store.put_shard(done, self._target.codec.suffix, self._maker)
                else:
                    results = store.put(done, self._maker)
                self._tell(store, results, under_way)
        self._target.sweep()

    def _jobs(self, store: Store, shards: Shards, fetcher: Fetcher, under_way: dict[int, Fetched]) -> Iterator[Job]:
        """Yield what is to be done: the letters of a whole shard, or some of one that lines are kept of."""
        size = self._target.shard or 1
        for number, rows in groupby(store.rows(), key=lambda row: row.position // size):
            letters: list[tuple[int, Ref]] = []
            for task in self._tasks(store, fetcher, rows, under_way):
                discard(task.fetched)  # workers fetch for themselves
                letters.append((task.key, task.fetched.ref))
            if store.one("SELECT 1 FROM letters WHERE member = ? AND state = ? LIMIT 1", number, State.DONE):
                yield from (Job(tuple(batch)) for batch in minibatch(letters, BATCH))
            elif letters:
                shards.rescue(number)  # lines of letters that have moved to another shard
                yield Job(tuple(letters), number)

    def _tasks(
        self, store: Store, fetcher: Fetcher, rows: Iterable[Row], under_way: dict[int, Fetched]
    ) -> Iterator[Task]:
        """Yield what is to be annotated, in the order of the work list."""
        for chunk in minibatch(rows, CHUNK):
            with store.transaction():
                found = [task for row in chunk if (task := self._task(store, fetcher, row))]
            under_way.update((task.key, task.fetched) for task in found)
            yield from found

    def _task(self, store: Store, fetcher: Fetcher, row: Row) -> Task | None:
        """Return the task of a letter, None when there is nothing to annotate."""
        try:
            fetched = fetcher.fetch(row.ref)
        except ReadError as error:
            result = not_fetched(row.key, row.ref, error)
            store.put_one(result)
            self._observer.annotated(result, row.ref.name)
            return None
        # the same bytes as a PDF and as text are two letters
        content = f"{fetched.sha256}{' text' if row.ref.name.casefold().endswith('.txt') else ''}"
        passed = self._passed(store, row, content)
        if passed is None:
            store.expect(row.key, content)
            return Task(row.key, fetched)
        discard(fetched)
        self._observer.passed(passed)
        return None

    def _passed(self, store: Store, row: Row, content: str) -> Passed | None:
        """Say why a letter need not be annotated."""
        if row.ref.kind is not Kind.ROW and (original := store.original_of(row, content)):
            store.duplicate(row.key, content, original)
            return Passed.DUPLICATE
        known = row.state in (State.DONE, State.FAILED)
        return Passed.KEPT if known and row.content == content and row.maker == self._maker else None

    def _write_manifest(self, store: Store, outcome: Outcome) -> None:
        rows = store.db.execute("SELECT number, letters, bytes, digest FROM shards ORDER BY number").fetchall()
        manifest: dict[str, Any] = {
            "epistula": __version__,
            "pipeline": asdict(self._pipeline),
            "order": self._order,
            "letters": outcome.letters,
            "failures": sum(outcome.failures.values()),
            "duplicates": outcome.duplicates,
            "shards": [
                {"file": self._target.file_name(number), "letters": letters, "bytes": size, "sha256": digest}
                for number, letters, size, digest in rows
            ],
        }
        with self._target.writing(f"{self._target.output}/manifest.json") as file:
            file.write(json.dumps(manifest, indent=1).encode() + b"\n")


@contextmanager
def _told(target: Target) -> Iterator[None]:
    """Tell of a disk that is full, or fails, in one line.

    Raises:
        InputError: so it is.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = f"cannot be written: {getattr(error, 'strerror', None) or error}"
        way_out = "Make room, or mend what is wrong; the same command goes on from there."
        raise InputError(f"{target.output}: {reason}. {way_out}") from error


def outcome_of(store: Store) -> Outcome:
    """Return what a store holds."""
    letters, pages = store.db.execute(
        "SELECT count(*), coalesce(sum(pages), 0) FROM letters WHERE state = ?", (State.DONE,)
    ).fetchone()
    mentions: Counter[str] = Counter()
    for (found,) in store.db.execute("SELECT mentions FROM letters WHERE state = ?", (State.DONE,)):
        mentions.update(json.loads(found))
    failures = store.db.execute(
        "SELECT coalesce(own.category, letters.category), count(*) FROM letters"
        " LEFT JOIN letters AS own ON own.key = letters.original"
        " WHERE letters.state = ? OR own.state = ? GROUP BY 1", (State.FAILED, State.FAILED),
    )  # fmt: skip
    duplicates = store.one(
        "SELECT count(*) FROM letters JOIN letters AS own ON own.key = letters.original WHERE own.state = ?",
        State.DONE,
    )
    first = tuple(map(FAILURE.validate_json, islice(failures_of(store), SHOWN)))
    return Outcome(letters, pages, dict(mentions), dict(failures.fetchall()), duplicates, first)
