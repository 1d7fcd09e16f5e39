"""Tagged sources: how they are taken apart and the gold they give, and what is refused with which words."""

import json
from textwrap import dedent

import pytest
from pydantic import TypeAdapter

from epistula.convert.gold import annotation
from epistula.convert.source import Role, parse_source, read_source, table_cells
from epistula.errors import DeclarationError
from epistula.model import Annotation, Attribution, ZoneKind, mention_id, relation_id, text_sha256

HEAD = """\
id = "tiny"
kind = "letter"
layout = "plain-one-column"
journal = "Annals of Nothing"
year = 2021
doi = "10.99999/an.1"
authors = ["Ada Quill", "Ben Rook"]
affiliations = ["Ward One, Northmoor"]
correspondence = "quill@northmoor.example"
"""
BODY = """\
# A [rash]{ORGAN system=skin attribution=cited} after [adalimumab]{DRUG}

## Abstract

[Two
women]{PATIENTS n=2 age_group=adult sex=female #p1 treated_with=#d1} were seen.

## Case

{attribution=cited}
She got [adalimumab]{DRUG #d1}^[3]{CITATION}^; the [[rash]{ORGAN system=skin #g1}
[cleared]{OUTCOME category=remission affects=#g1 observed_in=#p1,#p2 #o1}]{DRUG} in
[one]{PATIENTS n=1 #p2}, not the [fever]{ORGAN system=constitutional assertion=negated attribution=own}.

!table Table 1. Doses of [adalimumab]{DRUG}

| day | dose \\| mg^a^ |
| 1   | 40 |

!footnote a: as given.

## Funding

None.

## References

3. Rook B. A rash. 2020.
"""
TEXT = """\
A rash after adalimumab
Ada Quill, Ben Rook
Ward One, Northmoor
Correspondence to: quill@northmoor.example
Abstract
Two women were seen.
Case
She got adalimumab 3; the rash cleared in one, not the fever.
Table 1. Doses of adalimumab
day dose | mg a
1 40
a: as given.
Funding
None.
References
3. Rook B. A rash. 2020."""
KINDS = [
    "title",
    "authors",
    "affiliation",
    "affiliation",
    "heading",
    "abstract",
    "heading",
    "body",
    "caption",
    "table",
    "footnote",
    "funding",
    "funding",
    "reference",
    "reference",
]


def source_text(body: str = BODY, head: str = HEAD) -> str:
    return f"+++\n{head}\n+++\n\n{body}"


def gold(body: str = BODY, head: str = HEAD) -> Annotation:
    return annotation(parse_source(source_text(body, head), "tiny.md"))


def test_blocks_are_the_title_the_front_matter_and_the_rest():
    blocks = parse_source(source_text(), "tiny.md").blocks
    assert [block.role for block in blocks[:6]] == [
        Role.TITLE,
        Role.AUTHORS,
        Role.AFFILIATION,
        Role.CORRESPONDENCE,
        Role.HEADING,
        Role.PARAGRAPH,
    ]
    assert [block.attribution for block in blocks if block.zone is ZoneKind.BODY] == [Attribution.CITED]
    assert table_cells(blocks[9].tagged) == [["day", r"dose \| mg^a^"], ["1", "40"]]


def test_the_text_is_every_block_in_its_zone():
    made = gold()
    assert made.text == TEXT
    assert [zone.kind for zone in made.zones] == KINDS
    assert "\n".join(made.text[zone.start : zone.end] for zone in made.zones) == made.text


def test_mentions_have_the_values_written_or_the_defaults():
    mentions = [(m.label, m.text, m.assertion, m.attribution, m.attributes) for m in gold().spans]
    assert mentions == [
        ("ORGAN", "rash", "present", "cited", {"system": "skin"}),
        ("DRUG", "adalimumab", "present", "own", {}),
        ("PATIENTS", "Two women", None, None, {"n": 2, "age_group": "adult", "sex": "female"}),
        ("DRUG", "adalimumab", "present", "cited", {}),
        ("CITATION", "3", None, None, {}),
        ("DRUG", "rash cleared", "present", "cited", {}),
        ("ORGAN", "rash", "present", "cited", {"system": "skin"}),
        ("OUTCOME", "cleared", "present", "cited", {"category": "remission"}),
        ("PATIENTS", "one", None, None, {"n": 1}),
        ("ORGAN", "fever", "negated", "own", {"system": "constitutional"}),
        ("DRUG", "adalimumab", "present", "own", {}),
    ]


def test_mentions_stand_where_they_are_read_and_are_named_after_it():
    made = gold()
    for mention in made.spans:
        assert made.text[mention.start : mention.end] == mention.text
        assert mention.id == mention_id(text_sha256(TEXT), mention.label, mention.start, mention.end)


def test_relations_and_evidence_point_at_mentions():
    made = gold(head=HEAD + '[[records]]\nn = 2\noutcomes = [{category = "remission"}]\nevidence = ["#p1", "#o1"]')
    named = {mention.id: mention.text for mention in made.spans}
    assert [(r.label, named[r.head], named[r.tail]) for r in made.relations] == [
        ("treated_with", "Two women", "adalimumab"),
        ("affects", "cleared", "rash"),
        ("observed_in", "cleared", "Two women"),
        ("observed_in", "cleared", "one"),
    ]
    assert all(r.id == relation_id(r.label, r.head, r.tail) for r in made.relations)
    assert [named[id_] for id_ in made.records[0].evidence] == ["Two women", "cleared"]


