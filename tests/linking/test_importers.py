"""Vocabularies: what each format gives, what is refused with which words, the compiled file, and its conflicts."""

import gzip
import json
import sys
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from epistula.cli.vocabulary import vocabulary
from epistula.errors import DeclarationError, EpistulaError, InputError
from epistula.labels import all_labels
from epistula.labels.concepts import Entry
from epistula.labels.label import Label
from epistula.linking.importers import formats, read_terms
from epistula.linking.importers._files import Term
from epistula.linking.vocabulary import (
    Conflict,
    VocabularyConcept,
    build,
    compiled,
    conflicts,
    conflicts_table,
    read_vocabulary,
    write_vocabulary,
)

OBO = """\
format-version: 1.2
data-version: releases/2015-01-27
ontology: qu
import: http://nowhere.invalid/none.obo
treat-xrefs-as-equivalent: ZZ

[Term]
id: QU:1
name: quillosis
alt_id: QU:7
creation_date: 2011-01-01
synonym: "quill disease" EXACT []
synonym: "quill trouble" RELATED []
synonym: "disease" BROAD []

[Term]
id: QU:2
name: left quillosis
is_a: QU:1 ! quillosis

[Term]
id: QU:3
name: far left quillosis
is_a: QU:2

[Term]
id: QU:4
name: bookworm

[Term]
id: QU:5
name: old quillosis
is_a: QU:1
is_obsolete: true

[Term]
id: QU:6

[Typedef]
id: is_a
name: is a

[Instance]
id: QU:9
name: my quillosis
"""
OBO_TERMS = [
    Term("QU:1", "quillosis", ("quill disease",), "qu 2015-01-27", ("QU:7",)),
    Term("QU:2", "left quillosis", (), "qu 2015-01-27"),
    Term("QU:3", "far left quillosis", (), "qu 2015-01-27"),
    Term("QU:4", "bookworm", (), "qu 2015-01-27"),
]
PURL = "http://purl.obolibrary.org/obo"
GRAPH = json.dumps(
    {
        "graphs": [
            {
                "id": f"{PURL}/qu.json",
                "meta": {"version": f"{PURL}/qu/releases/2021-02-03/qu.json"},
                "nodes": [
                    {
                        "id": f"{PURL}/QU_0000001",
                        "lbl": "quillosis",
                        "type": "CLASS",
                        "meta": {"synonyms": [{"pred": "hasExactSynonym", "val": "quill disease"}]},
                    },
                    {"id": f"{PURL}/QU_0000002", "lbl": "old", "type": "CLASS", "meta": {"deprecated": True}},
                ],
                "edges": [],
            }
        ]
    }
)
DRUGBANK = """\
DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key
DB90001,BTD1,Zolbratex,1-2-3,QX1,"Zolbra, salt of | Zolbratexum",KEY
DB90002,,Fabrilumab,,,,
"""
DRUGBANK_PLAIN = """\
drugbank_id\tname\tcas\tunii\tsynonyms\r
DB90001\tZolbratex\t1-2-3\tQX1\t"Zolbra, salt of\t | Zolbratexum"\r
\r
DB90002\tFabrilumab\t\t\t\r
"""
DRUGS = [
    Term("DrugBank:DB90001", "Zolbratex", ("Zolbra, salt of", "Zolbratexum"), "DrugBank", ("CAS:1-2-3", "UNII:QX1")),
    Term("DrugBank:DB90002", "Fabrilumab", (), "DrugBank"),
]
ATC = [Term("ATC:Q01", "QUILL AGENTS", (), "ATC 2024-07-31"), Term("ATC:Q01AA01", "zolbratex", (), "ATC 2024-07-31")]
HGNC = """\
hgnc_id\tsymbol\tname\tlocus_group\tstatus\talias_symbol\talias_name\tprev_symbol\tprev_name
HGNC:90001\tQUIL1\tquillin 1\tprotein\tApproved\t"QL1|QLN"\t"quill protein|the ""big"" quill"\tQU\t
HGNC:90002\tQUIL2~withdrawn\tentry withdrawn\tprotein\tEntry Withdrawn\t\t\t\t
"""
MESH = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://nowhere.invalid/none.dtd">
<DescriptorRecordSet LanguageCode="eng">
<DescriptorRecord DescriptorClass="1"><DescriptorUI>D900001</DescriptorUI>
 <DescriptorName><String>Quillosis</String></DescriptorName>
 <SeeRelatedList><SeeRelatedDescriptor><DescriptorReferredTo>
  <DescriptorUI>D900002</DescriptorUI><DescriptorName><String>Ink</String></DescriptorName>
 </DescriptorReferredTo></SeeRelatedDescriptor></SeeRelatedList>
 <ConceptList><Concept PreferredConceptYN="Y"><ConceptName><String>Quillosis</String></ConceptName>
  <TermList><Term><TermUI>T1</TermUI><String>Quillosis</String></Term>
  <Term><TermUI>T2</TermUI><String>Disease, Quill &amp; Ink</String></Term></TermList></Concept></ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass="1"><DescriptorUI>D900002</DescriptorUI>
 <DescriptorName><String>Ink</String></DescriptorName>
