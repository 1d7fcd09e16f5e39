"""Reading files that hold letters: what becomes a letter, what a failure."""

import json
from hashlib import sha256

import pytest

from epistula.batch.letters import read_letters
from epistula.batch.work import annotate_letter
from epistula.errors import DeclarationError
from epistula.model import Failure, FailureCategory, Letter
from epistula.nlp import describe

BROKEN, INVALID, NO_TEXT = FailureCategory.BROKEN, FailureCategory.INVALID_RECORD, FailureCategory.NO_TEXT
MISSING, UNSUPPORTED = FailureCategory.MISSING, FailureCategory.UNSUPPORTED

# name, bytes → for each letter its text, for each failure its category, line and words of its reason
TABLE = [
    ("a.txt", b"Text.", ["Text."]),
    ("a.TXT", b"\xef\xbb\xbfText.\r\n", ["Text.\r\n"]),
    ("a.txt", "β\u2028x".encode(), ["β\u2028x"]),
    ("a.txt", b"", [(NO_TEXT, None, "no text")]),
    ("a.txt", b" \n\t", [(NO_TEXT, None, "no text")]),
    ("a.txt", b"caf\xe9", [(BROKEN, None, "byte 3")]),
    ("a.txt", "Text".encode("utf-16"), [(BROKEN, None, "UTF-8")]),
    ("a.jsonl", b'{"id": "1", "text": "A"}\n\n{"id": 2, "text": "B"}\n', ["A", "B"]),
    (
        "a.jsonl",
        b'{"id": "1", "text": "A"}\n{"id": \n{"id": "3", "text": "C"}',
        ["A", (INVALID, 2, "no JSON"), "C"],
    ),
    ("a.jsonl", b'{"id": "1"}', [(INVALID, 1, '"id" and "text"')]),
    ("a.jsonl", b'{"text": "A"}', [(INVALID, 1, '"id" and "text"')]),
    ("a.jsonl", b'{"id": "1", "text": null}', [(INVALID, 1, '"id" and "text"')]),
    ("a.jsonl", b'{"id": ["1"], "text": "A"}', [(INVALID, 1, '"id" and "text"')]),
    ("a.jsonl", b'{"id": "1", "text": " "}', [(NO_TEXT, 1, "no text")]),
    ("a.jsonl", b"[]", [(INVALID, 1, "no JSON object")]),
    ("a.jsonl", b'{"id": "1", "text": "\\ud800"}', [(INVALID, 1, "surrogates")]),
    ("a.jsonl", b'{"id": "1", "text": "\\ud83d\\ude00"}', ["😀"]),
    ("a.jsonl", b'{"id": "1", "text": "caf\xe9"}\n{"id": "2", "text": "B"}', [(INVALID, 1, "utf-8"), "B"]),
    ("a.jsonl", b'{"id": ' + b"[" * 200_000, [(INVALID, 1, "recursion")]),
    ("a.jsonl", b"", [(NO_TEXT, None, "no line")]),
    ("a.jsonl", b"\n \n", [(NO_TEXT, None, "no line")]),
    ("a.docx", b"PK\x03\x04", [(UNSUPPORTED, None, "not a PDF")]),
    ("a.pdf", b"", [(BROKEN, None, "empty")]),
    ("a.pdf", b"%PDF-1.7\n" + b"\0garbage" * 50, [(BROKEN, None, "cannot be parsed")]),
]


@pytest.mark.parametrize(("name", "content", "expected"), TABLE)
def test_letters_of_a_file(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    items = list(read_letters(path))
    assert len(items) == len(expected)
    for item, wanted in zip(items, expected, strict=True):
        if isinstance(item, Letter):
            assert (item.text, item.source.path) == (wanted, str(path))
        else:
            category, line, words = wanted
            assert (item.path, item.category, item.line) == (str(path), category, line)
            assert words in item.reason


# zones of a row whose text is "Title\nBody. End" → kinds and texts, or what its failure says
ZONES = [
    ([(0, 5, "title"), (6, 16, "reference")], [("title", "Title"), ("reference", "Body. End.")]),
    ([(0, 16, "caption")], [("caption", "Title\nBody. End.")]),
    ([], [("title", "Title"), ("body", "Body. End.")]),
    ([(0, 5, "title")], "no zone holds the text at 5–16 ('Body. End.')"),
    ([(6, 16, "body")], "no zone holds the text at 0–6 ('Title')"),
    ([(0, 5, "title"), (4, 16, "body")], "before the end of another"),
    ([(0, 17, "body")], "outside the text"),
    ([(0, 16, "poem")], "zones.0.kind"),
    ([(0, "x", "body")], "zones.0.end"),
]


@pytest.mark.parametrize(("zones", "expected"), ZONES)
def test_zones_of_a_row_are_kept(tmp_path, zones, expected):
    path = tmp_path / "letters.jsonl"
    row = {"id": "1", "text": "Title\nBody. End.", "zones": [{"start": a, "end": b, "kind": k} for a, b, k in zones]}
    path.write_text(json.dumps(row))
    (item,) = read_letters(path)
    if isinstance(item, Letter):
        assert [(zone.kind, item.text[zone.start : zone.end]) for zone in item.zones] == expected
    else:
        assert (item.category, item.line) == (INVALID, 1)
        assert expected in item.reason


@pytest.mark.parametrize("name", ["missing.txt", "missing.jsonl", "missing.pdf"])
def test_a_file_that_has_gone(tmp_path, name):
    (failure,) = read_letters(tmp_path / name)
    assert (failure.path, failure.category) == (str(tmp_path / name), MISSING)


def test_the_id_of_a_text_file_is_its_content(tmp_path):
    for name, content in (("a.txt", b"One."), ("b.txt", b"One."), ("c.txt", b"Two.")):
        (tmp_path / name).write_bytes(content)
    a, b, c = (next(iter(read_letters(tmp_path / name))) for name in ("a.txt", "b.txt", "c.txt"))
    assert a.id == b.id != c.id
    assert a.source.sha256 == sha256(b"One.").hexdigest()


def annotate_with(nlp, error):
    """Annotate a letter with a pipeline whose first component raises an error."""

    def broken(doc):
        raise error

    pipeline = describe(nlp)
    first = nlp.pipeline[0]
    nlp._components[0] = ("broken", broken)
    try:
        return annotate_letter(nlp, Letter("a", "Text.", ()), pipeline)
    finally:
        nlp._components[0] = first


def test_a_broken_lexicon_ends_the_run(nlp):
    with pytest.raises(DeclarationError, match="stands twice"):
        annotate_with(nlp, DeclarationError("the id drug:x stands twice"))


def test_a_letter_the_pipeline_breaks_on_is_a_failure(nlp):
    failure = annotate_with(nlp, ZeroDivisionError("no patients"))
    assert isinstance(failure, Failure)
    assert (failure.path, failure.category) == ("a", FailureCategory.INTERNAL)
    assert "ZeroDivisionError: no patients" in failure.reason


def test_a_text_too_long_for_the_pipeline_is_a_failure(nlp, monkeypatch):
    monkeypatch.setattr(nlp, "max_length", 1000)
    failure = annotate_letter(nlp, Letter("a", "x" * 1001, ()), describe(nlp))
    assert (failure.category, failure.reason[:16]) == (FailureCategory.LIMIT, "1,001 characters")
    assert annotate_letter(nlp, Letter("a", "x" * 1000, ()), describe(nlp)).text == "x" * 1000
