"""The inline tags: what is read from them, what is refused, and that tagging is undone exactly."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.convert.tagged import ESCAPABLE, parse_tagged
from epistula.errors import DeclarationError

READ = [
    ("nothing tagged", "nothing tagged", []),
    ("took [tofacitinib]{DRUG}.", "took tofacitinib.", [(5, 16, "DRUG", {}, None)]),
    ("[x]{DRUG #d1 assertion=negated}", "x", [(0, 1, "DRUG", {"assertion": "negated"}, "d1")]),
    ('[x]{AUTOANTIBODY antigen="factor H"}', "x", [(0, 1, "AUTOANTIBODY", {"antigen": "factor H"}, None)]),
    ("[x]{ORGAN system=soft_tissue }", "x", [(0, 1, "ORGAN", {"system": "soft_tissue"}, None)]),
    ("[x]{OUTCOME affects=#g1,#g2}", "x", [(0, 1, "OUTCOME", {"affects": "#g1,#g2"}, None)]),
    ("[a [b]{ORGAN}]{DRUG}", "a b", [(0, 3, "DRUG", {}, None), (2, 3, "ORGAN", {}, None)]),
    ("[[a]{ORGAN}]{DRUG}", "a", [(0, 1, "DRUG", {}, None), (0, 1, "ORGAN", {}, None)]),
    (r"\[a\] \{b\} 2\^3 c\\d", r"[a] {b} 2^3 c\d", []),
    ("{DRUG} without a bracket", "{DRUG} without a bracket", []),
    (r"back\slash", r"back\slash", []),
    ("γ [β]{DRUG}", "γ β", [(2, 3, "DRUG", {}, None)]),
    ("", "", []),
]
RAISED = [
    ("patients^3^.", "patients 3.", [(9, 10)]),
    ("patients ^3^", "patients 3", [(9, 10)]),
    ("^a^ note", "a note", [(0, 1)]),
    ("seen^[3]{CITATION},[4]{CITATION}^ and 10^9^/L", "seen 3,4 and 10 9/L", [(5, 8), (16, 17)]),
]
REFUSED = [
    ("[x", "not closed"),
    ("x]{DRUG}", "no opening bracket"),
    ("[x]", "no tag"),
    ("[x] {DRUG}", "no tag"),
    ("[x]{drug}", "no tag"),
    ("[x]{DRUG", "no tag"),
    ("[[x]{DRUG}", "not closed"),
    ("2^3", "not closed"),
    ("[x]{DRUG negated}", "cannot read"),
    ('[x]{DRUG assertion="negated}', "no tag"),
    ('[x]{DRUG a"b"}', "cannot read"),
    ("[x]{DRUG #d1 #d2}", "after another"),
    ("[x]{DRUG n=1 n=2}", "after another"),
    # Took time exponential in the number of quoted values.
    ("[x]{DRUG" + ' k="v"' * 200, "no tag"),
]


@pytest.mark.parametrize(("tagged", "text", "spans"), READ)
def test_tags_become_spans(tagged, text, spans):
    parsed = parse_tagged(tagged)
    assert parsed.text == text
    assert [(s.start, s.end, s.label, s.tags, s.id) for s in parsed.spans] == spans


@pytest.mark.parametrize(("tagged", "text", "superscripts"), RAISED)
def test_superscripts_stand_off_the_word_before(tagged, text, superscripts):
    parsed = parse_tagged(tagged)
    assert (parsed.text, parsed.superscripts) == (text, superscripts)


@pytest.mark.parametrize(("tagged", "problem"), REFUSED)
def test_unreadable_tags_are_refused(tagged, problem):
    with pytest.raises(DeclarationError, match=problem):
        parse_tagged(tagged)


@dataclass(frozen=True)
class Piece:
    """A text with spans, and how it is written; spans are (start, end, label, text, tags, id)."""

    tagged: str
    text: str
    spans: tuple = ()


def escape(text: str) -> str:
    return "".join(f"\\{c}" if c in ESCAPABLE else c for c in text)


def join(pieces: list[Piece]) -> Piece:
    spans, length = [], 0
    for piece in pieces:
        spans += [(start + length, end + length, *rest) for start, end, *rest in piece.spans]
        length += len(piece.text)
    return Piece("".join(p.tagged for p in pieces), "".join(p.text for p in pieces), tuple(spans))


def wrap(inner: Piece, label: str, tags: dict[str, str], identifier: str | None) -> Piece:
    written = [label, *([f"#{identifier}"] if identifier else []), *(f'{k}="{v}"' for k, v in tags.items())]
    span = (0, len(inner.text), label, inner.text, tuple(tags.items()), identifier)
    return Piece(f"[{inner.tagged}]{{{' '.join(written)}}}", inner.text, (*inner.spans, span))


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("[]{}^\\| "), max_size=12)
LEAVES = TEXTS.map(lambda text: Piece(escape(text), text))
NAMES = st.from_regex(r"[a-z]\w{0,6}", fullmatch=True)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters='"'), max_size=8)
PIECES = st.recursive(
    LEAVES,
    lambda pieces: st.builds(
        wrap,
        st.lists(pieces, max_size=4).map(join),
        st.from_regex(r"[A-Z][A-Z_]{0,8}", fullmatch=True),
        st.dictionaries(NAMES, VALUES, max_size=3),
        st.none() | st.from_regex(r"[\w-]{1,5}", fullmatch=True),
    ),
    max_leaves=12,
)


@given(st.lists(PIECES, max_size=6).map(join))
def test_tagging_is_undone_exactly(piece):
    parsed = parse_tagged(piece.tagged)
    assert parsed.text == piece.text
    read = [(s.start, s.end, s.label, s.text, tuple(s.tags.items()), s.id) for s in parsed.spans]
    assert sorted(read, key=repr) == sorted(piece.spans, key=repr)


@given(st.lists(PIECES, max_size=6).map(join))
def test_spans_come_in_order(piece):
    spans = parse_tagged(piece.tagged).spans
    assert spans == sorted(spans, key=lambda s: (s.start, -s.end, s.label))


@given(st.text(st.sampled_from('ab []{}^\\|#="DRUG_'), max_size=40))
def test_any_text_is_read_or_refused(tagged):
    try:
        parsed = parse_tagged(tagged)
    except DeclarationError:
        return
    assert all(parsed.text[s.start : s.end] == s.text for s in parsed.spans)
