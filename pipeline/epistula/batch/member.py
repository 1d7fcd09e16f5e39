"""An entry of an archive as its header describes it; none of it is believed when the entry is read."""

from dataclasses import dataclass

from epistula.errors import ReadError
from epistula.model import FailureCategory

ENTRIES = 1_000_000
"""Entries of an archive that are looked at."""


@dataclass(frozen=True, slots=True)
class Member:
    """An entry.

    Args:
        name: as it stands in the archive, bytes that are no UTF-8 as lone surrogates.
        offset: see `Ref`.
        packed: bytes in the archive.
        size: bytes unpacked, as stated.
        is_file: neither a folder nor anything else.
        is_encrypted: has a password.
        overlaps: shares bytes with another entry.
        problem: why it is refused whatever its name is.
    """

    name: str
    offset: int
    packed: int
    size: int
    is_file: bool = True
    is_encrypted: bool = False
    overlaps: bool = False
    problem: str = ""


LINK = "is a link. Pack the file itself."
DEVICE = "is a device or a pipe. Pack files only."
SPARSE = "is a file with holes. Pack it without (tar without --sparse)."


def damaged(what: str) -> ReadError:
    """Return the error for an archive that is not as it should be."""
    return ReadError(FailureCategory.BROKEN, f"the archive is damaged or cut off: {what}. Get it again.")


def changed() -> ReadError:
    """Return the error for an entry that is no longer where it was when the archive was listed."""
    reason = "is not where it stood when the run began: the file was changed. Start the run again."
    return ReadError(FailureCategory.BROKEN, reason)
