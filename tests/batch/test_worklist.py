"""From what a user names to references: files, folders, globs, rows, and names with any bytes."""

import glob
import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.batch import walk
from epistula.batch.ref import Kind, Ref, is_url, local_path, member_name, name_of, suffix_of
from epistula.batch.worklist import work_list
from epistula.errors import InputError, ReadError
from epistula.model import Failure, FailureCategory, Source
from tests.batch.test_archives import make_tar

FILES = [
    "a.pdf",
    "b.TXT",
    "sub/c.txt",
    "sub/deep/d.PDF",
    "notes.md",
    "sub/e.docx",
    "[x].pdf",
    "empty/readme",
]

# paths named → letters found; "!" stands for a failure that names the path
TABLE = [
    (["a.pdf"], ["a.pdf"]),
    (["a.pdf", "b.TXT", "./a.pdf", "sub/../a.pdf"], ["a.pdf", "b.TXT", "a.pdf", "a.pdf"]),
    (["b.TXT", "a.pdf"], ["b.TXT", "a.pdf"]),
    (["sub"], ["sub/c.txt", "sub/deep/d.PDF"]),
    (["sub/", "./sub/deep"], ["sub/c.txt", "sub/deep/d.PDF", "sub/deep/d.PDF"]),
    (["."], ["[x].pdf", "a.pdf", "b.TXT", "sub/c.txt", "sub/deep/d.PDF"]),
    (["*.pdf"], ["[x].pdf", "a.pdf"]),
    (["./*.pdf"], ["[x].pdf", "a.pdf"]),
    (["[ab].*"], ["a.pdf", "b.TXT"]),
    (["s*"], ["sub/c.txt", "sub/deep/d.PDF"]),
    (["s*/*.txt"], ["sub/c.txt"]),
    (["s*/deep/?.PDF"], ["sub/deep/d.PDF"]),
    (["s*/../*.TXT"], ["sub/../b.TXT"]),
    (["**/*.PDF"], ["sub/deep/d.PDF"]),
    (["**/*.[pt]*"], ["[x].pdf", "a.pdf", "sub/c.txt"]),
    (["sub/**"], ["sub/c.txt", "sub/deep/d.PDF"]),
    (["**/deep/**/*.PDF"], ["sub/deep/d.PDF"]),
    (["[x].pdf"], ["[x].pdf"]),
    # named outright: read, and refused there when it is no letter
    (["notes.md"], ["notes.md"]),
    (["missing.pdf"], ["!missing.pdf"]),
    (["missing.pdf", "a.pdf"], ["!missing.pdf", "a.pdf"]),
    (["empty"], ["!empty"]),
    (["*.xml"], ["!*.xml"]),
    (["*.md"], ["!*.md"]),
    (["e*"], ["!empty"]),
    ([""], ["!"]),
    (["a\0.pdf"], ["!a\0.pdf"]),
    (["x" * 300], ["!" + "x" * 300]),
    (["a.pdf::b.pdf"], ["!a.pdf::b.pdf"]),
    (["file:a.pdf"], ["a.pdf"]),
    (["FILE:sub/%63.txt"], ["sub/c.txt"]),
    (["file://other/a.pdf"], ["!file://other/a.pdf"]),
    (["/dev/null"], ["!/dev/null"]),
    ([], []),
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(items):
    return [item.name if isinstance(item, Ref) else f"!{item.path}" for item in items]


@pytest.mark.parametrize(("paths", "found"), TABLE)
def test_letters_behind_paths(folder, paths, found):
    assert told(work_list(paths)) == found


@pytest.mark.parametrize("pattern", ["*", "**", "**/*", "s*/*", "?.*", "**/*.*", "sub/*/*", "[!a]*", ".*", "**/.h*"])
def test_a_pattern_finds_what_python_finds(folder, pattern):
    (folder / "sub" / ".hidden.txt").write_text("x")
    (folder / ".dot").mkdir()
    (folder / ".dot" / "x.txt").write_text("x")
    found = set(map(os.path.normpath, glob.glob(pattern, recursive=True)))  # noqa: PTH207 (it is what we compare with)
    paths = [(str(p), p.is_dir()) for p in sorted(map(Path, found))]
    ours = [f.path for f in walk.glob(walk.Disk(), "", Path(pattern).parts, lambda _: False)]
    folders = [f"{p}{os.sep}" for p, is_folder in paths if is_folder and p in ours]
    assert ours == [p for p, _ in paths if not any(p.startswith(inner) for inner in folders)]


@pytest.mark.parametrize(
    ("path", "category", "way_out"),
    [
        ("missing.pdf", "missing", "Check the path"),
        ("empty", "missing", ".pdf, .txt, .jsonl"),
        ("*.md", "missing", "quote it"),
        ("/dev/null", "unsupported", "Save it as a file first"),
        ("file://other/a.pdf", "unsupported", "another machine, other"),
    ],
)
def test_a_failure_says_what_to_do(folder, path, category, way_out):
    (failure,) = work_list([path])
    assert failure.category == category
    assert way_out in failure.reason


def test_links_to_files_are_read_and_those_to_folders_are_not_followed(folder):
    (folder / "sub" / "link.pdf").symlink_to(folder / "a.pdf")
    (folder / "sub" / "loop").symlink_to(folder / "sub")
    (folder / "sub" / "nowhere.pdf").symlink_to(folder / "gone")
    (folder / "sub" / "round.pdf").symlink_to(folder / "sub" / "round.pdf")
    assert told(work_list(["sub"])) == ["sub/c.txt", "sub/deep/d.PDF", "sub/link.pdf"]
    assert told(work_list(["sub/loop"])) == ["sub/loop/c.txt", "sub/loop/deep/d.PDF", "sub/loop/link.pdf"]


@pytest.mark.parametrize("many", [100_000, 3])
def test_the_order_is_that_of_the_parts_of_the_paths(tmp_path, monkeypatch, many):
    monkeypatch.setattr(walk, "MANY", many)
    names = ["a/b.pdf", "a-b.pdf", "a.pdf", "a b/c.pdf", "B.pdf", "a/b/c.pdf", "é.pdf", "𝔸.pdf", "豈.pdf", "a/a/z.pdf"]
    names += [os.fsdecode(b"\xff.pdf"), os.fsdecode(b"\xe9/x.pdf"), "a/\n.pdf"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = [local_path(ref.name) for ref in work_list([str(tmp_path)])]
    assert found == [str(p) for p in sorted(map(tmp_path.joinpath, names))]


def test_folders_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(walk, "DEPTH", 3)
    (tmp_path / "a" / "b" / "c" / "d").mkdir(parents=True)
    (tmp_path / "a" / "x.txt").write_text("x")
    failure, ref = work_list([str(tmp_path)])
    assert (failure.category, ref.name) == (FailureCategory.LIMIT, str(tmp_path / "a" / "x.txt"))


# ── what a run writes ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("paths", "found"), [(["sub"], ["sub/deep/d.PDF"]), (["sub/*.txt"], ["!sub/*.txt"])])
def test_what_a_run_writes_is_no_letter_of_a_folder(folder, paths, found):
    assert told(work_list(paths, written=[folder / "sub" / "c.txt"])) == found


def test_a_folder_that_a_run_writes_and_what_earlier_runs_left(folder):
    for name in ("out.jsonl.failures.jsonl", "out.jsonl.duplicates.jsonl", ".out.run", ".out.run-wal", ".x-journal"):
        (folder / "sub" / name).write_text('{"id": "1", "text": "x"}')
    (folder / "sub" / "link.txt").symlink_to(folder / "sub" / "c.txt")
    written = [folder / "sub" / "deep", folder / "sub" / "c.txt", folder / "sub" / "new.txt"]
    (failure,) = work_list(["sub"], written)
    assert failure.path == "sub"


@pytest.mark.parametrize("path", ["sub/c.txt", "sub/deep", "sub/deep/d.PDF", "file:sub/c.txt"])
def test_what_a_run_writes_cannot_be_what_it_reads(folder, path):
    with pytest.raises(InputError, match="is an input and the output"):
        list(work_list([path], written=[folder / "sub" / "c.txt", folder / "sub" / "deep"]))


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────

# bytes of a file → line, offset, length of each row
ROWS = [
    (b'{"id": 1, "text": ""}\n\n {}\r\n\r\nx', [(1, 0, 21), (3, 23, 3), (5, 30, 1)]),
    (b'\xef\xbb\xbf{"id": 1}\n', [(1, 0, 12)]),
    (b"broken", [(1, 0, 6)]),
    (b"[" * 200_000, [(1, 0, 200_000)]),
    (b"x" * 2**20 + b"\r\ny", [(1, 0, 2**20), (2, 2**20 + 2, 1)]),
    (b"x" * (2**20 - 1) + b"\r\ny", [(1, 0, 2**20 - 1), (2, 2**20 + 1, 1)]),
    (b" " * 2**21 + b"\ny" + b"z" * 2**20, [(2, 2**21 + 1, 2**20 + 1)]),
    (b"x" * 2**20, [(1, 0, 2**20)]),
    (b'{"id": "1", "text": "x", "path": "a.pdf"}', [(1, 0, 41)]),
]


@pytest.mark.parametrize(("content", "expected"), ROWS)
def test_rows(tmp_path, content, expected):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    refs = list(work_list([str(path)]))
    assert [(ref.line, ref.offset, ref.length) for ref in refs] == expected
    assert {(ref.name, ref.container, ref.kind) for ref in refs} == {(str(path), str(path), Kind.ROW)}


@pytest.mark.parametrize("content", [b"", b"\n \n", b" " * 2**20])
def test_a_file_without_rows(tmp_path, content):
    (tmp_path / "a.jsonl").write_bytes(content)
    (failure,) = work_list([str(tmp_path)])
    assert (failure.category, failure.line) == (FailureCategory.NO_TEXT, None)
    assert "no line" in failure.reason


def rows_file(path, many):
    path.write_text('{"id": 1, "text": "x"}\n' * many)


def manifest_file(path, many):
    path.write_text("path\n" + "s3://bucket/a.pdf\n" * many)


def tar_file(path, many):
    make_tar(path, [(f"{number}.txt", b"") for number in range(many)], ".tar.gz")


@pytest.mark.parametrize(("name", "make"), [("a.jsonl", rows_file), ("a.csv", manifest_file), ("a.tgz", tar_file)])
def test_more_letters_cost_no_more_memory(tmp_path, name, make):
    peaks = []
    for many in (10, 1_000, 5_000):
        make(tmp_path / name, many)
        tracemalloc.start()
        assert sum(1 for _ in work_list([str(tmp_path / name)])) == many
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 50_000


# ── names ─────────────────────────────────────────────────────────────────────────────────────────

# bytes of a name → what is recorded of it
NAMES = [
    (b"caf\xe9 \xff.pdf", "file:caf%E9%20%FF.pdf"),
    (b"a\nb.pdf", "a\nb.pdf"),
    (b"\"'`$.pdf", "\"'`$.pdf"),
    ("🩺é.pdf".encode(), "🩺é.pdf"),
    (b"-a.pdf", "-a.pdf"),
    (b"100%25.pdf", "100%25.pdf"),
    (b"a::b.pdf", "file:a%3A%3Ab.pdf"),
    (b"x.zip::b.pdf", "file:x.zip%3A%3Ab.pdf"),
    (b"file:a.pdf", "file:file%3Aa.pdf"),
    (b"File:a.pdf", "file:File%3Aa.pdf"),
    (b"a*[?].pdf", "a*[?].pdf"),
    (b"a\\b.pdf", "a\\b.pdf"),
]


@pytest.mark.parametrize(("name", "recorded"), NAMES)
@pytest.mark.parametrize("absolute", [False, True])
def test_a_name_of_any_bytes_is_recorded_and_found_again(tmp_path, monkeypatch, name, recorded, absolute):
    monkeypatch.chdir(tmp_path)
    Path(os.fsdecode(name)).write_bytes(name)
    (ref,) = work_list([str(tmp_path) if absolute else "."])
    if not absolute:
        assert ref.name == recorded
    assert Source(path=ref.name).path == Failure(ref.name, FailureCategory.BROKEN, "x").path == ref.name
    json.dumps(ref.name, ensure_ascii=False).encode()
    (again,) = work_list([ref.name])
    assert again == ref
    assert Path(local_path(again.name)).read_bytes() == name


def test_an_absolute_name_is_a_uri_of_rfc_8089():
    assert name_of("/a b/caf\udce9.pdf") == "file:///a%20b/caf%E9.pdf"
    assert Source(path="/a b/caf\udce9.pdf").path == "file:///a%20b/caf%E9.pdf"
    assert local_path("file://localhost/a%20b/caf%E9.pdf") == "/a b/caf\udce9.pdf"
    with pytest.raises(ReadError, match="another machine"):
        local_path("file://there/a.pdf")


@given(st.binary(min_size=1).map(os.fsdecode))
def test_names_are_text_and_stand_for_one_path(path):
    for named in (name_of(path), member_name(path)):
        named.encode()
        assert local_path(named) == path
    assert "::" not in name_of(path)
    assert Source(path=name_of(path)).path == name_of(path)


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_recorded(path):
    written = Source(path=path).path
    written.encode()
    assert Source(path=written).path == written


@pytest.mark.parametrize(
    ("name", "url", "suffix"),
    [
        ("a.PDF", False, ".pdf"),
        ("in/a.tar.gz", False, ".tar.gz"),
        (".tar.gz", False, ".gz"),
        ("a.b/c", False, ""),
        (".pdf", False, ""),
        ("s3://b/a.TGZ", True, ".tgz"),
        ("https://b/a.pdf?x=b.zip#c", True, ".pdf"),
        ("s3://b/a?.pdf", True, ".pdf"),
        ("file:///a.pdf", False, ".pdf"),
        ("a b://c.txt", False, ".txt"),
        ("s3://b/\udce9.txt", False, ".txt"),
    ],
)
def test_what_a_name_says(name, url, suffix):
    assert (is_url(name), suffix_of(name)) == (url, suffix)
