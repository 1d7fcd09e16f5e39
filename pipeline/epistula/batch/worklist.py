"""From the paths a user names to the files that hold letters."""

import glob
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from epistula.errors import InputError
from epistula.model import Failure, FailureCategory

SUFFIXES = (".pdf", ".txt", ".jsonl")
FAILURES = ".failures.jsonl"
KINDS = ", ".join(SUFFIXES)


def work_list(paths: Iterable[str], written: Iterable[Path] = ()) -> Iterator[Path | Failure]:
    """Yield the files behind paths, each once: files, folders (searched below), globs.

    Files of a folder or glob come in the order of their names. What cannot be used is yielded as a
    Failure that says what to do.

    Args:
        paths: what the user named.
        written: files that the run writes; in a folder or glob they are what an earlier run wrote.

    Raises:
        InputError: a file that the run writes is named as an input.
    """
    outputs = {path.resolve() for path in written}
    seen: set[Path] = set()
    for path in paths:
        for item in _expand(path, outputs):
            if isinstance(item, Failure):
                yield item
            elif item.resolve() not in seen:
                seen.add(item.resolve())
                yield item


def _expand(path: str, outputs: Collection[Path]) -> Iterator[Path | Failure]:
    target = Path(path)
    if _is_there(path, Path.is_dir):
        yield from _folder(target, outputs)
    elif _is_there(path, Path.exists):
        if target.resolve() in outputs:
            raise InputError(f"{path}: is an input and the output. Name another file for the annotations.")
        yield target if target.is_file() else _no_file(path)
    elif glob.has_magic(path):
        yield from _glob(path, outputs)
    else:
        reason = "there is no such file or folder. Check the path."
        yield Failure(path, FailureCategory.MISSING, reason)


def _no_file(path: str) -> Failure:
    reason = "is a device or a pipe. Save it as a file first."
    return Failure(path, FailureCategory.UNSUPPORTED, reason)


def _is_there(path: str, test: Callable[[Path], bool]) -> bool:
    """Apply a test to a path; false for the empty one, which is no folder, and for one too long."""
    try:
        return bool(path) and test(Path(path))
    except OSError:
        return False


def _folder(folder: Path, outputs: Collection[Path]) -> Iterator[Path | Failure]:
    files = _letters(folder.rglob("*"), outputs)
    yield from files
    if not files:
        reason = f"the folder holds no letter. Put files ending in {KINDS} there or name another."
        yield Failure(str(folder), FailureCategory.MISSING, reason)


def _glob(pattern: str, outputs: Collection[Path]) -> Iterator[Path | Failure]:
    found = sorted(map(Path, glob.glob(pattern, recursive=True)))  # noqa: PTH207 (Path.glob takes no absolute pattern)
    folders, files = [p for p in found if p.is_dir()], _letters(found, outputs)
    if not folders and not files:
        reason = f"the pattern fits no file ending in {KINDS}. Check it, and quote it if your shell expands it."
        yield Failure(pattern, FailureCategory.MISSING, reason)
    yield from files
    for folder in folders:
        yield from _folder(folder, outputs)


def _letters(paths: Iterable[Path], outputs: Collection[Path]) -> list[Path]:
    """Return the files that hold letters and are no outputs or lists of failures, by name."""
    suited = (p for p in paths if p.suffix.casefold() in SUFFIXES and p.is_file() and not p.name.endswith(FAILURES))
    return sorted(p for p in suited if p.resolve() not in outputs)
