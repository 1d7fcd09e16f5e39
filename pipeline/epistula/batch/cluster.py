"""Work on a Dask cluster: a task is a shard, which a worker annotates and writes; what it returns is small.

Whatever is lost on the way (a worker, the scheduler, the connection), a shard is there whole or not at all, and the
next run does those that are missing.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epistula.batch.engines import lost
from epistula.batch.fetch import Fetched
from epistula.batch.job import BATCH, Job, Setup, Written, do
from epistula.batch.target import Target
from epistula.batch.work import Result, Settings, Task, failed
from epistula.errors import EpistulaError, InputError
from epistula.model import Pipeline
from epistula.version import __version__

if TYPE_CHECKING:
    from distributed import Client

AHEAD = 3
"""Jobs that are handed out for each worker."""
RETRIES = 2
"""How often a job is done again that ends with an error of the machine, such as that of a disk."""
SECONDS = 15
"""Time in which a scheduler answers."""
KILLED = -9
"""Exit code of a process that was killed from outside."""


class Dask:
    """Has jobs done by the workers of a Dask cluster.

    Args:
        scheduler: its address.
        settings: what letters are annotated with.
        pipeline: name, version and configuration of the pipeline that `settings` gives.
        target: where shards are written.

    Raises:
        InputError: Dask is not installed, or workers cannot write to the target.
    """

    def __init__(self, scheduler: str, settings: Settings, pipeline: Pipeline, target: Target) -> None:
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise InputError("Dask is not installed. Install it with: pip install 'epistula[cluster]'") from error
        if target.shard is None or target.output.startswith("memory:"):
            raise InputError(f"{target.output}: workers write shards. Name a folder or object storage, and --shards.")
        output = target.output if target.remote else str(Path(target.output).resolve())
        state = None if target.remote else str(target.state.resolve())
        form = target.codec.suffix.removeprefix(".")
        self._setup = Setup(settings, pipeline, (output, target.shard, form), state, str(Path.cwd()))
        self._scheduler = scheduler

    def run_jobs(self, jobs: Iterable[Job]) -> Iterator[Written | Sequence[Result]]:
        """Yield what becomes of jobs, in whatever order; no more are taken from the iterable than are needed.

        Raises:
            InputError: there is no scheduler, or it was lost; a worker lacks what it needs, or has several threads.
        """
        with _connected(self._scheduler) as client:
            yield from _Work(client, self._setup, self._scheduler).run(jobs)


class _Work:
    """Jobs under way."""

    def __init__(self, client: "Client", setup: Setup, scheduler: str) -> None:
        from distributed import as_completed

        self._client, self._setup, self._scheduler = client, setup, scheduler
        self._done = as_completed()
        self._jobs: dict[Any, Job] = {}
        self._suspects: deque[Job] = deque()
        self._suspect: Any = None

    def run(self, jobs: Iterable[Job]) -> Iterator[Written | Sequence[Result]]:
        """Yield what becomes of jobs."""
        for job in jobs:
            self._submit(job)
            ahead = AHEAD * max(1, self._workers())
            while len(self._jobs) >= ahead:
                yield from self._next()
        while self._jobs:
            yield from self._next()

    def _workers(self) -> int:
        """Return how many workers there are now."""
        try:
            threads = self._client.nthreads()
        except (OSError, TimeoutError) as error:
            raise _lost(self._scheduler) from error
        for worker, count in threads.items():
            if count > 1:
                reason = f"has {count} threads, and would take {count} shards with it when it is lost"
                raise InputError(f"worker {worker}: {reason}. Start more workers instead: dask worker --nthreads 1.")
        return len(threads)

    def _submit(self, job: Job) -> Any:
        future = self._client.submit(_do, self._setup, job, pure=False, retries=RETRIES)
        self._jobs[future.key] = job
        self._done.add(future)
        return future.key

    def _next(self) -> Iterator[Written | Sequence[Result]]:
        """Yield the next result; what several workers died with is done again in smaller jobs."""
        from distributed import KilledWorker

        future = next(self._done)
        job = self._jobs.pop(future.key)
        if future.key == self._suspect:
            self._suspect = None
        if future.cancelled():
            raise _lost(self._scheduler)
        try:
            result = future.result()
        except KilledWorker:
            yield from self._narrow(job)
        except Exception as error:
            reason = f"a worker failed with {type(error).__name__}: {error}"
            way_out = f"See that epistula {__version__} runs there and can write; the same command goes on from there."
            raise InputError(f"{self._scheduler}: {reason}. {way_out}") from error
        else:
            if isinstance(result, str):
                raise InputError(result)
            yield result
        if self._suspects and self._suspect is None:
            self._suspect = self._submit(self._suspects.popleft())

    def _narrow(self, job: Job) -> Iterator[Sequence[Result]]:
        """Do the letters of a job again, few by few, then one by one; fail the one that is left.

        Such jobs are done one at a time: what dies beside one that kills its worker is held to be guilty too.
        """
        if len(job.letters) == 1:
            key, ref = job.letters[0]
            yield [failed(key, lost(Task(key, Fetched(ref, None)), KILLED, self._setup.settings))]
            return
        size = BATCH if len(job.letters) > BATCH else 1
        self._suspects.extend(Job(job.letters[at : at + size]) for at in range(0, len(job.letters), size))


def _do(setup: Setup, job: Job) -> Written | list[Result] | str:
    """Do a job on a worker; return what is wrong there as a sentence, for that is not to be tried again."""
    from distributed import get_worker

    worker: Any = get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    try:
        return do(setup, job, wanted, worker.local_directory)
    except EpistulaError as error:
        return f"worker {worker.address}: {error}"


@contextmanager
def _connected(scheduler: str) -> Iterator["Client"]:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        way_out = "Start one (dask scheduler), or give the address of another, such as tcp://host:8786."
        raise InputError(f"{scheduler}: no Dask scheduler answers. {way_out}") from error
    try:
        yield client
    finally:
        client.close(timeout=2)


def _lost(scheduler: str) -> InputError:
    reason = "the connection to the scheduler was lost. What is written is whole"
    return InputError(f"{scheduler}: {reason}: when it is up again, the same command goes on from there.")
