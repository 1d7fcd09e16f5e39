"""The forms of shards: what goes in comes out, the same lines give the same bytes, and damage is told."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.batch.codecs import CODECS, Jsonl, Parquet, codec_of, columns
from epistula.jsonl import ANNOTATION
from epistula.model import Annotation, Concept, Mention, Relation, Source

SOURCE = Source(path="a.pdf", sha256="ab", title="A title", year=2021, pages=2)
DRUG = Mention("m1", 5, 14, "DRUG", "rituximab", page=1, concept=Concept("drug:rituximab", "rituximab"))
WHO = Mention("m2", 0, 4, "PATIENTS", "Five", attributes={"n": 5, "age_group": "adult"})
LETTER = Annotation(
    id="a", source=SOURCE, text="Five rituximab", spans=(WHO, DRUG),
    relations=(Relation("r", "m2", "m1", "treated_with"),),
)  # fmt: skip
LINES = [ANNOTATION.dump_json(a) for a in (LETTER, Annotation(id="b", text="née β 😀\nx"), LETTER)]


def written(codec, lines):
    file = io.BytesIO()
    return codec.write(file, lines), file


def read_back(codec, file, places, lines):
    return list(codec.read(file, zip(places, map(len, lines), strict=True)))


@pytest.mark.parametrize("form", CODECS)
@pytest.mark.parametrize("lines", [LINES, LINES[:1], [], LINES * 70], ids=["three", "one", "none", "many"])
def test_lines_come_back_by_their_places(form, lines):
    codec = CODECS[form]()
    places, file = written(codec, lines)
    assert len(places) == len(lines)
    file.seek(0)
    assert read_back(codec, file, places, lines) == lines
    file.seek(0)
    assert read_back(codec, file, places[1::2], lines[1::2]) == lines[1::2]


@pytest.mark.parametrize("form", CODECS)
def test_the_same_lines_give_the_same_bytes(form):
    assert len({written(CODECS[form](), LINES)[1].getvalue() for _ in range(2)}) == 1


@pytest.mark.parametrize("form", CODECS)
@pytest.mark.parametrize("left", [0, 10, 0.5, 0.99])
def test_a_torn_file_gives_what_is_whole_and_nothing_false(form, left):
    codec = CODECS[form]()
    places, file = written(codec, LINES)
    whole = file.getvalue()
    torn = whole[: int(left * len(whole)) if left < 1 else left]
    found = read_back(codec, io.BytesIO(torn), places, LINES)
    assert len(found) == len(LINES)
    assert all(line is None or wanted.startswith(line) for line, wanted in zip(found, LINES, strict=True))


@given(st.lists(st.binary(min_size=1, max_size=40).map(lambda b: b.replace(b"\n", b" ")), max_size=8))
def test_plain_lines_are_lines(lines):
    places, file = written(Jsonl(), lines)
    assert file.getvalue().split(b"\n")[:-1] == lines
    file.seek(0)
    assert read_back(Jsonl(), file, places, lines) == lines


def test_a_row_of_parquet_says_what_the_line_says():
    row = columns(LINES[0])
    assert (row["id"], row["path"], row["title"], row["year"], row["pages"]) == ("a", "a.pdf", "A title", 2021, 2)
    who, drug = row["spans"]
    assert (drug["concept"], drug["page"], drug["attributes"]) == ("drug:rituximab", 1, [])
    assert (who["concept"], who["attributes"]) == (None, [("n", "5"), ("age_group", "adult")])
    assert row["relations"] == [{"id": "r", "head": "m2", "tail": "m1", "label": "treated_with"}]
    assert json.loads(row["json"])["id"] == "a"


def test_parquet_is_read_by_others():
    import pyarrow.parquet

    _, file = written(Parquet(), LINES)
    table = pyarrow.parquet.read_table(io.BytesIO(file.getvalue()))
    assert table["id"].to_pylist() == ["a", "b", "a"]
    assert table["spans"].to_pylist()[0][1]["label"] == "DRUG"


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.jsonl", "jsonl"), ("a.JSONL.GZ", "jsonl.gz"), ("x/a.jsonl.zst", "jsonl.zst"), ("a.parquet", "parquet"),
     ("a.txt", "jsonl"), ("jsonl", "jsonl")],
)  # fmt: skip
def test_a_form_by_its_ending(name, form):
    assert type(codec_of(name, Jsonl())) is CODECS[form]
