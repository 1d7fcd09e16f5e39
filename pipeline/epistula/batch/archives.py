"""The letters in an archive, and what of it is refused; nothing is unpacked here."""

import re
from collections.abc import Iterator
from pathlib import Path

from epistula.batch.member import ENTRIES, Member
from epistula.batch.ref import ARCHIVES, LETTERS, PART, Kind, Ref, member_name, suffix_of
from epistula.batch.spool import LETTER_BYTES, bomb, is_bomb, too_large
from epistula.batch.tars import TarFile
from epistula.batch.zips import ZipFile
from epistula.errors import ReadError
from epistula.model import Failure, FailureCategory

PACKED_LETTERS = tuple(suffix for suffix in LETTERS if suffix != ".jsonl")
DRIVE = re.compile("[A-Za-z]:")


def archive_refs(path: str, name: str) -> Iterator[Ref | Failure]:
    """Yield a reference for each letter of an archive, in its order, and a Failure for each entry that is refused.

    What is damaged costs what stands behind the damage, and is one Failure. Entries that are no letters are
    passed over.

    Args:
        path: the local file.
        name: what it is recorded as.

    Raises:
        OSError: the file cannot be opened.
    """
    opened, kind = (ZipFile, Kind.ZIP) if suffix_of(name) == ".zip" else (TarFile, Kind.TAR)
    anything = False
    with Path(path).open("rb") as file:
        try:
            for number, member in enumerate(opened(file).members(), start=1):
                if number > ENTRIES:
                    raise ReadError(FailureCategory.LIMIT, f"has more than {ENTRIES:,} entries. Split it.")
                if item := _item(member, name, kind):
                    anything = True
                    yield item
        except ReadError as error:
            yield Failure(name, error.category, error.reason)
            return
    if not anything:
        reason = f"the archive holds no letter. Put files ending in {', '.join(PACKED_LETTERS)} there or name another."
        yield Failure(name, FailureCategory.MISSING, reason)


def _item(member: Member, archive: str, kind: Kind) -> Ref | Failure | None:
    """Return what an entry is to a run; None when it is no letter."""
    name = member_name(member.name)
    try:
        _check_safe(member)
        if not member.is_file or _is_by_the_way(member.name):
            return None
        suffix = suffix_of(member.name)
        if suffix not in (*LETTERS, *ARCHIVES):
            return None
        _check_letter(member, suffix)
    except ReadError as error:
        return Failure(f"{archive}{PART}{name}", error.category, error.reason)
    return Ref(f"{archive}{PART}{name}", kind, archive, name, member.offset, member.packed)


def _check_safe(member: Member) -> None:
    """Refuse what could lead out of a folder, if ever it were unpacked there.

    Raises:
        ReadError: it could.
    """
    parts = re.split(r"[/\\]", member.name)
    if member.problem:
        raise ReadError(FailureCategory.UNSUPPORTED, member.problem)
    if ".." in parts:
        problem = "its name leads out of the archive's folder (`..`)"
    elif not parts[0] or DRIVE.match(member.name):
        problem = "its name is absolute"
    elif "\0" in member.name:
        problem = "its name holds a zero byte"
    else:
        return
    raise ReadError(FailureCategory.UNSUPPORTED, f"{problem}. Pack the file again under a plain name.")


def _is_by_the_way(name: str) -> bool:
    """Tell what macOS adds to an archive from what was put there."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _check_letter(member: Member, suffix: str) -> None:
    """Refuse what cannot be read or is too large, as far as its header tells.

    Raises:
        ReadError: it is not read.
    """
    if suffix in ARCHIVES:
        reason = "is an archive within an archive. Unpack the outer one and name this one."
        raise ReadError(FailureCategory.UNSUPPORTED, reason)
    if suffix == ".jsonl":
        reason = "JSON Lines are not read from an archive. Unpack it and name the file."
        raise ReadError(FailureCategory.UNSUPPORTED, reason)
    if member.is_encrypted:
        raise ReadError(FailureCategory.ENCRYPTED, "is encrypted. Unpack it with its password and name the file.")
    if member.overlaps:
        reason = "shares its bytes with another entry or with the archive's directory. Leave the archive alone."
        raise ReadError(FailureCategory.LIMIT, reason)
    if member.size > LETTER_BYTES:
        raise too_large()
    if is_bomb(member.packed, member.size):
        raise bomb()
