"""Annotation files: what is written is read again, what is wrong is refused, and no file is ever half there."""

import json
import os
import stat
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epistula.errors import InputError, RecordError
from epistula.jsonl import (
    completed,
    failures_path,
    read_annotations,
    read_failures,
    write_annotations,
    write_text,
    writers,
)
from epistula.labels import problem_with
from epistula.model import (
    Annotation,
    Assertion,
    Attribution,
    Box,
    CaseRecord,
    Concept,
    Cue,
    Failure,
    FailureCategory,
    Mention,
    Pipeline,
    Provenance,
    RecordOutcome,
    Relation,
    Source,
    Zone,
    ZoneKind,
    mention_id,
    text_sha256,
)

TEXT = "Two patients took rituximab."
PATIENTS = {"id": "p", "start": 0, "end": 12, "label": "PATIENTS", "text": "Two patients", "n": 2}
DRUG = {"id": "d", "start": 18, "end": 27, "label": "DRUG", "text": "rituximab", "assertion": "present"}
RELATION = {"id": "r", "head": "p", "tail": "d", "label": "treated_with"}
ROW = {"schema": 1, "id": "a", "text": TEXT, "spans": [PATIENTS, DRUG], "relations": [RELATION]}
GOOD = Annotation(id="a", text=TEXT)


def spans(**changes):
    return {"spans": [PATIENTS | changes]}


REFUSED = [
    ({"schema": 2}, "schema version 2 is not 1"),
    ({"schema": "1"}, "schema version '1' is not 1"),
    ({"schema": None}, "schema version None is not 1"),
    ({"text": None}, "text: Input should be a valid string"),
    ({"id": 7}, "id: Input should be a valid string"),
    ({"colour": "red"}, "colour: Unexpected keyword argument"),
    (spans(end=29), "PATIENTS 0–29\\) lies outside the text of 28 characters"),
    (spans(start=28, end=29), "outside the text"),
    (spans(start=12, end=12), "outside the text"),
    (spans(start=12, end=3), "outside the text"),
    (spans(start=-1), "spans.0.start: Input should be greater than or equal to 0"),
    (spans(start=1), "says 'Two patients' but the text there is 'wo patients'"),
    (spans(text="two patients"), "says 'two patients' but the text there is 'Two patients'"),
    (spans(label="PATIENT"), "no label 'PATIENT' is declared"),
    (spans(colour="red"), "PATIENTS has no attribute 'colour'"),
    (spans(n="two"), "n cannot be 'two'"),
    (spans(n=-1), "n cannot be -1"),
    (spans(sex="f"), "sex cannot be 'f'"),
    (spans(assertion="present"), "PATIENTS has no assertion present"),
    (spans(assertion="denied"), "spans.0.assertion: Input should be"),
    ({"spans": [PATIENTS, PATIENTS]}, "two spans have the same id"),
    ({"spans": [PATIENTS, DRUG | {"id": "p"}]}, "two spans have the same id"),
    ({"spans": [PATIENTS]}, "relation r \\(treated_with\\) points at a span that is not there"),
    ({"spans": [DRUG]}, "relation r"),
    ({"zones": [{"start": 0, "end": 29, "kind": "body"}]}, "zone body 0–29 lies outside the text"),
    ({"zones": [{"start": 5, "end": 5, "kind": "body"}]}, "zone body 5–5"),
    (
        {"zones": [{"start": 0, "end": 9, "kind": "title"}, {"start": 8, "end": 20, "kind": "body"}]},
        "zone body 8–20 lies .* before the end of another",
    ),
    ({"zones": [{"start": 0, "end": 9, "kind": "poem"}]}, "zones.0.kind: Input should be"),
]
BROKEN = [
    (b'{"schema": 1, "id": "a"', "no JSON object: line contains invalid json"),
    (b"[1, 2]", "no JSON object: line does not match requested type"),
    (b'"text"', "no JSON object"),
    (b'{"id": "a"} {"id": "b"}', "no JSON object: .*Extra data"),
    (b'{"id": "caf\xe9"}', "no JSON object: 'utf-8' codec"),
    ('{"id": "é"}'.encode("utf-16"), "no JSON object"),
    (b'{"id": "\\ud83d", "text": "half a character"}', "no JSON object: .*surrogates"),
    (b'{"id": ' + b"[" * 200_000, "no JSON object: maximum recursion depth"),
    (b'{"id": ' + b"9" * 5_000 + b"}", "no JSON object"),
]
NOT_BARE = [
    {"spans": [{"start": 0, "end": 12, "text": "Two patients"}]},
    {"spans": [{"label": "DRUG", "text": "x"}]},
    {"spans": None},
    {"spans": [5]},
    {"text": 5},
    {"text": None},
    {"meta": 3},
    {"records": 3},
    {"records": [{"evidence": [3]}]},
    {"spans": [{"start": 0, "end": 99, "label": "PATIENTS", "text": "Two patients"}]},
]

