"""The types of a record: what is on file beside what is in memory, ids, and that nothing changes them."""

import itertools
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from epistula.model import (
    MENTION_FIELDS,
    Annotation,
    Assertion,
    Box,
    CaseRecord,
    Concept,
    Cue,
    Failure,
    FailureCategory,
    Letter,
    Mention,
    Pipeline,
    Provenance,
    RecordOutcome,
    Relation,
    Source,
    Zone,
    ZoneKind,
    content_id,
    mention_id,
    relation_id,
    text_sha256,
)

MENTION = TypeAdapter(Mention)
BY = Provenance("drug", "0.1.0", "drug.lexicon", {"assertion": Cue(0, 2, "no", "no")})
BARE = {"id": "m", "start": 0, "end": 1, "label": "X", "text": "a"}
ATTRIBUTES = [
    {},
    {"n": 2},
    {"n": 0, "age_group": "child", "sex": "female"},
    {"antigen": "Jo-1", "status": "positive"},
    {"antigen": "β2-glycoprotein I"},
]
INSTANCES = [
    Box(1, 0, 0, 1, 1),
    Zone(0, 1, ZoneKind.BODY),
    Source(),
    Letter("a", "text", ()),
    Concept("drug:x", "x"),
    Cue(0, 1, "a", "r"),
    BY,
    Mention("m", 0, 1, "DRUG", "a"),
    Relation("r", "m", "n", "treated_with"),
    RecordOutcome("death"),
    CaseRecord(),
    Pipeline("en", "0", "f"),
    Annotation(id="a", text="text"),
    Failure("a.pdf", FailureCategory.BROKEN, "reason"),
]
REFUSED = [
    ("a list as an attribute", BARE | {"n": [1]}),
    ("an object as an attribute", BARE | {"n": {"value": 1}}),
    ("attributes that are not flat", BARE | {"attributes": {"n": 1}}),
    ("no label", {k: v for k, v in BARE.items() if k != "label"}),
    ("no text", {k: v for k, v in BARE.items() if k != "text"}),
    ("a negative start", BARE | {"start": -1}),
    ("an end of zero", BARE | {"end": 0}),
    ("page zero", BARE | {"page": 0}),
    ("an assertion that is none", BARE | {"assertion": "denied"}),
    ("an attribution that is none", BARE | {"attribution": "mine"}),
    ("a field too many in a concept", BARE | {"concept": {"id": "c", "name": "c", "cui": "C1"}}),
    ("a box without a page", BARE | {"boxes": [{"x0": 0, "top": 0, "x1": 1, "bottom": 1}]}),
]


@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_attributes_stand_beside_the_other_fields_on_file(attributes):
    mention = Mention("m", 0, 1, "X", "a", assertion=Assertion.PRESENT, attributes=attributes, by=BY)
    on_file = MENTION.dump_python(mention, mode="json")
    assert set(on_file) == MENTION_FIELDS | set(attributes)
    assert {name: on_file[name] for name in attributes} == attributes
    assert (on_file["assertion"], on_file["by"]["cues"]["assertion"]["text"]) == ("present", "no")


@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_attributes_are_gathered_again_when_read(attributes):
    mention = Mention("m", 0, 1, "X", "a", attributes=attributes, by=BY)
    assert MENTION.validate_json(MENTION.dump_json(mention)) == mention


def test_an_attribute_without_a_value_is_no_attribute():
    assert MENTION.validate_python(BARE | {"n": None, "sex": "male"}).attributes == {"sex": "male"}


def test_replacing_a_field_keeps_the_attributes():
    mention = replace(Mention("m", 0, 1, "X", "a", attributes={"n": 3}), page=2)
    assert (mention.page, mention.attributes) == (2, {"n": 3})


@pytest.mark.parametrize(("what", "row"), REFUSED, ids=[what for what, _ in REFUSED])
def test_a_wrong_mention_is_refused(what, row):
    with pytest.raises(ValidationError):
        MENTION.validate_python(row)


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda instance: type(instance).__name__)
def test_nothing_can_be_set(instance):
    for field in fields(instance):
        with pytest.raises(FrozenInstanceError):
            setattr(instance, field.name, None)


@pytest.mark.parametrize("kind", [Zone, Relation, CaseRecord, Source, Failure, Annotation])
def test_an_unknown_field_is_refused(kind):
    with pytest.raises(ValidationError, match="unknown"):
        TypeAdapter(kind).validate_python({"unknown": 1})


def test_ids_are_the_same_on_every_machine_and_in_every_version():
    assert content_id("letter", 1) == "332d894e7ac885e0"
    assert text_sha256("β") == "2245c1c8daf7694bc2b2fe9f156c39f4bac6c788dc32e42bccb74554af2b5d86"
    assert mention_id("hash", "DRUG", 0, 5) == "3cc108f6db4ab35a"
    assert relation_id("treated_with", "a", "b") == "e0b9512d816cc716"


def test_ids_differ_where_anything_differs():
    ids = [
        mention_id(text, label, start, end)
        for text, label, start, end in itertools.product(("h", "i"), ("DRUG", "ORGAN"), (0, 1, 11), (1, 11, 111))
    ]
    ids += [relation_id(label, h, t) for label, h, t in itertools.product("xy", "ab", "ab")]
    assert len(set(ids)) == len(ids)


@given(st.lists(st.text(st.characters(exclude_characters="\x1f")), min_size=1), st.data())
def test_where_parts_are_cut_matters(parts, data):
    text = "".join(parts)
    cut = data.draw(st.integers(0, len(text)))
    other = [text[:cut], text[cut:]]
    assert (content_id(*parts) == content_id(*other)) == (parts == other)


def test_a_path_that_is_no_utf8_can_be_written():
    path = b"/letters/caf\xe9.pdf".decode("utf-8", "surrogateescape")
    failure = Failure(path, FailureCategory.BROKEN, "reason")
    assert failure.path == Source(path=path).path == "file:///letters/caf%E9.pdf"
    assert b"caf%E9.pdf" in TypeAdapter(Failure).dump_json(failure)
