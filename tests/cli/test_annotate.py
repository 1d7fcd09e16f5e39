"""`epistula annotate`: what is written, what is said of what failed, and that nothing is half there."""

import json
import os
import shutil
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from epistula.jsonl import read_annotations, read_failures
from epistula.labels import problem_with
from epistula.model import FailureCategory
from epistula.pdf.isolated import read_pdf_isolated

TEXT = "Two patients with anti-MDA5 antibodies took rituximab."
ROW = json.dumps({"id": "row", "text": TEXT})
LETTERS = Path(__file__).parents[2] / "corpus" / "letters"


def blank_pdf(path, pages):
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        document.new_page(200, 200)
    document.save(path)
    document.close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.fixture
def put(folder):
    """Return a function that writes a file under `in` and returns its path."""

    def write(name, content=TEXT):
        path = folder / "in" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path.relative_to(folder)

    return write


def written(path="out.jsonl"):
    return list(read_annotations(Path(path), problem_with))


def outputs(folder):
    """Return what lies in a folder beside the inputs, without the state that the next run goes on from."""
    return sorted(p.name for p in folder.iterdir() if p.name != "in" and not p.name.startswith(".out.jsonl.run"))


# ── what works ────────────────────────────────────────────────────────────────────────────────────


def test_a_text_file(run, folder, put):
    ended = run("annotate", put("a.txt"), "-o", "out.jsonl")
    (annotation,) = written()
    assert (ended.code, ended.out) == (0, "")
    assert "1 letter annotated into out.jsonl" in ended.err
    assert "DRUG 1" in ended.err
    assert "failed" not in ended.err
    assert (annotation.text, annotation.source.path) == (TEXT, str(Path("in/a.txt")))
    assert [m.text for m in annotation.spans if m.label == "DRUG"] == ["rituximab"]
    assert outputs(folder) == ["out.jsonl"]


def test_a_pdf(run, folder, put):
    shutil.copy(LETTERS / "no-drug.pdf", folder / "in" / "é.pdf")
    ended = run("annotate", "in/é.pdf", "-o", "out.jsonl")
    (annotation,) = written()
    assert ended.code == 0
    assert annotation.source.pages > 0
    assert f"1 letter ({annotation.source.pages} pages)" in ended.err
    assert annotation.spans
    assert all(m.page and m.boxes for m in annotation.spans)


def test_a_folder_with_files_of_all_kinds(run, folder, put):
    put("c.txt")
    put("sub/b.jsonl", ROW)
    put("notes.md", "# no letter")
    shutil.copy(LETTERS / "no-drug.pdf", folder / "in" / "a.pdf")
    assert run("annotate", "in", "-o", "out.jsonl").code == 0
    assert [Path(a.source.path).name for a in written()] == ["a.pdf", "c.txt", "b.jsonl"]


@pytest.mark.parametrize("again", ["in/a.txt", "./in/a.txt", "in", "in/*.txt"])
def test_a_file_named_twice_is_annotated_once(run, folder, put, again):
    assert run("annotate", put("a.txt"), again, "-o", "out.jsonl").code == 0
    assert len(written()) == 1


def test_the_same_input_gives_the_same_bytes(run, folder, put):
    put("a.txt")
    put("b.jsonl", ROW)
    run("annotate", "in", "-o", "one.jsonl")
    run("annotate", "in", "-o", "two.jsonl")
    assert (folder / "one.jsonl").read_bytes() == (folder / "two.jsonl").read_bytes()


def test_what_a_run_wrote_into_its_folder_is_not_read_by_the_next(run, folder, put):
    put("a.txt")
    put("broken.txt", b"\xff")
    first = run("annotate", "in", "-o", "in/out.jsonl")
    before = (folder / "in" / "out.jsonl").read_bytes()
    second = run("annotate", "in", "-o", "in/out.jsonl")
    assert (first.code, second.code) == (3, 3)
    assert (folder / "in" / "out.jsonl").read_bytes() == before
    assert len(read_failures(Path("in/out.jsonl"))) == 1