# ── round trip ────────────────────────────────────────────────────────────────────────────────────

CHARACTERS = st.characters(codec="utf-8")
WORDS = st.text(CHARACTERS, max_size=12)
NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 2))
BOXES = st.builds(Box, st.integers(1, 900), NUMBERS, NUMBERS, NUMBERS, NUMBERS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBERS | WORDS,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(WORDS, children, max_size=3),
    max_leaves=6,
)
RECORDS = st.builds(
    CaseRecord,
    n=st.none() | st.integers(0, 999),
    sex=st.none() | WORDS,
    drugs=st.lists(WORDS, max_size=2).map(tuple),
    outcomes=st.lists(
        st.builds(RecordOutcome, WORDS, st.none() | WORDS, st.none() | st.integers(0, 9)), max_size=2
    ).map(tuple),
    attribution=st.none() | st.sampled_from(Attribution),
    evidence=st.lists(WORDS, max_size=2).map(tuple),
)


@st.composite
def mentions(draw, text):
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    label = draw(st.sampled_from(["DRUG", "ORGAN"]))
    cue = Cue(start, end, text[start:end], draw(WORDS))
    return Mention(
        mention_id(text_sha256(text), label, start, end),
        start,
        end,
        label,
        text[start:end],
        page=draw(st.none() | st.integers(1, 900)),
        boxes=tuple(draw(st.lists(BOXES, max_size=2))),
        concept=draw(st.none() | st.builds(Concept, WORDS, WORDS)),
        assertion=draw(st.none() | st.sampled_from(Assertion)),
        attribution=draw(st.none() | st.sampled_from(Attribution)),
        attributes=draw(st.dictionaries(st.sampled_from(["n", "système"]), WORDS | st.integers(0, 9), max_size=2)),
        by=draw(st.none() | st.just(Provenance("organ", "0", "r", {"assertion": cue}))),
    )


@st.composite
def annotations(draw):
    text = draw(st.text(CHARACTERS, min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    found = draw(st.lists(mentions(text), max_size=4, unique_by=lambda m: m.id))
    arcs = draw(st.lists(st.tuples(*[st.sampled_from(found)] * 2), max_size=2)) if found else []
    return Annotation(
        id=draw(WORDS),
        source=draw(st.builds(Source, path=st.none() | WORDS, pages=st.none() | st.integers(1, 9), title=WORDS)),
        pipeline=draw(st.none() | st.builds(Pipeline, WORDS, WORDS, WORDS)),
        text=text,
        zones=tuple(Zone(s, e, draw(st.sampled_from(ZoneKind))) for s, e in pairwise(cuts)),
        spans=tuple(found),
        relations=tuple(Relation(draw(WORDS), head.id, tail.id, "affects") for head, tail in arcs),
        records=tuple(draw(st.lists(RECORDS, max_size=2))),
        meta=draw(st.dictionaries(WORDS, JSON, max_size=2)),
    )


@settings(max_examples=60)
@given(st.lists(annotations(), max_size=3))
def test_what_is_written_is_read_again(letters):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "é.jsonl"
        assert write_annotations(path, letters) == len(letters)
        assert list(read_annotations(path)) == letters
        first = path.read_bytes()
        write_annotations(path, letters)
        assert path.read_bytes() == first


def test_text_is_written_as_it_reads(tmp_path):
    write_annotations(tmp_path / "a.jsonl", [Annotation(id="a", text="β-Blocker\u2028„Fièvre“ 👩‍⚕️")])
    assert "β-Blocker\u2028„Fièvre“ 👩‍⚕️" in (tmp_path / "a.jsonl").read_text("utf-8")


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────


def write_rows(path, *rows):
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows))
    return path


