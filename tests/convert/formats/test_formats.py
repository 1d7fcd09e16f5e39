"""Readers of other people's formats: what is read, and what a broken file says. All texts are made up."""

import json
import sys

import pytest
import spacy
from spacy.tokens import DocBin

from epistula.convert.formats import FORMATS, read_corpus
from epistula.errors import InputError

TITLE, ABSTRACT = "Rituximab in lung disease", "Two women took rituximab; one died."
TEXT = f"{TITLE}\n{ABSTRACT}"


def found(letter):
    return [(m.label, m.text) for m in letter.spans]


@pytest.fixture
def read(tmp_path):
    """Return a function that writes files and reads the folder, or the one file, as a format."""

    def write_and_read(format_, files, **how):
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        path = tmp_path / next(iter(files)) if len(files) == 1 else tmp_path
        return list(read_corpus(path, format_, **how))

    return write_and_read


def bioc_xml(passages, *, documents=1, offset=0):
    body = "".join(
        f"<passage><infon key='type'>x</infon><offset>{start}</offset><text>{text}</text>{annotations}</passage>"
        for start, text, annotations in passages
    )
    whole = "".join(f"<document><id>{offset + n}</id>{body}</document>" for n in range(1, documents + 1))
    head = "<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE collection SYSTEM 'BioC.dtd'>"
    return f"{head}<collection><source/><date/><key/>{whole}</collection>"


def bioc_annotation(start, words, label="Chemical", *more):
    places = "".join(f"<location offset='{at}' length='{n}'/>" for at, n in [(start, len(words)), *more])
    return f"<annotation id='a{start}'><infon key='type'>{label}</infon>{places}<text>{words}</text></annotation>"


PUBTATOR = f"7|t|{TITLE}\n7|a|{ABSTRACT}\n7\t0\t9\tRituximab\tChemical\tD1\n7\t41\t50\trituximab\tChemical\tD1\tx\n"
RELATION = "7\tCID\tD1\tD2\n"
BIOC = bioc_xml([(0, TITLE, bioc_annotation(0, "Rituximab")), (26, ABSTRACT, bioc_annotation(41, "rituximab"))])


@pytest.mark.parametrize(
    ("format_", "file", "content"),
    [
        ("pubtator", "a.txt", PUBTATOR + RELATION),
        ("pubtator", "a.txt", (PUBTATOR + RELATION).replace("\n", "\r\n")),
        ("pubtator", "a.txt", "\n" + PUBTATOR),
        ("bioc", "a.xml", BIOC),
    ],
)
def test_title_and_abstract_are_a_line_each(read, format_, file, content):
    (letter,) = read(format_, {file: content})
    assert letter.text == TEXT
    assert found(letter) == [("Chemical", "Rituximab"), ("Chemical", "rituximab")]


def test_a_title_that_ends_in_a_space_does_not_shift_the_abstract(read):
    (letter,) = read("pubtator", {"a.txt": "7|t|Rituximab \n7|a|It helped.\n7\t14\t20\thelped\tE\t-\n"})
    assert found(letter) == [("E", "helped")]


def test_bioc_passages_that_stand_apart_keep_their_words(read):
    content = bioc_xml([(0, TITLE, ""), (99, ABSTRACT, bioc_annotation(114, "rituximab"))])
    (letter,) = read("bioc", {"a.xml": content})
    assert (letter.text, found(letter)) == (TEXT, [("Chemical", "rituximab")])


def test_bioc_json_with_sentences_and_pieces(read):
    def annotation(label, *places):
        where = [{"offset": at, "length": n} for at, n in places]
        return {"id": "1", "infons": {"type": label, "id": "D1"}, "text": "", "locations": where}

    sentences = [
        {"offset": 5, "infons": {}, "text": "He took rituximab.", "annotations": [], "relations": []},
        {"offset": 24, "infons": {}, "text": "It failed.", "relations": [],
         "annotations": [annotation("B", (24, 2), (30, 3))]},
    ]  # fmt: skip
    passage = {"offset": 5, "infons": {}, "sentences": sentences, "annotations": [], "relations": []}
    document = {"id": "d", "infons": {}, "passages": [passage], "relations": []}
    data = {"source": "", "date": "", "key": "", "infons": {}, "documents": [document]}
    (letter,) = read("bioc-json", {"a.json": json.dumps(data)})
    assert letter.text == "He took rituximab.\nIt failed."
    assert found(letter) == [("B", "It failed")]
    assert dict(letter.spans[0].attributes) == {"id": "D1"}


