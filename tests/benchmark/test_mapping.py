"""Mappings: those that are shipped hold, and a wrong one says what is wrong."""

import pytest

from epistula.benchmark.mapping import load_mapping, shipped
from epistula.errors import DeclarationError, InputError

GOOD = 'name = "X"\nformat = "brat"\nscored = ["DRUG"]\n[labels]\nChemical = "DRUG"\n'


@pytest.mark.parametrize("name", sorted(shipped()))
def test_those_shipped_say_where_their_corpus_is_and_what_a_figure_is_not(name):
    mapping = load_mapping(name.upper())
    assert mapping.published.startswith("https://")
    assert all((mapping.licence, mapping.citation, mapping.note))


def test_names():
    assert set(shipped()) == {"bc5cdr", "e3c", "e3c-polarity", "maccrobat", "negex", "phee"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name = ", "no TOML"),
        (GOOD.replace("name", "nome"), "nome: Unexpected keyword argument"),
        (GOOD.replace('name = "X"\n', ""), "name: Field required"),
        (GOOD.replace('"brat"', '"word"'), "there is no format 'word'. Use one of jsonl, brat"),
        (GOOD.replace('Chemical = "DRUG"', 'Chemical = "GENE"'), "there is no label 'GENE'. Choose of: "),
        (GOOD.replace('["DRUG"]', '["ORGAN"]'), "scored names ORGAN, but no label of the corpus stands for it"),
        (GOOD.replace('["DRUG"]', "[]"), "scored names no label"),
        (GOOD + '[system]\nMED = "GENE"\n', "there is no label 'GENE'"),
        ("given = true\n" + GOOD, "given mentions need [assertion]"),
        (GOOD + '[assertion]\nattribute = "n"\nvalues = { No = "absent" }\n', "assertion.values.No: Input should be"),
        (GOOD + '[assertion]\nfield = "n"\n', "assertion.field: Unexpected keyword argument"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path, content, words):
    (tmp_path / "m.toml").write_text(content)
    with pytest.raises(DeclarationError) as error:
        load_mapping(str(tmp_path / "m.toml"))
    assert "m.toml: " in str(error.value)
    assert words in str(error.value)


def test_a_mapping_that_is_not_there():
    with pytest.raises(InputError, match=r"craft: no such mapping\. Use one of bc5cdr, e3c"):
        load_mapping("craft")
