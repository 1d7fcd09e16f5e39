"""What is told of a run while it goes on."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappush, heappushpop
from time import perf_counter
from typing import ClassVar, NamedTuple

from epistula.batch.work import Result
from epistula.model import FailureCategory


class Passed(StrEnum):
    """Why a letter was not annotated in this run."""

    KEPT = "kept"
    DUPLICATE = "duplicate"


class Observer:
    """Is told what happens; does nothing."""

    def listed(self, total: int) -> None:
        """There are so many letters in all."""

    def annotated(self, result: Result, name: str) -> None:
        """A letter is done or has failed."""

    def refused(self, result: Result, name: str) -> None:
        """A letter that was told to be done has failed by one that was done later."""

    def passed(self, why: Passed) -> None:
        """A letter need not be annotated."""


class Slow(NamedTuple):
    """A letter that took long."""

    seconds: float
    name: str


class Several(Observer):
    """Tells several observers."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def listed(self, total: int) -> None:
        """There are so many letters in all."""
        for observer in self._observers:
            observer.listed(total)

    def annotated(self, result: Result, name: str) -> None:
        """A letter is done or has failed."""
        for observer in self._observers:
            observer.annotated(result, name)

    def refused(self, result: Result, name: str) -> None:
        """A letter that was told to be done has failed by one that was done later."""
        for observer in self._observers:
            observer.refused(result, name)

    def passed(self, why: Passed) -> None:
        """A letter need not be annotated."""
        for observer in self._observers:
            observer.passed(why)


@dataclass
class Tally(Observer):
    """Counts what happens in a run.

    Args:
        total: letters in all.
        letters: annotated now, with so many `pages`.
        failures: now, by category.
        passes: letters that needed nothing, by why.
        reading, tagging: seconds that the letters took together.
        slowest: the slowest letters, in no order.
    """

    total: int = 0
    letters: int = 0
    pages: int = 0
    failures: Counter[FailureCategory] = field(default_factory=Counter)
    passes: Counter[Passed] = field(default_factory=Counter)
    reading: float = 0.0
    tagging: float = 0.0
    slowest: list[Slow] = field(default_factory=list)
    started: float = field(default_factory=perf_counter)

    SHOWN: ClassVar[int] = 5

    def listed(self, total: int) -> None:
        """There are so many letters in all."""
        self.total = total

    def annotated(self, result: Result, name: str) -> None:
        """A letter is done or has failed."""
        self.reading += result.reading
        self.tagging += result.tagging
        slow = Slow(result.reading + result.tagging, name)
        if len(self.slowest) < self.SHOWN:
            heappush(self.slowest, slow)
        else:
            heappushpop(self.slowest, slow)
        if result.category:
            self.failures[result.category] += 1
        else:
            self.letters += 1
            self.pages += result.pages

    def refused(self, result: Result, name: str) -> None:
        """A letter that was told to be done has failed by one that was done later."""
        self.letters -= 1
        if result.category:
            self.failures[result.category] += 1

    def passed(self, why: Passed) -> None:
        """A letter need not be annotated."""
        self.passes[why] += 1

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return perf_counter() - self.started
