"""From a reference to bytes: each kind, in any order, and what was changed since it was listed."""

import os
import pickle
import random
from hashlib import sha256
from pathlib import Path

import pytest

from epistula.batch import fetch, spool
from epistula.batch.fetch import Fetcher
from epistula.batch.ref import Kind, Ref, name_of
from epistula.batch.worklist import work_list
from epistula.errors import ReadError
from tests.batch.test_archives import CONTENT, KINDS, make


@pytest.fixture
def fetcher(tmp_path):
    with Fetcher(tmp_path / "spool") as opened:
        yield opened


@pytest.mark.parametrize("name", [b"a.pdf", b"caf\xe9 \xff.pdf", b"a\n::b.txt"])
def test_a_file_stays_where_it_is(tmp_path, fetcher, name):
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(b"x" * 3_000_000)
    fetched = fetcher.fetch(Ref(name_of(str(path))))
    assert (fetched.path, fetched.spooled, fetched.row) == (str(path), False, None)
    assert fetched.sha256 == sha256(b"x" * 3_000_000).hexdigest()
    assert not (tmp_path / "spool").exists()


def test_rows_are_read_in_any_order_and_are_what_they_are_with_any_line_break(tmp_path, fetcher):
    rows = [b'{"id": 1}', "{é}".encode(), b"x" * 2_000_000, b"last"]
    for end in (b"\n", b"\r\n"):
        path = tmp_path / f"{len(end)}.jsonl"
        path.write_bytes((end + end).join(rows))
        refs = list(work_list([str(path)]))
        for number in (3, 0, 2, 1, 1):
            fetched = fetcher.fetch(pickle.loads(pickle.dumps(refs[number])))
            assert (fetched.row, fetched.path, fetched.spooled) == (rows[number], None, False)
            assert fetched.sha256 == sha256(rows[number]).hexdigest()


@pytest.mark.parametrize("suffix", KINDS)
def test_entries_are_read_in_any_order(tmp_path, fetcher, suffix):
    refs = list(work_list([str(make(tmp_path, suffix, CONTENT.items()))]))
    order = [*range(4), 2, 0, 3, 3, 1]
    random.Random(2).shuffle(order)
    for number in order:
        fetched = fetcher.fetch(refs[number])
        assert Path(fetched.path).read_bytes() == CONTENT[refs[number].member]
        assert fetched.sha256 == sha256(CONTENT[refs[number].member]).hexdigest()


@pytest.mark.parametrize(
    ("ref", "category"),
    [
        (Ref("gone.pdf"), "missing"),
        (Ref("."), "unsupported"),
        (Ref("/dev/zero"), "unsupported"),
        (Ref("gone.zip::a.pdf", Kind.ZIP, "gone.zip", "a.pdf"), "missing"),
        (Ref("gone.jsonl", Kind.ROW, "gone.jsonl", length=3), "missing"),
        (Ref("gone.jsonl", Kind.ROW, "gone.jsonl", length=2**29 + 1), "limit"),
        (Ref("a.txt", sha256="0" * 64), "broken"),
    ],
)
def test_what_cannot_be_fetched(tmp_path, monkeypatch, fetcher, ref, category):
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("x")
    with pytest.raises(ReadError) as caught:
        fetcher.fetch(ref)
    assert caught.value.category == category


def test_the_file_a_manifest_means(tmp_path, fetcher):
    path = tmp_path / "a.txt"
    path.write_text("x")
    assert fetcher.fetch(Ref(str(path), sha256=sha256(b"x").hexdigest())).path == str(path)


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_an_archive_that_was_changed(tmp_path, fetcher, suffix):
    refs = list(work_list([str(make(tmp_path, suffix, CONTENT.items()))]))
    make(tmp_path, suffix, [("first.txt", b"y" * 3000), *CONTENT.items()])
    for ref in refs:
        with pytest.raises(ReadError, match="changed"):
            fetcher.fetch(ref)


@pytest.mark.parametrize("content", [b"", b'{"id": 1}', b'\n{"id": 1}\n{"id": 2}\n', b'{"id": 1}x\n{"id": 2}'])
def test_rows_that_were_changed(tmp_path, fetcher, content):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": 2}')
    second = list(work_list([str(path)]))[1]
    path.write_bytes(content)
    with pytest.raises(ReadError, match="changed"):
        fetcher.fetch(second)


def test_a_spool_that_cannot_be_written(tmp_path):
    (ref, *_) = work_list([str(make(tmp_path, ".zip", [("a.txt", b"x")]))])
    (tmp_path / "file").write_text("x")
    with Fetcher(tmp_path / "file") as fetcher, pytest.raises(ReadError, match=r"cannot be copied to .*Make room"):
        fetcher.fetch(ref)


def test_a_disk_that_is_full_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    def chunks():
        yield b"x"
        monkeypatch.setattr(spool, "_write", lambda write, chunk, folder: full())
        yield b"y"

    with pytest.raises(OSError, match="No space"):
        spool.copy(chunks(), tmp_path / "spool", ".txt")
    assert list((tmp_path / "spool").iterdir()) == []


def test_one_container_is_open_at_a_time(tmp_path, monkeypatch):
    opened = []
    real = fetch.ZipFile
    monkeypatch.setattr(fetch, "ZipFile", lambda file: opened.append(file) or real(file))
    (tmp_path / "b").mkdir()
    archives = [make(folder, ".zip", [("a.txt", b"x"), ("b.txt", b"y")]) for folder in (tmp_path, tmp_path / "b")]
    with Fetcher(tmp_path / "spool") as fetcher:
        for ref in work_list(map(str, archives)):
            fetcher.fetch(ref)
        assert [file.closed for file in opened] == [True, False]
    assert [file.closed for file in opened] == [True, True]