def test_annotations_can_be_annotated_again_and_are_the_same(run, folder, put):
    run("annotate", put("a.jsonl", ROW), "-o", "one.jsonl")
    assert run("annotate", "one.jsonl", "-o", "two.jsonl").code == 0
    one, two = written("one.jsonl"), written("two.jsonl")
    assert [a.spans for a in one] == [a.spans for a in two]


# ── what fails, one letter at a time ──────────────────────────────────────────────────────────────


def test_a_broken_line_costs_only_itself(run, folder, put):
    path = put("a.jsonl", f'{ROW}\n{{"id": "x", "text": \n\n{ROW.replace("row", "last")}\n')
    ended = run("annotate", path, "-o", "out.jsonl")
    assert ended.code == 3
    assert [a.id for a in written()] == ["row", "last"]
    assert f"failed {path}, line 2: no JSON object" in ended.err
    assert "[invalid_record]" in ended.err
    assert "1 failed (invalid_record 1); they are listed in out.jsonl.failures.jsonl." in ended.err


@pytest.mark.parametrize(
    ("name", "make", "category", "words"),
    [
        ("broken.pdf", lambda p: p.write_bytes(b"%PDF-1.4\nnothing more"), FailureCategory.BROKEN, "parsed"),
        ("empty.pdf", lambda p: p.write_bytes(b""), FailureCategory.BROKEN, "empty"),
        ("other.pdf", lambda p: p.write_bytes(b"\x89PNG\r\n"), FailureCategory.UNSUPPORTED, "not a PDF"),
        (
            "cut.pdf",
            lambda p: p.write_bytes((LETTERS / "no-drug.pdf").read_bytes()[:3000]),
            FailureCategory.BROKEN,
            "",
        ),
        ("pageless.pdf", lambda p: blank_pdf(p, 0), FailureCategory.BROKEN, ""),
        ("blank.pdf", lambda p: blank_pdf(p, 2), FailureCategory.NO_TEXT, "no text"),
        (
            "latin.txt",
            lambda p: p.write_bytes("café".encode("latin-1")),
            FailureCategory.BROKEN,
            "Save it as UTF-8",
        ),
        ("empty.txt", lambda p: p.write_bytes(b""), FailureCategory.NO_TEXT, "no text"),
        ("empty.jsonl", lambda p: p.write_bytes(b""), FailureCategory.NO_TEXT, "no line"),
        ("[b] [/red].txt", lambda p: p.write_bytes(b""), FailureCategory.NO_TEXT, "no text"),
    ],
)
def test_a_letter_that_cannot_be_read_does_not_stop_the_others(run, folder, put, name, make, category, words):
    put("a.txt")
    put("z.txt", TEXT + " ")
    path = folder / "in" / name.replace("/", ":")
    make(path)
    ended = run("annotate", "in", "-o", "out.jsonl")
    assert ended.code == 3
    assert [Path(a.source.path).name for a in written()] == ["a.txt", "z.txt"]
    (failure,) = read_failures(Path("out.jsonl"))
    assert (failure.path, failure.category) == (str(path.relative_to(folder)), category)
    assert words in failure.reason
    assert f"failed {failure.path}: {failure.reason} [{category}]" in ended.err


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.pdf", "there is no such file or folder. Check the path."),
        ("in/empty", "the folder holds no letter"),
        ("in/*.xml", "the pattern fits no file"),
        ("in/[xyz].md", "the pattern fits no file"),
        ("", "there is no such file"),
    ],
)
def test_a_path_that_leads_nowhere(run, folder, put, path, words):
    (folder / "in" / "empty").mkdir()
    ended = run("annotate", put("a.txt"), path, "-o", "out.jsonl")
    assert ended.code == 3
    assert f"failed {path}: {words}" in ended.err
    assert len(written()) == 1
    (failure,) = read_failures(Path("out.jsonl"))
    assert (failure.path, failure.category) == (path, FailureCategory.MISSING)


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_name_that_is_no_utf8(run, folder):
    for name in (b"in/caf\xe9.txt", b"in/th\xe9.pdf"):
        Path(os.fsdecode(name)).write_text(TEXT)
    ended = run("annotate", "in", "-o", "out.jsonl")
    assert ended.code == 3
    assert [a.source.path for a in written()] == ["file:in/caf%E9.txt"]
    assert [f.path for f in read_failures(Path("out.jsonl"))] == ["file:in/th%E9.pdf"]


