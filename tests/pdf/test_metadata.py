"""Title, DOI, HAL identifier and citation of a letter."""

import pytest

from epistula.model import Source, ZoneKind
from epistula.pdf.metadata import read_source, read_xmp

COVER, TITLE, BODY, FURNITURE = ZoneKind.COVER, ZoneKind.TITLE, ZoneKind.BODY, ZoneKind.FURNITURE


def source(*zones: tuple[ZoneKind, str], **info: str) -> Source:
    return read_source(zones, info, None, "0" * 64, 2)


@pytest.mark.parametrize(
    ("zones", "info", "title"),
    [
        ([(COVER, "Reply: a cover title"), (TITLE, "Reply: the title")], {}, "Reply: the title"),
        ([(COVER, "HAL"), (COVER, "Reply: a cover title")], {}, "Reply: a cover title"),
        ([(BODY, "Sir,")], {"Title": "From the file"}, "From the file"),
        ([(BODY, "Sir,")], {}, None),
    ],
)
def test_title(zones, info, title):
    assert source(*zones, **info).title == title


@pytest.mark.parametrize(
    ("zones", "info", "doi"),
    [
        ([(COVER, "2021, pp.e60. ⟨10.1093/brain/awz294⟩. ⟨hal-03523494⟩")], {}, "10.1093/brain/awz294"),
        ([(FURNITURE, "doi:10.1155/2016/6270491")], {}, "10.1155/2016/6270491"),
        (
            [(FURNITURE, "https://doi.org/10.1016/S0140-6736(19)30001-2.")],
            {},
            "10.1016/S0140-6736(19)30001-2",
        ),
        ([(BODY, "as in 10.1000/182, cited")], {}, None),
        ([(BODY, "Sir,")], {"Subject": "Lancet doi:10.1016/x.y"}, "10.1016/x.y"),
    ],
)
def test_doi(zones, info, doi):
    assert source(*zones, **info).doi == doi


@pytest.mark.parametrize(
    ("zones", "citation"),
    [
        ([(COVER, "▶ To cite this version:"), (COVER, "A. Quill. Reply. 2021.")], "A. Quill. Reply. 2021."),
        ([(COVER, "To cite this version: A. Quill. Reply.")], "A. Quill. Reply."),
        ([(COVER, "To cite this version:"), (COVER, "HAL Id: hal-09900001")], None),
    ],
)
def test_citation(zones, citation):
    assert source(*zones).citation == citation


def test_hal_id():
    assert (
        source((COVER, "HAL Id: hal-03523494"), (COVER, "https://hal.science/hal-03523494v1")).hal_id == "hal-03523494"
    )


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<x><prism:doi>10.1093/brain/awz294</prism:doi>", {"doi": "10.1093/brain/awz294"}),
        (b"<dc:identifier>doi:10.1155/2016/1</dc:identifier>", {"doi": "10.1155/2016/1"}),
        (b"<dc:identifier>uuid:1</dc:identifier>", {}),
    ],
)
def test_xmp(data, found):
    assert read_xmp(data) == found
