"""`epistula show`: one letter, found by id, its beginning or its file, in the terminal or as a page."""

import re
from html import unescape

import pytest

from epistula.jsonl import write_annotations
from epistula.model import Annotation, Mention, Source, Zone, ZoneKind, mention_id, text_sha256

TEXT = "A title\nTwo patients with anti-MDA5/anti-Ro52 took 5 < 6 mg rituximab & died.\n1. Lancet"
WORDS = [
    ("PATIENTS", "Two patients"),
    ("AUTOANTIBODY", "anti-MDA5"),
    ("DRUG", "rituximab"),
    ("OUTCOME", "died"),
]


def letter(name, path=None, title=None, words=WORDS, text=TEXT):
    spans = tuple(
        Mention(mention_id(text_sha256(text), label, s, s + len(w)), s, s + len(w), label, w)
        for label, w in words
        for s in [text.index(w)]
    )
    zones = (Zone(0, 7, ZoneKind.TITLE), Zone(8, 77, ZoneKind.BODY), Zone(78, 87, ZoneKind.REFERENCE))
    return Annotation(
        id=name,
        text=text,
        spans=spans,
        zones=zones if text == TEXT else (),
        source=Source(path=path, title=title),
    )


LETTERS = [
    letter("abc1", "in/case-1.pdf", "Title <script>alert(1)</script> & more"),
    letter("abd2", "in/case-2.pdf", words=[]),
    letter("abc", "in/abd.pdf", text="Another letter took rituximab.", words=[("DRUG", "rituximab")]),
    letter("", text="", words=[]),
]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_annotations(tmp_path / "a.jsonl", LETTERS)
    return "a.jsonl"


@pytest.mark.parametrize(
    ("wanted", "found"), [("abc1", 0), ("abd2", 1), ("abd", 2), ("abc", 2), ("case-1", 0), ("case-2", 1)]
)
def test_a_letter_is_found_by_id_by_beginning_and_by_file(run, file, wanted, found):
    ended = run("show", file, wanted)
    assert (ended.code, ended.err) == (0, "")
    shown = ended.out.split()
    letter_words, legend = LETTERS[found].text.split(), ["AUTOANTIBODY", "DRUG", "PATIENTS"]
    assert shown[: len(letter_words)] == letter_words
    assert {*legend} <= {*shown[len(letter_words) :]}


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("xyz", "epistula: a.jsonl: no letter 'xyz'. Choose "),
        ("ab", "epistula: a.jsonl: 3 letters answer to 'ab'. Choose "),
        ("ABC", "no letter 'ABC'"),
        ("case", "no letter 'case'"),
    ],
)
def test_an_id_that_is_not_there_or_not_enough(run, file, wanted, problem):
    ended = run("show", file, wanted)
    assert (ended.code, ended.out) == (1, "")
    assert problem in ended.err
    assert all(identifier in ended.err for identifier in ("abc1", "abd2", "abc"))


def shown_in(page):
    """Return the text of a displaCy page without white space, which displaCy puts between tokens."""
    body = re.sub(r"(?s)<(style|head).*?</\1>", "", page)
    return "".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_a_page_holds_the_letter_and_its_mentions(run, file, tmp_path):
    ended = run("show", file, "abc1", "--html", "a.html")
    assert (ended.code, ended.out) == (0, "abc1 written to a.html.\n")
    page = (tmp_path / "a.html").read_text("utf-8")
    for label, words in WORDS:
        # each word of a mention stands in a span of its own, the label behind the first
        assert label in page
        assert all(part in shown_in(page) for part in words.replace("-", " ").split())
    labels = re.compile("|".join(label for label, _ in WORDS))
    assert "".join(TEXT.split()) in labels.sub("", shown_in(page))


def test_a_page_runs_nothing_that_a_letter_holds(run, file, tmp_path):
    run("show", file, "abc1", "--html", "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "5 &lt; 6" in " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_a_page_of_a_letter_without_mentions(run, file, tmp_path):
    ended = run("show", file, "abd2", "--html", "a.html")
    assert (ended.code, ended.err) == (0, "")
    assert "".join(TEXT.split()) in shown_in((tmp_path / "a.html").read_text("utf-8"))


def test_a_page_that_cannot_be_written(run, file, tmp_path):
    ended = run("show", file, "abc1", "--html", "missing/a.html")
    assert (ended.code, ended.out) == (1, "")
    assert "missing/a.html: cannot be written" in ended.err


def test_files_that_cannot_be_shown(run, file, tmp_path):
    (tmp_path / "broken.jsonl").write_text('{"id": 1')
    (tmp_path / "empty.jsonl").write_text("")
    for name, problem in [
        ("missing.jsonl", "missing.jsonl: No such file"),
        ("broken.jsonl", "broken.jsonl, line 1: no JSON object"),
        ("empty.jsonl", "empty.jsonl: holds no letter"),
    ]:
        ended = run("show", name, "a")
        assert (ended.code, ended.out) == (1, "")
        assert problem in ended.err


def test_wrong_usage_ends_with_code_two(run, file):
    assert run("show", file).code == 2
