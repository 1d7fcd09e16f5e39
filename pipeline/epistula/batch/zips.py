"""Zip archives (APPNOTE.TXT, PKWARE): the directory as a stream, and an entry by its place.

zipfile holds the whole directory in memory, about 600 bytes an entry, in each process that reads from it; and
before Python 3.11.8 it does not see that entries overlap.
"""

import stat
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from struct import Struct
from struct import error as StructError  # noqa: N812 (that is what it is)
from typing import BinaryIO, NamedTuple

from epistula.batch.member import DEVICE, ENTRIES, LINK, Member, changed, damaged
from epistula.batch.spool import CHUNK, LETTER_BYTES, bomb, is_bomb, too_large
from epistula.errors import ReadError
from epistula.model import FailureCategory

LOCAL = Struct("<4s5H3I2H")  # signature, version, flags, method, time, date, CRC, packed, size, name, extra
CENTRAL = Struct("<4s6H3I5H2I")
END = Struct("<4s4H2IH")
END64 = Struct("<4sQ2H2I4Q")
LOCATOR64 = Struct("<4sIQI")
FULL, FULL_SHORT = 0xFFFFFFFF, 0xFFFF
ENCRYPTED, DESCRIPTOR, UTF8 = 0x2041, 0x8, 0x800
STORED, DEFLATED = 0, 8


class Directory(NamedTuple):
    """Where an archive's directory stands, and by how much the archive was shifted (by what was put before it)."""

    start: int
    end: int
    shift: int


