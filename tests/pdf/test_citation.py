"""Lines under "To cite this version", taken apart."""

import pytest

from epistula.pdf.citation import Citation, find_citation, parse_citation

REPLY = "Reply: treatment of anti-MDA5 dermatomyositis using tofacitinib"
QUILL = ("Ann Quill", "Benoît Le Goff-Doe")

# citation, titles known from elsewhere → authors, title, journal, year, DOI, HAL identifier
TABLE = [
    (
        f"Ann Quill, Benoît Le Goff-Doe. {REPLY}. Brain - A Journal of Neurology, 2019, 142 (11), pp.e60-e60. "
        "⟨10.1093/brain/awz294⟩. ⟨hal-03523494⟩",
        (),
        Citation(QUILL, REPLY, "Brain - A Journal of Neurology", 2019, "10.1093/brain/awz294", "hal-03523494"),
    ),
    # brackets that the font does not name are lost
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. Brain, 2019, 142 (11), pp.e60. 10.1093/brain/awz294 . hal-03523494",
        (),
        Citation(QUILL, "Gout", "Brain", 2019, "10.1093/brain/awz294", "hal-03523494"),
    ),
    # publisher, version of the deposit
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. Brain, Oxford University Press (OUP), 2019, ⟨10.1093/x⟩. "
        "⟨hal-03523494v2⟩",
        (),
        Citation(QUILL, "Gout", "Brain", 2019, "10.1093/x", "hal-03523494"),
    ),
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. Revue de Médecine Interne, Elsevier, 2021, 42, pp.1-4. ⟨hal-03523494⟩",
        (),
        Citation(QUILL, "Gout", "Revue de Médecine Interne", 2021, None, "hal-03523494"),
    ),
    # commas of the journal's own
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. Journal of Neurology, Neurosurgery and Psychiatry, 2021, 92, pp.1.",
        (),
        Citation(QUILL, "Gout", "Journal of Neurology, Neurosurgery and Psychiatry", 2021),
    ),
    # initials, abbreviations, a question
    (
        "A. B. Quill, J.-P. Doe. Is it gout? Ann. Rheum. Dis., 2020, 79 (3), pp.1-2. ⟨10.1136/ard⟩",
        (),
        Citation(("A. B. Quill", "J.-P. Doe"), "Is it gout?", "Ann. Rheum. Dis.", 2020, "10.1136/ard"),
    ),
    (
        "Ann Quill, Benoît Le Goff-Doe, et al.. Gout in 2018. A review. Brain, 2019, 142, pp.1.",
        (),
        Citation(QUILL, "Gout in 2018. A review", "Brain", 2019),
    ),
    # a known title, whatever its case and line breaks
    (
        "Ann Quill, Benoît Le Goff-Doe, et al.. Gout in 2018. A review. Brain, 2019, 142, pp.1.",
        ("HAL open science", "GOUT in 2018.\nA  Review"),
        Citation(QUILL, "Gout in 2018. A review", "Brain", 2019),
    ),
    # in press, a conference, a thesis
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. In press. ⟨hal-03523494⟩",
        (),
        Citation(QUILL, "Gout", hal_id="hal-03523494"),
    ),
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. Congress of Joints, Oct 2019, Paris, France. ⟨hal-03523494⟩",
        (),
        Citation(QUILL, "Gout", "Congress of Joints", 2019, None, "hal-03523494"),
    ),
    (
        "Ann Quill. Gout. Médecine humaine et pathologie. 2018. ⟨dumas-01834567⟩",
        (),
        Citation(("Ann Quill",), "Gout", None, 2018, None, "dumas-01834567"),
    ),
    # as journals write it
    (
        "Ann Quill, Benoît Le Goff-Doe. Gout. Annals of Joints 2021; 8 (4): e112. doi:10.99999/air.2021.0811",
        (),
        Citation(QUILL, "Gout", "Annals of Joints", 2021, "10.99999/air.2021.0811"),
    ),
    ("Quill A, Doe B. Gout. Brain. 2021;142:e60.", ("Gout",), Citation(("Quill A", "Doe B"), "Gout", "Brain", 2021)),
    ("Ann Quill", (), Citation(("Ann Quill",))),
    ("", (), Citation()),
]


@pytest.mark.parametrize(("text", "titles", "expected"), TABLE)
def test_citations(text, titles, expected):
    assert parse_citation(text, titles) == expected


@pytest.mark.parametrize(
    ("cover", "citation"),
    [
        (["HAL", "▶ To cite this version:", "A. Quill. Reply. 2021."], "A. Quill. Reply. 2021."),
        (["To cite this version: A. Quill. Reply."], "A. Quill. Reply."),
        (["Pour citer cette version : A. Quill. Reply."], "A. Quill. Reply."),
        (["To cite this version:", "HAL Id: hal-09900001"], None),
        (
            ["To cite this version:", "A. Quill. Reply.", "⟨10.1093/x⟩. ⟨hal-09900001⟩"],
            "A. Quill. Reply. ⟨10.1093/x⟩. ⟨hal-09900001⟩",
        ),
        (["To cite this version:", "A. Quill. ⟨hal-09900001⟩", "⟨10.1093/x⟩"], "A. Quill. ⟨hal-09900001⟩"),
        (["To cite this version:", "A. Quill. Reply.", "https://hal.science/hal-09900001v1"], "A. Quill. Reply."),
        (["To cite this version:"], None),
        (["HAL", "open science"], None),
    ],
)
def test_where_a_citation_stands(cover, citation):
    assert find_citation(cover) == citation
