"""The process that draws pages for `epistula.review.drawing`: requests come in, sizes and pictures go out.

Each request is a line of JSON: `{"path": …, "memory_mb": …}` asks for the sizes of all pages, with `page` and `width`
for the picture of one. Each answer is a line of JSON, `{"bytes": n, "problem": …, "sizes": …}`, and n bytes of PNG.
The process ends when its input does.
"""

import io
import json
import os
import sys
from typing import Any, BinaryIO

import pypdfium2 as pdfium

from epistula.memory import limit_memory

MOST_PAGES = 5_000
MOST_PIXELS = 24_000_000
"""Of one picture; a page that is a long strip is drawn less sharply."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        said, picture = attempt(json.loads(line))
        answers.write(json.dumps({**said, "bytes": len(picture)}).encode() + b"\n")
        answers.write(picture)
        answers.flush()


def attempt(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Do what is asked; whatever goes wrong becomes a `problem`."""
    limit_memory(int(request["memory_mb"]))
    try:
        if "page" in request:
            return {}, picture_of(request["path"], int(request["page"]), int(request["width"]))
        return {"sizes": sizes_of(request["path"])}, b""
    except MemoryError:
        return {"problem": f"needs more than {request['memory_mb']:,} MB of memory"}, b""
    except pdfium.PdfiumError as error:
        return {"problem": "has a password" if "password" in str(error).lower() else "is broken"}, b""
    except Exception as error:  # whatever a PDF does, the next one is drawn
        return {"problem": f"cannot be drawn ({type(error).__name__})"}, b""


def sizes_of(path: str) -> list[tuple[float, float]]:
    """Return width and height of each page as displayed, points."""
    document = pdfium.PdfDocument(path, password="")
    try:
        return [document.get_page_size(i) for i in range(min(len(document), MOST_PAGES))]
    finally:
        document.close()


def picture_of(path: str, number: int, width: int) -> bytes:
    """Return a page as a PNG of so many pixels' width."""
    document = pdfium.PdfDocument(path, password="")
    try:
        page = document[number - 1]
        across, down = page.get_size()
        scale = min(width / across, (MOST_PIXELS / (across * down)) ** 0.5)
        picture = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=2)
        return file.getvalue()
    finally:
        document.close()


def main() -> None:
    """Serve standard input and output; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
