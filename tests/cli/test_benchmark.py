"""`epistula benchmark`: corpora of others, our own gold, and other systems beside ours. All texts are made up."""

import json

import pytest
import spacy
from spacy.tokens import DocBin

from epistula.benchmark.mapping import shipped

TEXT = "He took rituximab with sodium. She took tofacitinib."
RITUXIMAB, SODIUM, TOFACITINIB = (8, 17), (23, 29), (40, 51)


def span(place, label, **more):
    return {"start": place[0], "end": place[1], "label": label, **more}


def row(spans, name="a", text=TEXT):
    return {"id": name, "text": text, "spans": spans}


GOLD = row([span(RITUXIMAB, "Chemical"), span(SODIUM, "Chemical"), span(TOFACITINIB, "CHEMICAL"), span((0, 2), "X")])
OWN = row([span(RITUXIMAB, "DRUG", assertion="present"), span(TOFACITINIB, "DRUG", assertion="present")])
NEGEX = "No\tConcept\tSentence\tNegation\n1\tfever\tShe denies FEVER.\tNegated\n2\tpain\tPossible PAIN.\tAffirmed\n"


@pytest.fixture
def put(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, *content):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        lines = (part if isinstance(part, str) else json.dumps(part) + "\n" for part in content)
        (tmp_path / name).write_text("".join(lines))
        return name

    return write


