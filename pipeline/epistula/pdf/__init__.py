"""PDF to Letter: characters, lines, columns, furniture, zones, paragraphs, metadata."""

import hashlib
from pathlib import Path

from epistula.errors import ReadError
from epistula.model import FailureCategory, Letter
from epistula.pdf.document import read_letter
from epistula.pdf.metadata import read_xmp
from epistula.pdf.opening import open_document, read_pages, require_text

HEADER_WITHIN = 1024
"""A PDF says so in its first bytes; junk before that is allowed."""


def read_pdf(path: Path) -> Letter:
    """Read a letter from a PDF file.

    Raises:
        ReadError: the file is missing, no PDF, encrypted, broken, without text, or too large.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ReadError(FailureCategory.MISSING, f"{path}: no such file") from error
    except OSError as error:
        raise ReadError(FailureCategory.MISSING, f"{path}: {error.strerror or error}") from error
    return read_pdf_bytes(data, str(path))


def read_pdf_bytes(data: bytes, path: str | None = None) -> Letter:
    """Read a letter from the bytes of a PDF; `path` is noted as where they came from.

    Raises:
        ReadError: the bytes are no PDF (UNSUPPORTED), or the PDF is encrypted (ENCRYPTED), empty or
            cannot be parsed (BROKEN), has no text (NO_TEXT) or too much of anything (LIMIT).
    """
    if not data:
        raise ReadError(FailureCategory.BROKEN, "the file is empty")
    if b"%PDF" not in data[:HEADER_WITHIN]:
        raise ReadError(FailureCategory.UNSUPPORTED, "not a PDF: no %PDF header in the first 1024 bytes")
    document = open_document(data)
    try:
        pages = read_pages(document, data)
        require_text(pages, document)
        info = {**document.get_metadata_dict(skip_empty=True), **read_xmp(data)}
    finally:
        document.close()
    return read_letter(pages, info, path, hashlib.sha256(data).hexdigest())
