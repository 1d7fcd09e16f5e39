"""A user's own model beside our rules: a small one, trained here."""

import random

import pytest
import spacy
from spacy.training import Example

import epistula
from epistula.errors import InputError

PLACES = ["Averill", "Port Quill", "Dunmore", "Selby"]
SENTENCES = ["He lives in {}.", "She came from {} last year.", "Born in {}, he fished.", "The mayor of {} wrote."]
DRUGS = ["quibblin", "zolbratex", "farnodil", "mirtopan"]
GIVEN = ["She took {} every day.", "He was on {} then.", "A cream with {} helped.", "We gave {} at night."]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return the folder of a model that was trained to see made-up drugs and places."""
    spacy.util.fix_random_seed(1)
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    data = [(s, name, "CHEMICAL") for s in GIVEN for name in DRUGS] + [
        (s, p, "PLACE") for s in SENTENCES for p in PLACES
    ]
    examples = []
    for sentence, name, label in data:
        start = sentence.index("{")
        text = sentence.format(name)
        examples.append(Example.from_dict(nlp.make_doc(text), {"entities": [(start, start + len(name), label)]}))
        ner.add_label(label)
    nlp.initialize(lambda: examples)
    for _ in range(30):
        random.Random(1).shuffle(examples)
        nlp.update(examples)
    folder = tmp_path_factory.mktemp("model")
    nlp.to_disk(folder)
    return folder


def mentions(nlp, text):
    return [(m.label, m.text, m.by.component, m.by.rule) for m in nlp(text)._.mentions]


def test_its_entities_stand_beside_ours(model):
    nlp = epistula.load(model=model)
    found = mentions(nlp, "She took zolbratex every day. He was not given prednisone. He lives in Dunmore.")
    assert ("DRUG", "zolbratex", "model", "model.CHEMICAL") in found
    assert ("DRUG", "prednisone", "drug", "drug.lexicon") in found
    assert all(label == "DRUG" for label, *_ in found if label not in ("PATIENTS",))


def test_they_are_asserted_and_attributed_like_ours(model):
    doc = epistula.load(model=model)("We report a boy. He never took zolbratex.")
    mention = next(m for m in doc._.mentions if m.text == "zolbratex")
    assert (mention.assertion, mention.attribution) == ("negated", "own")


def test_ours_counts_where_both_speak(model):
    nlp = epistula.load(model=model, model_labels={"CHEMICAL": "DRUG"})
    found = mentions(nlp, "She took prednisone every day.")
    assert [item for item in found if item[0] == "DRUG"] == [("DRUG", "prednisone", "drug", "drug.lexicon")]


def test_a_label_that_lacks_its_attributes_is_no_mention(model):
    found = mentions(epistula.load(model=model, model_labels={"CHEMICAL": "ORGAN"}), "She took zolbratex every day.")
    assert not [item for item in found if item[2] == "model"]


def test_another_label_counts_by_its_concept(model, tmp_path):
    ruled = spacy.blank("en")
    ruler = ruled.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "ENTITY", "pattern": word} for word in ("calcinosis cutus", "wednesday", "Selby")])
    ruled.to_disk(tmp_path / "ruled")
    doc = epistula.load(model=tmp_path / "ruled", exclude=["organ"])(
        "Since wednesday she has calcinosis cutus in Selby."
    )
    (found,) = [m for m in doc._.mentions if m.by.component == "model"]
    assert (found.label, found.text, found.concept.id) == ("ORGAN", "calcinosis cutus", "organ:calcinosis")
    assert found.attributes == {"system": "skin"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"model": "no_such_model"}, "cannot be loaded"),
        ({"model": "MODEL", "model_labels": {"CHEMICAL": "POEM"}}, "no label 'POEM'"),
        ({"model": "BLANK"}, "finds no entities"),
    ],
)
def test_what_cannot_be_is_refused(model, tmp_path, options, reason):
    spacy.blank("en").to_disk(tmp_path / "blank")
    names = {"MODEL": model, "BLANK": tmp_path / "blank"}
    with pytest.raises(InputError, match=reason):
        epistula.load(**{**options, "model": names.get(options["model"], options["model"])})
