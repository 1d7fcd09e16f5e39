"""Pictures of pages: parts, their order, and that they are drawn where they stand."""

import pytest
from PIL import ImageColor

from epistula.model import Box, Letter, Line, Page, Zone, ZoneKind
from epistula.pdf import read_pdf_bytes
from epistula.pdf.drawing import COLOURS, LEGEND, SCALE, draw_pages, parts_of, save_pages, tail_and_tip

from .made import Shown, pdf_bytes

BODY, TABLE, FURNITURE = ZoneKind.BODY, ZoneKind.TABLE, ZoneKind.FURNITURE


def letter_of(*zones):
    """Return a letter of zones (kind, boxes of its lines), ten characters a line."""
    lines, found, start = [], [], 0
    for kind, boxes in zones:
        for n, box in enumerate(boxes):
            lines.append(Line(start + 11 * n, start + 11 * n + 10, Box(*box)))
        found.append(Zone(start, start + 11 * len(boxes) - 1, kind))
        start += 11 * len(boxes)
    return Letter("l", "x" * start, tuple(found), pages=(Page(1, 600, 800), Page(2, 600, 800)), lines=tuple(lines))


def test_a_zone_has_a_part_for_each_column_and_page():
    letter = letter_of(
        (BODY, [(1, 50, 700, 290, 710), (1, 50, 712, 280, 722), (1, 310, 50, 550, 60), (2, 50, 50, 290, 60)]),
        # cells of a row share its height
        (TABLE, [(2, 50, 100, 90, 110), (2, 120, 101, 200, 111), (2, 50, 114, 90, 124)]),
    )
    assert [(part.number, part.kind, part.box) for part in parts_of(letter)] == [
        (1, BODY, Box(1, 50, 700, 290, 722)),
        (1, BODY, Box(1, 310, 50, 550, 60)),
        (1, BODY, Box(2, 50, 50, 290, 60)),
        (2, TABLE, Box(2, 50, 100, 200, 124)),
    ]
    assert sum(len(part.lines) for part in parts_of(letter)) == len(letter.lines)


@pytest.mark.parametrize(
    ("before", "after", "arrow"),
    [
        ((1, 72, 72, 144, 144), (1, 108, 216, 180, 288), ((126, 144), (126, 216))),
        ((1, 72, 720, 144, 792), (1, 216, 72, 288, 144), ((108, 792), (252, 72))),
    ],
)
def test_arrows_are_upright_within_a_column(before, after, arrow):
    (x, y), (to_x, to_y) = tail_and_tip(Box(*before), Box(*after))
    assert [x / SCALE, to_x / SCALE] == pytest.approx([arrow[0][0], arrow[1][0]])
    assert [y / SCALE, to_y / SCALE] == pytest.approx([arrow[0][1], arrow[1][1]], abs=5)


def test_every_kind_has_a_colour_of_its_own():
    assert set(COLOURS) == set(ZoneKind)
    assert len(set(COLOURS.values())) == len(ZoneKind)


def test_pages_are_drawn_with_their_zones(tmp_path):
    text = "The patient, a man of forty years, was treated with colchicine"
    data = pdf_bytes([Shown(100, 100 + 12 * n, text) for n in range(3)], [Shown(100, 100, text)])
    letter = read_pdf_bytes(data)
    pictures = dict(draw_pages(letter, data))
    assert list(pictures) == [1, 2]
    page = letter.pages[0]
    assert pictures[1].size == pytest.approx((page.width * SCALE + LEGEND, page.height * SCALE), abs=2)
    (part, *_) = parts_of(letter)
    corner = (round(part.box.x0 * SCALE) - 3, round(part.box.bottom * SCALE))
    assert pictures[1].getpixel(corner) == ImageColor.getrgb(COLOURS[part.kind])
    assert pictures[1].getpixel((10, 10)) == (255, 255, 255)
    paths = save_pages(letter, data, tmp_path / "new" / "folder", "a")
    assert [path.name for path in paths] == ["a-p001.png", "a-p002.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
