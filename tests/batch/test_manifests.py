"""Lists of files: what their rows name, and what is wrong with a row."""

import csv
import json
import os
from hashlib import sha256

import pytest

from epistula.batch import manifests
from epistula.batch.ref import Kind, Ref
from epistula.batch.worklist import work_list
from epistula.model import FailureCategory
from tests.batch.test_archives import make_zip

DIGEST = sha256(b"x").hexdigest()
INVALID, MISSING, UNSUPPORTED = "invalid_record", "missing", "unsupported"
FILES = ["in/a.pdf", "in/b,c.txt", 'in/q".txt', "in/new\nline.txt", "d.txt", "in/é.txt"]

# manifest under in/, content → names, or line, category and words of a failure
TABLE = [
    ("m.csv", "path\na.pdf\n../d.txt\n", ["in/a.pdf", "d.txt"]),
    ("m.csv", "\ufeffPath,sha256,note\r\n\r\na.pdf,,x\r\n,,\r\nd2.txt,,\r\n", ["in/a.pdf", (5, MISSING, "d2.txt: ")]),
    ("m.csv", 'file\n"b,c.txt"\n"q"".txt"\n"new\nline.txt"', ["in/b,c.txt", 'in/q".txt', "in/new\nline.txt"]),
    ("m.csv", "path\nb,c.txt\na.pdf\n", [(2, INVALID, "2 cells"), "in/a.pdf"]),
    ("m.csv", 'path\n"a.pdf\na.pdf\né.txt\n', [(2, INVALID, "quotes"), "in/a.pdf", "in/é.txt"]),
    ("m.csv", 'path\n"a.pdf\n"a.pdf"\n"a"b\na.pdf', [(2, INVALID, ""), "in/a.pdf", (4, INVALID, ""), "in/a.pdf"]),
    ("m.csv", 'path\n"new\nline.txt"\nx.pdf\n', ["in/new\nline.txt", (4, MISSING, "x.pdf")]),
    ("m.csv", "id,sha256,path\n1\n", [(2, INVALID, "no path or file or url")]),
    ("m.csv", f"path,sha256\na.pdf,{DIGEST.upper()}\na.pdf,12\n", [("in/a.pdf", DIGEST), (3, INVALID, "no SHA-256")]),
    ("m.csv", "url\ns3://bucket/a.pdf\nhttps://x/y.pdf?z\n", ["s3://bucket/a.pdf", "https://x/y.pdf?z"]),
    ("m.csv", "name,size\na.pdf,1\n", [(1, INVALID, "no column path, file or url")]),
    ("m.csv", "path,url\na.pdf,\n", [(1, INVALID, "more than one column")]),
    ("m.csv", "", [(1, INVALID, "empty")]),
    ("m.csv", "path\n" + "x" * 2**20 + "y\na.pdf", [(2, INVALID, "1 MiB"), "in/a.pdf"]),
    ("m.csv", "path\n.\nm.csv\nother.tsv\nrows.jsonl\nlist.jsonl\n\0\n", [
        (2, MISSING, ""),
        ("!", UNSUPPORTED, "in/m.csv", "a manifest that a manifest names"),
        ("!", UNSUPPORTED, "in/other.tsv", "a manifest that a manifest names"),
        "in/rows.jsonl",
        ("!", UNSUPPORTED, "in/list.jsonl", "a manifest that a manifest names"),
        (7, MISSING, ""),
    ]),
    ("m.csv", "path\na.zip\na.zip::x.pdf\na.zip::y.pdf\n", [
        "in/a.zip::x.pdf",
        "in/a.zip::x.pdf",
        ("!", MISSING, "in/a.zip::y.pdf", "no such letter"),
    ]),
    ("m.tsv", "path\tn\nb,c.txt\t1\n", ["in/b,c.txt"]),
    ("m.jsonl", '\n{"path": "a.pdf"}\r\n{"path": "new\\nline.txt", "id": 1}', ["in/a.pdf", "in/new\nline.txt"]),
    ("m.jsonl", '{"path": "a.pdf"}\n{"file": "a.pdf"}\n[]\n{"path": \n{"path": 1}\n{"path": "d"}', [
        "in/a.pdf",
        (2, INVALID, "no path"),
        (3, INVALID, "no JSON object"),
        (4, INVALID, "no JSON object"),
        (5, INVALID, "no path"),
        (6, MISSING, "d: there is no such file"),
    ]),
    ("m.jsonl", '{"path": "a.pdf"}\n{"path": "\\ud800"}\n{"x": "' + "x" * 2**21 + '"}\n{"path": "../d.txt"}', [
        "in/a.pdf",
        (2, MISSING, "\\ud800"),
        (3, INVALID, "1 MiB"),
        "d.txt",
    ]),
    ("m.jsonl", json.dumps({"path": "a.pdf", "sha256": DIGEST}), [("in/a.pdf", DIGEST)]),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for name in FILES:
        (tmp_path / name).write_text("x")
    (tmp_path / "in" / "other.tsv").write_text("path\na.pdf\n")
    (tmp_path / "in" / "rows.jsonl").write_text('{"id": "1", "text": "x"}\n')
    (tmp_path / "in" / "list.jsonl").write_text('{"path": "a.pdf"}\n')
    make_zip(tmp_path / "in" / "a.zip", [("x.pdf", b"x")])
    return tmp_path


def agrees(item, wanted, manifest):
    if isinstance(item, Ref):
        return (item.name if item.sha256 is None else (item.name, item.sha256)) == wanted
    if wanted[0] == "!":
        return (item.category, item.path) == wanted[1:3] and wanted[3] in item.reason
    return (item.path, item.line, item.category) == (manifest, *wanted[:2]) and wanted[2] in item.reason


@pytest.mark.parametrize(("name", "content", "expected"), TABLE)
def test_what_a_manifest_names(folder, name, content, expected):
    (folder / "in" / name).write_bytes(content.encode())
    items = list(work_list([f"in/{name}"]))
    assert len(items) == len(expected), items
    for item, wanted in zip(items, expected, strict=True):
        assert agrees(item, wanted, f"in/{name}"), (item, wanted)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_names_of_any_bytes(folder, suffix):
    names = [
        b"caf\xe9.txt",
        b"a::b.txt",
        b"file:x.txt",
        b"-a.txt",
        b"100%41.txt",
        b'",".txt',
        b'a\n"b\n.txt',
        b" a.txt",
    ]
    for name in names:
        (folder / "in" / os.fsdecode(name)).write_bytes(name)
    items = [item for item in work_list(["in"]) if isinstance(item, Ref)]
    refs = [ref for ref in items if ref.kind is Kind.FILE and ref.name not in FILES]
    assert len(refs) == len(names)
    manifest = folder / f"m{suffix}"
    if suffix == ".csv":
        with manifest.open("w", newline="") as file:
            csv.writer(file).writerows([["path"], *([ref.name] for ref in refs)])
    else:
        manifest.write_text("\n".join(json.dumps({"path": ref.name}) for ref in refs))
    assert list(work_list([f"m{suffix}"])) == refs


def test_bytes_of_a_table_that_are_no_utf8_are_those_of_the_name(folder):
    (folder / "in" / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (folder / "in" / "m.csv").write_bytes(b"path\ncaf\xe9.txt\n")
    (ref,) = work_list(["in/m.csv"])
    assert ref.name == "file:in/caf%E9.txt"


def test_failures_of_a_run_are_a_manifest(folder):
    rows = [{"path": "in/a.pdf", "category": "broken", "reason": "x", "line": None, "sha256": None}]
    rows += [{**rows[0], "path": "in/a.zip::x.pdf"}, {**rows[0], "path": "gone.pdf"}]
    (folder / "out.jsonl.failures.jsonl").write_text("\n".join(map(json.dumps, rows)))
    first, second, failure = work_list(["out.jsonl.failures.jsonl"])
    assert (first.name, second.name, failure.line) == ("in/a.pdf", "in/a.zip::x.pdf", 3)


def test_a_manifest_is_followed_when_it_is_named_not_when_it_is_found(folder):
    (failure,) = [item for item in work_list(["in"]) if not isinstance(item, Ref)]
    assert (failure.path, failure.category) == ("in/list.jsonl", FailureCategory.UNSUPPORTED)
    assert "Name it itself" in failure.reason
    assert [ref.name for ref in work_list(["in/l*.jsonl", "in/*.tsv"])] == ["in/a.pdf", "in/a.pdf"]


def test_an_archive_that_is_not_the_one_meant(folder):
    (folder / "m.csv").write_text(f"path,sha256\nin/a.zip,{DIGEST}\nin/rows.jsonl,{DIGEST}\n")
    failures = list(work_list(["m.csv"]))
    assert [(f.path, f.category) for f in failures] == [("in/a.zip", "broken"), ("in/rows.jsonl", "broken")]
    assert all("SHA-256" in f.reason for f in failures)


def test_a_name_goes_over_so_many_lines_at_most(folder, monkeypatch):
    monkeypatch.setattr(manifests, "ROWS_OF_A_NAME", 1)
    (folder / "in" / "m.csv").write_text('path\n"new\nline.txt"\n"a\nb\nc"\na.pdf\n')
    items = list(work_list(["in/m.csv"]))
    assert [getattr(item, "line", None) for item in items] == [None, 4, 5, 6, None]
