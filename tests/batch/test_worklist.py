"""From what a user names to the files there are."""

import os

import pytest

from epistula.batch.worklist import work_list
from epistula.errors import InputError
from epistula.model import FailureCategory

FILES = [
    "a.pdf",
    "b.TXT",
    "sub/c.jsonl",
    "sub/deep/d.PDF",
    "notes.md",
    "sub/e.docx",
    "[x].pdf",
    "empty/readme",
]

# paths named → files found; "!" stands for a failure that names the path
TABLE = [
    (["a.pdf"], ["a.pdf"]),
    (["a.pdf", "b.TXT", "a.pdf", "./a.pdf", "sub/../a.pdf"], ["a.pdf", "b.TXT"]),
    (["b.TXT", "a.pdf"], ["b.TXT", "a.pdf"]),
    (["sub"], ["sub/c.jsonl", "sub/deep/d.PDF"]),
    (["sub/deep", "sub"], ["sub/deep/d.PDF", "sub/c.jsonl"]),
    (["."], ["[x].pdf", "a.pdf", "b.TXT", "sub/c.jsonl", "sub/deep/d.PDF"]),
    (["*.pdf"], ["[x].pdf", "a.pdf"]),
    (["[ab].*"], ["a.pdf", "b.TXT"]),
    (["s*"], ["sub/c.jsonl", "sub/deep/d.PDF"]),
    (["**/*.PDF"], ["sub/deep/d.PDF"]),
    (["[x].pdf"], ["[x].pdf"]),
    (["a*", "a.pdf"], ["a.pdf"]),
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
    return [os.path.normpath(item) if isinstance(item, os.PathLike) else f"!{item.path}" for item in items]


@pytest.mark.parametrize(("paths", "found"), TABLE)
def test_files_behind_paths(folder, paths, found):
    assert told(work_list(paths)) == found


@pytest.mark.parametrize(
    ("path", "way_out"),
    [("missing.pdf", "Check the path"), ("empty", ".pdf, .txt, .jsonl"), ("*.md", "quote it")],
)
def test_a_failure_says_what_to_do(folder, path, way_out):
    (failure,) = work_list([path])
    assert failure.category is FailureCategory.MISSING
    assert way_out in failure.reason


def test_a_link_to_a_file_is_that_file(folder):
    (folder / "link.pdf").symlink_to(folder / "a.pdf")
    assert told(work_list(["a.pdf", "link.pdf"])) == ["a.pdf"]


@pytest.mark.parametrize(("paths", "found"), [(["sub"], ["sub/deep/d.PDF"]), (["sub/*.jsonl"], ["!sub/*.jsonl"])])
def test_what_a_run_writes_is_no_letter_of_a_folder(folder, paths, found):
    assert told(work_list(paths, written=[folder / "sub" / "c.jsonl"])) == found


def test_what_a_run_writes_cannot_be_what_it_reads(folder):
    with pytest.raises(InputError, match="is an input and the output"):
        list(work_list(["sub/c.jsonl"], written=[folder / "sub" / "c.jsonl"]))