def test_the_row_that_the_refusals_change_is_accepted(tmp_path):
    path = write_rows(tmp_path / "a.jsonl", ROW)
    assert [m.id for m in next(read_annotations(path, problem_with)).spans] == ["p", "d"]


@pytest.mark.parametrize(("change", "problem"), REFUSED)
def test_a_wrong_record_is_refused_with_its_line_and_a_way_out(tmp_path, change, problem):
    path = write_rows(tmp_path / "a.jsonl", ROW, b"", ROW | change, ROW)
    reader = read_annotations(path, problem_with)
    assert next(reader).id == "a"
    with pytest.raises(RecordError, match=problem) as caught:
        next(reader)
    assert str(caught.value).startswith(f"{path}, line 3: ")
    assert (caught.value.path, caught.value.line) == (path, 3)
    assert str(caught.value).endswith(caught.value.way_out)
    assert caught.value.way_out


@pytest.mark.parametrize(("line", "problem"), BROKEN, ids=[line[:24] for line, _ in BROKEN])
def test_a_broken_line_is_refused_with_its_number_and_a_way_out(tmp_path, line, problem):
    path = write_rows(tmp_path / "a.jsonl", ROW, line)
    with pytest.raises(RecordError, match=problem) as caught:
        list(read_annotations(path))
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert str(caught.value).endswith("Mend or remove the line.")


def test_a_row_without_a_schema_is_refused_unless_bare_rows_are_asked_for(tmp_path):
    path = write_rows(tmp_path / "a.jsonl", {"id": "a", "text": TEXT, "spans": []})
    with pytest.raises(RecordError, match="schema version None"):
        list(read_annotations(path))
    assert list(read_annotations(path, bare=True)) == [GOOD]


def test_a_byte_order_mark_and_empty_lines_are_no_problem(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode() + b"\r\n\r\n  \n")
    assert [a.id for a in read_annotations(path)] == ["a"]


def test_labels_and_attributes_are_only_checked_when_asked(tmp_path):
    path = write_rows(tmp_path / "a.jsonl", ROW | {"spans": [DRUG | {"label": "GENE", "x": 1}], "relations": []})
    assert next(read_annotations(path)).spans[0].attributes == {"x": 1}