def test_brat_pieces_attributes_and_line_ends_as_they_are(read):
    text = "Pain\r\nin the 𝛼 chest and arm.\r\n"
    ann = (
        "T1\tSIGN 0 4;15 20\tPain chest\nT2\tBODY 25 28\tarm\nA1\tNegated T2\nA2\tSide T2 left\n"
        "R1\tAt Arg1:T1 Arg2:T2\nE1\tX:T1\n#1\tAnnotatorNotes T2\tno\nN1\tReference T2 UMLS:1\tarm\n"
    )
    letter, _ = read("brat", {"a.txt": text, "a.ann": ann, "sub/b.txt": "x", "sub/b.ann": "", "sub/._b.ann": "\0"})
    assert letter.text == text
    assert found(letter) == [("SIGN", text[:20]), ("BODY", "arm")]
    assert dict(letter.spans[1].attributes) == {"Negated": "true", "Side": "left"}


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param("O B-D I-D O B-D B-E O", id="IOB2"),
        pytest.param("O I-D I-D O I-D I-E O", id="IOB1"),
        pytest.param("O B-D E-D O S-D S-E O", id="BIOES"),
        pytest.param("O B-D L-D O U-D U-E O", id="BILOU"),
    ],
)
def test_conll_schemes(read, tags):
    words = ["He", "mycophenolate", "mofetil", "or", "aspirin", "fever", "."]
    lines = [f"{word}\tX\t{tag}" for word, tag in zip(words, tags.split(), strict=True)]
    (letter,) = read("conll", {"a.conll": "\n".join(lines)})
    assert letter.text == " ".join(words)
    assert found(letter) == [("D", "mycophenolate mofetil"), ("D", "aspirin"), ("E", "fever")]


def test_conll_two_mentions_of_a_label_side_by_side(read):
    (letter,) = read("conll", {"a.conll": "a B-D\nb B-D\nc I-D\n"})
    assert found(letter) == [("D", "a"), ("D", "b c")]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("a O\n\nb O\n", {"f-1": "a", "f-2": "b"}),
        ("-DOCSTART- O\n\na O\nb O\n\nc O\n\n-DOCSTART- O\nd O\n", {"f-1": "a b\nc", "f-2": "d"}),
        ("-DOCSTART- -X- O\r\n\r\na O\r\n", {"f": "a"}),
        ("", {}),
    ],
)
def test_conll_texts_and_sentences(read, content, texts):
    assert {le.id: le.text for le in read("conll", {"f.conll": content})} == texts


def test_docbin_with_entities_and_span_groups(read):
    nlp = spacy.blank("en")
    doc = nlp("He took rituximab for myositis.")
    doc.ents = [doc.char_span(8, 17, label="CHEMICAL")]
    doc.spans["sc"] = [doc.char_span(22, 30, label="DISEASE"), doc.char_span(8, 17, label="CHEMICAL")]
    named = nlp("Nothing.")
    named.user_data["id"] = "n"
    data = DocBin(docs=[doc, named], store_user_data=True).to_bytes()
    one, two = read("spacy", {"a.spacy": data})
    assert (one.id, two.id) == ("a-1", "n")
    assert found(one) == [("CHEMICAL", "rituximab"), ("DISEASE", "myositis")]


