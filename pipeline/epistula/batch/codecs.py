"""The forms in which lines are written: JSON Lines, plain or compressed, and Parquet.

The same lines give the same bytes: no time or name is written into a file.
"""

import gzip
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, cast

from epistula.errors import InputError


class Codec(ABC):
    """Writes lines to a file and reads them back, each by the place it got."""

    suffix: str

    @abstractmethod
    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> list[int]:
        """Write lines; return the place of each."""

    @abstractmethod
    def read(self, file: IO[bytes], wanted: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
        """Yield the lines at places (place, size), ascending; None for what cannot be read."""


class Jsonl(Codec):
    """JSON Lines; a place is the offset of the line."""

    suffix = ".jsonl"

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> list[int]:
        """Write lines; return their offsets."""
        places, place = [], 0
        for line in lines:
            places.append(place)
            place += file.write(line + b"\n")
        return places

    def read(self, file: IO[bytes], wanted: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
        """Yield the lines at offsets."""
        for place, size in wanted:
            file.seek(place)
            yield file.read(size)


class Gzip(Jsonl):
    """JSON Lines in gzip; a place is the offset in the text."""

    suffix = ".jsonl.gz"

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> list[int]:
        """Write lines; return their offsets in the text."""
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            return super().write(cast(IO[bytes], packed), lines)

    def read(self, file: IO[bytes], wanted: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
        """Yield the lines at offsets in the text; None from where it is damaged."""
        yield from _slices(cast(IO[bytes], gzip.GzipFile(fileobj=file)), wanted)


class Zstd(Jsonl):
    """JSON Lines in Zstandard; a place is the offset in the text."""

    suffix = ".jsonl.zst"

    def __init__(self) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise InputError("zstandard is not installed. Install it with: pip install 'epistula[shards]'") from error
        self._zstandard = zstandard

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> list[int]:
        """Write lines; return their offsets in the text."""
        with self._zstandard.ZstdCompressor(level=6).stream_writer(file, closefd=False) as packed:
            return super().write(packed, lines)

    def read(self, file: IO[bytes], wanted: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
        """Yield the lines at offsets in the text; None from where it is damaged."""
        yield from _slices(
            io.BufferedReader(self._zstandard.ZstdDecompressor().stream_reader(file, closefd=False)), wanted
        )


class Parquet(Codec):
    """Parquet, a row a letter: the line itself as `json`, and what it says as columns; a place is the row."""

    suffix = ".parquet"
    ROWS = 100
    """Rows of a row group, which is what is held in memory."""

    def __init__(self) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise InputError("pyarrow is not installed. Install it with: pip install 'epistula[shards]'") from error
        self._arrow, self._parquet = pyarrow, pyarrow.parquet
        text, number = pyarrow.string(), pyarrow.int32()
        mention = {
            "id": text, "start": number, "end": number, "label": text, "text": text, "page": number,
            "concept": text, "assertion": text, "attribution": text, "attributes": pyarrow.map_(text, text),
        }  # fmt: skip
        relation = {"id": text, "head": text, "tail": text, "label": text}
        self._schema = pyarrow.schema(
            {
                "id": text, "path": text, "sha256": text, "title": text, "doi": text, "hal_id": text, "year": number,
                "pages": number, "text": text, "spans": pyarrow.list_(pyarrow.struct(mention)),
                "relations": pyarrow.list_(pyarrow.struct(relation)), "json": text,
            }
        )  # fmt: skip

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> list[int]:
        """Write lines; return their rows."""
        count, rows = 0, list[dict[str, Any]]()
        with self._parquet.ParquetWriter(file, self._schema, compression="zstd") as writer:
            for line in lines:
                rows.append(columns(line))
                count += 1
                if len(rows) == self.ROWS:
                    writer.write_table(self._arrow.Table.from_pylist(rows, self._schema))
                    rows = []
            if rows or not count:
                writer.write_table(self._arrow.Table.from_pylist(rows, self._schema))
        return list(range(count))

    def read(self, file: IO[bytes], wanted: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
        """Yield the lines of rows, a row group at a time; None for what is damaged."""
        try:
            packed = self._parquet.ParquetFile(file)
        except (self._arrow.ArrowException, OSError):
            packed = None
        group, lines = -1, list[str]()
        for place, _ in wanted:
            if place // self.ROWS != group:
                group = place // self.ROWS
                lines = self._group(packed, group)
            row = place % self.ROWS
            yield lines[row].encode() if row < len(lines) else None

    def _group(self, packed: Any, number: int) -> list[str]:
        """Return the lines of a row group; none when it is damaged or not there."""
        if packed is None or number >= packed.num_row_groups:
            return []
        try:
            lines: list[str] = packed.read_row_group(number, columns=["json"])["json"].to_pylist()
        except (self._arrow.ArrowException, OSError):
            return []
        return lines


CODECS: Mapping[str, type[Codec]] = {"jsonl": Jsonl, "jsonl.gz": Gzip, "jsonl.zst": Zstd, "parquet": Parquet}
"""Name of a form → what writes it."""


def codec_of(name: str, usual: Codec) -> Codec:
    """Return what reads a file, by its ending."""
    form = next((form for form in CODECS if name.casefold().endswith(f".{form}")), None)
    return CODECS[form]() if form else usual


MENTION = ("id", "start", "end", "label", "text", "page", "assertion", "attribution")
BESIDE = frozenset((*MENTION, "boxes", "concept", "by"))


def columns(line: bytes) -> dict[str, Any]:
    """Return a line as the columns of a row."""
    record = json.loads(line)
    source = record["source"]
    return {
        "id": record["id"],
        **{name: source[name] for name in ("path", "sha256", "title", "doi", "hal_id", "year", "pages")},
        "text": record["text"],
        "spans": [
            {
                **{name: span[name] for name in MENTION},
                "concept": span["concept"] and span["concept"]["id"],
                "attributes": [(k, str(v)) for k, v in span.items() if k not in BESIDE and v is not None],
            }
            for span in record["spans"]
        ],
        "relations": [{name: r[name] for name in ("id", "head", "tail", "label")} for r in record["relations"]],
        "json": line.decode(),
    }


def _slices(text: IO[bytes], wanted: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
    """Yield the lines at offsets in a text that can only be read onwards; None from where it cannot."""
    at, whole = 0, True
    for place, size in wanted:
        line = b""
        try:
            while whole and at < place:
                skipped = len(text.read(min(place - at, 1 << 20)))
                at, whole = at + skipped, skipped > 0
            line = text.read(size) if whole else b""
        except Exception:  # each library has errors of its own for a torn or damaged file
            whole = False
        whole = whole and len(line) == size
        at += len(line)
        yield line if whole else None
