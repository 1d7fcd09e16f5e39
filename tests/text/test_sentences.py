"""Where sentences end, and where they do not."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.text.sentences import split_sentences

# a bar stands where a sentence ends; the white space behind it is in no sentence
SENTENCES = [
    "",
    "One.",
    "One.| Two.",
    "One!| Two?| Three",
    "Really?!| Yes.",
    "One.|  Two.",
    "One.|\nTwo.",
    "Title without a stop|\nText.",
    "One|\n\nTwo",
    "He died (in May).| She lived.",
    "He said “no.”| She said yes.",
    "One.| [Two] three.",
    "One.| (Two) three.",
    "One.| “Two” three.",
    "He weighed 12.| 3 patients died.",
    "She took 3.5 mg.| Then 2.",
    "pH was 7.4.| He improved.",
    "Élan was kept.| Évidemment.",
    "He was given IgG.| Fever ceased.",
    "They had HLA-B27.| None died.",
    "Smith et al. reported two.| One died.",
    "as shown by Smith et al.| The patients died.",
    "as shown by Smith et al.| In our series.",
    "as shown by Smith et al. Lancet.",
    "Dr. Who saw Mr. Smith and Mrs. Jones.",
    "J. Smith and A. B. Jones wrote.",
    "J. K. Rowling did.| K was normal.",
    "in Fig. 2 and Figs. 3, ref. 4, vol. 5, pp. 6.",
    "e.g. Rituximab, i.e. MabThera, approx. 20.",
    "given i.v. Methylprednisolone",
    "rituximab vs. Placebo",
    "see No. 4",
    "she was aged 3. years",
    "e.coli and p.R206H grew.",
    "5 mg/kg/d.then",
    "wait... what",
    "Wait...| What?",
    "version 2.0.1 ran.",
    "a . b",
]


@pytest.mark.parametrize("marked", SENTENCES)
def test_sentences(marked):
    text = marked.replace("|", "")
    expected = [sentence.strip() for sentence in marked.split("|") if sentence.strip()]
    assert [text[start:end] for start, end in split_sentences(text)] == expected


@pytest.mark.parametrize("text", [" ", "\n\n", "\t \u00a0"])
def test_white_space_holds_no_sentence(text):
    assert split_sentences(text) == []


@given(st.text("ab AB1.!?\n\t()[]”“et al.Dr ", max_size=60) | st.text(max_size=60))
def test_sentences_are_disjoint_ascend_and_leave_only_white_space(text):
    before = 0
    for start, end in split_sentences(text):
        assert not text[before:start].strip()
        assert text[start:end] == text[start:end].strip() != ""
        assert before <= start
        before = end
    assert not text[before:].strip()


@pytest.mark.parametrize("text", ["." * 50_000, "a" * 50_000 + " b. C", ("a" * 1000 + ".") * 50, "a. " * 20_000])
def test_no_text_takes_time_out_of_proportion(text):
    started = perf_counter()
    split_sentences(text)
    assert perf_counter() - started < 2  # seconds; two of these took more than ten
