"""Reading order of words by their places alone."""

import numpy as np
import pytest

from epistula.pdf.columns import Gutter, part_further, part_page
from epistula.pdf.words import Words

ONE, TWO, THREE = ((50, 200), 100), ((220, 370), 100), ((390, 540), 100)
LEFT, RIGHT, FULL = (50, 290), (310, 550), (50, 550)


def page(*blocks: tuple[str, tuple[float, float], float, int], size: float = 10) -> tuple[Words, list[str]]:
    """Return words of blocks (name, x-range, first baseline, lines): each line is full of words."""
    x0, x1, base, names = [], [], [], []
    for name, (left, right), top, lines in blocks:
        for line in range(lines):
            step = (right - left + 3) / 6
            for word in range(6):
                x0.append(left + word * step)
                x1.append(left + (word + 1) * step - 3)
                base.append(top + 12 * line)
                names.append(name)
    count = len(names)
    numbers = np.arange(count)
    sizes = np.full(count, float(size))
    return Words(numbers, numbers + 1, np.array(x0), np.array(x1), np.array(base), sizes), names


def order(words: Words, names: list[str], known: tuple[Gutter, ...] = ()) -> str:
    regions = part_further(words, part_page(words).regions, known)
    run = [names[w] for region in regions for w in region[np.argsort(words.base[region], kind="stable")]]
    return "".join(name for i, name in enumerate(run) if i == 0 or name != run[i - 1])


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([("a", FULL, 100, 20)], "a"),
        ([("a", LEFT, 100, 20), ("b", RIGHT, 100, 20)], "ab"),
        ([("a", LEFT, 100, 20), ("b", RIGHT, 105, 20)], "ab"),
        ([("t", FULL, 60, 2), ("a", LEFT, 100, 20), ("b", RIGHT, 100, 20)], "tab"),
        ([("a", LEFT, 100, 20), ("b", RIGHT, 100, 20), ("f", FULL, 380, 3)], "abf"),
        ([("a", LEFT, 100, 30), ("b", RIGHT, 100, 8)], "ab"),
        ([("a", LEFT, 220, 20), ("b", RIGHT, 100, 30)], "ab"),
        (
            [("a", LEFT, 100, 9), ("b", RIGHT, 100, 9), ("f", FULL, 230, 3), ("c", LEFT, 290, 9), ("d", RIGHT, 290, 9)],
            "abfcd",
        ),
        ([("a", *ONE, 20), ("b", *TWO, 20), ("c", *THREE, 20)], "abc"),
        ([("t", FULL, 60, 1), ("a", *ONE, 20), ("b", *TWO, 20), ("c", *THREE, 20)], "tabc"),
    ],
)  # fmt: skip
def test_columns_are_read_one_after_the_other(blocks, expected):
    words, names = page(*blocks)
    shuffled = np.random.default_rng(1).permutation(len(words))
    assert order(words, names) == expected
    assert order(words.take(shuffled), [names[i] for i in shuffled]) == expected


def test_two_short_columns_are_columns_where_other_pages_have_the_gutter():
    words, names = page(("a", LEFT, 100, 2), ("b", RIGHT, 100, 2))
    assert order(words, names, known=(Gutter(290, 310),)) == "ab"
    assert order(words, names) == "abab"


def test_narrow_cells_are_no_columns():
    words, names = page(("a", (50, 100), 100, 9), ("b", (120, 170), 100, 9), ("c", (190, 240), 100, 9))
    assert len(part_page(words).regions) == 1
    assert not part_page(words).gutters
    assert order(words, names).startswith("abcabc")


def test_a_page_tells_its_long_gutters():
    words, _ = page(("a", LEFT, 100, 20), ("b", RIGHT, 100, 20))
    (gutter,) = part_page(words).gutters
    assert gutter.x0 == pytest.approx(290)
    assert gutter.x1 == pytest.approx(310)


def test_an_empty_page_has_no_regions():
    words, _ = page()
    assert part_page(words).regions == []
