"""Many PDFs for benchmarks: the letters of the corpus with a number of their own typed onto the first page."""

from ctypes import c_ushort
from itertools import cycle
from pathlib import Path

import pypdfium2
import pypdfium2.raw

LETTERS = sorted((Path(__file__).parents[1] / "corpus" / "letters").glob("*.pdf"))


def make(folder: Path, wanted: int) -> None:
    """Write so many PDFs into a folder, no two of the same content; those that are there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, number in zip(cycle(LETTERS), range(wanted), strict=False):
        target = folder / f"{number:06}.pdf"
        if not target.exists():
            write(path, f"Received as letter {number} of this series.", target)


def write(path: Path, line: str, target: Path) -> None:
    """Write a copy of a PDF with a line of text at the foot of its first page."""
    document = pypdfium2.PdfDocument(path)
    font = pypdfium2.raw.FPDFText_LoadStandardFont(document, b"Helvetica")
    text = pypdfium2.raw.FPDFPageObj_CreateTextObj(document, font, 9.0)
    encoded = (line + "\0").encode("utf-16-le")
    buffer = (c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
    pypdfium2.raw.FPDFText_SetText(text, buffer)
    pypdfium2.raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 60, 20)
    page = document[0]
    pypdfium2.raw.FPDFPage_InsertObject(page, text)
    page.gen_content()
    document.save(target)
    document.close()
