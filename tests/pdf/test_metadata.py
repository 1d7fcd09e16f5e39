"""What a letter says of itself, and where it says it: from zones by hand, and from PDFs made for it."""

import pytest

from epistula.model import Source, ZoneKind
from epistula.pdf import read_pdf_bytes
from epistula.pdf.metadata import read_source

from .made import typeset

COVER, TITLE, BODY, FURNITURE = ZoneKind.COVER, ZoneKind.TITLE, ZoneKind.BODY, ZoneKind.FURNITURE
AUTHORS, FOOTNOTE = ZoneKind.AUTHORS, ZoneKind.FOOTNOTE
# WeasyPrint says so where the system's library lacks HarfBuzz-Subset.
pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")
CITED = "A. Quill, J. Doe. Gout. Brain, 2021, 142 (11), pp.e60. ⟨10.1093/brain/awz294⟩. ⟨hal-03523494⟩"


def source(*zones: tuple[ZoneKind, str], **info: str) -> Source:
    return read_source(zones, info, None, "0" * 64, 2)


def said(found: Source, name: str) -> tuple[object, str | None]:
    """Return a field and where it stood."""
    return getattr(found, name), found.origins.get(name)


@pytest.mark.parametrize(
    ("zones", "info", "title", "origin"),
    [
        ([(COVER, "Reply: a cover title"), (TITLE, "Reply: the title")], {}, "Reply: the title", "first_page"),
        ([(TITLE, "Reply: the title,"), (TITLE, "and its end")], {}, "Reply: the title, and its end", "first_page"),
        ([(COVER, "HAL"), (COVER, "Reply: a cover title")], {}, "Reply: a cover title", "cover"),
        ([(COVER, "To cite this version:"), (COVER, CITED), (TITLE, "A wrong line")], {}, "Gout", "cover"),
        ([(BODY, "Sir,")], {"Title": "From the file"}, "From the file", "info"),
        ([(BODY, "Sir,")], {"Title": "From the file", "title": "From its XMP"}, "From its XMP", "xmp"),
        ([(BODY, "Sir,")], {"Title": "6270491.dvi"}, None, None),
        ([(BODY, "Sir,")], {"Title": "Microsoft Word - reply v3"}, None, None),
        ([(BODY, "Sir,")], {}, None, None),
    ],
)
def test_title(zones, info, title, origin):
    assert said(source(*zones, **info), "title") == (title, origin)


@pytest.mark.parametrize(
    ("zones", "info", "doi", "origin"),
    [
        ([(COVER, "2021, pp.e60. ⟨10.1093/brain/awz294⟩. ⟨hal-03523494⟩")], {}, "10.1093/brain/awz294", "cover"),
        ([(FURNITURE, "doi:10.1155/2016/6270491")], {"doi": "10.1/x"}, "10.1155/2016/6270491", "first_page"),
        (
            [(FURNITURE, "https://doi.org/10.1016/S0140-6736(19)30001-2.")],
            {},
            "10.1016/S0140-6736(19)30001-2",
            "first_page",
        ),
        ([(BODY, "as in 10.1000/182, cited")], {}, None, None),
        ([(BODY, "Sir,")], {"Subject": "Lancet doi:10.1016/x.y"}, "10.1016/x.y", "info"),
        ([(BODY, "Sir,")], {"Subject": "doi:10.1016/x.y", "doi": "10.1093/y"}, "10.1093/y", "xmp"),
    ],
)
def test_doi(zones, info, doi, origin):
    assert said(source(*zones, **info), "doi") == (doi, origin)


