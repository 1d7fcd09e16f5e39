"""PDF to Letter: characters, lines, columns, furniture, zones, paragraphs, metadata."""

import hashlib
from pathlib import Path

from epistula.errors import ReadError
from epistula.model import FailureCategory, Letter
from epistula.pdf.document import read_letter
from epistula.pdf.reader import reader_of, require_text
from epistula.pdf.xmp_fields import read_xmp_fields
from epistula.readers import ReaderName

HEADER_WITHIN = 1024
"""A PDF says so in its first bytes; junk before that is allowed."""


def read_pdf(path: Path, reader: str = ReaderName.PDFIUM) -> Letter:
    """Read a letter from a PDF file with one of the readers of `ReaderName`.

    Raises:
        ReadError: the file is missing, no PDF, encrypted, broken, without text, or too large.
        ValueError: there is no such reader.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ReadError(FailureCategory.MISSING, f"{path}: no such file") from error
    except OSError as error:
        raise ReadError(FailureCategory.MISSING, f"{path}: {error.strerror or error}") from error
    return read_pdf_bytes(data, str(path), reader)


def read_pdf_bytes(data: bytes, path: str | None = None, reader: str = ReaderName.PDFIUM) -> Letter:
    """Read a letter from the bytes of a PDF; `path` is noted as where they came from.

    Raises:
        ReadError: the bytes are no PDF (UNSUPPORTED), or the PDF is encrypted (ENCRYPTED), empty or
            cannot be parsed (BROKEN), has no text (NO_TEXT) or too much of anything (LIMIT).
        ValueError: there is no such reader.
    """
    read = reader_of(reader)
    if not data:
        raise ReadError(FailureCategory.BROKEN, "the file is empty")
    if b"%PDF" not in data[:HEADER_WITHIN]:
        raise ReadError(FailureCategory.UNSUPPORTED, "not a PDF: no %PDF header in the first 1024 bytes")
    reading = read(data)
    require_text(reading)
    info = {**reading.info, **read_xmp_fields(data)}
    return read_letter(reading.pages, info, path, hashlib.sha256(data).hexdigest(), reading.grids)
