"""The pipeline as spaCy sees it: factories, files, DocBin, processes, scores."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import registry

import epistula
from epistula.errors import DeclarationError
from epistula.labels import all_labels
from epistula.model import Letter, Zone, ZoneKind
from epistula.nlp import describe

TEXT = (
    "Rituximab in lupus nephritis\n\n"
    "We report two women with anti-MDA5 antibodies and dermatomyositis [3]. They were treated with tofacitinib "
    "(10 mg) and IFN-α; both improved, and no pneumonitis was seen. Smith et al. had used rituximab."
)
NOTHING = ["", " ", "\n\n", "The weather was fine.", "x", "1", "—", "🙂", "\u0301", "…" * 50]


def labelled(doc):
    return [(m.label, m.text) for m in doc._.mentions]


def shown(doc):
    return [(s.label_, s.text, s.id_, s.kb_id_) for s in doc.spans["epistula"]]


@pytest.fixture(scope="module")
def doc(nlp):
    return nlp(TEXT)


@pytest.fixture(scope="module")
def model(nlp, tmp_path_factory):
    path = tmp_path_factory.mktemp("model")
    nlp.to_disk(path)
    return path


def in_a_new_process(code, *arguments):
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


# ── what it finds ─────────────────────────────────────────────────────────────────────────────────


def test_the_example_has_what_the_other_tests_need(doc):
    found = labelled(doc)
    assert ("DRUG", "Rituximab") in found
    assert ("DRUG", "tofacitinib") in found
    assert ("AUTOANTIBODY", "anti-MDA5 antibodies") in found
    assert {label for label, _ in found} >= {"PATIENTS", "DIAGNOSIS", "CITATION", "DRUG", "AUTOANTIBODY"}


@pytest.mark.parametrize("text", NOTHING)
def test_where_nothing_is_said_nothing_is_found(nlp, text):
    doc = nlp(text)
    assert (list(doc._.mentions), list(doc.spans["epistula"]), doc.text) == ([], [], text)


def test_spans_show_the_mentions(doc):
    assert shown(doc) == [(m.label, m.text, m.id, m.concept.id if m.concept else "") for m in doc._.mentions]
    assert all(TEXT[m.start : m.end] == m.text for m in doc._.mentions)
    assert len({m.id for m in doc._.mentions}) == len(doc._.mentions)
    starts = [m.start for m in doc._.mentions]
    assert starts == sorted(starts)


def test_every_mention_says_what_made_it(nlp, doc):
    assert {m.by.component for m in doc._.mentions} <= set(nlp.pipe_names)
    assert {m.by.version for m in doc._.mentions} == {epistula.__version__}
    assert all(m.by.rule for m in doc._.mentions)


def test_only_running_zones_are_read(nlp):
    text = "They took rituximab.\n1. On rituximab."
    doc = nlp.make_doc(text)
    doc._.zones = [Zone(0, 20, ZoneKind.BODY), Zone(21, 37, ZoneKind.REFERENCE)]
    assert [m.start for m in nlp(doc)._.mentions if m.label == "DRUG"] == [10]


# ── factories ─────────────────────────────────────────────────────────────────────────────────────


def test_load_makes_the_components_in_an_order_in_which_none_lacks_anything(nlp):
    labels, names = [label.lower() for label in all_labels()], nlp.pipe_names
    assert names[: len(labels) + 1] == ["sentences", *labels]
    assert len(labels) < names.index("assertion") < names.index("attribution")
    problems = nlp.analyze_pipes()["problems"]
    assert problems == {name: [] for name in nlp.pipe_names}


def test_every_factory_is_reached_by_its_entry_point(nlp):
    ours = {p.name for p in entry_points(group="spacy_factories") if p.value.startswith("epistula.")}
    assert ours >= {nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}
    assert all(registry.has("factories", name) for name in ours)


def test_factories_are_there_when_only_spacy_is_imported():
    code = """
import spacy
nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "epistula.clinical_tokenizer.v1"}}})
nlp.add_pipe("epistula_sentences")
nlp.add_pipe("epistula_label", config={"label": "DRUG"})
print([m.text for m in nlp("She took rituximab.")._.mentions])
"""
    assert in_a_new_process(code) == "['rituximab']\n"


def test_an_unknown_label_is_refused():
    with pytest.raises(DeclarationError, match=r"no label 'GENE' is declared\. Choose from .*DRUG"):
        spacy.blank("en").add_pipe("epistula_label", config={"label": "GENE"})


@pytest.mark.parametrize("name", ["drug", "attribution"])
def test_a_component_can_be_left_out_or_disabled(nlp, doc, name):
    without = epistula.load(exclude=[name])
    assert without.pipe_names == [other for other in nlp.pipe_names if other != name]
    with nlp.select_pipes(disable=[name]):
        disabled = nlp(TEXT)
    for found in (without(TEXT), disabled):
        if name == "drug":
            assert "DRUG" not in {m.label for m in found._.mentions}
            assert "PATIENTS" in {m.label for m in found._.mentions}
        else:
            assert {m.attribution for m in found._.mentions} == {None}
            assert labelled(found) == labelled(doc)
    assert labelled(nlp(TEXT)) == labelled(doc)


def test_running_twice_over_a_doc_changes_nothing(nlp, doc):
    assert list(nlp(nlp(TEXT))._.mentions) == list(doc._.mentions)


# ── files and processes ───────────────────────────────────────────────────────────────────────────


def test_a_pipeline_on_disk_finds_the_same(nlp, model, doc):
    again = spacy.load(model)
    assert list(again(TEXT)._.mentions) == list(doc._.mentions)
    assert describe(again) == describe(nlp)
    assert spacy.load(model, exclude=["drug"]).pipe_names == [n for n in nlp.pipe_names if n != "drug"]


def test_a_pipeline_on_disk_is_loaded_where_only_spacy_is_imported(model, doc):
    code = "import spacy, sys; print(repr(list(spacy.load(sys.argv[1])(sys.argv[2])._.mentions)))"
    assert in_a_new_process(code, model, TEXT).strip() == repr(list(doc._.mentions))


def test_a_doc_bin_keeps_mentions_and_spans_where_only_spacy_is_imported(nlp, doc, tmp_path):
    zoned = nlp.make_doc(TEXT)
    zoned._.zones = [Zone(0, 28, ZoneKind.TITLE), Zone(30, len(TEXT), ZoneKind.BODY)]
    DocBin(store_user_data=True, docs=[doc, nlp(zoned), nlp("")]).to_disk(tmp_path / "docs.spacy")
    code = """