def test_the_source_of_the_gold_is_the_letter():
    source = gold(head='hal_id = "hal-099"\n' + HEAD).source
    assert (source.title, source.doi, source.hal_id) == (
        "A rash after adalimumab",
        "10.99999/an.1",
        "hal-099",
    )
    assert source.path == "corpus/letters/tiny.pdf"


def test_the_gold_survives_a_file():
    schema = TypeAdapter(Annotation)
    line = json.dumps(schema.dump_python(gold(), mode="json"), ensure_ascii=False)
    assert schema.validate_python(json.loads(line)) == gold()


def test_the_default_attribution_may_stand_on_either_side_of_the_mark():
    for title in ("{attribution=cited} # On [MTX]{DRUG}", "# {attribution=cited} On [MTX]{DRUG}"):
        assert gold(title).spans[0].attribution == Attribution.CITED


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("No title.", "tiny.md, block 1: the first block"),
        ("# T\n\n# U", "tiny.md, block 2: the first block"),
        ("# T\n\n### Sub", "tiny.md, block 2: unknown mark '###'"),
        ("# T\n\n!image x", "tiny.md, block 2: unknown mark '!image'"),
        ("# T\n\n!figure", "tiny.md, block 2: nothing stands behind the mark"),
        ("# T\n\n{attribution=theirs} x", "tiny.md, block 2: attribution 'theirs'"),
        ("# T\n\n| a | b |", "tiny.md, block 2: rows stand behind"),
        ("# T\n\n!table C\n\nNo rows.", "tiny.md, block 3: rows stand behind"),
        ("# T\n\n!table C", "tiny.md, block 2: a table without rows"),
        ("# T\n\n!table C\n\n| a | b", "tiny.md, block 3: a row of a table begins and ends"),
        ("# T\n\n!table C\n\n| a | b |\n| c |", "tiny.md, block 3: rows of \\[1, 2\\] cells"),
    ],
)
def test_blocks_out_of_place_are_refused(body, problem):
    with pytest.raises(DeclarationError, match=problem):
        parse_source(source_text(dedent(body)), "tiny.md")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("# [T]", "tiny.md, block 1: no tag"),
        ("# T\n\nx [y", "tiny.md, block 2: .*not closed"),
        ("# [T]{DRUGS}", r"block 1, \[T\]\{DRUGS\}: no such label"),
        ("# [T ]{DRUG}", "begins and ends with"),
        ("# []{DRUG}", "begins and ends with"),
        ("# [T]{DRUG dose=5}", "DRUG has no attribute 'dose'"),
        ("# [T]{PATIENTS assertion=negated}", "assertion=negated. PATIENTS has none"),
        ("# [T]{DRUG assertion=absent}", "assertion=absent. Use one of present"),
        ("# [T]{ORGAN system=spleen}", "system cannot be 'spleen'"),
        ("# [T]{PATIENTS n=two}", "n cannot be 'two'"),
        ("# [T]{OUTCOME affects=#g1}", "affects=#g1, but no mention has that id"),
        ("# [T]{OUTCOME affects=g1}", "Write affects=#id"),
        ("# [T]{OUTCOME affects=#d} [x]{DRUG #d}", "affects=#d is DRUG, but affects leads to ORGAN"),
        ("# [T]{DRUG #d} [x]{DRUG #d}", "the id #d stands twice"),
        ("# [[T]{DRUG}]{DRUG}", "tagged twice with the same label"),
        ("# T\n\n## References\n\n[x]{DRUG}", "tiny.md, block 3: reference carries no mentions"),
        ("# T\n\n!table C\n\n| [x]{DRUG} |", "tiny.md, block 3: the cells of a table carry no mentions"),
    ],
)
def test_wrong_tags_are_refused(body, problem):
    with pytest.raises(DeclarationError, match=problem):
        gold(body)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (HEAD + 'editor = "C"', "tiny.md, head: editor: Unexpected keyword"),
        (HEAD.replace('kind = "letter"', ""), "tiny.md, head: kind: Field required"),
        (HEAD + "year = 2022", "tiny.md, head: .*Write it as TOML"),
        (HEAD + '[[records]]\nage = "adult"', "tiny.md, head: records.0.age: Unexpected keyword"),
        (HEAD + '[[records]]\nevidence = ["#p9"]', "tiny.md, head, records: evidence #p9"),
    ],
)
def test_wrong_heads_are_refused(head, problem):
    with pytest.raises(DeclarationError, match=problem):
        gold(head=head)


def test_a_file_without_a_head_is_refused():
    with pytest.raises(DeclarationError, match=r"tiny\.md: no head"):
        parse_source("# T\n", "tiny.md")


def test_a_file_is_named_after_its_id(tmp_path):
    path = tmp_path / "other.md"
    path.write_text(source_text(), "utf-8")
    with pytest.raises(DeclarationError, match=r"other\.md, head: the id is 'tiny'"):
        read_source(path)
