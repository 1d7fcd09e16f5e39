"""`epistula evaluate`: tables, JSON, and gold or predictions that are not what they should be."""

import json

import pytest

TEXT = "Two patients took rituximab and tofacitinib."
SPANS = [
    {"start": 0, "end": 12, "label": "PATIENTS", "text": "Two patients", "n": 2},
    {"start": 18, "end": 27, "label": "DRUG", "text": "rituximab"},
    {"start": 32, "end": 43, "label": "DRUG", "text": "tofacitinib"},
]


@pytest.fixture
def put(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, *lines):
        content = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        (tmp_path / name).write_text(content)
        return name

    return write


def row(name="a", spans=SPANS, **more):
    return {"id": name, "text": TEXT, "spans": spans, **more}


def lines_of(page):
    return [line.split() for line in page.splitlines()]


def test_tables(run, put):
    ended = run("evaluate", put("p.jsonl", row(spans=SPANS[:2])), "--gold", put("g.jsonl", row()))
    assert (ended.code, ended.err) == (0, "")
    rows = lines_of(ended.out)
    assert ["DRUG", "2", *["1.000", "0.500", "0.667"] * 2, "1", "0", "1"] in rows
    assert ["PATIENTS", "1", *["1.000"] * 6, "1", "0", "0"] in rows
    assert ["all", "3", *["1.000", "0.667", "0.800"] * 2, "2", "0", "1"] in rows
    assert ["PATIENTS", "n", "1.000", "1", "1"] in rows


def test_only_some_letters(run, put, tmp_path):
    files = put("p.jsonl", row("a"), row("b", SPANS[:1])), "--gold", put("g.jsonl", row("a"), row("b"))
    (tmp_path / "ids.txt").write_text("b\n\n")
    rows = lines_of(run("evaluate", *files, "--only", "ids.txt").out)
    assert ["all", "3", *["1.000", "0.333", "0.500"] * 2, "1", "0", "2"] in rows
    assert "Left" not in {word for line in rows for word in line}
    (tmp_path / "ids.txt").write_text("c\n")
    ended = run("evaluate", *files, "--only", "ids.txt")
    assert (ended.code, "no letter 'c'" in ended.err) == (1, True)
    (tmp_path / "ids.txt").write_bytes(b"\xef\xbb\xbfb\r\n")
    assert run("evaluate", *files, "--only", "ids.txt").code == 0


@pytest.mark.parametrize(("content", "reason"), [(b"", "names no letter"), (b"\xff\n", "Give a text file in UTF-8")])
def test_a_file_of_ids_that_names_none(run, put, tmp_path, content, reason):
    (tmp_path / "ids.txt").write_bytes(content)
    ended = run("evaluate", put("p.jsonl", row()), "--gold", put("g.jsonl", row()), "--only", "ids.txt")
    assert (ended.code, reason in ended.err) == (1, True)


def test_two_reports_in_one_file_are_refused(run, put, tmp_path):
    files = put("p.jsonl", row()), "--gold", put("g.jsonl", row())
    ended = run("evaluate", *files, "--json", "out", "--markdown", "./out")
    assert (ended.code, "out: is to be written twice" in ended.err) == (1, True)
    assert not (tmp_path / "out").exists()
    assert run("evaluate", *files, "--json", "/dev/null", "--markdown", "/dev/null").code == 0


def test_a_letter_without_prediction_is_named(run, put):
    ended = run("evaluate", put("p.jsonl", row()), "--gold", put("g.jsonl", row(), row("b")))
    assert ended.code == 0
    assert "No prediction for 1 letter (all counted as missed): b" in ended.out


def test_json(run, put, tmp_path):
    ended = run("evaluate", put("p.jsonl", row(spans=SPANS[:2])), "--gold", put("g.jsonl", row()), "--json", "s.json")
    assert ended.code == 0
    data = json.loads((tmp_path / "s.json").read_text())
    assert data["letters"] == ["a"]
    assert data["schemes"]["strict"]["DRUG"] == {
        "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2, "tp": 1, "fp": 0, "fn": 1
    }  # fmt: skip


