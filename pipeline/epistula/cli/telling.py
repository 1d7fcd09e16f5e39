"""What is told of folders while they are watched."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console

from epistula.batch.observer import Passed, Tally
from epistula.batch.run import Outcome
from epistula.batch.watch import WatchObserver
from epistula.batch.work import Result
from epistula.cli.progress import JsonLog, letters
from epistula.jsonl import FAILURE

if TYPE_CHECKING:
    from epistula.batch.target import Target


class Teller(WatchObserver):
    """Tells on the console, and in a log, what happens: a line for each run in which something did.

    Args:
        console: where it is said.
        log: where it is written too.
        target: what is written.
    """

    def __init__(self, console: Console, log: JsonLog | None, target: "Target") -> None:
        self._console, self._log, self._target = console, log, target
        self._all, self._run = Tally(), Tally()
        self._outcome: Outcome | None = None

    def watching(self, folders: Sequence[str]) -> None:
        """Folders begin to be watched."""
        self._say(f"Watching {', '.join(folders)}; annotations go to {self._target.output}.")
        if self._log:
            self._log.write("watching", folders=list(folders))

    def listed(self, total: int) -> None:
        """There are so many letters in all."""
        self._run = Tally(total)
        if self._log:
            self._log.listed(total)

    def annotated(self, result: Result, name: str) -> None:
        """A letter is done or has failed."""
        for tally in (self._all, self._run):
            tally.annotated(result, name)
        if result.category:
            failure = FAILURE.validate_json(zlib.decompress(result.line))
            place = f", line {failure.line}" if failure.line else ""
            self._say(f"failed {failure.path}{place}: {failure.reason} [{failure.category}]")
        if self._log:
            self._log.annotated(result, name)

    def refused(self, result: Result, name: str) -> None:
        """A letter that was told to be done has failed by one that was done later."""
        for tally in (self._all, self._run):
            tally.refused(result, name)
        if self._log:
            self._log.refused(result, name)

    def passed(self, why: Passed) -> None:
        """A letter need not be annotated."""
        self._run.passed(why)

    def ran(self, outcome: Outcome) -> None:
        """The output is what the folders are."""
        run, changed = self._run, outcome != self._outcome
        self._outcome = outcome
        if run.letters or run.failures or changed:
            failed = f", {sum(run.failures.values())} failed" if run.failures else ""
            self._say(
                f"{letters(run.letters)} annotated{failed} in {run.seconds:.1f} s;"
                f" {self._target.output} holds {letters(outcome.letters)}."
            )
        if self._log:
            self._log.finished(outcome, run)

    def away(self, folders: Sequence[str]) -> None:
        """Folders are not there and are waited for."""
        for folder in folders:
            self._say(
                f"{folder}: the folder is not there, or is empty in the place of another. It is waited for, and"
                f" {self._target.output} is left as it is."
            )
        if self._log:
            self._log.write("away", folders=list(folders))

    def back(self) -> None:
        """All folders are there again."""
        self._say("All folders are there again.")
        if self._log:
            self._log.write("back")

    def ended(self) -> None:
        """The folders are no longer watched."""
        tally, outcome = self._all, self._outcome
        failed = f", {sum(tally.failures.values())} failed" if tally.failures else ""
        self._say(f"Stopped: {letters(tally.letters)} annotated{failed} in {tally.seconds:.0f} s.", bare=True)
        if outcome:
            failures = sum(outcome.failures.values())
            listed = f", {failures} failed (see {self._target.name_of('failures')})" if failures else ""
            self._say(f"{self._target.output} holds {letters(outcome.letters)}{listed}.", bare=True)
        self._say("The same command goes on from there.", bare=True)
        if self._log:
            self._log.write("stopped", annotated=tally.letters, failed=sum(tally.failures.values()))

    def _say(self, line: str, *, bare: bool = False) -> None:
        time = "" if bare else f"{datetime.now().astimezone():%H:%M:%S} "
        self._console.print(f"{time}{line}", soft_wrap=True, highlight=False, markup=False)
