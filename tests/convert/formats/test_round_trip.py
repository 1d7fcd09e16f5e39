"""Whatever the text and its mentions: written as a format and read back, they stand where they stood."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from epistula.convert.formats import read_corpus

CHARACTERS = st.characters(blacklist_categories=["Cs"], blacklist_characters="\t")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=60)
WORDS = st.text(st.characters(whitelist_categories=["L", "N", "P", "S"]), min_size=1, max_size=5)
TAGS = st.sampled_from(["O", "B-D", "I-D", "B-E"])


@st.composite
def annotated(draw):
    text = draw(TEXTS)
    places = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=4))
    return text, {(start, end) for start, end in places if start < end}


def read(files, name):
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            (Path(folder) / file).write_bytes(content.encode())
        return list(read_corpus(Path(folder), name))


@given(annotated())
def test_brat(case):
    text, places = case
    lines = [f"T{n}\tD {s} {e}\t{' '.join(text[s:e].split()) or '.'}" for n, (s, e) in enumerate(sorted(places))]
    blank = [place for place in places if not text[slice(*place)].split()]
    if blank:  # brat has no mention of white space
        return
    (letter,) = read({"a.txt": text, "a.ann": "\n".join(lines)}, "brat")
    assert letter.text == text
    assert {(m.start, m.end) for m in letter.spans} == places


@given(st.lists(st.lists(st.tuples(WORDS, TAGS), min_size=1, max_size=5), min_size=1, max_size=3))
def test_conll(sentences):
    lines = [f"{word}\t{tag}" for sentence in sentences for word, tag in [*sentence, ("", "")]]
    content = "\n".join(["-DOCSTART-\tO", "", *("" if line == "\t" else line for line in lines)])
    (letter,) = read({"a.conll": content}, "conll")
    assert letter.text == "\n".join(" ".join(word for word, _ in sentence) for sentence in sentences)
    tagged = sum(tag != "O" for sentence in sentences for _, tag in sentence)
    assert sum(len(m.text.split()) for m in letter.spans) == tagged
    assert all(m.text == m.text.strip() for m in letter.spans)