def test_the_order_of_the_lines_is_nothing_to_the_figures(run, put, tmp_path):
    letters = [row(), row("b", SPANS[1:]), row("c", [])]
    predicted = [row("a", SPANS[:1]), row("b"), row("c", SPANS[:1])]
    for name, step in (("one.json", 1), ("two.json", -1)):
        gold = put("g.jsonl", *letters[::step])
        assert run("evaluate", put("p.jsonl", *predicted[::-step]), "--gold", gold, "--json", name).code == 0
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_what_was_annotated_is_joined_to_gold_by_the_name_of_its_file(run, put, tmp_path):
    (tmp_path / "case-7.txt").write_text(TEXT)
    assert run("annotate", "case-7.txt", "-o", "p.jsonl").code == 0
    ended = run("evaluate", "p.jsonl", "--gold", put("g.jsonl", row("case-7")))
    assert ended.code == 0
    assert "No prediction" not in ended.out
    assert ["DRUG", "2", *["1.000"] * 6, "2", "0", "0"] in lines_of(ended.out)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "b", ', "no JSON object"),
        (row("b", [SPANS[0] | {"label": "GENE"}]), "no label 'GENE' is declared"),
        (row("b", [SPANS[0] | {"n": "two"}]), "n cannot be 'two'"),
        (row("b", [SPANS[0] | {"end": 11}]), "says 'Two patients' but the text there is 'Two patient'"),
        (row("b", [{"start": 0, "end": 12}]), "KeyError: 'label'"),
        (row("b", schema=3), "schema version 3 is not 1"),
    ],
)
@pytest.mark.parametrize("side", ["gold", "predicted"])
def test_a_wrong_line_ends_the_run_with_its_number(run, put, tmp_path, line, words, side):
    good, bad = put("good.jsonl", row()), put("bad.jsonl", row(), line)
    predicted, gold = (good, bad) if side == "gold" else (bad, good)
    ended = run("evaluate", predicted, "--gold", gold, "--json", "s.json")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("epistula: bad.jsonl, line 2: ")
    assert words in ended.err
    assert not (tmp_path / "s.json").exists()


def test_a_file_that_is_not_there(run, put):
    assert "epistula: no.jsonl: No such file" in run("evaluate", "no.jsonl", "--gold", put("g.jsonl", row())).err
    ended = run("evaluate", put("p.jsonl", row()), "--gold", "no.jsonl")
    assert (ended.code, ended.out) == (1, "")
    assert "epistula: no.jsonl: No such file" in ended.err


def test_figures_that_cannot_be_written(run, put):
    ended = run("evaluate", put("p.jsonl", row()), "--gold", put("g.jsonl", row()), "--json", "missing/s.json")
    assert ended.code == 1
    assert "epistula: missing/s.json: cannot be written" in ended.err


def test_gold_without_letters_is_refused(run, put):
    ended = run("evaluate", put("p.jsonl"), "--gold", put("g.jsonl"))
    assert ended.code == 1
    assert "the gold holds no letter" in ended.err


def test_gold_with_a_letter_twice_is_refused(run, put):
    ended = run("evaluate", put("p.jsonl", row()), "--gold", put("g.jsonl", row(), row()))
    assert ended.code == 1
    assert "two letters of the gold have the id 'a'" in ended.err


def test_a_prediction_without_gold_is_named(run, put):
    ended = run("evaluate", put("p.jsonl", row(), row("b")), "--gold", put("g.jsonl", row()))
    assert ended.code == 0
    assert "gold has no such letter: 1 letter: b" in ended.out


def test_figures_never_replace_an_input(run, put):
    ended = run("evaluate", put("p.jsonl", row()), "--gold", put("g.jsonl", row()), "--json", "g.jsonl")
    assert ended.code == 1
    assert "is also an input" in ended.err


@pytest.mark.parametrize("arguments", [["evaluate", "p.jsonl"], ["evaluate", "--gold", "g.jsonl"], ["evaluate"]])
def test_wrong_usage_ends_with_code_two(run, arguments):
    assert run(*arguments).code == 2
