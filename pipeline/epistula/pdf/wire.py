"""A Letter or a ReadError as bytes, to cross the pipe between the reading process and its caller.

JSON and plain arrays, not pickle: what a hostile PDF made of the reading process can then do no
more than send a wrong letter.
"""

import json
import struct
from dataclasses import asdict
from typing import IO, Any

import numpy as np

from epistula.errors import ReadError
from epistula.model import Box, FailureCategory, Letter, Line, Page, Source, Zone, ZoneKind

HEADER = struct.Struct(">QQQ")
MAX_PART = 2**30


def send(stream: IO[bytes], outcome: Letter | ReadError) -> None:
    """Write a letter or the error that reading ended in."""
    if isinstance(outcome, ReadError):
        parts = [json.dumps({"category": outcome.category, "reason": outcome.reason}).encode(), b"", b""]
    else:
        parts = [
            json.dumps(letter_record(outcome)).encode(),
            outcome.char_boxes.tobytes(),
            outcome.char_pages.tobytes(),
        ]
    stream.write(HEADER.pack(*map(len, parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> Letter:
    """Read what `send` wrote.

    Raises:
        EOFError: the stream ended early or holds something else.
        ReadError: that is what was sent.
    """
    lengths = HEADER.unpack(read_exactly(stream, HEADER.size))
    if max(lengths) > MAX_PART:
        raise EOFError("not a letter")
    head, boxes, pages = (read_exactly(stream, length) for length in lengths)
    record = json.loads(head)
    if "category" in record:
        raise ReadError(FailureCategory(record["category"]), record["reason"])
    return make_letter(record, boxes, pages)


def read_exactly(stream: IO[bytes], length: int) -> bytes:
    """Read `length` bytes.

    Raises:
        EOFError: the stream ended before.
    """
    data = stream.read(length)
    if len(data) < length:
        raise EOFError(f"{len(data)} of {length} bytes")
    return data


def letter_record(letter: Letter) -> dict[str, Any]:
    """Return a letter without its arrays as JSON values."""
    return {
        "id": letter.id,
        "text": letter.text,
        "zones": [[zone.start, zone.end, zone.kind] for zone in letter.zones],
        "source": asdict(letter.source),
        "pages": letter.pages,
        "lines": [[line.start, line.end, *box_record(line.box)] for line in letter.lines],
    }


def box_record(box: Box) -> list[float]:
    """Return a box as JSON values."""
    return [box.page, box.x0, box.top, box.x1, box.bottom]


def make_letter(record: dict[str, Any], boxes: bytes, pages: bytes) -> Letter:
    """Return the letter of a record and its arrays' bytes."""
    return Letter(
        id=record["id"],
        text=record["text"],
        zones=tuple(Zone(start, end, ZoneKind(kind)) for start, end, kind in record["zones"]),
        source=Source(**record["source"]),
        pages=tuple(Page(*page) for page in record["pages"]),
        lines=tuple(Line(start, end, Box(*box)) for start, end, *box in record["lines"]),
        char_boxes=np.frombuffer(boxes, dtype=np.float32).reshape(-1, 4).copy(),
        char_pages=np.frombuffer(pages, dtype=np.uint16).copy(),
    )