</DescriptorRecord>
</DescriptorRecordSet>
"""


def rrf(*names):
    """Return lines of RXNCONSO.RRF."""
    row = "{}|{}||||||1||||{}|{}|1|{}||{}|4096|\n"
    return "".join(row.format(cui, lat, sab, tty, text, drop) for cui, lat, sab, tty, text, drop in names)


RXNORM = rrf(
    ("901", "ENG", "RXNORM", "SY", "zolbra", "N"),
    ("901", "ENG", "RXNORM", "IN", "zolbratex", "N"),
    ("901", "ENG", "MMSL", "IN", "zolbratex elsewhere", "N"),
    ("901", "SPA", "RXNORM", "SY", "zolbrátex", "N"),
    ("901", "ENG", "RXNORM", "SY", "zolbratox", "O"),
    ("902", "ENG", "RXNORM", "BN", "Zolbrissimo", "N"),
    ("903", "ENG", "RXNORM", "SCD", "zolbratex 5 MG Oral Tablet", "N"),
    ("903", "ENG", "RXNORM", "PSN", "zolbratex 5 mg tablet", "N"),
)
# format, name of the file, its text → the terms
READ = [
    ("obo", "qu.obo", OBO, OBO_TERMS),
    ("obo", "qu.json", GRAPH, [Term("QU:0000001", "quillosis", ("quill disease",), "qu 2021-02-03")]),
    ("obo", "bare.obo", "format-version: 1.2\n\n[Term]\nid: QU:1\nname: a b\n", [Term("QU:1", "a b", (), "bare")]),
    ("drugbank", "vocabulary.csv", DRUGBANK, DRUGS),
    ("drugbank", "drugbank_open.tsv", DRUGBANK_PLAIN, DRUGS),
    ("atc", "ATC 2024-07-31.csv", "\ufeffATC code,ATC level name\nQ01,QUILL AGENTS\nQ01AA01,zolbratex\n", ATC),
    ("atc", "ATC 2024-07-31.csv", "atc_code;atc_name;ddd\nQ01;QUILL AGENTS;NA\nQ01AA01;zolbratex;5\n", ATC),
    (
        "hgnc",
        "hgnc_complete_set.txt",
        HGNC,
        [Term("HGNC:90001", "QUIL1", ("quillin 1", "QL1", "QLN", "quill protein", 'the "big" quill', "QU"), "HGNC")],
    ),
    (
        "mesh",
        "desc2024.xml",
        MESH,
        [
            Term("MESH:D900001", "Quillosis", ("Quillosis", "Disease, Quill & Ink"), "MeSH 2024"),
            Term("MESH:D900002", "Ink", (), "MeSH 2024"),
        ],
    ),
    (
        "rxnorm",
        "RXNCONSO.RRF",
        RXNORM,
        [
            Term("RXNORM:901", "zolbratex", ("zolbra",), "RxNorm"),
            Term("RXNORM:902", "Zolbrissimo", (), "RxNorm"),
        ],
    ),
]
# format, text → what the refusal says
REFUSED = [
    ("obo", "", "no OBO"),
    ("obo", "quillosis\n", "no OBO"),
    ("obo", OBO.replace("alt_id:", "altid:"), "line 10: no OBO"),
    ("obo", OBO.replace("is_a: QU:2", "is_a: QU:22"), "'QU:22' is named by a term and not there"),
    ("obo", '{"graphs": [', "no OBO"),
    ("obo", '{"graphs": []}', "no OBO"),
    ("drugbank", "", "line 1: the columns are not DrugBank ID, .* or drugbank_id,"),
    ("drugbank", "id,name\n1,a\n", "line 1: the columns are not"),
    ("drugbank", DRUGBANK + "DB90003,x\n", "line 4: 2 columns where the header has 7"),
    ("drugbank", DRUGBANK + 'DB90003,,"x" y,,,,\n', "line 4: no row"),
    ("drugbank", DRUGBANK + 'DB90003,,"x,,,,\n', "line 4: no row"),
    ("atc", "ATC code,ATC level name\nQ01,a\nQ02,\n", "line 3: no name"),
    ("atc", "ATC code,ATC level name\n,a\n", "line 2: no id"),
    ("hgnc", HGNC.replace("prev_symbol", "previous"), "line 1: the columns are not"),
    ("mesh", "", "line 1: no XML"),
    ("mesh", MESH.replace("</DescriptorName>", "", 1), "line 12: no XML: mismatched"),
    ("mesh", MESH.removesuffix("</DescriptorRecordSet>\n"), "line 15: no XML: no element found. Give"),
    (
        "mesh",
        MESH.replace("<String>Ink</String></DescriptorName>\n</D", "</DescriptorName>\n</D"),
        "line 15: a DescriptorRecord without DescriptorName",
    ),
    ("mesh", MESH.replace("&amp;", "&quill;"), "line 11: no XML: undefined entity &quill;. Give"),
    ("rxnorm", RXNORM + "903|ENG|\n", "line 9: no row of 18 columns"),
    ("rxnorm", rrf(("x", "ENG", "RXNORM", "IN", "a", "N")), "line 1: no row of 18 columns"),
    ("rxnorm", rrf(("1", "ENG", "RXNORM", "IN", " ", "N")), "line 1: no row of 18 columns"),
]
# format, text without a concept
EMPTY = [
    ("obo", "format-version: 1.2\n\n[Term]\nid: QU:1\nname: x\nis_obsolete: true\n"),
    ("drugbank", DRUGBANK.splitlines()[0]),
    ("atc", "atc_code,atc_name\nQ01,99\n"),
    ("hgnc", "\n".join(HGNC.splitlines()[::2])),
    ("mesh", "<DescriptorRecordSet/>"),
    ("rxnorm", rrf(("903", "ENG", "RXNORM", "PSN", "zolbratex 5 mg tablet", "N"))),
]


def test_every_format_is_tried():
    assert {row[0] for row in READ} == {row[0] for row in REFUSED} == {row[0] for row in EMPTY} == {*formats()}


@pytest.mark.parametrize(("name", "file", "text", "expected"), READ)
def test_terms_of_a_format(tmp_path, name, file, text, expected):
    path = tmp_path / file
    path.write_bytes(text.encode())
    assert list(read_terms(name, path)) == expected


@pytest.mark.parametrize(("name", "file", "text", "expected"), READ)
def test_a_compressed_file_is_read_as_well(tmp_path, name, file, text, expected):
    path = tmp_path / f"{file}.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert list(read_terms(name, path)) == expected


@pytest.mark.parametrize(("name", "text", "reason"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, name, text, reason):
    path = tmp_path / "source"
    path.write_text(text)
    with pytest.raises(InputError, match=f"^{path}.*({reason})"):
        list(read_terms(name, path))


@pytest.mark.parametrize(("name", "text"), EMPTY)
def test_a_file_without_a_concept_is_refused(tmp_path, name, text):
    path = tmp_path / "source"
    path.write_text(text)
    with pytest.raises(InputError, match="no concept to keep"):
        build(path, name, "DRUG")


@pytest.mark.parametrize("name", formats())
def test_broken_files_are_refused(tmp_path, name):
    path, packed, cut = tmp_path / "source", tmp_path / "plain.gz", tmp_path / "cut.gz"
    with pytest.raises(InputError, match="No such file"):
        list(read_terms(name, path))
    with pytest.raises(InputError, match="directory"):
        list(read_terms(name, tmp_path))
    text = next(row[2] for row in READ if row[0] == name)
    path.write_bytes(b"\xff" + text.encode("utf-16-le"))
    with pytest.raises(InputError, match="line 1: no UTF-8"):
        list(read_terms(name, path))
    packed.write_text(text)
    with pytest.raises(InputError, match=r"plain.gz: .*gzip"):
        list(read_terms(name, packed))
    cut.write_bytes(gzip.compress(text.encode())[:-12])
    with pytest.raises(InputError, match=r"cut.gz.* ended before"):
        list(read_terms(name, cut))


@pytest.mark.parametrize(
    ("under", "related", "expected"),
    [
        (["QU:1"], False, ["left quillosis", "far left quillosis"]),
        (["QU:2", "QU:4"], False, ["far left quillosis"]),
        ([], True, ["quillosis", "quill disease", "quill trouble", "left quillosis", "far left quillosis", "bookworm"]),
    ],
)
def test_a_choice_of_an_ontology(tmp_path, under, related, expected):
    path = tmp_path / "qu.obo"
    path.write_text(OBO)
    terms = read_terms("obo", path, under=under, related=related)
    assert [name for term in terms for name in (term.name, *(term.aliases if related else ()))] == expected


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("poem", {}, "no format 'poem'. Choose of: atc, "),
        ("_files", {}, "no format '_files'"),
        ("atc", {"under": ["Q01"]}, "atc has no option --under"),
        ("atc", {"related": True}, "atc has no option --related"),
        ("obo", {"under": ["QU:404"]}, "no term 'QU:404'"),
    ],
)
def test_a_choice_that_there_is_not(tmp_path, name, options, reason):
    path = tmp_path / "qu.obo"
    path.write_text(OBO)
    with pytest.raises(InputError, match=reason):
        list(read_terms(name, path, **options))


def test_without_pronto_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pronto.ontology", None)
    with pytest.raises(InputError, match=r"pip install 'epistula\[vocabulary\]'"):
        list(read_terms("obo", tmp_path / "qu.obo"))


def test_terms_become_concepts():
    terms = [
        Term("QU:2", "q2", ("Quillin  two", "quillin two", "Two", "2-3-4"), "qu", ("CAS:2", "CAS:1")),
        Term("QU:10", "Bookworm", ("worm", "Bookworm", "worm"), "qu"),
        Term("QU:10", "book worm", ("WORM",), "other", ("CAS:3",)),
        Term("QU:3", "q3", ("3.3",), "qu"),
    ]
    assert compiled(terms, "ORGAN") == [
        VocabularyConcept("QU:10", "Bookworm", ("book worm", "WORM", "worm"), "qu", "ORGAN", ("CAS:3",)),
        VocabularyConcept("QU:2", "Quillin two", ("quillin two", "Two"), "qu", "ORGAN", ("CAS:1", "CAS:2")),
    ]


def test_a_compiled_vocabulary_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "qu.jsonl"
    concepts = compiled([*OBO_TERMS, *DRUGS], "DRUG")
    write_vocabulary(path, concepts)
    assert read_vocabulary(path) == concepts
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows[3] == {
        "id": "QU:2",
        "name": "left quillosis",
        "aliases": [],
        "source": "qu 2015-01-27",
        "label": "DRUG",
    }
    assert rows[2]["xrefs"] == ["QU:7"]
    assert concepts[0].entry == Entry("DrugBank:DB90001", "Zolbratex", ("Zolbra, salt of", "Zolbratexum"), "DrugBank")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "no JSON object"),
        ('{"id": "QU:2"}', "name: Field required"),
        ('{"id": "QU:2", "name": "b", "aliases": "c", "source": "qu", "label": "DRUG"}', "aliases: Input"),
        ('{"id": "QU:2", "name": "b", "aliases": [], "source": "qu", "label": "DRUG", "x": 1}', "x: Unexpected"),
        ('{"id": "QU:2", "name": "b", "aliases": [], "source": "qu", "label": "POEM"}', "there is no label 'POEM'"),
        ('{"id": "QU:1", "name": "b", "aliases": [], "source": "qu", "label": "DRUG"}', "the id QU:1 stands twice"),
    ],
)
def test_a_broken_compiled_vocabulary_is_refused(tmp_path, row, reason):
    path = tmp_path / "qu.jsonl"
    path.write_text('{"id": "QU:1", "name": "abc", "aliases": [], "source": "qu", "label": "DRUG"}\n' + row + "\n")
    with pytest.raises(DeclarationError, match=f"^{path}, line 2: {reason}"):
        read_vocabulary(path)


@pytest.fixture
def own(monkeypatch):
    """Lexicons with three organs, a drug and an antigen."""
    entries = {
        "ORGAN": [
            Entry("organ:quillosis", "quillosis", ("quill disease",), "QU:8"),
            Entry("organ:worm", "bookworm", (), "common usage; QU:7"),
            Entry("organ:ink", "ink blot", (), "common usage"),
            Entry("organ:blot", "inkling", (), "HP:1"),
        ],
        "DRUG": [Entry("drug:quill", "scrivenex", (), "INN; DrugBank DB90001")],
        "AUTOANTIBODY": [Entry("autoantibody:qln", "QLN", (), "HGNC QUIL1")],
    }
    labels = {
        name: Label(name, "", lambda reading, found: [], entries=lambda mine=mine: mine)
        for name, mine in entries.items()
    }
    monkeypatch.setattr("epistula.linking.vocabulary.all_labels", lambda: labels)


# label, id, xrefs, names → our concept and the kind of each conflict
MET = [
    ("ORGAN", "QU:8", (), ["quillosis", "ink blot", "inkling", "nothing of ours"], []),
    ("ORGAN", "QU:1", (), ["Quilloses", "quill disease"], ["organ:quillosis identifier", "organ:quillosis identifier"]),
    ("ORGAN", "QU:1", ("CAS:8", "QU:7"), ["bookworms"], []),
    ("ORGAN", "QU:1", ("CAS:7",), ["bookworms"], ["organ:worm identifier"]),
    ("ORGAN", "QUX:8", (), ["quillosis", "bookworm"], []),
    ("ORGAN", "QU:1", (), ["scrivenex"], ["drug:quill label"]),
    ("DRUG", "DrugBank:DB90001", (), ["scrivenex"], []),
    ("DRUG", "DrugBank:DB90002", (), ["scrivenex"], ["drug:quill identifier"]),
    ("DRUG", "QU:8", (), ["quillosis"], ["organ:quillosis label"]),
    ("AUTOANTIBODY", "HGNC:90001", (), ["QUIL1", "QLN"], []),
    ("AUTOANTIBODY", "HGNC:90002", (), ["QUIL2", "QLN"], ["autoantibody:qln identifier"]),
    ("AUTOANTIBODY", "HGNC:90002", (), ["QUIL2", "qln"], []),
]


@pytest.mark.parametrize(("label", "concept_id", "xrefs", "names", "expected"), MET)
def test_names_that_our_lexicons_know_otherwise(own, label, concept_id, xrefs, names, expected):
    concept = VocabularyConcept(concept_id, names[0], tuple(names[1:]), "qu", label, xrefs)
    found = conflicts([concept], label)
    assert [f"{conflict.our_id} {conflict.kind}" for conflict in found] == expected
    assert {conflict.vocabulary_id for conflict in found} <= {concept_id}


def test_a_name_meets_every_label_that_knows_it(own):
    concept = VocabularyConcept("HGNC:2", "QUIL2", ("quillosis", "QLN", "quill disease"), "HGNC", "AUTOANTIBODY")
    assert conflicts([concept], "AUTOANTIBODY") == [
        Conflict("quillosis", "HGNC:2", "organ:quillosis", "ORGAN", "label"),
        Conflict("QLN", "HGNC:2", "autoantibody:qln", "AUTOANTIBODY", "identifier"),
        Conflict("quill disease", "HGNC:2", "organ:quillosis", "ORGAN", "label"),
    ]


def test_conflicts_as_a_table():
    assert conflicts_table([Conflict("a b", "QU:1", "organ:a", "ORGAN", "label")]) == dedent("""\
        name\tvocabulary_id\tour_id\tour_label\tkind
        a b\tQU:1\torgan:a\tORGAN\tlabel
        """)


def test_from_a_release_to_a_file(tmp_path):
    source, output = tmp_path / "qu.obo", tmp_path / "qu.jsonl"
    known = [entry.name for entry in all_labels()["DRUG"].entries() if entry.name.isalpha()][:12]
    terms = "".join(f"\n[Term]\nid: QU:1{n}\nname: {name}\nis_a: QU:1\n" for n, name in enumerate(known, start=10))
    source.write_text(OBO + terms)
    command = ["build", str(source), "--format", "obo", "--label", "ORGAN", "-o", str(output)]
    run = CliRunner().invoke(vocabulary, [*command, "--related"], catch_exceptions=False)
    assert f"16 concepts with 18 names in {output}; 12 conflicts" in run.output
    assert run.output.count("label: ") == 10
    beside = tmp_path / "qu.jsonl.conflicts.tsv"
    header, *rows = beside.read_text().splitlines()
    assert header.split("\t") == list(Conflict._fields)
    assert [row.split("\t")[0] for row in rows] == known
    listed = CliRunner().invoke(vocabulary, ["conflicts", str(output)], catch_exceptions=False)
    assert listed.output.count(" of DRUG\n") == 12
    assert listed.output.endswith("\n12 conflicts with our lexicons.\n")

    run = CliRunner().invoke(vocabulary, [*command, "--under", "QU:2"], catch_exceptions=False)
    assert run.output == f"1 concepts with 1 names in {output}; 0 conflicts with our lexicons.\n"
    assert not beside.exists()
    assert [concept.id for concept in read_vocabulary(output)] == ["QU:3"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"--label": "POEM"}, "no label 'POEM'"),
        ({"--format": "poem"}, "no format 'poem'"),
        ({"-o": "/nowhere/at/all.jsonl"}, "cannot be written"),
    ],
)
def test_a_wrong_command_writes_nothing(tmp_path, changed, reason):
    source, output = tmp_path / "qu.obo", tmp_path / "qu.jsonl"
    source.write_text(OBO)
    options = {"--format": "obo", "--label": "ORGAN", "-o": str(output)} | changed
    run = CliRunner().invoke(vocabulary, ["build", str(source), *(part for item in options.items() for part in item)])
    assert isinstance(run.exception, EpistulaError)
    assert reason in str(run.exception)
    assert list(tmp_path.iterdir()) == [source]
