"""Tar archives, plain or compressed: the headers as a stream, and an entry by its place in it.

tarfile reads the headers. It reads them from a `Stream` that goes forward only, hands out little at once and counts
what comes out of how much, so that no header and no entry can cost more than its share.
"""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol, cast

from epistula.batch.member import DEVICE, LINK, SPARSE, Member, changed, damaged
from epistula.batch.spool import CHUNK, LETTER_BYTES, bomb, is_bomb, too_large
from epistula.errors import ReadError
from epistula.model import FailureCategory

BLOCK = tarfile.BLOCKSIZE
HEADER_BYTES = 2**20
"""Bytes that the headers of one entry may have: long names and attributes are headers too."""
XZ_MEMORY = 256 * 2**20
STEP = 8192
"""Bytes that are given to a decompressor at once; what it has not used yet is at most as much."""
DAMAGE = (
    tarfile.TarError,
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    OverflowError,
    RecursionError,
)


class Readable(Protocol):
    """Something to read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class Decompressor(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool:
        """Whether a compressed stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether all that was given is used."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind the end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return what comes out, up to a length."""


class Counted:
    """A file that gives little at once and knows how much it gave."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = STEP, /) -> bytes:
        """Return up to `size` and up to `STEP` bytes."""
        data = self._file.read(min(size, STEP) if size >= 0 else STEP)
        self.count += len(data)
        return data


class Unpacked:
    """What bz2 or xz streams unpack to, one behind the other."""

    def __init__(self, file: Counted, kind: str) -> None:
        self._file, self._kind = file, kind
        self._unpacker: Decompressor = self._new()

    def _new(self) -> Decompressor:
        return bz2.BZ2Decompressor() if self._kind == "bz2" else lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end.

        Raises:
            EOFError: the file ends before the stream does.
        """
        while True:
            packed = b""
            if self._unpacker.eof:
                packed = self._unpacker.unused_data or self._file.read()
                if not packed.strip(b"\0"):  # xz may be padded
                    return b""
                self._unpacker = self._new()
            elif self._unpacker.needs_input and not (packed := self._file.read()):
                raise EOFError("it ends too early")
            if data := self._unpacker.decompress(packed, size):
                return data


class Stream:
    """The unpacked bytes of a tar archive; looks like a file to tarfile."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        magic = file.read(6)
        file.seek(0)
        self._file = file
        self._counted = Counted(file)
        self._source: Readable | None = _source(magic, self._counted)
        self._at, self._mark, self._packed, self._headers = 0, 0, 0, HEADER_BYTES
        self.last = b""

    def mark(self) -> None:
        """Say that an entry begins: its share is counted from here."""
        self._mark, self._packed, self._headers = self._at, self._counted.count, HEADER_BYTES

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def read(self, size: int) -> bytes:
        """Return bytes of a header.

        Raises:
            ReadError: the headers of the entry are larger than any need be, or a bomb.
        """
        self._headers -= size
        if size < 0 or self._headers < 0:
            raise ReadError(FailureCategory.LIMIT, "a header in the archive is larger than 1 MiB. Pack it again.")
        self.last = b"".join(self.chunks(size))
        return self.last

    def seek(self, position: int) -> None:
        """Go forward.

        Raises:
            ReadError: `position` lies behind, or what is passed over is a bomb.
        """
        if position < self._at:
            raise damaged("a header leads backwards")
        if self._source is None:
            self._at = self._file.seek(position)
        else:
            for _ in self.chunks(position - self._at):
                pass

    def chunks(self, length: int) -> Iterator[bytes]:
        """Yield the next bytes, fewer at the end of the archive.

        Raises:
            ReadError: they are a bomb.
        """
        while length > 0 and (chunk := (self._source or self._file).read(min(CHUNK, length))):
            self._at += len(chunk)
            length -= len(chunk)
            if self._source is not None and is_bomb(self._counted.count - self._packed + STEP, self._at - self._mark):
                raise bomb()
            yield chunk


def _source(magic: bytes, file: Counted) -> Readable | None:
    """Return what unpacks an archive; None when it is not packed."""
    if magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=cast("BinaryIO", file), mode="rb")  # reading needs `read` alone
    if magic.startswith(b"BZh"):
        return Unpacked(file, "bz2")
    if magic == b"\xfd7zXZ\0":
        return Unpacked(file, "xz")
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        reason = "is packed with Zstandard, which is not read. Pack it as .tar.gz, .tar.xz or .zip."
        raise ReadError(FailureCategory.UNSUPPORTED, reason)
    return None


class TarFile:
    """A tar archive in an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._stream: Stream | None = None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def members(self) -> Iterator[Member]:
        """Yield the entries in their order.

        Raises:
            ReadError: it is no tar archive, or damaged; the entries before the damage were yielded.
        """
        stream = Stream(self._file)
        try:
            archive = _opened(stream)
            while header := archive.next():
                archive.members.clear()  # they are kept for random access
                archive.pax_headers.clear()  # those of all entries: nothing that is asked for here
                yield _member(header)
                stream.mark()
        except ReadError:
            raise
        except DAMAGE as error:
            raise damaged(str(error)) from error
        if stream.last != bytes(BLOCK):  # tarfile takes a broken header for the end
            raise damaged("the mark of its end is missing")

    def read(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the content of an entry in chunks; entries are best read in their order.

        Args:
            offset: where its content stands.
            length: its bytes.

        Raises:
            ReadError: it is too large, a bomb, damaged, or was changed.
        """
        if length > LETTER_BYTES:
            raise too_large()
        try:
            if self._stream is None or self._stream.tell() > offset - BLOCK:
                self._stream = Stream(self._file)
            self._stream.mark()
            self._stream.seek(offset - BLOCK)
            self._stream.mark()
            header = tarfile.TarInfo.frombuf(self._stream.read(BLOCK), "utf-8", "surrogateescape")
            if header.size not in {0, length}:  # 0: the size may stand in an attribute
                raise changed()
            for chunk in self._stream.chunks(length):
                length -= len(chunk)
                yield chunk
        except ReadError:
            self._stream = None
            raise
        except tarfile.HeaderError as error:
            self._stream = None
            raise changed() from error
        except DAMAGE as error:
            self._stream = None
            raise damaged(str(error)) from error
        if length:
            raise damaged("the entry is not whole")


def _opened(stream: Stream) -> Any:
    try:
        return tarfile.TarFile(fileobj=cast("Any", stream), mode="r")
    except tarfile.TarError as error:
        reason = "is no tar archive. Check what it is, and name it accordingly."
        raise ReadError(FailureCategory.BROKEN, reason) from error


def _member(header: tarfile.TarInfo) -> Member:
    problem = ""
    if header.issym() or header.islnk():
        problem = LINK
    elif header.isdev():
        problem = DEVICE
    elif header.issparse():
        problem = SPARSE
    return Member(header.name, header.offset_data, header.size, header.size, header.isreg(), problem=problem)