XMI = """<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:custom="http:///webanno/custom.ecore">
<cas:NULL xmi:id="0"/>
<custom:EVENT xmi:id="1" sofa="9" begin="8" end="13" polarity="NEG"/>
<custom:LINK xmi:id="2" role="BEFORE"/>
{more}<cas:Sofa xmi:id="9" sofaNum="1" mimeType="text" sofaString="No 𝛼, no fever.&#10;"/>
</xmi:XMI>"""


def test_xmi_counts_in_units_of_utf_16(read):
    content = XMI.format(more='<custom:BODYPART xmi:id="3" sofa="9" begin="3" end="5"/>').replace(
        '"8" end="13"', '"10" end="15"'
    )
    (letter,) = read("xmi", {"EN1.xml": content})
    assert (letter.id, letter.text) == ("EN1", "No 𝛼, no fever.\n")
    assert found(letter) == [("BODYPART", "𝛼"), ("EVENT", "fever")]
    assert letter.spans[1].attributes == {"polarity": "NEG"}


NEGEX = 'Report No.\tConcept\tSentence\tNegation\n1\tfever\t"Fever chart: no FEVER, ""chills""."\tNegated\n'


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2\t cough \tShe has   COUGH.\tAffirmed\n", [("COUGH", "Affirmed")]),
        ('2\t"red, sore eye"\t"A red,  sore eye."\tAffirmed\n', [("red,  sore eye", "Affirmed")]),
        ("2\tpain\tNothing hurts.\tNegated\n", []),
        ("2\tnaïve\tA naïve man.\tAffirmed\n".encode("cp1252"), [("naïve", "Affirmed")]),
    ],
)
def test_negex_as_published(read, row, expected):
    data = NEGEX.encode() + (row if isinstance(row, bytes) else row.encode())
    one, two = read("negex", {"n.txt": data})
    assert (one.id, two.id, one.spans[0].start) == ("n-1", "n-2", 16)
    assert [(m.text, m.attributes["negation"]) for m in two.spans] == expected


def test_negex_as_json_lines(read):
    row = {"id": "x", "concept": "fever", "text": "No fever.", "negation": "Negated"}
    (letter,) = read("negex", {"n.jsonl": json.dumps(row)})
    assert (letter.id, found(letter)) == ("x", [("CONCEPT", "fever")])