@pytest.mark.parametrize(("name", "way_out"), [("missing.jsonl", "Give a file that can be read"), (".", "Name a file")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, way_out):
    with pytest.raises(InputError, match=way_out):
        list(read_annotations(tmp_path / name))


# ── bare rows ─────────────────────────────────────────────────────────────────────────────────────


def test_a_bare_row_is_completed(tmp_path):
    drug = {key: value for key, value in DRUG.items() if key != "id"}
    bare = {
        "id": "a",
        "text": TEXT,
        "spans": [PATIENTS, drug],
        "records": [
            {"n": 2, "evidence": ["took rituximab", "Two patients took", "nowhere", "rituxi", "rituximab"]},
            {"evidence": ["p"]},
        ],
        "source": "made up",
        "meta": {"annotator": "A"},
        "split": "test",
    }
    (annotation,) = read_annotations(write_rows(tmp_path / "a.jsonl", bare), problem_with, bare=True)
    made = mention_id(text_sha256(TEXT), "DRUG", 18, 27)
    assert [m.id for m in annotation.spans] == ["p", made]
    assert [record.evidence for record in annotation.records] == [(made, "p"), ("p",)]
    assert annotation.meta == {"annotator": "A", "source": "made up", "split": "test"}
    assert annotation.schema == 1


def test_a_row_with_a_schema_is_left_alone(tmp_path):
    path = write_rows(tmp_path / "a.jsonl", ROW | {"split": "test"})
    with pytest.raises(RecordError, match="split"):
        list(read_annotations(path, bare=True))


def test_completing_changes_neither_the_row_nor_a_complete_row():
    bare = {"id": "a", "text": TEXT, "spans": [{"start": 18, "end": 27, "label": "DRUG"}]}
    before = json.dumps(bare)
    assert completed(completed(bare)) == completed(bare)
    assert json.dumps(bare) == before


@pytest.mark.parametrize("change", NOT_BARE)
def test_a_bare_row_that_is_none_is_refused_with_its_line(tmp_path, change):
    path = write_rows(tmp_path / "a.jsonl", {"id": "a", "text": TEXT, "spans": []} | change)
    with pytest.raises(RecordError, match="line 1: ") as caught:
        list(read_annotations(path, problem_with, bare=True))
    assert caught.value.way_out


# ── writing whole or not at all ───────────────────────────────────────────────────────────────────


def broken_off(error):
    yield GOOD
    raise error


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
@pytest.mark.parametrize("before", [None, b"what was there\n"])
def test_an_exception_leaves_the_old_file_and_no_other(tmp_path, before, error):
    path = tmp_path / "a.jsonl"
    if before:
        path.write_bytes(before)
    with pytest.raises(type(error)):
        write_annotations(path, broken_off(error))
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([before] if before else [])


def test_an_exception_leaves_the_old_failures_too(tmp_path):
    path = tmp_path / "a.jsonl"
    failures_path(path).write_text("old failures")
    with pytest.raises(ValueError, match="x"), writers(path) as (good, bad):
        good.write(GOOD)
        bad.write(Failure("b.pdf", FailureCategory.BROKEN, "reason"))
        raise ValueError("x")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.jsonl.failures.jsonl": "old failures"}


def test_nothing_is_there_before_all_is_written(tmp_path):
    path = tmp_path / "a.jsonl"
    with writers(path) as (good, _):
        good.write(GOOD)
        assert not path.exists()
        assert not failures_path(path).exists()
    assert list(read_annotations(path)) == [GOOD]


def test_who_is_reading_the_old_file_reads_it_to_its_end(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old\n" * 3)
    with path.open("rb") as reader:
        assert reader.readline() == b"old\n"
        write_annotations(path, [GOOD])
        assert reader.read() == b"old\n" * 2


def test_failures_stand_beside_the_annotations(tmp_path):
    failures = [
        Failure("b.pdf", FailureCategory.NO_TEXT, "nothing to read"),
        Failure("ç.jsonl", FailureCategory.INVALID_RECORD, "no JSON object", line=3, sha256="0" * 64),
    ]
    with writers(tmp_path / "a.jsonl") as (_, bad):
        for failure in failures:
            bad.write(failure)
    assert read_failures(tmp_path / "a.jsonl") == failures
    assert bad.count == 2


def test_old_failures_are_removed_when_there_are_none(tmp_path):
    path = tmp_path / "a.jsonl"
    failures_path(path).write_text("old failures")
    with writers(path) as (good, _):
        good.write(GOOD)
    assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]
    assert read_failures(path) == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("folder", r"folder: is a folder\. Name a file, such as .*out\.jsonl"),
        (
            "missing/a.jsonl",
            r"cannot be written: No such file or directory\. Name a file in a folder that exists",
        ),
        ("file/a.jsonl", r"cannot be written: Not a directory"),
    ],
)
@pytest.mark.parametrize("write", [lambda p: write_annotations(p, [GOOD]), lambda p: write_text(p, "x")])
def test_a_place_that_cannot_be_written_is_refused(tmp_path, name, problem, write):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=problem):
        write(tmp_path / name)
    assert {p.name for p in tmp_path.rglob("*")} == {"folder", "file"}


def test_a_file_has_the_rights_that_any_new_file_has(tmp_path):
    old = os.umask(0o027)
    try:
        write_text(tmp_path / "a", "ß")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert (tmp_path / "a").read_bytes() == "ß".encode()


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.jsonl"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with writers(fifo) as (good, bad):
            good.write(Annotation(id="a", text="b"))
            bad.write(Failure(path="x", category=FailureCategory.BROKEN, reason="y"))
        assert b'"id":"a"' in os.read(reader, 100_000)
        assert fifo.is_fifo()
    finally:
        os.close(reader)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe.jsonl"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    target.write_text("old")
    link.symlink_to(target)

    write_annotations(link, [Annotation(id="a", text="b")])

    assert link.is_symlink()
    assert '"id":"a"' in target.read_text()
