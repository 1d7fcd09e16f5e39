"""How a run over many letters is shown: a bar, a log of JSON, a summary."""

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from epistula.batch.observer import Observer, Passed, Tally
from epistula.batch.work import Result

if TYPE_CHECKING:
    from epistula.batch.run import Outcome
    from epistula.batch.target import Target


class Bar(Observer):
    """A progress bar with letters done, rate, failures and time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Looking for letters", total=None, rate="", failed="")
        self._done = self._failed = 0
        self._tally = Tally()

    def listed(self, total: int) -> None:
        """There are so many letters in all."""
        self._progress.update(self._task, description="Annotating", total=total)

    def annotated(self, result: Result, name: str) -> None:
        """A letter is done or has failed."""
        self._failed += result.category is not None
        self._done += 1
        rate = f"{self._done / self._tally.seconds:.1f}/s"
        failed = f"{self._failed} failed" if self._failed else ""
        self._progress.update(self._task, advance=1, rate=rate, failed=failed)

    def passed(self, why: Passed) -> None:
        """A letter need not be annotated."""
        self._progress.advance(self._task)


@contextmanager
def bar_on(console: Console) -> Iterator[Bar]:
    """Show a bar while a block runs, where there is somebody to see it."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TextColumn("[red]{task.fields[failed]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress)


class JsonLog(Observer):
    """Writes what happens as JSON, an object a line, each at once."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, event: str, **said: Any) -> None:
        """Write an event with its time."""
        row = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **said}
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()

    def listed(self, total: int) -> None:
        """There are so many letters in all."""
        self.write("listed", letters=total)

    def annotated(self, result: Result, name: str) -> None:
        """A letter is done or has failed."""
        said = {"reading": round(result.reading, 3), "tagging": round(result.tagging, 3)}
        if result.category:
            self.write("failed", path=name, category=result.category, **said)
        else:
            self.write("annotated", path=name, id=result.letter, pages=result.pages, **said)

    def refused(self, result: Result, name: str) -> None:
        """A letter that was told to be done has failed by one that was done later."""
        self.write("failed", path=name, category=result.category)

    def finished(self, outcome: "Outcome", tally: Tally) -> None:
        """Write what there is at the end."""
        self.write(
            "finished", letters=outcome.letters, pages=outcome.pages, mentions=outcome.mentions,
            failures=outcome.failures, duplicates=outcome.duplicates, annotated=tally.letters,
            kept=tally.passes[Passed.KEPT], seconds=round(tally.seconds, 3),
        )  # fmt: skip


@contextmanager
def log_to(path: Path | None) -> Iterator[JsonLog | None]:
    """Open a log, "-" for standard error; None without a path.

    Raises:
        InputError: the file cannot be written.
    """
    from epistula.errors import InputError

    if path is None:
        yield None
    elif str(path) == "-":
        yield JsonLog(sys.stderr)
    else:
        try:
            file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror or error}. Name another log.") from error
        with file:
            yield JsonLog(file)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM end a block as Ctrl-C does."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def print_summary(console: Console, outcome: "Outcome", tally: Tally, target: "Target") -> None:
    """Tell what a target holds, and how this run went."""

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, highlight=False, markup=False)

    seconds = tally.seconds
    rate = f", {tally.letters / seconds:.1f} letters/s" if tally.letters and seconds else ""
    if tally.pages:
        rate += f", {tally.pages / seconds:.1f} pages/s"
    pages = f" ({outcome.pages} pages)" if outcome.pages else ""
    say(f"{letters(outcome.letters)}{pages} annotated into {target.output} in {seconds:.1f} s{rate}.")
    if kept := tally.passes[Passed.KEPT]:
        say(f"{letters(kept)} of an earlier run kept, {tally.letters} annotated now.")
    if outcome.duplicates:
        say(f"{letters(outcome.duplicates)} with the content of another, listed in {target.name_of('duplicates')}.")
    if outcome.mentions:
        say(f"Mentions: {', '.join(f'{label} {count}' for label, count in sorted(outcome.mentions.items()))}.")
    if tally.letters >= 100:
        slowest = ", ".join(f"{name} {slow:.1f} s" for slow, name in sorted(tally.slowest, reverse=True))
        say(f"Slowest: {slowest}.")
    if outcome.failures:
        _print_failures(console, outcome, target)


def _print_failures(console: Console, outcome: "Outcome", target: "Target") -> None:
    total = sum(outcome.failures.values())
    by = ", ".join(f"{category} {count}" for category, count in sorted(outcome.failures.items()))
    for failure in outcome.first:
        place = f", line {failure.line}" if failure.line else ""
        console.print("[red]failed[/] ", end="")
        said = f"{failure.path}{place}: {failure.reason} [{failure.category}]"
        console.print(said, soft_wrap=True, highlight=False, markup=False)
    where = (
        "name a file to have all of them listed"
        if target.special
        else f"they are listed in {target.name_of('failures')}"
    )
    said = f"{total} failed ({by}); {where}."
    console.print(said, soft_wrap=True, highlight=False, markup=False)


def letters(count: int) -> str:
    """Return a count of letters in words."""
    return f"{count} letter{'s' * (count != 1)}"