@pytest.fixture
def pipeline(tmp_path):
    """Return the folder of a pipeline that knows one drug and one disease."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("span_ruler", config={"annotate_ents": True, "spans_key": "sc"})
    ruler.add_patterns([{"label": "CHEMICAL", "pattern": "rituximab"}, {"label": "MED", "pattern": "tofacitinib"}])
    nlp.to_disk(tmp_path / "peer")
    return tmp_path / "peer"


def lines_of(page):
    return [line.split() for line in page.splitlines()]


def test_labels_are_mapped_and_the_terms_are_told(run, put):
    ended = run("benchmark", put("g.jsonl", GOLD), "--mapping", "bc5cdr", "--format", "jsonl")
    assert (ended.code, ended.err) == (0, "")
    assert ["DRUG", "3", "1.000", "0.667", "0.800", "1.000", "0.667", "0.800", "2", "0", "1"] in lines_of(ended.out)
    for words in ("BC5CDR: g.jsonl", "DRUG is their Chemical, CHEMICAL", "Licence: ", "Cite: Li et al."):
        assert words in ended.out


@pytest.mark.parametrize(
    ("mapping", "files"),
    [
        ("bc5cdr", {"c/x.PubTator.txt": f"7|t|{TEXT}\n7\t8\t17\trituximab\tChemical\tD1\n", "c/readme.txt": "no"}),
        ("maccrobat", {"c/1.txt": TEXT, "c/1.ann": "T1\tMedication 8 17\trituximab\nT2\tAge 0 2\tHe\n"}),
        ("phee", {"c/dev.json": json.dumps({"id": "1", "context": TEXT, "annotations": [{"events": [
            {"Treatment": {"text": [["rituximab"]], "start": [[8]],
                           "Drug": {"text": [["rituximab"]], "start": [[8]]}}}]}]})}),
    ],
)  # fmt: skip
def test_corpora_as_they_are_published(run, put, mapping, files):
    for name, content in files.items():
        put(name, content)
    ended = run("benchmark", "c", "--mapping", mapping)
    assert (ended.code, ended.err) == (0, "")
    assert ["DRUG", "1", "0.500", "1.000", "0.667", "0.500", "1.000", "0.667", "1", "1", "0"] in lines_of(ended.out)


XMI = (
    '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///custom.ecore">'
    '<c:EVENT begin="11" end="16" polarity="NEG"/><c:EVENT begin="4" end="10" polarity="POS"/>'
    '<c:EVENT begin="0" end="3"/>'
    '<c:CLINENTITY begin="11" end="16"/><cas:Sofa xmi:id="1" sofaString="She denies fever."/></xmi:XMI>'
)


def test_e3c(run, put):
    put("c/EN1.xml", XMI)
    ended = run("benchmark", "c", "--mapping", "e3c")
    assert ["ORGAN", "1", *["1.000"] * 6, "1", "0", "0"] in lines_of(ended.out)
    rows = lines_of(run("benchmark", "c", "--mapping", "e3c-polarity").out)
    assert ["negated", "1", *["1.000"] * 6, "1", "0", "0"] in rows
    assert ["present", "1", *["1.000"] * 6, "1", "0", "0"] in rows


def test_negex_asks_only_for_the_assertion(run, put, tmp_path):
    put("Annotations-1-120.txt", NEGEX)
    ended = run("benchmark", tmp_path, "--mapping", "negex", "--json", "s.json")
    assert (ended.code, ended.err) == (0, "")
    rows = lines_of(ended.out)
    assert ["negated", "1", *["1.000"] * 6, "1", "0", "0"] in rows
    assert ["present", "1", *["1.000"] * 6, "1", "0", "0"] in rows  # possible is affirmed there


def test_an_assertion_that_the_corpus_states_is_compared_as_it_tells_it(run, put):
    assertion = (
        '[assertion]\nattribute = "Certainty"\nvalues = { no = "negated", yes = "present" }\n'
        'also = { possible = "present" }\n'
    )
    put("m.toml", f'name = "M"\nformat = "brat"\nscored = ["ORGAN"]\n[labels]\nSign = "ORGAN"\n{assertion}')
    put("c/a.txt", "No fever. Possible rash. She had cough.")
    mentions = "T1\tSign 3 8\tfever\nT2\tSign 19 23\trash\nT3\tSign 33 38\tcough\n"
    put("c/a.ann", f"{mentions}A1\tCertainty T1 no\nA2\tCertainty T2 yes\n")
    ended = run("benchmark", "c", "--mapping", "m.toml")
    assert (ended.code, ended.err) == (0, "")
    assert ["ORGAN", "assertion", "1.000", "2", "2"] in lines_of(ended.out)


def test_another_system_on_given_concepts(run, put, pipeline):
    corpus = put("n.txt", NEGEX)
    fever = {"start": 11, "end": 16, "label": "CONCEPT", "assertion": "negated"}
    other = put("o.jsonl", row([fever], "n-1", "She denies FEVER."))
    ended = run("benchmark", corpus, "--mapping", "negex", "--system", other)
    assert ["negated", "strict", "1.000", "1.000", "+0.000", "–", "–"] in lines_of(ended.out)
    assert "1 letters without prediction, counted as missed" in " ".join(ended.out.split())
    refused = run("benchmark", corpus, "--mapping", "negex", "--system", pipeline)
    assert (refused.code, "mentions are given in this corpus" in refused.err) == (1, True)


def test_a_value_of_the_corpus_that_the_mapping_does_not_name(run, put):
    ended = run("benchmark", put("n.txt", NEGEX.replace("Affirmed", "Unclear")), "--mapping", "negex")
    assert (ended.code, ended.out) == (1, "")
    assert "n-2: 'PAIN' has the negation 'Unclear', the mapping names Affirmed, Negated" in ended.err


def test_a_spacy_pipeline_beside_ours(run, put, pipeline, tmp_path):
    common = "benchmark", put("g.jsonl", GOLD), "--mapping", "bc5cdr", "--format", "jsonl", "--system", pipeline
    ended = run(*common, "--json", "s.json", "--markdown", "s.md", "--html", "s.html")
    assert (ended.code, ended.err) == (0, "")
    assert "epistula and peer, F1" in ended.out
    assert ["DRUG", "strict", "0.800", "0.500", "+0.300", "–", "–"] in lines_of(ended.out)
    assert ["DRUG", "strict", "0.800", "0.800"] in [r[:4] for r in lines_of(run(*common, "--label", "MED=DRUG").out)]
    data = json.loads((tmp_path / "s.json").read_text())
    assert data["benchmark"]["corpus"] == "BC5CDR: g.jsonl"
    assert data["systems"]["peer"]["figures"]["schemes"]["strict"]["DRUG"]["f1"] == 0.5
    assert data["systems"]["peer"]["differences"]["strict"]["DRUG"]["value"] == pytest.approx(0.3)
    assert "| DRUG | strict | 0.800 | 0.500 | +0.300 |" in (tmp_path / "s.md").read_text()
    assert "epistula on BC5CDR" in (tmp_path / "s.html").read_text()
    assert "Better: 0" in run(*common, "--compare", "s.json").out


def test_systems_of_several_formats_beside_ours_on_gold_of_our_own(run, put, tmp_path):
    nlp = spacy.blank("en")
    doc = nlp(TEXT)
    doc.ents = [doc.char_span(*RITUXIMAB, label="DRUG")]
    doc.user_data["id"] = "a"
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "d.spacy")
    put("brat/a.txt", TEXT)
    put("brat/a.ann", "T1\tMed 8 17\trituximab\nT2\tMed 40 51\ttofacitinib\n")
    put("o.data", OWN)
    systems = [part for s in ("d.spacy", "brat", "o.data:jsonl") for part in ("--system", s)]
    ended = run("benchmark", put("g.jsonl", OWN), *systems, "--label", "Med=DRUG")
    assert (ended.code, ended.err) == (0, "")
    strict = [r[2:4] for r in lines_of(ended.out) if r[:2] == ["DRUG", "strict"]]
    assert strict == [["1.000", "0.667"], ["1.000", "1.000"], ["1.000", "1.000"]]
    assert ["DRUG", "assertion", "1.000", "2", "2"] in lines_of(ended.out)


def test_predictions_of_ours_and_only_some_letters(run, put):
    gold = put("g.jsonl", OWN, row([span(RITUXIMAB, "DRUG")], "b"))
    predicted = put("p.jsonl", row([], "a"), row([], "b"))
    rows = lines_of(run("benchmark", gold, "--predicted", predicted, "--limit", "1").out)
    assert ["DRUG", "2", "–", "0.000", "0.000", "–", "0.000", "0.000", "0", "0", "2"] in rows
    assert "Left" not in {word for line in rows for word in line}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no", "--mapping", "bc5cdr"], "no: no such file or folder"),
        (["g.jsonl", "--mapping", "craft"], "craft: no such mapping. Use one of bc5cdr"),
        (["g.jsonl", "--mapping", "bc5cdr", "--format", "word"], "there is no format 'word'"),
        (["g.jsonl", "--mapping", "bc5cdr"], "g.jsonl: cannot be read as pubtator"),
        (
            ["g.jsonl", "--mapping", "e3c", "--format", "jsonl"],
            "none of its labels (CHEMICAL, Chemical, X) is known to",
        ),
        (["g.jsonl"], "no label 'Chemical' is declared"),
        (["own.jsonl", "--system", "none"], "none: no such file, folder or spaCy package"),
        (["own.jsonl", "--system", "x.dat"], "x.dat: its format cannot be told. Write x.dat:FORMAT, one of jsonl"),
        (["own.jsonl", "--system", "g.jsonl"], "g.jsonl: none of its labels (CHEMICAL, Chemical, X) stands for"),
        (["own.jsonl", "--system", "x.dat:pipeline"], "x.dat: cannot be loaded as a spaCy pipeline"),
        (["own.jsonl", "--system", "own.jsonl", "--label", "X"], "--label X: write THEIRS=OURS"),
        (["own.jsonl", "--system", "own.jsonl", "--label", "X=GENE"], "--label: there is no label 'GENE'"),
        (["own.jsonl", "--json", "own.jsonl"], "own.jsonl: is also an input"),
        (["own.jsonl", "--system", "g.jsonl:jsonl", "--json", "g.jsonl"], "g.jsonl: is also an input"),
        (["empty.jsonl"], "the gold holds no letter"),
        (["twice.jsonl", "--mapping", "bc5cdr", "--format", "jsonl"], "the id 'a' stands in"),
    ],
)
def test_what_cannot_be_used_is_told(run, put, arguments, words):
    for name, rows in {"g": [GOLD], "own": [OWN], "empty": [], "twice": [GOLD, GOLD]}.items():
        put(f"{name}.jsonl", *rows)
    put("x.dat", "")
    ended = run("benchmark", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err


def test_help_names_the_mappings_that_are_shipped(run):
    assert ", ".join(shipped()) in " ".join(run("benchmark", "--help").out.split())
