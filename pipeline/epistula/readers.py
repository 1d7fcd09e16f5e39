"""The names of the PDF readers; apart from them, so that the command line need not import them."""

from enum import StrEnum


class ReaderName(StrEnum):
    """What reads the characters of a PDF."""

    PDFIUM = "pdfium"
    PDFPLUMBER = "pdfplumber"
