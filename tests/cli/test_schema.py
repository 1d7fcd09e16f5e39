"""`epistula schema`: a schema that holds for what is written and refuses what is not a record."""

import json

import jsonschema
import pytest

from epistula.labels import all_labels

TEXT = (
    "We report two women (aged 34 and 51) with anti-MDA5 antibodies and dermatomyositis [3]. Both improved under "
    "tofacitinib, without rash. The skin may be affected."
)


@pytest.fixture(scope="module")
def schema():
    from epistula.labels import json_schema

    return json_schema()


@pytest.fixture(scope="module")
def record(nlp):
    import epistula
    from epistula.jsonl import ANNOTATION
    from epistula.model import Letter, Source

    (annotation,) = epistula.annotate(nlp, [Letter("a", TEXT, (), Source(path="a.txt"))])
    return json.loads(ANNOTATION.dump_json(annotation))


def test_it_prints_the_schema(run, schema):
    ended = run("schema")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == schema
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_record_of_ours_is_valid(schema, record):
    assert {span["label"] for span in record["spans"]} >= {"PATIENTS", "AUTOANTIBODY", "DIAGNOSIS", "DRUG"}
    jsonschema.validate(record, schema, jsonschema.Draft202012Validator)


def test_what_annotate_writes_is_valid(run, schema, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    assert run("annotate", tmp_path / "a.txt", "-o", tmp_path / "out.jsonl").code == 0
    (line,) = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    jsonschema.validate(json.loads(line), schema, jsonschema.Draft202012Validator)


def changed(record, label, fields):
    """Return a record of one span, of a label, with some fields changed; None takes a field away."""
    span = next(s for s in record["spans"] if s["label"] == label)
    span = {k: v for k, v in {**span, **fields}.items() if k not in fields or v is not None}
    return {**record, "spans": [span], "relations": [], "records": []}


@pytest.mark.parametrize("label", ["PATIENTS", "DRUG", "AUTOANTIBODY", "DIAGNOSIS"])
def test_the_record_that_the_refusals_change_is_valid(schema, record, label):
    jsonschema.validate(changed(record, label, {}), schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("label", "fields"),
    [
        ("DRUG", {"label": "GENE"}),
        ("DRUG", {"label": None}),
        ("DRUG", {"start": -1}),
        ("DRUG", {"start": "0"}),
        ("DRUG", {"assertion": "denied"}),
        ("DRUG", {"system": "skin"}),
        ("DRUG", {"colour": "red"}),
        ("DRUG", {"page": 0}),
        ("PATIENTS", {"n": -1}),
        ("PATIENTS", {"n": "two"}),
        ("PATIENTS", {"sex": "f"}),
        ("PATIENTS", {"assertion": "present"}),
        ("AUTOANTIBODY", {"status": "high"}),
        ("AUTOANTIBODY", {"assertion": "negated"}),
    ],
)
def test_a_wrong_span_is_refused(schema, record, label, fields):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed(record, label, fields), schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("field", ["id", "text"])
def test_a_record_without_what_it_needs_is_refused(schema, record, field):
    with pytest.raises(jsonschema.ValidationError, match=f"'{field}' is a required property"):
        jsonschema.validate({k: v for k, v in record.items() if k != field}, schema)


def test_a_field_that_no_record_has_is_refused(schema, record):
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.validate({**record, "colour": "red"}, schema)


def test_every_label_has_its_branch(schema):
    branches = schema["$defs"]["Mention"]["allOf"]
    assert [b["if"]["properties"]["label"]["const"] for b in branches] == sorted(all_labels())
    assert [set(b["then"]["properties"]) - {"assertion"} for b in branches] == [
        {a.name for a in label.attributes} for _, label in sorted(all_labels().items())
    ]