def test_phee_arguments_within_arguments(read):
    def argument(*pieces, **more):
        return {"text": [[w for w, _ in p] for p in pieces], "start": [[s for _, s in p] for p in pieces], **more}

    drugs = argument([("aspirin", 8)], [("gold", 20)])
    treatment = argument([("oral", 3), ("gold", 20)], Drug=drugs, Combination=[{"event_id": "E2", "Drug": drugs}])
    event = {"event_id": "E1", "event_type": "x", "Treatment": treatment, "Effect": argument([("rash", 30)])}
    event["Speculated"] = argument([("may", 26)], value=True)
    row = {"id": "1_1", "context": "On oral aspirin and gold, may rash.", "annotations": [{"events": [event]}]}
    (letter,) = read("phee", {"p.json": json.dumps(row)})
    assert found(letter) == [
        ("Treatment", "oral aspirin and gold"), ("Treatment.Drug", "aspirin"), ("Treatment.Drug", "gold"),
        ("Speculated", "may"), ("Effect", "rash"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("format_", "files", "words"),
    [
        ("brat", {"a.ann": "T1\tD 0 1\tx\n"}, "there is no a.txt beside it"),
        ("brat", {"a.ann": "T1 D 0 1 x\n", "a.txt": "x"}, "Illegal format"),
        ("brat", {"a.ann": "T1\tD 0 9\tx\n", "a.txt": "x"}, "D from 0 to 9 lies outside the text of 1"),
        ("brat", {"a.ann": "T1\tD 0 0\t\n", "a.txt": "x"}, "cannot be read as brat"),
        ("brat", {"a.ann": "T1\tD 1 3\the\n", "a.txt": "he is"}, "its offsets count something else"),
        ("brat", {"a.ann": "", "a.txt": b"\xff"}, "cannot be read as brat (UnicodeDecodeError"),
        ("pubtator", {"a.txt": "7|t|x\nnonsense\n"}, "line 2 is neither text, mention nor relation"),
        ("pubtator", {"a.txt": "7|t|x\n7\t0\tone\tx\tD\n"}, "line 2 is neither text, mention nor relation"),
        ("pubtator", {"a.txt": "7|t|x\n8|a|y\n"}, "line 2 is of '8' within '7': a blank line is missing"),
        ("pubtator", {"a.txt": "7\t0\t1\tx\tD\t-\n"}, "line 1 is neither"),
        ("pubtator", {"a.txt": PUBTATOR + "\n" + PUBTATOR}, "the id '7' stands in"),
        ("bioc", {"a.xml": "<collection><document>"}, "cannot be read as bioc (XMLSyntaxError"),
        ("bioc", {"a.xml": bioc_xml([(0, "x", bioc_annotation(7, "y"))])}, "at 7 lies in no passage"),
        ("bioc", {"a.xml": bioc_xml([(0, "x", "<annotation id='a'><text>x</text></annotation>")])}, "has no location"),
        ("bioc-json", {"a.json": "[]"}, "cannot be read as bioc-json"),
        ("bioc-json", {"a.json": "{"}, "cannot be read as bioc-json (JSONDecodeError"),
        ("conll", {"a.conll": "word\n"}, "line 1: 'word' is no token with a tag"),
        ("conll", {"a.conll": "a O\nb X-D\n"}, "line 2: 'b X-D' is no token with a tag"),
        ("conll", {"a.conll": "a B-\n"}, "line 1: 'a B-' is no token"),
        ("spacy", {"a.spacy": b"nothing"}, "cannot be read as spacy (ValueError: "),
        ("xmi", {"a.xml": "<a/>"}, "it holds 0 texts"),
        ("xmi", {"a.xml": XMI.format(more='<custom:E begin="3" end="99"/>')}, "E ends at 99, behind the text"),
        ("xmi", {"a.xml": "no"}, "cannot be read as xmi (ParseError"),
        ("negex", {"a.txt": "Concept\tNegation\n"}, "line 1 names no column 'sentence'"),
        ("negex", {"a.txt": "Concept\tSentence\tNegation\nfever\n"}, "a-1: sentence is NoneType, not text"),
        ("negex", {"a.jsonl": "{}"}, "a-1: concept is NoneType, not text"),
        ("phee", {"a.json": "{}"}, "line 1: id is NoneType, not text"),
        ("phee", {"a.json": '{"id": "1"}'}, "cannot be read as phee (KeyError: 'annotations')"),
        ("jsonl", {"a.jsonl": "{}"}, "a.jsonl, line 1: no letter with id, text and spans"),
    ],
)  # fmt: skip
def test_a_broken_file_says_where_and_what(read, format_, files, words):
    pattern = next(iter(files))
    with pytest.raises(InputError) as error:
        read(format_, files, pattern=pattern)
    assert pattern in str(error.value)
    assert words in str(error.value)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_not_there(tmp_path, name):
    with pytest.raises(InputError, match="no such file or folder"):
        list(read_corpus(tmp_path / "no", name))
    with pytest.raises(InputError, match="no file there fits"):
        list(read_corpus(tmp_path, name))


def test_a_format_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"no format 'word'\. Use one of jsonl, brat"):
        list(read_corpus(tmp_path, "word"))


def test_two_ids_the_same(read):
    files = {"a/x.txt": "x", "a/x.ann": "", "b/x.txt": "x", "b/x.ann": ""}
    with pytest.raises(InputError, match=r"b/x\.ann: the id 'x' stands in .*a/x\.ann too"):
        read("brat", files)


def test_without_bioc_the_extra_is_named(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "bioc", None)
    monkeypatch.setitem(sys.modules, "bioc.brat", None)
    with pytest.raises(InputError, match=r"bioc is not installed.*epistula\[benchmark\]"):
        read("brat", {"a.txt": "x", "a.ann": ""})
