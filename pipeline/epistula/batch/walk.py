"""Walking folders and patterns in the order of names, holding one folder's names at most.

The same walk serves local folders and object storage: a `Tree` says what is in a folder.
"""

import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from fnmatch import translate
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Protocol

from epistula.errors import ReadError
from epistula.model import FailureCategory

MANY = 100_000
"""Entries of a folder above which they are sorted on disk."""
DEPTH = 500
"""Folders within folders; object storage and web servers may have no end of them."""


class Entry(NamedTuple):
    """What stands in a folder: a file or a folder, or a link to one."""

    name: str
    is_folder: bool
    is_link: bool = False


class Found(NamedTuple):
    """A file or folder that was found, or a folder that could not be opened."""

    path: str
    entry: Entry
    error: ReadError | None = None


class Tree(Protocol):
    """Something that has folders."""

    def entries(self, folder: str) -> Iterable[Entry]:
        """Return what is in a folder, by name. Raises ReadError when it cannot be opened."""

    def entry(self, folder: str, name: str) -> Entry | None:
        """Return what has this name in a folder, None when nothing has."""

    def join(self, folder: str, name: str) -> str:
        """Return the path of what has this name in a folder."""


class Disk:
    """The folders of this machine."""

    def entries(self, folder: str) -> Iterator[Entry]:
        """Yield the files and folders of a folder by name; devices and links that lead nowhere are left out."""
        try:
            with os.scandir(folder or ".") as found:
                yield from in_order(entry for item in found if (entry := _entry(item)))
        except (OSError, sqlite3.Error) as error:
            reason = f"the folder cannot be read: {getattr(error, 'strerror', None) or error}. Check its permissions."
            raise ReadError(FailureCategory.MISSING, reason) from error

    def entry(self, folder: str, name: str) -> Entry | None:
        """Return what has this name in a folder, None when nothing has."""
        path = self.join(folder, name)
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 (Path would drop a trailing `..`'s meaning)
        except (OSError, ValueError):
            return None
        if stat.S_ISDIR(mode) or stat.S_ISREG(mode):
            return Entry(name, stat.S_ISDIR(mode), Path(path).is_symlink())
        return None

    def join(self, folder: str, name: str) -> str:
        """Return the path of what has this name in a folder."""
        return name if folder in {"", "."} else os.path.join(folder, name)  # noqa: PTH118 (keeps `..`, and is fast)


def _entry(item: "os.DirEntry[str]") -> Entry | None:
    try:
        is_folder, is_file = item.is_dir(), item.is_file()
    except OSError:  # a loop of links
        return None
    return Entry(item.name, is_folder, item.is_symlink()) if is_folder or is_file else None


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries by name; more than `MANY` are sorted in a temporary SQLite table on disk."""
    entries = iter(entries)
    first = list(islice(entries, MANY + 1))
    if len(first) <= MANY:
        yield from sorted(first)
        return
    with closing(sqlite3.connect("", check_same_thread=False)) as table:  # "": a file without a name
        table.execute("CREATE TABLE entry (name BLOB, is_folder INT, is_link INT)")
        rows = (
            (e.name.encode("utf-8", "surrogatepass"), e.is_folder, e.is_link) for e in chain(_emptied(first), entries)
        )
        table.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
        for name, is_folder, is_link in table.execute("SELECT * FROM entry ORDER BY name"):
            yield Entry(name.decode("utf-8", "surrogatepass"), bool(is_folder), bool(is_link))


def _emptied(entries: list[Entry]) -> Iterator[Entry]:
    while entries:
        yield entries.pop()


def walk(tree: Tree, root: str, skip: Callable[[Found], bool]) -> Iterator[Found]:
    """Yield the files below a folder in the order of their paths' parts; links to folders are not followed.

    Args:
        tree: what the folder is in.
        root: the folder.
        skip: says which files and folders are left out.
    """
    yield from _walk(tree, root, lambda state, entry: (not entry.is_folder, state, entry.is_link), (0,), skip)


def glob(tree: Tree, root: str, parts: Sequence[str], skip: Callable[[Found], bool]) -> Iterator[Found]:
    """Yield the files and folders that fit a pattern, in order; a folder that fits is not searched further.

    `**` stands for any folders, links and hidden ones excepted; `*` and `?` fit no name's leading dot.

    Args:
        tree: what the folder is in.
        root: the folder the pattern begins in.
        parts: the pattern, name by name.
        skip: says which files and folders are left out.
    """
    pattern = Pattern(parts)
    yield from _walk(tree, root, pattern.step, pattern.closed({0}), skip, pattern.literal)


State = tuple[int, ...]
Step = Callable[[State, Entry], tuple[bool, State, bool]]
"""From a state and an entry: does it fit, the state in it, and whether it is not to be entered."""


def _walk(
    tree: Tree,
    root: str,
    step: Step,
    state: State,
    skip: Callable[[Found], bool],
    literal: Callable[[State], str | None] = lambda state: None,
) -> Iterator[Found]:
    def enter(folder: str, state: State) -> Iterator[Entry]:
        name = literal(state)
        return iter(tree.entries(folder) if name is None else filter(None, [tree.entry(folder, name)]))

    stack = [(root, enter(root, state), state)]
    while stack:
        folder, entries, state = stack[-1]
        try:
            entry = next(entries, None)
        except ReadError as error:
            yield Found(folder, Entry("", True), error)
            entry = None
        if entry is None:
            stack.pop()
            continue
        found = Found(tree.join(folder, entry.name), entry)
        fits, inner, closed = step(state, entry)
        if skip(found):
            continue
        if fits:
            yield found
        elif entry.is_folder and inner and not closed:
            if len(stack) >= DEPTH:
                reason = f"lies more than {DEPTH} folders deep. Name a folder further down."
                yield Found(found.path, entry, ReadError(FailureCategory.LIMIT, reason))
            else:
                stack.append((found.path, enter(found.path, inner), inner))


class Pattern:
    """The names of a pattern as a machine: a state is the set of names that may come next."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._parts = parts
        self._fits = [re.compile(translate(part)).match for part in parts]

    def closed(self, state: Iterable[int]) -> State:
        """Return a state with what follows each `**` in it, which may stand for no folder."""
        whole = set(state)
        for number, part in enumerate(self._parts):
            if number in whole and part == "**":
                whole.add(number + 1)
        return tuple(sorted(whole))

    def literal(self, state: State) -> str | None:
        """Return the only name that fits in a state, None when there may be several."""
        part = self._parts[state[0]]
        return None if len(state) > 1 or is_magic(part) else part

    def step(self, state: State, entry: Entry) -> tuple[bool, State, bool]:
        """Return whether the entry fits the whole pattern, and the state within it."""
        last, after = len(self._parts), set[int]()
        fits = False
        for number in state:
            if number == last:
                continue
            part, hidden = self._parts[number], entry.name.startswith(".")
            if part == "**":
                fits |= number == last - 1 and not hidden
                after |= {number} if not hidden and not entry.is_link else set()
            elif self._fits[number](entry.name) and (not hidden or part.startswith(".")):
                after.add(number + 1)
        inner = self.closed(after)
        fits |= last in after
        return fits, tuple(number for number in inner if number < last), False


def is_magic(part: str) -> bool:
    """Tell whether a name of a pattern fits several names."""
    return any(sign in part for sign in "*?[")
