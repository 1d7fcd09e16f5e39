"""From a reference to the bytes of the letter."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeVar

from epistula.batch.member import changed
from epistula.batch.ref import Kind, Ref, is_url, local_path, suffix_of
from epistula.batch.remote import download, download_container
from epistula.batch.spool import LETTER_BYTES, copy, file_sha256, too_large
from epistula.batch.tars import TarFile
from epistula.batch.zips import ZipFile
from epistula.errors import ReadError
from epistula.model import FailureCategory

Held = ZipFile | TarFile | BinaryIO
H = TypeVar("H", ZipFile, TarFile, BinaryIO)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A letter's bytes.

    Args:
        ref: what it was fetched for.
        sha256: of the file, entry or object; of the line without its line break for a row.
        path: a local file that holds it; None for a row.
        row: the line, without its line break.
        spooled: the file is a temporary copy; whoever is done with the letter removes it.
    """

    ref: Ref
    sha256: str | None
    path: str | None = None
    row: bytes | None = None
    spooled: bool = False


class Fetcher:
    """Fetches letters; keeps the archive or JSONL file of the last one open, for references come in order."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._container: tuple[Kind, str] | None = None
        self._held: Held | None = None
        self._copy: Path | None = None

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open, and remove the copy of a container that came over the net."""
        if self._held is not None:
            self._held.close()
        if self._copy is not None:
            with suppress(OSError):
                self._copy.unlink()
        self._container = self._held = self._copy = None

    def fetch(self, ref: Ref) -> Fetched:
        """Return a letter's bytes, or the file that holds them.

        Raises:
            ReadError: it is not there, is refused, damaged, or is not what a manifest says.
        """
        try:
            fetched = self._FETCH[ref.kind](self, ref)
        except OSError as error:
            reason = f"cannot be opened: {error.strerror or error}."
            raise ReadError(FailureCategory.MISSING, reason) from error
        if ref.sha256 and fetched.sha256 != ref.sha256:
            if fetched.spooled and fetched.path:
                Path(fetched.path).unlink(missing_ok=True)
            raise other_sha256(fetched.sha256)
        return fetched

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file."""
        return file_sha256(path)

    def _file(self, ref: Ref) -> Fetched:
        path = local_path(ref.name)
        if Path(path).exists() and not Path(path).is_file():
            reason = "is a device, a pipe or a folder. Save it as a file first."
            raise ReadError(FailureCategory.UNSUPPORTED, reason)
        return Fetched(ref, self.sha256(path), path)

    def _row(self, ref: Ref) -> Fetched:
        if ref.length > LETTER_BYTES:
            raise too_large()
        file = self._hold(ref, lambda file: file)
        file.seek(max(ref.offset - 1, 0))
        before = file.read(1) if ref.offset else b"\n"
        row = file.read(ref.length)
        if before != b"\n" or len(row) < ref.length or file.read(1) not in {b"", b"\n", b"\r"}:
            raise changed()
        return Fetched(ref, sha256(row).hexdigest(), row=row)

    def _zip(self, ref: Ref) -> Fetched:
        archive = self._hold(ref, ZipFile)
        return self._spooled(ref, archive.read(local_path(ref.member), ref.offset, ref.length))

    def _tar(self, ref: Ref) -> Fetched:
        archive = self._hold(ref, TarFile)
        return self._spooled(ref, archive.read(ref.offset, ref.length))

    def _url(self, ref: Ref) -> Fetched:
        path, digest = download(ref.name, self._spool)
        return Fetched(ref, digest, path, spooled=True)

    def _spooled(self, ref: Ref, chunks: Iterator[bytes]) -> Fetched:
        path, digest = copy(chunks, self._spool, suffix_of(ref.member))
        return Fetched(ref, digest, path, spooled=True)

    def _hold(self, ref: Ref, opened: Callable[[BinaryIO], H]) -> H:
        """Return the open container of a reference."""
        if self._container != (ref.kind, ref.container) or self._held is None:
            self.close()
            self._held = opened(self._open(ref.container))
            self._container = (ref.kind, ref.container)
        held: H = self._held  # type: ignore[assignment]  # what was opened for this kind
        return held

    def _open(self, container: str) -> BinaryIO:
        if not is_url(container):
            return Path(local_path(container)).open("rb")
        while True:
            self._copy = Path(download_container(container, self._spool))
            with suppress(FileNotFoundError):  # another process was done with it, and removed it
                return self._copy.open("rb")

    _FETCH = {Kind.FILE: _file, Kind.ROW: _row, Kind.ZIP: _zip, Kind.TAR: _tar, Kind.URL: _url}  # noqa: RUF012


def other_sha256(found: str | None) -> ReadError:
    """Return the error for a file that is not the one a manifest means."""
    reason = f"its SHA-256 is {found}, not what the manifest states. Get the file again, or mend the manifest."
    return ReadError(FailureCategory.BROKEN, reason)
