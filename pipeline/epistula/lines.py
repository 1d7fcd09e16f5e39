"""The lines of a file of records in any form that a run writes: plain or compressed JSON Lines, Parquet, a folder."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from epistula.errors import InputError

SHARDS = "letters-*"
EXTRA = "Install it with: pip install 'epistula[shards]'"


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, or of the shards of a folder one after the other.

    Raises:
        InputError: the folder has no shards, or what reads the form is not installed.
        OSError: the file cannot be read.
    """
    if path.is_dir():
        shards = sorted(path.glob(SHARDS))
        if not shards:
            raise InputError(f"{path}: the folder has no shards (letters-00000…). Name a file, or a folder of a run.")
        for shard in shards:
            yield from lines_of(shard)
    elif path.suffix.casefold() == ".parquet":
        yield from _rows(path)
    else:
        with _opened(path) as file:
            yield from file


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    suffix = path.suffix.casefold()
    if suffix == ".gz":
        with gzip.open(path) as file:
            yield cast(IO[bytes], file)
    elif suffix == ".zst":
        import io

        zstandard = _library("zstandard")
        try:
            with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as file:
                yield io.BufferedReader(file)
        except zstandard.ZstdError as error:
            raise OSError(f"damaged: {error}") from error
    else:
        with path.open("rb") as file:
            yield file


def _rows(path: Path) -> Iterator[bytes]:
    arrow, parquet = _library("pyarrow"), _library("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["json"]):
                yield from (line.encode() for line in batch["json"].to_pylist())
    except (arrow.ArrowException, KeyError) as error:
        raise InputError(
            f"{path}: is no Parquet file with a column json ({error}). Name one that a run wrote."
        ) from error


def _library(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"{name} is not installed. {EXTRA}") from error
