"""Temporary copies of letters that are in no file of their own: written in chunks, under names of ours, limited."""

import os
import tempfile
from collections.abc import Callable, Iterable
from hashlib import file_digest, sha256
from pathlib import Path

from epistula.errors import ReadError
from epistula.model import FailureCategory

MIB = 2**20
CHUNK = MIB
LETTER_BYTES = 512 * MIB
"""Bytes a letter may have when it comes out of an archive or over the net."""
CONTAINER_BYTES = 65536 * MIB
"""Bytes an archive or a list of letters may have that comes over the net."""
RATIO, RATIO_FROM = 1000, 16 * MIB
"""What unpacks to more than `RATIO` times its size, and to more than `RATIO_FROM` bytes, is a bomb."""


def too_large(limit: int = LETTER_BYTES) -> ReadError:
    """Return the error for a letter above the limit."""
    reason = f"is larger than {limit // MIB:,} MiB. Split it, or unpack it and name the file itself."
    return ReadError(FailureCategory.LIMIT, reason)


def bomb() -> ReadError:
    """Return the error for what unpacks to far more than it is."""
    return ReadError(FailureCategory.LIMIT, f"unpacks to more than {RATIO:,} times its size: a bomb. Leave it out.")


def is_bomb(packed: int, unpacked: int) -> bool:
    """Tell whether so many bytes must not come out of so many."""
    return unpacked > RATIO_FROM and unpacked > RATIO * packed


def copy(chunks: Iterable[bytes], folder: Path, suffix: str, limit: int = LETTER_BYTES) -> tuple[str, str]:
    """Write chunks to a new file and return its path and the SHA-256 of its bytes.

    Raises:
        ReadError: there are more bytes than the limit, the folder cannot be written, or what gives the chunks says so.
    """
    digest, size = sha256(), 0
    handle, name = _new(folder, suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise too_large(limit)
                digest.update(chunk)
                _write(file.write, chunk, folder)
            _write(lambda _: file.flush(), b"", folder)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name, digest.hexdigest()


def _new(folder: Path, suffix: str) -> tuple[int, str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.mkstemp(prefix="letter-", suffix=suffix, dir=folder)
    except OSError as error:
        raise _full(folder, error) from error


def _write(write: Callable[[bytes], object], chunk: bytes, folder: Path) -> None:
    try:
        write(chunk)
    except OSError as error:
        raise _full(folder, error) from error


def _full(folder: Path, error: OSError) -> ReadError:
    reason = f"cannot be copied to {folder}: {error.strerror or error}. Make room there, or choose another folder."
    return ReadError(FailureCategory.INTERNAL, reason)


def file_sha256(path: str) -> str:
    """Return the SHA-256 of a file, read in chunks.

    Raises:
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
