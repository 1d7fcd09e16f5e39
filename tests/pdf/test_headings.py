"""Headings, kickers and salutations by their words."""

import pytest

from epistula.model import ZoneKind
from epistula.pdf.headings import headings, is_kicker, is_salutation, run_in_section, section_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Abstract", ZoneKind.ABSTRACT),
        ("1. Introduction", ZoneKind.BODY),
        ("2 CASE PRESENTATION", ZoneKind.BODY),
        ("IV. Discussion", ZoneKind.BODY),
        ("Data availability", ZoneKind.DATA_AVAILABILITY),
        ("Data Availability Statement:", ZoneKind.DATA_AVAILABILITY),
        ("Conflict of Interests", ZoneKind.COMPETING_INTERESTS),
        ("Competing interests", ZoneKind.COMPETING_INTERESTS),
        ("Disclosures", ZoneKind.COMPETING_INTERESTS),
        ("Acknowledgements", ZoneKind.ACKNOWLEDGEMENT),
        ("Authors’ contributions", ZoneKind.ACKNOWLEDGEMENT),
        ("Funding", ZoneKind.FUNDING),
        ("References", ZoneKind.REFERENCE),
        ("REFERENCES", ZoneKind.REFERENCE),
        ("Bibliography", ZoneKind.REFERENCE),
        ("Keywords", ZoneKind.FOOTNOTE),
        ("References to tofacitinib are many", None),
        ("The patient", None),
    ],
)
def test_a_heading_names_the_zone_under_it(text, kind):
    assert section_of(text) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Funding: none.", ZoneKind.FUNDING),
        ("Conflict of interest. The authors declare none.", ZoneKind.COMPETING_INTERESTS),
        ("Acknowledgments — We thank the patients.", ZoneKind.ACKNOWLEDGEMENT),
        ("Results: two patients died.", None),
        ("Funding was not available in 2003.", None),
    ],
)
def test_a_paragraph_may_name_its_own_zone(text, kind):
    assert run_in_section(text) is kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [("LETTER TO THE EDITOR", True), ("Case Report", True), ("A case report of two", False)],
)
def test_kickers(text, expected):
    assert is_kicker(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Sir,", True), ("Dear Editor,", True), ("To the Editor:", True), ("Sirolimus", False)],
)
def test_salutations(text, expected):
    assert is_salutation(text) is expected


def test_the_list_is_normal_already():
    known = headings()
    names = [*known.sections, *known.kickers, *known.salutations]
    assert all(name == name.lower().strip() for name in names)