@pytest.mark.parametrize(
    ("zones", "info", "authors", "origin"),
    [
        (
            [(COVER, "To cite this version:"), (COVER, CITED), (TITLE, "Gout"), (AUTHORS, "J. Doe")],
            {},
            "A. Quill|J. Doe",
            "cover",
        ),
        (
            [(AUTHORS, "The Journal"), (TITLE, "Gout"), (AUTHORS, "A. Quill1 and J. Doe2")],
            {},
            "A. Quill|J. Doe",
            "first_page",
        ),
        (
            [(TITLE, "Gout"), (AUTHORS, "A. Quill,"), (AUTHORS, "J. Doe"), (AUTHORS, "2 May")],
            {},
            "A. Quill|J. Doe",
            "first_page",
        ),
        ([(TITLE, "Gout"), (AUTHORS, "A. Quill"), (BODY, "Sir,"), (AUTHORS, "J. Doe")], {}, "A. Quill", "first_page"),
        # XMP of an article, and of anything
        (
            [(TITLE, "Gout"), (AUTHORS, "A. Qu1ll")],
            {"authors": "Quill, A.\nDoe, J.", "doi": "10.1093/y"},
            "A. Quill|J. Doe",
            "xmp",
        ),
        ([(TITLE, "Gout"), (AUTHORS, "A. Quill")], {"authors": "Some Body\nDoe, J."}, "A. Quill", "first_page"),
        ([(TITLE, "Gout")], {"authors": "Quill, A.\nDoe, J."}, "A. Quill|J. Doe", "xmp"),
        ([(TITLE, "Gout")], {"Author": "A. Quill; J. Doe"}, "A. Quill|J. Doe", "info"),
        ([(TITLE, "Gout")], {"Author": "admin"}, "", None),
    ],
)
def test_authors(zones, info, authors, origin):
    found = source(*zones, **info)
    assert ("|".join(found.authors), found.origins.get("authors")) == (authors, origin)


@pytest.mark.parametrize(
    ("texts", "journal", "year"),
    [
        (
            ["Case Reports in Medicine Volume 2016, Article ID 1, 4 pages http://dx.doi.org/10.1155/1"],
            "Case Reports in Medicine",
            2016,
        ),
        (["Hindawi", "Case Reports in Medicine", "Volume 2016, Article ID 1"], "Case Reports in Medicine", 2016),
        (["The Conjectural Kidney", "2023; 31 (4): 402-404 · www.press.example"], "The Conjectural Kidney", 2023),
        (["doi:10.1093/brain/awz294 BRAIN 2019: 142; 1–3 | e60"], "BRAIN", 2019),
        (["Rheumatology, 2021; 60: 12"], "Rheumatology", 2021),
        (["J Clin Med 2020, 9, 12"], "J Clin Med", 2020),
        (["Journal of Joints 2019 12 (3)"], "Journal of Joints", 2019),
        (["Copyright © 2016 S. Verma et al."], None, 2016),
        (["© The Author(s) (2019). Published by Press"], None, 2019),
        (["Received May 2019; accepted 2 June 2019"], None, None),
        (["Published online 12 May 2019; corrected"], None, None),
        (["2 Case Reports in Medicine"], None, None),
    ],
)
def test_journal_and_year_of_the_page(texts, journal, year):
    found = source(*((FURNITURE, text) for text in texts))
    assert said(found, "journal") == (journal, "first_page" if journal else None)
    assert said(found, "year") == (year, "first_page" if year else None)


def test_journal_and_year_of_the_file():
    found = source(Subject="The Conjectural Kidney 2023; 31 (4): 402-404", CreationDate="D:20250101")
    assert (said(found, "journal"), said(found, "year")) == (("The Conjectural Kidney", "info"), (2023, "info"))
    found = source(journal="Brain", year="2019", CreationDate="D:20250101")
    assert (said(found, "journal"), said(found, "year")) == (("Brain", "xmp"), (2019, "xmp"))
    assert source(CreationDate="D:20250101").year is None


@pytest.mark.parametrize(
    ("zones", "info", "licence", "origin"),
    [
        (
            [(COVER, "Distributed under a Creative Commons Attribution 4.0 International License")],
            {},
            "CC BY 4.0",
            "cover",
        ),
        ([(FOOTNOTE, "under the Creative Commons Attribution License")], {}, "CC BY", "first_page"),
        (
            [(BODY, "data are under CC BY 4.0")],
            {"licence": "http://creativecommons.org/licenses/by-nc/4.0/"},
            "CC BY-NC 4.0",
            "xmp",
        ),
        ([], {"Subject": "CC BY 4.0"}, "CC BY 4.0", "info"),
        ([(BODY, "data are under CC BY 4.0")], {}, None, None),
    ],
)
def test_licence(zones, info, licence, origin):
    assert said(source(*zones, **info), "licence") == (licence, origin)


