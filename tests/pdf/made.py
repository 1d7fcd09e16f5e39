"""PDFs for tests: written by hand from words and places, or typeset from HTML by WeasyPrint."""

from collections.abc import Iterable
from typing import NamedTuple


class Shown(NamedTuple):
    """A string drawn in Helvetica: baseline from the top left, font size, extra operators before it."""

    x: float
    y: float
    text: str
    size: float = 10
    before: str = ""


def pdf_bytes(*pages: Iterable[Shown], extra: str = "", height: float = 800) -> bytes:
    """Return a PDF of 600 points width that draws the strings in the order given."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for i, page in enumerate(pages):
        content = "\n".join(draw(shown, height) for shown in page)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 {height}]/Contents {5 + 2 * i} 0 R"
            f"/Resources<</Font<</F1 3 0 R>>>>{extra}>>"
        )
        objects.append(f"<</Length {len(content.encode('cp1252'))}>>stream\n{content}\nendstream")
    return assemble(objects)


def draw(shown: Shown, height: float) -> str:
    """Return the operators that draw a string."""
    text = shown.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    place = f"1 0 0 1 {shown.x:.2f} {height - shown.y:.2f} Tm"
    return f"BT /F1 {shown.size} Tf {place} {shown.before} ({text}) Tj ET"


def assemble(objects: list[str]) -> bytes:
    """Return a PDF of numbered objects with its cross-reference table."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + end.encode()


def typeset(html: str) -> bytes:
    """Return the PDF that WeasyPrint makes of a page of HTML."""
    from weasyprint import HTML

    pdf = HTML(string=html).write_pdf()
    assert pdf is not None
    return bytes(pdf)
