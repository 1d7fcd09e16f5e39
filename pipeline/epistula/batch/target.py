"""Where a run writes: a file, or a folder of shards, here or in object storage."""

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from epistula.batch.codecs import CODECS, Codec, Jsonl, codec_of
from epistula.batch.still import state_of
from epistula.errors import InputError
from epistula.jsonl import failures_path, is_special, replacing
from epistula.model import content_id

REMOTE = "://"
OURS = r"(letters-[0-9]{5,}\.[a-z.]+|(manifest\.json|failures\.jsonl|duplicates\.jsonl))"
"""Names of what a run writes into a folder of shards."""
SHARD = re.compile(rf"letters-[0-9]{{5,}}\.({'|'.join(map(re.escape, CODECS))})")


class Target:
    """The files of a run, each written whole or not at all.

    Args:
        output: a file, a folder when `shard` is given, or the URL of a folder.
        shard: letters of a shard; None for one file.
        form: one of `CODECS`; by the ending of the file when it is not given.

    Raises:
        InputError: there is no such form, or the output cannot be of it.
    """

    def __init__(self, output: str, shard: int | None = None, form: str | None = None) -> None:
        self.output, self.shard, self.remote = output.rstrip("/") or output, shard, REMOTE in output
        if self.remote and shard is None:
            raise InputError(f"{output}: in object storage a run writes shards. Say how large with --shards.")
        self.codec = _codec(form) if form else codec_of(output, Jsonl())
        if form and shard is None and not is_special(Path(output)) and not output.casefold().endswith(f".{form}"):
            raise InputError(f"{output}: does not end in .{form}, and would not be read as that. Name it so.")
        self._files: Any = None
        self._digests: dict[str, tuple[object, str | None]] = {}
        if self.remote:
            self._files = _file_system(output)
        elif shard is not None:
            _make_folder(Path(output))
        else:
            _refuse_place(Path(output))

    @property
    def state(self) -> Path:
        """Where the state of the run is kept: hidden beside the file, or in the folder; at home for object storage."""
        path = Path(self.output)
        if self.remote:
            import platformdirs

            folder = platformdirs.user_state_path("epistula", ensure_exists=True)
            return folder / f"{content_id('run', self.output)}.run"
        if self.shard is not None:
            return path / ".epistula.run"
        path = path.resolve()  # one state, by whatever link the file is named
        return path.with_name(f".{path.name}.run")

    @property
    def special(self) -> bool:
        """Whether the output is a device or a pipe."""
        return not self.remote and self.shard is None and is_special(Path(self.output))

    def written(self) -> list[Path]:
        """Return the local files that a run writes, so that none of them is taken for an input."""
        if self.remote:
            return []
        if self.shard is not None:
            return [path for path in Path(self.output).iterdir() if path.is_file()]
        return [Path(self.output), Path(self.name_of("failures")), Path(self.name_of("duplicates"))]

    def shard_name(self, number: int, suffix: str | None = None) -> str:
        """Return the path of a shard, or of one with another suffix; of the file itself when there are no shards."""
        return self.output if self.shard is None else f"{self.output}/{self.file_name(number, suffix)}"

    def file_name(self, number: int, suffix: str | None = None) -> str:
        """Return the name of a shard in its folder."""
        return f"letters-{number:05}{self.codec.suffix if suffix is None else suffix}"

    def name_of(self, what: str) -> str:
        """Return the path of the list of "failures" or "duplicates"."""
        if self.shard is not None:
            return f"{self.output}/{what}.jsonl"
        beside = failures_path(Path(self.output))
        return str(beside) if str(beside) == os.devnull else f"{self.output}.{what}.jsonl"

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file to write; it is there when the block ends well, as it was before when it does not."""
        if not self.remote:
            with replacing(Path(name)) as file:
                yield file
            return
        # an object appears when it is whole; a file of our own can be read again, which some forms need
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            with self._files.open(name, "wb") as there:
                shutil.copyfileobj(file, there)

    def write(self, name: str, lines: Iterable[bytes]) -> tuple[list[int], str | None]:
        """Write lines to a file; return the place of each, and the SHA-256 of the file unless it is a pipe."""
        with self.writing(name) as file:
            places = self.codec.write(file, lines)
        return places, None if self.special else self.digest(name)

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes] | None]:
        """Open a file; None when it is not there."""
        try:
            opened: Any = self._files.open(name, "rb") if self.remote else Path(name).open("rb")  # noqa: SIM115
        except FileNotFoundError:
            yield None
            return
        with opened as file:
            yield file

    def digest(self, name: str) -> str | None:
        """Return the SHA-256 of a file, None when it is not there; it is read only when it has changed."""
        state = self._state(name)
        before, known = self._digests.get(name, (None, None))
        if state and state == before:
            return known
        with self.reading(name) as file:
            digest = None if file is None else digest_of(file)
        self._digests[name] = (state, digest)
        return digest

    def _state(self, name: str) -> object:
        """Return what changes when a file does; nothing that is true when it is not there."""
        if not self.remote:
            return state_of(name)
        return self._files.ukey(name) if self._files.exists(name) else None

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        if self.remote:
            if self._files.exists(name):
                self._files.rm(name)
        elif not is_special(Path(name)):
            Path(name).unlink(missing_ok=True)

    def remove_others(self, numbers: Collection[int]) -> None:
        """Remove shards with other numbers or of another form: those of a run whose state is gone."""
        if self.shard is None:
            return
        keep = {self.file_name(number) for number in numbers}
        folder = self._files.ls(self.output, detail=False) if self.remote else os.listdir(self.output)  # noqa: PTH208
        for name in (str(path).rpartition("/")[2] for path in folder):
            if SHARD.fullmatch(name) and name not in keep:
                self.remove(f"{self.output}/{name}")

    def sweep(self) -> None:
        """Remove what is left of files that were being written when their writer was killed."""
        if self.remote:
            return
        path = Path(self.output).resolve()
        folder, names = (path.parent, re.escape(path.name)) if self.shard is None else (path, OURS)
        left = re.compile(rf"\.{names}(\.(failures|duplicates)\.jsonl)?\.[a-z0-9_]{{8}}\.part")
        for name in os.listdir(folder):  # noqa: PTH208 (names that are no UTF-8 too, and many)
            if left.fullmatch(name):
                (folder / name).unlink(missing_ok=True)


def digest_of(file: IO[bytes]) -> str:
    """Return the SHA-256 of what is left of a file."""
    found = sha256()
    while chunk := file.read(1 << 20):
        found.update(chunk)
    return found.hexdigest()


def _codec(form: str) -> Codec:
    if form not in CODECS:
        raise InputError(f"there is no form {form!r}. Use one of {', '.join(CODECS)}.")
    return CODECS[form]()


def _refuse_place(path: Path) -> None:
    """Refuse a file that could not be written in the end, before any work is done."""
    if path.is_dir() or not path.name:
        example = path / "out.jsonl"
        raise InputError(f"{path}: is a folder. Name a file, such as {example}, or write shards into it with --shards.")
    try:
        os.scandir(path.resolve().parent).close()
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{path}: cannot be written: {reason}. Name a file in a folder that exists.") from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{folder}: cannot be made: {reason}. Name a folder for the shards.") from error


def _file_system(output: str) -> Any:
    import fsspec

    try:
        return fsspec.core.url_to_fs(output)[0]
    except (ImportError, ValueError) as error:
        raise InputError(
            f"{output}: {error}. Install what it needs, such as pip install 'epistula[remote]'."
        ) from error
