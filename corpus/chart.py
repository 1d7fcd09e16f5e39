"""A drawn placeholder for the figures of the corpus: two invented curves, and text to trip over."""

from hashlib import sha256

WIDTH, HEIGHT = 240, 150
LEFT, RIGHT, TOP, BOTTOM = 34, 232, 10, 122
MONTHS = (0, 3, 6, 9, 12)
PERCENT = (0, 50, 100)
SERIES = (("Group 1", "#1f4e79", "none"), ("Group 2", "#b3541e", "4 2"))


def chart(seed: str) -> str:
    """Return an SVG line chart with axes, tick labels and a legend; it depends on `seed` alone."""
    digest = sha256(seed.encode()).digest()
    curves = "".join(_curve(digest[i * 5 : i * 5 + 5], colour, dashes) for i, (_, colour, dashes) in enumerate(SERIES))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" class="chart">'
        f"{_axes()}{curves}{_legend()}</svg>"
    )


def _x(month: float) -> float:
    return LEFT + (RIGHT - LEFT) * month / MONTHS[-1]


def _y(percent: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * percent / PERCENT[-1]


def _curve(heights: bytes, colour: str, dashes: str) -> str:
    points = " ".join(f"{_x(m):.1f},{_y(h * 75 / 255):.1f}" for m, h in zip(MONTHS, heights, strict=True))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dashes}"/>'


def _axes() -> str:
    axes = f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="black" stroke-width="0.8"/>'
    months = "".join(_text(_x(m), BOTTOM + 11, str(m), "middle") for m in MONTHS)
    percent = "".join(_text(LEFT - 4, _y(p) + 3, f"{p}%", "end") for p in PERCENT)
    return axes + months + percent + _text((LEFT + RIGHT) / 2, HEIGHT - 4, "Months", "middle")


def _legend() -> str:
    return "".join(
        f'<path d="M{RIGHT - 58} {TOP + 3 + 11 * i}h14" stroke="{colour}" stroke-dasharray="{dashes}"/>'
        + _text(RIGHT - 40, TOP + 6 + 11 * i, name, "start")
        for i, (name, colour, dashes) in enumerate(SERIES)
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="8" font-family="Liberation Sans" '
        f'text-anchor="{anchor}">{text}</text>'
    )
