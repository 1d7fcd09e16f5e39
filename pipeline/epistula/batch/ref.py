"""A letter that is named and not yet read, and the names it goes by in records.

A name is always valid UTF-8 and says without doubt what it stands for:

- `in/a.pdf`: a path as the user would write it;
- `file:in/caf%E9.pdf`: a path whose name is no UTF-8, holds `::`, or itself begins with `file:`;
- `s3://bucket/a.pdf`: a URL;
- `in/a.zip::b/c.pdf`: the entry of an archive. The first `::` parts the two; each is written as above.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from epistula.errors import ReadError
from epistula.model import LONE_SURROGATE, FailureCategory, file_uri

SCHEME = "file:"
PART = "::"
LETTERS = (".pdf", ".txt", ".jsonl")
MANIFESTS = (".csv", ".tsv")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")
ARCHIVES = (".zip", *TARS)


class Kind(StrEnum):
    """What holds a letter."""

    FILE = "file"
    ROW = "row"
    ZIP = "zip"
    TAR = "tar"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Ref:
    """A letter that is named, not yet read.

    Args:
        name: as it is recorded (see above); for a row the name of its file.
        kind: what holds it.
        container: name or URL of the JSONL file or archive.
        member: name of the entry in the archive.
        offset: where it stands in the container, in bytes: a row, the header of a zip entry, the content
            of a tar entry (in the unpacked stream of a compressed one).
        length: bytes of a row, of a zip entry as packed, of a tar entry.
        line: number of a row from 1.
        sha256: of the file, when a manifest states it.
    """

    name: str
    kind: Kind = Kind.FILE
    container: str = ""
    member: str = ""
    offset: int = 0
    length: int = 0
    line: int | None = None
    sha256: str | None = None


def name_of(path: str) -> str:
    """Return the name under which a local path is recorded."""
    return file_uri(path) if PART in path else member_name(path)


def member_name(member: str) -> str:
    """Return the name of an archive's entry, the part behind `::`."""
    is_uri = member[: len(SCHEME)].casefold() == SCHEME
    return file_uri(member) if is_uri or LONE_SURROGATE.search(member) else member


def local_path(name: str) -> str:
    """Return the path that a name stands for: what `name_of` was given.

    Raises:
        ReadError: it is a URI that names another machine.
    """
    if name[: len(SCHEME)].casefold() != SCHEME:
        return name
    rest = name[len(SCHEME) :]
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        if host.casefold() not in {"", "localhost"}:
            reason = f"names a file of another machine, {host}. Mount its folder and name the file there."
            raise ReadError(FailureCategory.UNSUPPORTED, reason)
        rest = slash + rest
    return os.fsdecode(unquote_to_bytes(rest))


def is_url(name: str) -> bool:
    """Tell a URL of object storage or of the web from a path and from a `file:` URI."""
    scheme, found, _ = name.partition("://")
    plain = scheme.replace("+", "").replace("-", "").replace(".", "")
    followed = bool(found) and scheme.casefold() != "file" and plain.isascii() and plain.isalnum()
    return followed and not LONE_SURROGATE.search(name)


def suffix_of(name: str) -> str:
    """Return the suffix that tells what a file is, in lower case: `.pdf`, `.tar.gz`; empty when there is none."""
    if is_url(name) and name.casefold().startswith("http"):
        name = name.partition("#")[0].partition("?")[0]
    base = name.replace("\\", "/").rpartition("/")[2].casefold()
    double = next((suffix for suffix in TARS if base.endswith(suffix) and base != suffix), None)
    return double or os.path.splitext(base)[1]  # noqa: PTH122 (a URL is no Path)
