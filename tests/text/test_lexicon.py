"""Names of a lexicon in a text: what is found, how much of it, and where nothing may be found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epistula.text.lexicon import Lexicon, is_short_form, same_case
from epistula.text.words import Words

NAMES = [
    "lupus",
    "lupus nephritis",
    "systemic lupus erythematosus",
    "arthritis",
    "rheumatoid arthritis",
    "Still's disease",
    "Behçet's disease",
    "SLE",
    "DM",
    "IVIg",
    "MDA5",
    "IFN-α",
    "tumour",
    "haemolytic anaemia",
    "JAK1/2",
    "Henoch–Schönlein purpura",
    "vasculitis",
    "cardiolipin",
    "Ro",
    "",
    "—",
]
LEXICON = Lexicon((name, name) for name in NAMES)

FOUND = [
    # the longest
    ("lupus nephritis", [("lupus nephritis", "lupus nephritis")]),
    ("lupus, nephritis", [("lupus", "lupus")]),
    ("Lupus nephropathy", [("Lupus", "lupus")]),
    # a name inside another is found as well: the label chooses
    ("rheumatoid arthritis", [("rheumatoid arthritis", "rheumatoid arthritis"), ("arthritis", "arthritis")]),
    ("lupus lupus nephritis", [("lupus", "lupus"), ("lupus nephritis", "lupus nephritis")]),
    # case
    ("RHEUMATOID ARTHRITIS", [("RHEUMATOID ARTHRITIS", "rheumatoid arthritis"), ("ARTHRITIS", "arthritis")]),
    ("had DM, not dm or Dm", [("DM", "DM")]),
    ("IVIg, not IVIG, ivig or Ivig", [("IVIg", "IVIg")]),
    ("SLEs but not sles", [("SLEs", "SLE")]),
    ("mda5 is not MDA5", [("MDA5", "MDA5")]),
    # plural and spelling
    ("tumors and Tumours", [("tumors", "tumour"), ("Tumours", "tumour")]),
    ("vasculitides", [("vasculitides", "vasculitis")]),
    ("hemolytic anemias", [("hemolytic anemias", "haemolytic anaemia")]),
    # Greek, hyphen, slash, space, nothing
    ("IFN-α IFNα IFN alpha IFN‐alpha", [(w, "IFN-α") for w in ("IFN-α", "IFNα", "IFN alpha", "IFN‐alpha")]),
    ("MDA5 MDA-5 MDA 5", [("MDA5", "MDA5"), ("MDA-5", "MDA5"), ("MDA 5", "MDA5")]),
    ("JAK1/2, JAK 1-2, JAK-1/2", [(w, "JAK1/2") for w in ("JAK1/2", "JAK 1-2", "JAK-1/2")]),
    ("Henoch-Schonlein purpura", [("Henoch-Schonlein purpura", "Henoch–Schönlein purpura")]),
    (
        "rheumatoid  arthritis",
        [("rheumatoid  arthritis", "rheumatoid arthritis"), ("arthritis", "arthritis")],
    ),
    # possessive
    (
        "Still’s disease; Still disease",
        [("Still’s disease", "Still's disease"), ("Still disease", "Still's disease")],
    ),
    ("Behcet's disease", [("Behcet's disease", "Behçet's disease")]),
    ("lupus's course", [("lupus", "lupus")]),
    # borders that are no letters
    ("(lupus)[lupus]“lupus”", [("lupus", "lupus")] * 3),
    ("lupus-like, non-lupus", [("lupus", "lupus")] * 2),
    ("DM/SLE", [("DM", "DM"), ("SLE", "SLE")]),
]
NOTHING = [
    "",
    "no name here",
    # not across punctuation
    "systemic. Lupo erythematosus",
    "rheumatoid. Arthralgia",
    "haemolytic; anaemia",
    "haemolytic (anaemia",
    "haemolytic\nanaemia",
    "JAK1, 2",
    "IFN. α",
    # not inside other words
    "arthritisation",
    "lupusoid",
    "dislupus",
    "MDA51",
    "MDA5a",
    "1MDA5",
    "xDM",
    "DM1",
    "IFNαx",
    "anticardiolipin",
    "Rolupus",
    # another word in another case
    "dm sle ivig",
    "ifnα Ifn-alpha",
]
SHORT = ["DM", "SLE", "IVIg", "MDA5", "PM-Scl", "ANCA", "TNF-α", "GPA", "HLA-B27", "AChR", "IgG4"]
LONG = ["Ro", "La", "lupus", "Still", "anti-TNF", "D", "5", "", "SLE flare", "Jo-1", "RITUXIMAB", "Igg"]


def found_in(text, lexicon=LEXICON, **options):
    return [(text[h.start : h.end], h.name) for h in lexicon.find(Words.of(text), **options)]


@pytest.mark.parametrize(("text", "hits"), FOUND)
def test_names_are_found(text, hits):
    assert found_in(text) == hits


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_found(text):
    assert found_in(text) == []


def test_a_name_glued_to_anti_is_found_where_that_is_asked_for():
    assert found_in("anticardiolipin", after_anti=True) == [("cardiolipin", "cardiolipin")]
    assert found_in("ANTICARDIOLIPIN", after_anti=True) == [("CARDIOLIPIN", "cardiolipin")]
    assert found_in("xcardiolipin anticardiolipins2", after_anti=True) == []


def test_names_without_a_word_are_left_out():
    assert len(Lexicon([("", 1), ("—", 2), ("a", 3)])) == 1


def test_the_first_of_two_names_with_one_key_wins_unless_its_case_forbids():
    lexicon = Lexicon([("DM", "dermatomyositis"), ("dm", "decimetre"), ("Dm", "never")])
    assert [h.value for h in lexicon.find(Words.of("DM dm Dm"))] == [
        "dermatomyositis",
        "decimetre",
        "decimetre",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Lupus", "lupus"),
        ("Stills disease", "Still's disease"),
        ("Still disease", "Still's disease"),
        ("IFN alpha", "IFN-α"),
        ("dm", None),
        ("SLEs", "SLE"),
        ("lupus nephriti", None),
        ("", None),
    ],
)
def test_a_name_can_be_looked_up(name, value):
    assert LEXICON.get(name) == value


@pytest.mark.parametrize("name", SHORT)
def test_short_forms(name):
    assert is_short_form(name)


@pytest.mark.parametrize("name", LONG)
def test_what_is_no_short_form(name):
    assert not is_short_form(name)


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("DM", "DM", True),
        ("DM", "DMs", True),
        ("DM", "DMS", False),
        ("PM-Scl", "PM/Scl", True),
        ("PM-Scl", "PM-SCL", False),
        ("IVIg", "IVIgs", True),
        ("DMs", "DM", False),
    ],
)
def test_short_forms_agree_letter_by_letter(name, text, same):
    assert same_case(name, text) is same


WORD = st.sampled_from([*NAMES, "and", "the", "patients", ",", ".", "(", ")", "α", "2", "anti"])


@given(st.lists(st.tuples(WORD, st.sampled_from([" ", "", "-", "\n", "/"])), max_size=12))
def test_every_hit_is_a_whole_name_and_none_starts_twice(pieces):
    text = "".join(word + gap for word, gap in pieces)
    hits = list(LEXICON.find(Words.of(text)))
    assert len({h.start for h in hits}) == len(hits)
    for hit in hits:
        assert LEXICON.get(text[hit.start : hit.end]) == hit.value
        assert not text[hit.start - 1 : hit.start].isalnum()
        assert not text[hit.end : hit.end + 1].isalnum()
