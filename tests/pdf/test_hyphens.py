"""Words broken at line ends: which hyphens are the word's own."""

import pytest

from epistula.pdf.hyphens import count_words, is_suspended, keeps_hyphen, parts

NOTHING = count_words([])

KEPT = [
    ("anti-", "MDA5 antibodies"),
    ("anti-", "dsDNA"),
    ("anti-", "Jo-1"),
    ("anti-", "hepatitis B"),
    ("anti-", "inflammatory drugs"),
    ("IL-", "6"),
    ("East-", "Asian"),
    ("JAK-", "STAT"),
    ("TNF-", "alpha"),
    ("T-", "cell"),
    ("CTLA-", "4"),
    ("non-", "invasive"),
    ("follow-", "up"),
    ("well-", "known"),
    ("self-", "limiting"),
    ("high-", "dose"),
    ("end-to-", "end"),
    ("angiotensin-", "converting"),
    ("IFN-", "dependent"),
    ("COVID-", "19"),
    ("2-", "year"),
    ("thirty-", "one"),
]
JOINED = [
    ("immuno-", "suppressive"),
    ("treat-", "ment"),
    ("anti-", "bodies"),
    ("anti-", "gen"),
    ("anti-", "nuclear"),
    ("pre-", "sumably"),
    ("auto-", "antibodies"),
    ("through-", "out"),
    ("ill-", "ness"),
    ("un-", "treated"),
    ("cor-", "related"),
    ("multi-", "nucleated"),
    ("chil-", "dren."),
    ("dermato-", "myositis,"),
    ("inter-", "leukin-6"),
]


@pytest.mark.parametrize(("before", "after"), KEPT)
def test_a_hyphen_of_the_word_stays(before, after):
    assert keeps_hyphen(f"with {before}", after, NOTHING)


@pytest.mark.parametrize(("before", "after"), JOINED)
def test_a_hyphen_of_the_typesetter_goes(before, after):
    assert not keeps_hyphen(f"with {before}", after, NOTHING)


@pytest.mark.parametrize(
    ("elsewhere", "before", "after", "kept"),
    [
        ("a slit-lamp examination", "slit-", "lamp", True),
        ("the database", "data-", "base", False),
        ("the co-operation of", "co-", "operation", True),
        ("the cooperation of", "co-", "operation", False),
        ("antiphospholipid and anti-phospholipid, antiphospholipid", "anti-", "phospholipid", False),
        ("a vaccine was given", "vaccine-", "strain", True),
        ("SARCOIDOSIS", "SARCOI-", "DOSIS", False),
    ],
)
def test_the_document_decides(elsewhere, before, after, kept):
    assert keeps_hyphen(before, after, count_words([elsewhere])) is kept


@pytest.mark.parametrize(
    ("after", "suspended"),
    [("and anti-Ro52", True), ("or B cells", True), ("andromeda", False), ("and", False)],
)
def test_a_hyphen_may_stand_for_a_later_word(after, suspended):
    assert is_suspended(after) is suspended


def test_words_broken_at_line_ends_attest_nothing():
    counts = count_words(["a treat-", "ment of disease", "and treatment-naive"])
    assert counts == {"a": 1, "of": 1, "disease": 1, "and": 1, "treatment-naive": 1}


def test_the_lists_are_lower_case_and_do_not_contradict():
    lists = parts()
    assert all(word == word.lower() for words in lists for word in words)
    assert not lists.prefixes & lists.never_first
    assert not lists.second_parts & lists.endings
