"""The tokenizer, whose tokens end where mentions end, and the sentences on a Doc."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Span

import epistula

BORDERS = [
    ("anti-MDA5 and anti-Ro52/TRIM21.", ["anti-MDA5", "MDA5", "anti-Ro52", "Ro52", "TRIM21"]),
    ("anti‐MDA5 anti–Ro", ["MDA5", "Ro"]),
    ("JAK1/JAK2-inhibitors", ["JAK1", "JAK2", "JAK1/JAK2-inhibitors"]),
    ("MDA5-positive, MDA5+ MDA5(+)", ["MDA5", "positive", "MDA5+", "MDA5"]),
    ("immunoglobulin(IVIg) (IVIg), [IVIg]", ["immunoglobulin", "IVIg"]),
    ("reported.[3,4] and [5–7]", ["3", "4", "5", "7"]),
    ("a 12-year-old girl", ["12-year-old", "12", "girl"]),
    ("non-lupus lupus-like", ["lupus"]),
    ("IFN-α/β TNF-α-inhibitor", ["IFN-α", "TNF-α", "inhibitor"]),
    ("rituximab,then tocilizumab;later", ["rituximab", "tocilizumab"]),
    ("rituximab/Rituxan.Then", ["rituximab", "Rituxan", "Then"]),
    ("mg/kg/d", ["mg", "kg", "d"]),
    ("(anti-TNF)-induced (ACPA)-(RF)", ["anti-TNF", "induced", "ACPA", "RF"]),
    ("lupus-(SLE) and [RF]-ACPA", ["lupus", "SLE", "RF", "ACPA"]),
    ("DM/PM/SSc", ["DM", "PM", "SSc"]),
    ("patients’ lupus’s “lupus”", ["patients", "lupus"]),
    ("steroid+rituximab", ["steroid", "rituximab"]),
    ("ANA:positive", ["ANA", "positive"]),
    ("<5% >90%", ["5", "90"]),
    ("-rituximab- –lupus–", ["rituximab", "lupus"]),
]
SENTENCES = [
    ("", []),
    ("\n", ["\n"]),
    ("One", ["One"]),
    ("One. Two.", ["One.", "Two."]),
    ("One.Two", ["One.Two"]),
    ("A title\n\nText et al. goes on. Ends", ["A title\n\n", "Text et al. goes on.", "Ends"]),
    ("One (two.) Three", ["One (two.)", "Three"]),
    ("\nOne. Two", ["\n", "One.", "Two"]),
]


@pytest.mark.parametrize(("text", "mentions"), BORDERS)
def test_borders_of_mentions_are_borders_of_tokens(nlp, text, mentions):
    doc = nlp.make_doc(text)
    for mention in mentions:
        start = text.index(mention)
        while start >= 0:
            span = doc.char_span(start, start + len(mention))
            assert span is not None, [token.text for token in doc]
            start = text.find(mention, start + 1)


TOKENIZER = epistula.load().tokenizer


@settings(max_examples=200)
@given(st.text() | st.text("aA1 .,-–/+()[]α’\n", max_size=40))
def test_tokens_are_the_text(text):
    assert TOKENIZER(text).text == text


@pytest.mark.parametrize(("text", "sentences"), SENTENCES)
def test_sentences_of_a_doc(nlp, text, sentences):
    doc = nlp.get_pipe("sentences")(nlp.make_doc(text))
    assert [sentence.text for sentence in doc.sents] == sentences
    assert not text or doc.has_annotation("SENT_START")


def test_setting_sentences_leaves_other_annotation_alone(nlp):
    doc = nlp.make_doc("Two patients took rituximab. One died.")
    doc[3].tag_ = "NN"
    doc.set_ents([Span(doc, 3, 4, "CHEMICAL")])
    doc = nlp.get_pipe("sentences")(doc)
    assert (doc[3].tag_, [e.text for e in doc.ents], len(list(doc.sents))) == ("NN", ["rituximab"], 2)
