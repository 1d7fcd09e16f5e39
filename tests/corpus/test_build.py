"""The corpus builder: two small sources in two layouts become PDFs, gold and manifest, and stay so."""

import json
import shutil
import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pypdfium2
import pytest

# The library itself is installed by the extra; that of the system may lack HarfBuzz-Subset.
pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")

CORPUS = Path(__file__).parents[2] / "corpus"
HEAD = """\
+++
id = "{id}"
kind = "letter"
layout = "{layout}"
journal = "Annals of Nothing"
year = 2021
doi = "10.99999/an.{id}"
hal_id = "hal-09900001"
authors = ["Ada Quill", "Ben Rook"]
affiliations = ["Ward One, Northmoor"]
+++

# On [tofacitinib]{{DRUG}} and nothing else
"""
BODY = """
She had a [rash]{ORGAN system=skin}^[7]{CITATION}^ and a count of 10^9^/L.

!figure Figure 1. The course of her [rash]{ORGAN system=skin}.

!table Table 1. Doses.

| day | dose |
| 40 | 15 mg |

## References

7. Rook B. A paper. 2020.
"""
LAYOUTS = {"first": "journal-two-column", "second": "preprint-line-numbers"}


@pytest.fixture(scope="module")
def builder():
    """The program of the corpus folder, which is no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(CORPUS))
        yield import_module("build")
    for name in ("build", "typeset", "markup", "chart"):
        sys.modules.pop(name)


@pytest.fixture
def project(tmp_path):
    for id_, layout in LAYOUTS.items():
        write_source(tmp_path, id_, layout)
    return tmp_path


@pytest.fixture(scope="module")
def made_once(builder, tmp_path_factory):
    root = tmp_path_factory.mktemp("made")
    for id_, layout in LAYOUTS.items():
        write_source(root, id_, layout)
    builder.main([], root)
    return root


@pytest.fixture
def made(made_once, tmp_path):
    """A project whose corpus is built."""
    return shutil.copytree(made_once, tmp_path / "made")


def write_source(project, id_, layout, body=BODY):
    text = HEAD.format(id=id_, layout=layout) + body
    path = project / "corpus" / "sources" / f"{id_}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def words(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(page.get_textpage().get_text_range() for page in document).split()
    finally:
        document.close()


def files(project):
    return {path.name: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def rows(project):
    lines = (project / "corpus" / "manifest.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def test_letters_gold_and_manifest_are_made(made):
    gold = (made / "annotations" / "gold" / "letters.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in gold] == ["first", "second"]
    for id_, row in rows(made).items():
        letter = made / "corpus" / row["file"]
        assert row["sha256"] == sha256(letter.read_bytes()).hexdigest()
        assert (row["layout"], row["licence"]) == (LAYOUTS[id_], "MIT")
        assert row["pages"] == len(pypdfium2.PdfDocument(letter))


def test_the_same_sources_give_the_same_bytes(builder, made):
    before = files(made)
    assert builder.main([], made) == 0
    assert files(made) == before


@pytest.mark.parametrize("layout", sorted(path.stem for path in (CORPUS / "layouts").glob("*.html")))
def test_every_layout_holds_the_words_of_the_source(builder, project, layout):
    write_source(project, "first", layout)
    assert builder.main(["first"], project) == 1, "the other letter is not made yet"
    read = words(project / "corpus" / "letters" / "first.pdf")
    for wanted in (
        *("On tofacitinib and nothing else", "Ada Quill, Ben Rook", "Ward One, Northmoor"),
        *("She had a rash7 and a count of 109", "Figure 1. The course of her rash.", "Months"),
        *("Table 1. Doses. day dose 40 15 mg", "7. Rook B. A paper. 2020."),
    ):
        missing = [word for word in wanted.split() if not any(word in found for found in read)]
        assert not missing, wanted
    assert not any(mark in word for word in read for mark in ("{", "[", "DRUG", "!figure"))


def test_the_numbers_of_lines_end_with_the_lines(builder, project):
    write_source(project, "second", LAYOUTS["second"], body="\nA line.\n" * 40)
    builder.main([], project)
    read = words(project / "corpus" / "letters" / "second.pdf")
    lines = 3 + 40
    assert [str(number) in read for number in (1, lines, lines + 1)] == [True, True, False]


def test_only_the_letters_named_are_typeset(builder, made):
    before = rows(made)
    for id_, layout in LAYOUTS.items():
        write_source(made, id_, layout, BODY + "\n8. More.\n")
    assert builder.main(["first"], made) == 1
    assert rows(made)["second"] == before["second"]
    assert rows(made)["first"]["source_sha256"] != before["first"]["source_sha256"]


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        (lambda p: None, []),
        (lambda p: write_source(p, "first", LAYOUTS["second"]), ["first.pdf"]),
        (
            lambda p: write_source(p, "first", LAYOUTS["first"], BODY + "\n8. More."),
            ["first.pdf", "letters.jsonl"],
        ),
        (
            lambda p: (p / "corpus" / "sources" / "first.md").unlink(),
            ["letters.jsonl", "manifest.jsonl", "first.pdf"],
        ),
        (lambda p: (p / "corpus" / "letters" / "first.pdf").unlink(), ["first.pdf"]),
        (lambda p: (p / "corpus" / "letters" / "first.pdf").write_bytes(b"other"), ["first.pdf"]),
        (lambda p: (p / "corpus" / "letters" / "third.pdf").write_bytes(b"other"), ["third.pdf"]),
        (lambda p: (p / "corpus" / "manifest.jsonl").unlink(), ["first.pdf", "second.pdf"]),
        (lambda p: (p / "annotations" / "gold" / "letters.jsonl").unlink(), ["letters.jsonl"] * 2),
    ],
)
def test_a_check_names_what_is_stale_and_writes_nothing(builder, made, capsys, change, stale):
    change(made)
    before = files(made)
    assert builder.main(["--check"], made) == (1 if stale else 0)
    named = [line.split()[0].rstrip(":,") for line in capsys.readouterr().err.splitlines()]
    assert named == stale
    assert files(made) == before


def test_a_wrong_source_stops_the_build(builder, project, capsys):
    write_source(project, "first", LAYOUTS["first"], "\n[x")
    write_source(project, "second", LAYOUTS["second"], "\n[x]{DRUGS}")
    before = files(project)
    assert builder.main([], project) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("first.md, block 2: a bracket")
    assert second.startswith("second.md, block 2, [x]{DRUGS}: no such label")
    assert files(project) == before


def test_an_unknown_layout_stops_the_build(builder, project, capsys):
    write_source(project, "second", "broadsheet")
    before = files(project)
    assert builder.main([], project) == 1
    assert "second.md, head: no layout 'broadsheet'. Use one of hal-one" in capsys.readouterr().err
    assert files(project) == before


def test_an_archive_layout_needs_its_id(builder, project, capsys):
    write_source(project, "first", "hal-two-column")
    path = project / "corpus" / "sources" / "first.md"
    path.write_text(path.read_text("utf-8").replace('hal_id = "hal-09900001"\n', ""), "utf-8")
    assert builder.main([], project) == 1
    assert "the layout hal-two-column needs hal_id" in capsys.readouterr().err


def test_an_unknown_letter_is_refused(builder, project, capsys):
    assert builder.main(["third"], project) == 1
    assert "no source for third. Choose from first, second." in capsys.readouterr().err


def test_the_corpus_of_the_project_is_up_to_date(builder):
    assert builder.main(["--check"]) == 0