def test_the_failures_file_says_all_there_is_to_say(run, folder, put):
    run("annotate", put("a.jsonl", "[]\n" + ROW), "missing.txt", "-o", "out.jsonl")
    lines = (folder / "out.jsonl.failures.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "path": str(Path("in/a.jsonl")),
            "category": "invalid_record",
            "reason": "no JSON object: line does not match requested type. Mend or remove the line.",
            "line": 1,
            "sha256": None,
        },
        {
            "path": "missing.txt",
            "category": "missing",
            "reason": "there is no such file or folder. Check the path.",
            "line": None,
            "sha256": None,
        },
    ]


def test_old_failures_go_when_a_run_has_none(run, folder, put):
    (folder / "out.jsonl.failures.jsonl").write_text("old")
    assert run("annotate", put("a.txt"), "-o", "out.jsonl").code == 0
    assert outputs(folder) == ["out.jsonl"]


# ── what cannot be done at all ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("out", "epistula: out: is a folder. Name a file, such as out/out.jsonl, or"),
        ("missing/out.jsonl", "epistula: missing/out.jsonl: cannot be written: No such file or directory."),
        ("in/a.txt/out.jsonl", "epistula: in/a.txt/out.jsonl: cannot be written: Not a directory."),
    ],
)
def test_an_output_that_cannot_be_written(run, folder, put, output, problem):
    (folder / "out").mkdir()
    ended = run("annotate", put("a.txt"), "-o", output)
    assert ended.code == 1
    assert ended.err.startswith(problem)
    assert "Traceback" not in ended.err
    assert outputs(folder) == ["out"]
    assert list((folder / "out").iterdir()) == []


def test_a_run_that_is_broken_off_leaves_what_was_there(run, folder, put, monkeypatch):
    (folder / "out.jsonl").write_text("old")
    put("a.txt")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("epistula.batch.work.to_annotation", interrupt)
    assert run("annotate", "in", "-o", "out.jsonl").code != 0
    assert (folder / "out.jsonl").read_text() == "old"
    assert outputs(folder) == ["out.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["annotate", "in"], "--output"),
        (["annotate", "-o", "out.jsonl"], "Missing argument"),
        (["annotate"], ""),
        (["annotate", "in", "-o", "out.jsonl", "--fast"], "No such option"),
        (["annotate", "in", "-o"], "requires an argument"),
        (["anotate", "in"], "No such command"),
    ],
)
def test_wrong_usage_ends_with_code_two(run, folder, arguments, words):
    ended = run(*arguments)
    assert ended.code == 2
    assert words in ended.err
    assert outputs(folder) == []


# ── which reader ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_the_reader_can_be_chosen(run, folder, monkeypatch, reader):
    asked = []
    real = read_pdf_isolated
    monkeypatch.setattr(
        "epistula.batch.work.read_pdf_isolated", lambda path, **given: asked.append(given) or real(path, **given)
    )
    shutil.copy(LETTERS / "no-drug.pdf", folder / "in" / "a.pdf")
    assert run("annotate", "in", "-o", "out.jsonl", "--reader", reader).code == 0
    assert [given["reader"] for given in asked] == [reader]
    assert written()[0].spans


def test_a_reader_that_is_none_is_refused_with_the_choices(run, folder, put):
    ended = run("annotate", put("a.txt"), "-o", "out.jsonl", "--reader", "poppler")
    assert ended.code == 2
    assert all(word in ended.err for word in ("poppler", "pdfium", "pdfplumber"))
    assert outputs(folder) == []
