"""What the client of a cluster costs without its workers: time, memory and state for each letter.

    python bench/cluster_client.py [LETTERS SHARD]

Letters are files of one line; in the place of workers stands what answers each job at once, with results of the
size of ours.
"""

import os
import resource
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from epistula.batch.job import Job, Written
from epistula.batch.run import Run
from epistula.batch.target import Target
from epistula.batch.work import Result, Settings
from epistula.batch.worklist import work_list
from epistula.nlp import describe, load

MENTIONS = dict.fromkeys(("AUTOANTIBODY", "CITATION", "DIAGNOSIS", "DRUG", "ORGAN", "OUTCOME", "PATIENTS"), 20)


class Nobody:
    """Answers each job at once; a shard that it wrote is empty."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def run_jobs(self, jobs: Iterable[Job]) -> Iterator[Written]:
        """Yield an answer for each job."""
        for job in jobs:
            number = job.shard or 0
            _, digest = self._target.write(self._target.shard_name(number), [])
            results = [
                Result(key, b"", sha256(ref.name.encode()).digest(), 60_000, ref.name, pages=2, mentions=MENTIONS)
                for key, ref in job.letters
            ]
            yield Written(number, tuple(results), tuple((r.key, 60_000 * i) for i, r in enumerate(results)), digest)


def main(letters: int, shard: int) -> None:
    """Print seconds, memory and state of a run over so many letters, and of the same run again."""
    settings, pipeline = Settings(), describe(load())
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        for number in range(letters):
            path = Path(f"in/{number // 1000:04}/{number:07}.txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"Patient {number} took rituximab.")
        target = Target("out", shard)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        for what in ("first run", "again"):
            started = perf_counter()
            Run(target, settings, pipeline).annotate(work_list(["in"]), lambda total, died: Nobody(target))
            seconds = perf_counter() - started
            more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before
            state = target.state.stat().st_size / letters
            print(f"{what}: {letters} letters in {seconds:.1f} s, {letters / seconds:.0f}/s;", end=" ")
            print(f"{more} MB more memory than before; state {state:.0f} bytes a letter")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3] or (20_000, 1000)))
