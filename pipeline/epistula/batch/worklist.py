"""From what a user names to references to letters: streamed, so that their number costs no memory."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from epistula.batch.archives import archive_refs
from epistula.batch.fetch import other_sha256
from epistula.batch.manifests import Row, manifest_rows
from epistula.batch.ref import (
    ARCHIVES,
    LETTERS,
    MANIFESTS,
    PART,
    Kind,
    Ref,
    is_url,
    local_path,
    member_name,
    name_of,
    suffix_of,
)
from epistula.batch.remote import Remote, download_container, exists
from epistula.batch.rows import lists_files, row_refs
from epistula.batch.spool import file_sha256
from epistula.batch.walk import Disk, Found, Tree, glob, is_magic, walk
from epistula.errors import InputError, ReadError, RecordError
from epistula.model import Failure, FailureCategory

KINDS = ", ".join(LETTERS)
EARLIER = (".failures.jsonl", ".duplicates.jsonl")
"""Endings of what an earlier run wrote beside its annotations."""

Item = Ref | Failure
Instead = Callable[[str], Iterable[Item] | None]
"""Says what stands for a file of a folder; None: what is read from it."""


def _read(path: str) -> None:
    """Say that a file is read, whatever it is."""


def work_list(paths: Iterable[str], written: Iterable[Path] = (), instead: Instead = _read) -> Iterator[Item]:
    """Yield a reference for each letter behind paths; what cannot be used is yielded as a Failure.

    A path is a file, a folder (searched below), a glob, a URL, an archive, a manifest, or a name from a record
    (`file:` URI, ARCHIVE::MEMBER). Files of a folder or glob come in the order of the parts of their paths.
    Hidden files and folders, whose names begin with a dot, are left out there. A letter that is named twice is
    yielded twice.

    Args:
        paths: what the user named.
        written: files or folders that the run writes; in a folder or glob they are what an earlier run wrote.
        instead: what stands for a file of a local folder that is not to be read now.

    Raises:
        InputError: a file that the run writes is named as an input.
    """
    outputs = Outputs(written)
    for path in paths:
        try:
            yield from _remote(path, outputs) if is_url(path) else _local(path, outputs, instead)
        except ReadError as error:
            yield Failure(path, error.category, error.reason)


class Outputs:
    """What a run writes."""

    def __init__(self, written: Iterable[Path]) -> None:
        written = list(written)
        self._paths = {path.resolve() for path in written}
        self._names = {path.name for path in (*written, *self._paths)}

    def hold(self, found: Found) -> bool:
        """Tell whether something in a folder was written by a run, this one or an earlier one."""
        name = found.entry.name
        if name.endswith(EARLIER):
            return True
        may_be = found.entry.is_link or name in self._names
        return may_be and not is_url(found.path) and Path(found.path).resolve() in self._paths

    def check(self, path: str) -> None:
        """Refuse to read what is written.

        Raises:
            InputError: it is.
        """
        resolved = Path(path).resolve()
        if resolved in self._paths or not self._paths.isdisjoint(resolved.parents):
            raise InputError(f"{path}: is an input and the output. Name another file for the annotations.")


@dataclass(frozen=True)
class File:
    """A file that is there: where it is, what it is recorded as, and how far it is followed.

    Args:
        name: see `Ref`.
        found: it was found in a folder, not named: a manifest there is not followed.
        manifest: the manifest that names it.
        sha256: as the manifest states it.
    """

    name: str
    found: bool = False
    manifest: str | None = None
    sha256: str | None = None


def _local(path: str, outputs: Outputs, instead: Instead) -> Iterator[Item]:
    target = local_path(path)
    archive, _, member = path.partition(PART)
    if _is_there(target, os.path.isdir):
        outputs.check(target)
        yield from _folder(Disk(), plain_path(target), outputs, instead)
    elif _is_there(target, os.path.exists):
        outputs.check(target)
        yield from _opened(File(name_of(plain_path(target)))) if Path(target).is_file() else [_no_file(path)]
    elif member and suffix_of(archive) in ARCHIVES and _is_there(local_path(archive), os.path.isfile):
        yield from _member(File(name_of(plain_path(local_path(archive)))), member)
    elif has_magic(target):
        first, *parts = Path(target).parts
        root, parts = (first, parts) if Path(target).anchor else ("", [first, *parts])
        yield from _glob(Disk(), path, root, parts, outputs)
    else:
        reason = "there is no such file or folder. Check the path."
        yield Failure(path, FailureCategory.MISSING, reason)


def _remote(url: str, outputs: Outputs) -> Iterator[Item]:
    archive, parted, member = url.partition(PART)
    body = url.partition("://")[2]
    web = url.casefold().startswith("http")
    magic = ("*" in body.partition("?")[0]) if web else is_magic(body)
    if parted and suffix_of(archive) not in ARCHIVES:
        reason = f"{PART} stands between an archive and its entry. Name the object itself."
        yield Failure(url, FailureCategory.UNSUPPORTED, reason)
    elif member:
        yield from _member(File(archive), member)
    elif url.endswith("/"):
        yield from _folder(Remote(), url, outputs)
    elif magic and not exists(url):
        root, parts = _split(url)
        yield from _glob(Remote(), url, root, parts, outputs)
    else:
        yield from _opened(File(url))


def _split(url: str) -> tuple[str, list[str]]:
    """Return the folder before the first name of a URL that is a pattern, and the names from there on."""
    root, *parts = url.rsplit("/", url.count("/") - 2)
    while len(parts) > 1 and not is_magic(parts[0]):
        root = f"{root}/{parts.pop(0)}"
    return root, parts


def _is_there(path: str, test: Callable[[str], bool]) -> bool:
    """Apply a test to a path; false for the empty one, which is no folder, and for one too long."""
    try:
        return bool(path) and test(path)
    except (OSError, ValueError):
        return False


def plain_path(path: str) -> str:
    """Return a path without `.`, and without `..` where that does not lead elsewhere."""
    plain = str(Path(path))
    if ".." not in Path(path).parts:
        return plain
    short = os.path.normpath(path)
    return short if Path(short).resolve() == Path(path).resolve() else plain


def _no_file(path: str) -> Failure:
    reason = "is a device or a pipe. Save it as a file first."
    return Failure(path, FailureCategory.UNSUPPORTED, reason)


def _member(archive: File, member: str) -> Iterator[Item]:
    """Yield the entry of an archive that has this name."""
    name, there = f"{archive.name}{PART}{member_name(local_path(member))}", False
    for item in _opened(archive):
        if (item.name if isinstance(item, Ref) else item.path) in {name, archive.name}:
            there = True
            yield item
    if not there:
        reason = "the archive holds no such letter. Name the archive for all of them."
        yield Failure(name, FailureCategory.MISSING, reason)


def is_hidden(found: Found) -> bool:
    """Tell what a system or a program keeps for itself: a copy under way, a trash, what describes another file."""
    return found.entry.name.startswith(".")


def _folder(tree: Tree, folder: str, outputs: Outputs, instead: Instead = _read) -> Iterator[Item]:
    anything = False
    for found in walk(tree, folder, lambda found: is_hidden(found) or outputs.hold(found)):
        items = None if found.error else instead(found.path)
        for item in _found(found, (*LETTERS, *ARCHIVES)) if items is None else items:
            anything = True
            yield item
    if not anything:
        reason = f"the folder holds no letter. Put files ending in {KINDS} there or name another."
        yield Failure(_recorded(folder), FailureCategory.MISSING, reason)


def _glob(tree: Tree, pattern: str, root: str, parts: list[str], outputs: Outputs) -> Iterator[Item]:
    anything = False
    for found in glob(tree, root, parts, outputs.hold):
        if found.entry.is_folder and not found.error:
            items = _folder(tree, found.path, outputs)
        else:
            items = _found(found, (*LETTERS, *ARCHIVES, *MANIFESTS), named=True)
        for item in items:
            anything = True
            yield item
    if not anything:
        reason = f"the pattern fits no file ending in {KINDS}. Check it, and quote it if your shell expands it."
        yield Failure(pattern, FailureCategory.MISSING, reason)


def _recorded(path: str) -> str:
    return path if is_url(path) else name_of(path)


def _found(found: Found, suffixes: tuple[str, ...], named: bool = False) -> Iterator[Item]:
    """Yield the letters of a file that was found, if it is of a kind that is looked for."""
    if found.error:
        yield Failure(_recorded(found.path), found.error.category, found.error.reason)
    elif suffix_of(found.entry.name) in suffixes:
        if is_url(found.path) and PART in found.path:
            reason = f"its name holds {PART}, which stands between an archive and its entry. Give it another name."
            yield Failure(found.path, FailureCategory.UNSUPPORTED, reason)
        else:
            yield from _opened(File(_recorded(found.path), found=not named))


def _opened(file: File) -> Iterator[Item]:
    """Yield the letters of a file: itself, or those in it."""
    suffix = suffix_of(file.name)
    if suffix not in {*ARCHIVES, *MANIFESTS, ".jsonl"}:
        yield Ref(file.name, Kind.URL if is_url(file.name) else Kind.FILE, sha256=file.sha256)
        return
    try:
        with _at_hand(file.name) as path:
            if file.sha256 and (digest := file_sha256(path)) != file.sha256:
                raise other_sha256(digest)
            if suffix in ARCHIVES:
                yield from archive_refs(path, file.name)
            elif suffix == ".jsonl" and not lists_files(path):
                yield from row_refs(path, file.name)
            else:
                yield from _manifest(path, file)
    except ReadError as error:
        yield Failure(file.name, error.category, error.reason)
    except OSError as error:
        yield Failure(file.name, FailureCategory.MISSING, f"cannot be opened: {error.strerror or error}.")


@contextmanager
def _at_hand(name: str) -> Iterator[str]:
    """Give the local path of a file, of a temporary copy when it is elsewhere."""
    if not is_url(name):
        yield local_path(name)
        return
    with tempfile.TemporaryDirectory(prefix="epistula-") as folder:
        yield download_container(name, Path(folder))


def _manifest(path: str, file: File) -> Iterator[Item]:
    """Yield the letters that a manifest names; a row that is wrong is a Failure with its line.

    Raises:
        OSError: it cannot be read.
        ReadError: it is not followed: it was found in a folder, or another manifest names it.
    """
    if file.manifest is not None:
        reason = "is a manifest that a manifest names. Name it yourself."
        raise ReadError(FailureCategory.UNSUPPORTED, reason)
    if file.found:
        reason = "lists files and is no letter. Name it itself, and what it lists is read."
        raise ReadError(FailureCategory.UNSUPPORTED, reason)
    try:
        for row in manifest_rows(path, file.name):
            if isinstance(row, RecordError):
                yield _wrong(row)
                continue
            try:
                yield from _row_items(row, file.name)
            except ReadError as error:
                reason = f"{_shown(row.path)}: {error.reason}"
                yield Failure(file.name, error.category, reason, line=row.line)
    except RecordError as error:
        yield _wrong(error)


def _wrong(error: RecordError) -> Failure:
    reason = f"{error.problem}. {error.way_out}"
    return Failure(str(error.path), FailureCategory.INVALID_RECORD, reason, line=error.line)


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _row_items(row: Row, manifest: str) -> Iterator[Item]:
    """Yield the letters of what a row names: a file, a URL, or ARCHIVE::MEMBER.

    Raises:
        ReadError: there is none, or it is none that may be named there.
    """
    archive, _, member = row.path.partition(PART)
    if member and suffix_of(archive) in ARCHIVES:
        yield from _member(File(_resolved(archive, manifest), manifest=manifest), member)
    else:
        yield from _opened(File(_resolved(row.path, manifest), manifest=manifest, sha256=row.sha256))


def _resolved(path: str, manifest: str) -> str:
    """Return the name of what a manifest names: relative paths count from its folder.

    Raises:
        ReadError: there is no such file, or a manifest from elsewhere names a file of this machine.
    """
    if is_url(path):
        return path
    target = local_path(path)
    if is_url(manifest):
        if path != target or Path(target).is_absolute():
            reason = "is a file of this machine, and the manifest came over the net. Keep the manifest here."
            raise ReadError(FailureCategory.UNSUPPORTED, reason)
        return f"{manifest.rpartition('/')[0]}/{path}"
    target = plain_path(os.path.join(os.path.dirname(local_path(manifest)), target))  # noqa: PTH118, PTH120
    if not _is_there(target, os.path.isfile):
        reason = "there is no such file. Check the path; it counts from the manifest's folder."
        raise ReadError(FailureCategory.MISSING, reason)
    return name_of(target)
