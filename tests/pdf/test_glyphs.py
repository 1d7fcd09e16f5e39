"""Characters before they become lines."""

import numpy as np
import pytest

from epistula.pdf.glyphs import Glyphs, clean, plain


def glyphs(*placed: tuple[str, float, float], size: float = 10, numbers: list[int] | None = None) -> Glyphs:
    """Return characters of width 5 at (text, x, baseline)."""
    count = len(placed)
    x0 = np.array([x for _, x, _ in placed], dtype=float)
    base = np.array([y for *_, y in placed], dtype=float)
    return Glyphs(
        text=np.array([text for text, *_ in placed], dtype="<U4"),
        box=np.stack([x0, base - 7, x0 + 5, base + 2], axis=1),
        x0=x0,
        x1=x0 + 5,
        base=base,
        size=np.full(count, float(size)),
        font=np.zeros(count, dtype=np.int64),
        angle=np.zeros(count),
        hidden=np.zeros(count, dtype=bool),
        failed=np.zeros(count, dtype=bool),
        glyph=np.array(numbers if numbers is not None else range(count), dtype=np.int64),
    )


@pytest.mark.parametrize(
    ("drawn", "written"),
    [
        ("ﬁ", "fi"), ("ﬄ", "ffl"), ("\u2011", "-"), ("\u2010", "-"), ("\x02", "-"), ("\u00ad", "-"),
        ("\u00a0", " "), ("\u2009", " "), ("𝜇", "μ"), ("∘", "°"), ("∼", "~"), ("–", "–"), ("é", "é"),
        ("’", "’"), ("½", "½"), ("µ", "µ"),
    ],
)  # fmt: skip
def test_a_character_becomes_what_running_text_has(drawn, written):
    assert plain(drawn) == written


def test_a_ligature_is_split_and_its_box_shared():
    found = clean(glyphs(("ﬂ", 100, 50), ("u", 105, 50)))
    assert found.text.tolist() == ["f", "l", "u"]
    assert found.box[:, 0].tolist() == [100, 102.5, 105]
    assert found.box[:, 2].tolist() == [102.5, 105, 110]


def test_a_ligature_that_pdfium_split_is_spread():
    found = clean(glyphs(("f", 100, 50), ("f", 100, 50), ("e", 105, 50), numbers=[1, 1, 2]))
    assert found.text.tolist() == ["f", "f", "e"]
    assert found.x0.tolist() == [100, 102.5, 105]


@pytest.mark.parametrize(
    ("second", "left"),
    [(("A", 100.3, 50.0), 1), (("A", 100.0, 50.2), 1), (("A", 105.0, 50.0), 2), (("B", 100.3, 50.0), 2)],
)
def test_a_character_drawn_over_itself_counts_once(second, left):
    assert len(clean(glyphs(("A", 100, 50), second))) == left


@pytest.mark.parametrize("accent", ["¨", "\u0308"])
def test_an_accent_drawn_apart_goes_onto_its_letter(accent):
    found = clean(glyphs(("S", 100, 50), ("o", 105, 50), ("g", 110, 50), (accent, 105.2, 49)))
    assert "".join(found.text) == "Sög"


def test_an_accent_by_itself_stays():
    assert clean(glyphs(("´", 100, 50), ("x", 120, 50))).text.tolist() == ["´", "x"]


def test_control_characters_and_undrawn_soft_hyphens_go():
    undrawn = glyphs(("a", 100, 50), ("\x03", 105, 50), ("\u00ad", 110, 50))
    assert clean(undrawn.change(x1=np.array([105.0, 110.0, 110.0]))).text.tolist() == ["a"]