class ZipFile:
    """A zip archive in an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def members(self) -> Iterator[Member]:
        """Yield the entries in the order of the directory; without a directory, those that stand before the damage.

        Raises:
            ReadError: it is no zip archive, or damaged.
        """
        try:
            directory = self._directory()
            if directory is None:
                yield from self._without_directory()
                raise damaged("its directory is missing")
            starts = array("Q", sorted(member.offset for member in islice(self._listed(directory), ENTRIES)))
            for member in self._listed(directory):
                yield replace(member, overlaps=self._overlaps(member, starts, directory.start))
        except (StructError, ValueError, OverflowError, OSError) as error:
            raise damaged(str(error)) from error

    def _directory(self) -> Directory | None:
        size = self._file.seek(0, 2)
        begin = max(0, size - END.size - FULL_SHORT)
        self._file.seek(begin)
        tail = self._file.read()
        at = tail.rfind(b"PK\5\6")
        if at < 0 or len(tail) - at < END.size:
            return None
        _, _, _, _, _, length, offset, _ = END.unpack_from(tail, at)
        end = begin + at
        length, offset, end = self._directory64(end) or (length, offset, end)
        start = end - length
        if start < 0 or offset > start:
            raise damaged("its directory is not where it should be")
        return Directory(start, end, start - offset)

    def _directory64(self, end: int) -> tuple[int, int, int] | None:
        """Return size, offset and end of the directory as zip64 states them."""
        if end < LOCATOR64.size + END64.size:
            return None
        self._file.seek(end - LOCATOR64.size - END64.size)
        record = self._file.read(LOCATOR64.size + END64.size)
        if not (record.startswith(b"PK\6\6") and record[END64.size :].startswith(b"PK\6\7")):
            return None
        fields = END64.unpack_from(record)
        return fields[8], fields[9], end - LOCATOR64.size - END64.size

    def _listed(self, directory: Directory) -> Iterator[Member]:
        at = directory.start
        while at < directory.end:
            self._file.seek(at)
            fields = CENTRAL.unpack(self._file.read(CENTRAL.size))
            if fields[0] != b"PK\1\2":
                raise damaged("its directory holds something else")
            name, extra = self._file.read(fields[10]), self._file.read(fields[11])
            at += CENTRAL.size + sum(fields[10:13])
            packed, size, offset = _sizes(extra, fields[8], fields[9], fields[16])
            yield _member(name, fields, packed, size, offset + directory.shift)

    def _overlaps(self, member: Member, starts: "array[int]", end: int) -> bool:
        """Tell whether an entry goes on behind the start of the next one, or begins where another does."""
        after = bisect_right(starts, member.offset)
        following = starts[after] if after < len(starts) else end
        self._file.seek(member.offset)
        head = self._file.read(LOCAL.size)
        begin = member.offset + LOCAL.size + (sum(LOCAL.unpack(head)[9:]) if len(head) == LOCAL.size else 0)
        return begin + member.packed > following or after - bisect_left(starts, member.offset) > 1

    def _without_directory(self) -> Iterator[Member]:
        at, size = 0, self._file.seek(0, 2)
        while True:
            self._file.seek(at)
            head = self._file.read(LOCAL.size)
            if len(head) < LOCAL.size or not head.startswith(b"PK\3\4"):
                break
            fields = LOCAL.unpack(head)
            name, extra = self._file.read(fields[9]), self._file.read(fields[10])
            packed, unpacked, _ = _sizes(extra, fields[7], fields[8], 0)
            end = at + LOCAL.size + len(name) + len(extra) + packed
            if fields[2] & DESCRIPTOR or end > size:
                return
            text = _text(name, fields[2])
            encrypted = bool(fields[2] & ENCRYPTED)
            yield Member(text, at, packed, unpacked, not text.endswith("/"), encrypted)
            at = end
        if at == 0:
            raise ReadError(FailureCategory.BROKEN, "is no zip archive. Check what it is, and name it accordingly.")

    def read(self, name: str, offset: int, packed: int) -> Iterator[bytes]:
        """Yield the content of an entry in chunks.

        Args:
            name: the entry, as it stands in its header.
            offset: where its header stands.
            packed: its bytes in the archive.

        Raises:
            ReadError: it is packed in a way that is not read, is a bomb, too large, or damaged; or the archive was
                changed.
        """
        self._file.seek(offset)
        head = self._file.read(LOCAL.size)
        if len(head) < LOCAL.size or not head.startswith(b"PK\3\4"):
            raise changed()
        _, _, flags, method, _, _, crc, _, _, name_length, extra_length = LOCAL.unpack(head)
        if _text(self._file.read(name_length), flags) != name:
            raise changed()
        self._file.seek(extra_length, 1)
        if flags & ENCRYPTED:
            raise ReadError(FailureCategory.ENCRYPTED, "is encrypted. Unpack it with its password and name the file.")
        found = 0
        for chunk in self._unpacked(method, packed):
            found = zlib.crc32(chunk, found)
            yield chunk
        if found != (self._descriptor() if flags & DESCRIPTOR else crc):
            raise ReadError(FailureCategory.BROKEN, "its bytes are not those that were packed (CRC). Get it again.")

    def _descriptor(self) -> int:
        """Return the CRC that stands behind the content."""
        words = self._file.read(8)
        return int.from_bytes(words[4:8] if words.startswith(b"PK\7\x08") else words[:4], "little")

    def _unpacked(self, method: int, packed: int) -> Iterator[bytes]:
        if method == STORED:
            yield from _limited(self._chunks(packed), packed)
        elif method == DEFLATED:
            yield from _limited(_inflated(self._chunks(packed)), packed)
        else:
            reason = f"is packed by method {method}. Pack it again with Deflate, or unpack it and name the file."
            raise ReadError(FailureCategory.UNSUPPORTED, reason)

    def _chunks(self, length: int) -> Iterator[bytes]:
        while length:
            chunk = self._file.read(min(CHUNK, length))
            if not chunk:
                raise damaged("the entry is not whole")
            length -= len(chunk)
            yield chunk


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for chunk in chunks:
            yield unpacker.decompress(chunk, CHUNK)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, CHUNK)
        while not unpacker.eof and (more := unpacker.decompress(b"", CHUNK)):
            yield more
    except zlib.error as error:
        raise damaged(str(error)) from error
    if not unpacker.eof:
        raise damaged("the entry is not whole")


def _limited(chunks: Iterator[bytes], packed: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LETTER_BYTES:
            raise too_large()
        if is_bomb(packed, size):
            raise bomb()
        yield chunk


def _text(name: bytes, flags: int) -> str:
    """Return an entry's name: UTF-8 when it says so, else code page 437, which has a sign for each byte."""
    return name.decode("utf-8", "surrogateescape") if flags & UTF8 else name.decode("cp437")


def _sizes(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Return packed, unpacked and offset, from the zip64 field where they do not fit."""
    fields = iter(_extra64(extra))
    size = next(fields, size) if size == FULL else size
    packed = next(fields, packed) if packed == FULL else packed
    offset = next(fields, offset) if offset == FULL else offset
    return packed, size, offset


def _extra64(extra: bytes) -> list[int]:
    while len(extra) >= 4:
        kind, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == 1:
            data = extra[4 : 4 + length]
            return [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data) - 7, 8)]
        extra = extra[4 + length :]
    return []


def _member(name: bytes, fields: tuple[int, ...], packed: int, size: int, offset: int) -> Member:
    flags, mode = fields[3], stat.S_IFMT(fields[15] >> 16)
    text = _text(name, flags)
    problem = LINK if mode == stat.S_IFLNK else DEVICE if mode not in {0, stat.S_IFREG, stat.S_IFDIR} else ""
    is_file = not text.endswith(("/", "\\")) and mode != stat.S_IFDIR
    return Member(text, offset, packed, size, is_file, bool(flags & ENCRYPTED), problem=problem)
