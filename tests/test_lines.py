"""Lines of whatever a run writes: plain, compressed, Parquet, a folder of shards; and files that are none of it."""

from pathlib import Path

import pytest

from epistula.batch.codecs import CODECS
from epistula.errors import InputError
from epistula.jsonl import ANNOTATION, read_annotations, write_annotations
from epistula.lines import lines_of
from epistula.model import Annotation

LETTERS = [Annotation(id=str(number), text=f"née β {number}\n") for number in range(3)]
LINES = [ANNOTATION.dump_json(letter) for letter in LETTERS]


def write(path: Path, form: str, lines=LINES):
    with path.open("wb") as file:
        CODECS[form]().write(file, lines)
    return path


@pytest.mark.parametrize("form", CODECS)
def test_annotations_are_read_in_every_form(tmp_path, form):
    assert list(read_annotations(write(tmp_path / f"a.{form}", form))) == LETTERS


@pytest.mark.parametrize("form", CODECS)
def test_a_folder_is_read_shard_by_shard(tmp_path, form):
    for number, lines in enumerate((LINES[:2], LINES[2:])):
        write(tmp_path / f"letters-{number:05}.{form}", form, lines)
    (tmp_path / "failures.jsonl").write_text("{}\n")
    assert list(read_annotations(tmp_path)) == LETTERS


# name, content, what is said
NONE = [
    ("a.jsonl.gz", b"{}", "Not a gzipped file"),
    ("a.jsonl.zst", b"{}", "damaged"),
    ("a.parquet", b"{}", "no Parquet file"),
    ("missing.jsonl.gz", None, "No such file"),
    ("missing.parquet", None, "missing.parquet"),
]


@pytest.mark.parametrize(("name", "content", "said"), NONE)
def test_a_file_that_is_not_of_its_form_is_named(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        list(read_annotations(path))
    assert name in str(caught.value)


def test_a_torn_gzip_is_told(tmp_path):
    path = write(tmp_path / "a.jsonl.gz", "jsonl.gz", LINES * 50)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="ended before"):
        list(read_annotations(path))


def test_a_folder_without_shards_is_refused(tmp_path):
    write_annotations(tmp_path / "out.jsonl", LETTERS)
    with pytest.raises(InputError, match="no shards"):
        list(lines_of(tmp_path))
