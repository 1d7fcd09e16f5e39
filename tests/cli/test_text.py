"""`epistula text`: zones as they are printed, pictures of pages, and what cannot be read."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from epistula.pdf import ocr

LETTER = Path(__file__).parents[2] / "corpus" / "letters" / "no-drug.pdf"


def headings(out):
    return [line.strip("[]") for line in out.splitlines() if line.startswith("[")]


def test_zones_stand_under_their_kind(run):
    ended = run("text", LETTER)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("[title]\nAnticentromere antibodies")
    assert "\n\n[authors]\nWinifred Garstang\n\n[" in ended.out
    kinds = headings(ended.out)
    assert all(a != b for a, b in pairwise(kinds))
    assert "\x1b" not in ended.out


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--zone", "title"], ["title"]),
        (["--zone", "authors", "--zone", "title"], ["title", "authors"]),
        (["--zone", "table"], []),
    ],
)
def test_only_some_zones(run, options, kinds):
    ended = run("text", LETTER, *options)
    assert (ended.code, headings(ended.out)) == (0, kinds)


def test_running_text_only(run):
    kinds = set(headings(run("text", LETTER, "--running").out))
    assert "body" in kinds
    assert kinds <= {"title", "abstract", "heading", "body", "caption"}
    more = set(headings(run("text", LETTER, "--running", "--zone", "authors").out))
    assert more == kinds | {"authors"}


def test_an_unknown_zone(run):
    ended = run("text", LETTER, "--zone", "bodies")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("epistula: there is no zone 'bodies'. Choose of: cover, title, ")


def test_every_letter_of_a_file(run, tmp_path):
    rows = [json.dumps({"id": name, "text": f"Text {name}."}) for name in ("a", "b")]
    (tmp_path / "in.jsonl").write_text("\n".join([rows[0], "{", rows[1]]))
    ended = run("text", tmp_path / "in.jsonl")
    assert ended.code == 1
    assert ended.out == "=== a\n\n[body]\nText a.\n=== b\n\n[body]\nText b.\n"
    assert "in.jsonl, line 2: no JSON object" in ended.err


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"no PDF", "not a PDF"),
        ("a.pdf", b"", "the file is empty"),
        ("a.txt", b" ", "holds no text"),
        ("gone.pdf", None, "no such file"),
    ],
)
def test_what_cannot_be_read_says_why(run, tmp_path, name, content, reason):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ended = run("text", tmp_path / name)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"epistula: {tmp_path / name}: ")
    assert reason in ended.err
    assert "--ocr" not in ended.err


def test_pages_are_drawn(run, tmp_path):
    ended = run("text", LETTER, "--layout", tmp_path / "pages", "--zone", "title")
    assert (ended.code, headings(ended.out)) == (0, ["title"])
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names[0] == "no-drug-p001.png"
    assert ended.err == f"{len(names)} page{'s' * (len(names) > 1)} drawn into {tmp_path / 'pages'}.\n"


def test_pages_that_cannot_be_drawn(run, tmp_path):
    (tmp_path / "a.txt").write_text("Text.")
    ended = run("text", tmp_path / "a.txt", "--layout", tmp_path)
    assert ended.code == 1
    assert "plain text has no pages to draw" in ended.err
    ended = run("text", LETTER, "--layout", tmp_path / "a.txt")
    assert ended.code == 1
    assert ended.err == f"epistula: {tmp_path / 'a.txt'}: cannot be written: File exists. Name another folder.\n"


@pytest.mark.parametrize("command", ["text", "annotate"])
def test_scans_are_recognised_when_asked(run, tmp_path, monkeypatch, command):
    """What `--ocr` does with the copy; the recognition itself is tested in tests/pdf/test_ocr.py."""
    blank = tmp_path / "blank.pdf"
    document = pdfium.PdfDocument.new()
    document.new_page(200, 200)
    document.save(blank)
    document.close()
    monkeypatch.setattr(ocr, "require_tools", lambda why: None)
    monkeypatch.setattr(ocr, "run_ocrmypdf", lambda path, copy, *_: shutil.copy(LETTER, copy))
    output = ["-o", tmp_path / "out.jsonl"] if command == "annotate" else []
    failed = run(command, blank, *output)
    assert failed.code == (3 if command == "annotate" else 1)
    assert "the PDF has no text" in failed.err
    ended = run(command, blank, "--ocr", *output)
    assert ended.code == 0
    if command == "text":
        assert "epistula text --ocr" in failed.err
        assert "Winifred Garstang" in ended.out
    else:
        source = json.loads((tmp_path / "out.jsonl").read_text())["source"]
        assert (source["path"], source["ocr"]) == (str(blank), True)