import sys, spacy
from spacy.tokens import DocBin
for doc in DocBin().from_disk(sys.argv[1]).get_docs(spacy.blank("en").vocab):
    spans = [(s.label_, s.text, s.id_, s.kb_id_) for s in doc.spans["epistula"]]
    print(repr((list(doc._.zones), list(doc._.mentions), spans)))
"""
    lines = in_a_new_process(code, tmp_path / "docs.spacy").splitlines()
    assert lines[0] == repr(([], list(doc._.mentions), shown(doc)))
    assert lines[1] == repr((zoned._.zones, list(zoned._.mentions), shown(zoned)))
    assert lines[2] == repr(([], [], []))


def test_a_doc_keeps_its_mentions_as_bytes(nlp, doc):
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert list(again._.mentions) == list(doc._.mentions)
    assert shown(again) == shown(doc)


def test_the_same_letter_gives_the_same_bytes(nlp, doc):
    assert DocBin(store_user_data=True, docs=[doc]).to_bytes() == (
        DocBin(store_user_data=True, docs=[epistula.load()(TEXT)]).to_bytes()
    )


@pytest.mark.parametrize("processes", [1, 2])
def test_a_stream_gives_what_calls_give(nlp, processes):
    texts = [TEXT, "", "She took rituximab.", "Nothing."] * 2
    streamed = [list(doc._.mentions) for doc in nlp.pipe(texts, n_process=processes, batch_size=2)]
    assert streamed == [list(nlp(text)._.mentions) for text in texts]


def test_two_docs_share_no_mention_list(nlp):
    first, second = nlp.make_doc("a"), nlp.make_doc("b")
    first._.mentions.append("x")
    assert second._.mentions == []


# ── annotations ───────────────────────────────────────────────────────────────────────────────────


def test_annotations_come_in_the_order_of_the_letters(nlp, doc):
    letters = [Letter("b", TEXT, ()), Letter("a", "Nothing.", ())]
    annotations = list(epistula.annotate(nlp, letters))
    assert [a.id for a in annotations] == ["b", "a"]
    assert list(annotations[0].spans) == list(doc._.mentions)
    assert (annotations[1].spans, annotations[1].text) == ((), "Nothing.")
    assert annotations[0].pipeline == describe(nlp)


def test_a_letter_is_read_by_its_zones(nlp):
    text = "They took rituximab.\n1. On rituximab."
    zones = (Zone(0, 20, ZoneKind.BODY), Zone(21, 37, ZoneKind.REFERENCE))
    (annotation,) = epistula.annotate(nlp, [Letter("a", text, zones)])
    assert [m.start for m in annotation.spans if m.label == "DRUG"] == [10]
    assert annotation.zones == zones


def test_the_description_changes_with_the_configuration(nlp):
    assert describe(epistula.load()) == describe(nlp)
    assert describe(epistula.load(exclude=["drug"])).config_sha256 != describe(nlp).config_sha256


# ── scores ────────────────────────────────────────────────────────────────────────────────────────


def test_nlp_evaluate_gives_strict_scores(nlp):
    text = "She took rituximab and tofacitinib for dermatomyositis."
    reference = nlp.make_doc(text)
    spans = [("rituximab", "DRUG"), ("She took", "PATIENTS"), ("dermatomyositis", "DIAGNOSIS")]
    reference.spans["epistula"] = [
        reference.char_span(text.index(words), text.index(words) + len(words), label) for words, label in spans
    ]
    # found: rituximab, tofacitinib, dermatomyositis
    scores = nlp.evaluate([Example(nlp.make_doc(text), reference)])
    per_type = scores["spans_epistula_per_type"]
    assert per_type["DRUG"] == {"p": 0.5, "r": 1.0, "f": pytest.approx(2 / 3)}
    assert per_type["DIAGNOSIS"] == {"p": 1.0, "r": 1.0, "f": 1.0}
    assert per_type["PATIENTS"]["r"] == 0.0
    assert scores["spans_epistula_p"] == scores["spans_epistula_r"] == pytest.approx(2 / 3)


def test_a_component_without_a_scorer_scores_nothing():
    nlp = spacy.blank("en")
    component = nlp.add_pipe("epistula_label", config={"label": "DRUG", "scorer": None})
    assert component.score([]) == {}