def test_hal_id():
    found = source((COVER, "HAL Id: hal-03523494"), (COVER, "https://hal.science/hal-03523494v1"))
    assert said(found, "hal_id") == ("hal-03523494", "cover")
    assert source((COVER, "https://hal.science/hal-03523494v2")).hal_id == "hal-03523494"


def test_what_is_not_said_has_no_origin():
    assert source((BODY, "Sir,")) == Source(sha256="0" * 64, pages=2)


TEXT = " ".join(["The patient, a man of forty years, was treated with colchicine and soon got better."] * 12)
DEPOSIT = f"""<title>A file</title><meta name=author content="Some Body"><style>
@page {{ margin: 25mm; @bottom-left {{ content: "© The Author(s) (2021). All rights reserved."; font-size: 7pt }} }}
body {{ font: 10pt Liberation Serif }} h1 {{ font-size: 18pt }} </style>
<p>HAL<br>open science<h1>Gout: a reply to the editor</h1><p>Ann Quill, Benoît Le Goff-Doe<p>To cite this version:
<p>Ann Quill, Benoît Le Goff-Doe. Gout: a reply to the editor. Annals of Joints, 2021, 12 (3), pp.4-5.
⟨10.1093/joints/a1⟩. ⟨hal-03523494⟩<p>HAL Id: hal-03523494<p>https://hal.science/hal-03523494v1
<p>Submitted on 4 Mar 2022
<p>HAL is a multi-disciplinary open access archive for the deposit of documents.
<h1 style="break-before: page">Gout: a reply to the editor</h1>
<p><b>Benoît Le Goff-Doe<sup>1</sup> and Ann Quill<sup>1,2</sup></b><p>Sir,<p>{TEXT}"""
ARTICLE = f"""<title>7563.dvi</title><meta name=author content="Some Body"><style>
@page {{ margin: 25mm; @top-left {{ content: "Annals of Joints 2020; 11: 7–9"; font-size: 7pt }}
  @top-right {{ content: "doi:10.1093/joints/b2"; font-size: 7pt }} }}
body {{ font: 10pt Liberation Serif }} h1 {{ font-size: 18pt }} .l {{ font-size: 7pt }} </style>
<h1>Colchicine for gout in a man of forty years</h1>
<p><b>Ann Quill<sup>1</sup> and Benoît Le Goff-Doe<sup>1,2</sup></b>
<p class=l><sup>1</sup> Department of Joints, Hospital of Averill, Port Averill<p>{TEXT}<p>{TEXT}
<p class=l>This is an open access article distributed under the Creative Commons Attribution License, version 4.0."""


def test_a_deposit():
    found = read_pdf_bytes(typeset(DEPOSIT)).source
    expected = {
        "title": "Gout: a reply to the editor",
        "authors": ("Ann Quill", "Benoît Le Goff-Doe"),
        "journal": "Annals of Joints",
        "year": 2021,
        "doi": "10.1093/joints/a1",
        "hal_id": "hal-03523494",
    }
    assert {name: getattr(found, name) for name in expected} == expected
    assert {found.origins[name] for name in expected} == {"cover"}
    assert said(found, "licence") == ("all rights reserved", "first_page")


def test_an_article():
    found = read_pdf_bytes(typeset(ARTICLE)).source
    expected = {
        "title": "Colchicine for gout in a man of forty years",
        "authors": ("Ann Quill", "Benoît Le Goff-Doe"),
        "journal": "Annals of Joints",
        "year": 2020,
        "doi": "10.1093/joints/b2",
        "licence": "CC BY",
    }
    assert {name: getattr(found, name) for name in expected} == expected
    assert {found.origins[name] for name in expected} == {"first_page"}
    assert found.hal_id is None


def test_xmp_of_a_pdf():
    data = typeset(ARTICLE)
    packet = "<rdf:RDF><prism:doi>10.1093/z</prism:doi><dc:creator><rdf:li>Roe, Max</rdf:li></dc:creator></rdf:RDF>"
    found = read_pdf_bytes(data.replace(b"%%EOF", f"%{packet}\n%%EOF".encode())).source
    assert said(found, "authors") == (("Max Roe",), "xmp")
    assert said(found, "doi") == ("10.1093/joints/b2", "first_page")
